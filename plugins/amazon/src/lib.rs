//! Amazon: listings in, pictures out, over the Listings Items API of 2021-08-01.

mod api;
mod listings;
mod pictures;

use fashionos_plugin::{Failure, Job, Plugin, Value, json, permanent};

/// The plugin.
pub struct Amazon;

impl Plugin for Amazon {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(job: &Job) -> Result<Value, Failure> {
        match job.name.as_str() {
            "check" => {
                let page = api::Seller::of_connection()?.search(None, 1)?;
                Ok(json!({"listings": page["numberOfResults"]}))
            }
            "pull" => listings::pull(job),
            "publish" => pictures::publish(job),
            "poll" => pictures::poll(job),
            other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
        }
    }
}

fashionos_plugin::plugin!(Amazon);
