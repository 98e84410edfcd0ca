//! Gemini: facts, scores, drafts and gaps about contacts, accounts and deals. What comes back is held to a schema, and what is said
//! of the world to its sources; it becomes a proposal for a person, never a change.

mod answer;
mod enrich;
mod gaps;
mod model;
mod nodes;
mod sources;

use fashionos_plugin::{Failure, Job, Plugin, Value, json, permanent};

/// The plugin.
pub struct Gemini;

impl Plugin for Gemini {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => Ok(json!({"model": model::describe()?})),
            "enrich" => enrich::enrich(job),
            "gaps" => gaps::gaps(job),
            "deal" => nodes::orchestrate(job),
            "node" => nodes::node(job),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(Gemini);
