use hub::config::Config;
use hub::doctor;

use crate::{Failure, say, say_ready};

/// Says what is wrong with an installation.
pub async fn run(config: &Config, json: bool) -> Result<(), Failure> {
    let report = doctor::examine(config).await;
    match json {
        true => say_ready(&serde_json::to_value(&report).expect("a report is JSON"))?,
        false => say(&report.text())?,
    }
    match report.status() {
        0 => Ok(()),
        status => Err(Failure::Unhealthy(status)),
    }
}
