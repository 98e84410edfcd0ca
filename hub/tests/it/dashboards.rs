//! What an operator is given to watch a hub with.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::http::http;
use crate::support::room::SOON;
use crate::support::show::{scan, verdict};
use crate::support::{Show, TestHub};

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ops").join(name)).expect("a file")
}

/// The hub's names in an expression.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    words.filter(|word| word.starts_with("hub_")).map(str::to_owned).collect()
}

/// The page names a series as Prometheus will know it.
fn has(page: &str, name: &str) -> bool {
    page.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])))
}

/// F242, F243: whatever the dashboard and the alerts name is on the page of a hub, and whatever is on the page is explained.
#[tokio::test]
async fn dashboards_name_only_what_a_hub_measures() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 2).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, true, &["event_counters"]).await;
    verdict(&tablet, scan(&show.guests[0].1)).await;
    let owner = hub.live(TestHub::OWNER).await;
    let room = owner.join(show.topic, hub_client::JoinOptions::default()).await.expect("it may");
    room.send(schemas::Command::SetDoors { open: true }).await.expect("an outcome");
    let board: Value = serde_json::from_str(&file("grafana.json")).expect("JSON");
    let panels = board["panels"].as_array().expect("panels");
    let mut wanted = names(&file("alerts.yaml"));
    for panel in panels {
        let targets = panel["targets"].as_array().filter(|targets| !targets.is_empty());
        for target in targets.unwrap_or_else(|| panic!("{} shows nothing", panel["title"])) {
            let found = names(target["expr"].as_str().expect("an expression"));
            assert!(!found.is_empty(), "{target}");
            wanted.extend(found);
        }
    }
    assert!(wanted.len() > 20, "{wanted:?}");
    let address = hub.server.address;
    let missing = async || -> Vec<String> {
        let page = http(address, "GET", "/metrics", None, None).await.body;
        wanted.iter().filter(|name| !has(&page, name)).cloned().collect()
    };
    // Jobs and backlogs are measured every few seconds.
    let all = async {
        while !missing().await.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    if tokio::time::timeout(SOON, all).await.is_err() {
        panic!("not measured: {:?}", missing().await);
    }
    let page = http(address, "GET", "/metrics", None, None).await.body;
    for line in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().expect("a name");
        assert!(page.contains(&format!("# HELP {name} ")), "{name} is not explained");
    }
    for private in ["Guest", "@", "maison", &show.event_id.to_string()] {
        assert!(!page.contains(private), "{private}: {page}");
    }
}
