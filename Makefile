# Thin: cargo, npm and scripts/setup do the work.

export CARGO_TERM_COLOR ?= auto
CONSOLE := hub/console/dist/index.html
CONSOLE_SOURCES := $(shell find hub/console/src hub/console/public hub/console/index.html hub/console/vite.config.ts \
	hub/console/build client-sdk/typescript/src -type f 2>/dev/null)

.PHONY: help demo test setup console check generate bench plugins

help:
	@echo 'make demo    set everything up, start a hub with a believable show, keep running until Ctrl-C'
	@echo 'make test    set everything up and pass all tests: Rust, SQL, TypeScript, browser'
	@echo 'make check   format, lints and types only'
	@echo 'make plugins   build the plugins for WebAssembly'
	@echo 'make generate   write what is made from the wire contract and from the database, and checked in'
	@echo 'make bench   the show-day benchmark: 32 tablets, 5,000 guests, 200 screens'

setup:
	@scripts/setup

node_modules/.package-lock.json: package-lock.json package.json client-sdk/typescript/package.json hub/console/package.json \
		hub/tests/supabase/package.json hub/tests/documents/package.json
	npm ci --no-audit --no-fund
	@touch $@

# WebAssembly, apart from the hub's own workspace.
plugins: setup
	plugins/build

console: $(CONSOLE)

$(CONSOLE): $(CONSOLE_SOURCES) node_modules/.package-lock.json
	npm run build -w @fashionos/hub
	npm run build -w @fashionos/console
	@touch $@

demo: setup
	@$(MAKE) --no-print-directory console plugins >&2
	cargo build --release -p hub >&2
	@exec target/release/hub demo

check: setup node_modules/.package-lock.json
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo fmt --manifest-path plugins/Cargo.toml --all --check
	cargo clippy --manifest-path plugins/Cargo.toml --workspace --all-targets -- -D warnings
	npm run build -w @fashionos/hub
	npm run check -w @fashionos/hub
	npm run check -w @fashionos/console

test: export TMPDIR := $(shell scripts/scratch)
test: console plugins check
	cargo test --manifest-path plugins/Cargo.toml --workspace --no-fail-fast
	cargo test --workspace --no-fail-fast
	npm test -w @fashionos/hub
	npm test -w @fashionos/console
	cargo build -p hub
	HUB_BIN=$(CURDIR)/target/debug/hub npm test -w @fashionos/supabase-tests
	cargo build -p domain --example replicas
	HUB_BIN=$(CURDIR)/target/debug/hub npm test -w @fashionos/documents-tests
	HUB_BIN=$(CURDIR)/target/debug/hub npm run e2e -w @fashionos/console

# From the types of the wire contract, and from a fresh database as the migrations make it.
generate: setup node_modules/.package-lock.json
	cargo run -q -p schemas --bin generate
	npm run generate -w @fashionos/hub
	data=$$(mktemp -d) && trap 'rm -rf "$$data"' EXIT && export HUB_DATA="$$data" HUB_LOG=warn && unset DATABASE_URL && \
	  cargo run -q -p hub -- types > "$$data/types" && cp "$$data/types" client-sdk/typescript/src/database.ts && \
	  cargo run -q -p hub -- reference > "$$data/page" && cp "$$data/page" hub/docs/tables.md && \
	  cargo run -q -p hub -- openapi > "$$data/openapi" && cp "$$data/openapi" hub/docs/openapi.json

bench: setup
	@$(MAKE) --no-print-directory console >&2
	cargo build --release -p hub -p simulations
	cargo run --release -p simulations -- show-day --tablets 32 --guests 5000 --screens 200
