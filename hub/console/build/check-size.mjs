// Fails the build when a show-day screen grows past its budget: JavaScript that a browser loads for the route,
// static imports included, gzipped. Workers and WebAssembly are not counted; they load beside the first paint.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const assets = new URL("../dist/assets/", import.meta.url).pathname;
const budgets = { "command-screen": 120_000, "check-in-screen": 170_000 };

const files = readdirSync(assets).filter((name) => name.endsWith(".js"));
const code = new Map(files.map((name) => [name, readFileSync(join(assets, name), "utf8")]));

/** Every file that `name` imports statically, itself included. */
function closure(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const imports = /(?:import|from)\s*["']\.\/([^"']+\.js)["']/g;
  for (const [, next] of code.get(name).matchAll(imports)) if (code.has(next)) closure(next, seen);
  return seen;
}

const entry = /src="\/assets\/([^"]+\.js)"/.exec(readFileSync(new URL("../dist/index.html", import.meta.url), "utf8"))?.[1];
let failed = false;
for (const [screen, budget] of Object.entries(budgets)) {
  const chunk = files.find((name) => name.startsWith(`${screen}-`));
  if (!entry || !chunk) throw new Error(`no chunk for ${screen}: is the route still split?`);
  const loaded = closure(chunk, closure(entry));
  const bytes = [...loaded].reduce((sum, name) => sum + gzipSync(code.get(name)).length, 0);
  const verdict = bytes <= budget ? "ok" : "TOO LARGE";
  failed ||= bytes > budget;
  console.log(`${screen}: ${(bytes / 1000).toFixed(1)} kB gzip of ${budget / 1000} (${loaded.size} files) ${verdict}`);
}
process.exit(failed ? 1 : 0);
