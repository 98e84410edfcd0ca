use std::io::IsTerminal as _;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::ExporterBuildError;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::telemetry::{self, Traces};

/// Whose words are known to hold nothing personal, however detailed. Drivers and protocols write parameters, headers and
/// bodies into theirs.
const OURS: [&str; 4] = ["hub", "domain", "schemas", "tower_http"];

/// Writes the log to standard error: what `HUB_LOG` lets through, of the libraries nothing below `info`, whatever it says. And
/// sends traces, if the environment names a collector.
///
/// # Errors
/// When it names one in a way that is not understood.
pub fn start() -> Result<Option<Traces>, ExporterBuildError> {
    let wanted = EnvFilter::try_from_env("HUB_LOG").unwrap_or_else(|_| "info,hub=info".into());
    // Without a hint of its own the second filter would take away the first one's, and every line be built before it is dropped.
    let filter = wanted.and(filter_fn(is_fit_to_print).with_max_level_hint(Level::TRACE));
    // Colours are for eyes: whoever reads a file or a pipe looks for words.
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let lines: Box<dyn Layer<Registry> + Send + Sync> =
        if std::env::var("HUB_LOG_FORMAT").is_ok_and(|format| format == "json") {
            lines.json().with_filter(filter).boxed()
        } else {
            lines.with_target(false).with_filter(filter).boxed()
        };
    let traces = Traces::start()?;
    let spans = traces.as_ref().map(|traces| {
        tracing_opentelemetry::layer()
            .with_tracer(traces.provider().tracer("hub"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(filter_fn(telemetry::is_traced))
    });
    tracing_subscriber::registry().with(lines).with(spans).init();
    // Libraries that speak through `log` are asked at every call, for every frame: nothing below is printed anyway.
    log::set_max_level(log::max_level().min(log::LevelFilter::Info));
    Ok(traces)
}

fn is_fit_to_print(about: &Metadata<'_>) -> bool {
    let of = about.target().split("::").next().unwrap_or_default();
    *about.level() <= Level::INFO || OURS.contains(&of)
}
