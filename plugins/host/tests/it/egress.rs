//! A plugin reaches what its manifest names, with the credential that the hub adds, and nothing else.

use plugin_host::Routes;
use serde_json::json;

use crate::hub_side::{CANARY, code};
use crate::probe::{Probe, Vendor};

const API: &str = "https://api.vendor.example/v1";

#[tokio::test]
async fn the_hub_adds_the_credential_and_the_real_host() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    for authorization in ["bearer", "header", "query", "basic"] {
        let answer = probe
            .send(json!({"url": format!("{API}/thing?x=1"), "authorization": authorization, "credential": "token"}))
            .await;
        assert_eq!(answer["status"], 200, "{authorization}: {answer}");
    }
    let heard = vendor.heard();
    assert!(heard.iter().all(|request| request.header("host") == Some("api.vendor.example")), "{heard:?}");
    assert_eq!(heard[0].header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    assert_eq!(heard[1].header("x-token"), Some(CANARY));
    assert_eq!(heard[2].path, "/v1/thing?x=1&key=shpat_canary%2F9f8a%2Be2%3D");
    assert!(heard[3].header("authorization").is_some_and(|value| value.starts_with("Basic ")));
}

/// Invariant 6: the token is in no answer, no line, no recording, no error, and nowhere in the plugin's memory.
#[tokio::test]
async fn no_plugin_ever_holds_a_token() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    let send = |authorization: &str| json!({"do": "send", "method": "GET", "url": format!("{API}/echo"), "authorization": authorization, "credential": "token"});
    let shifted: Vec<u8> = CANARY.bytes().map(|byte| byte + 1).collect();
    let known: Vec<u8> = "because the job said so".bytes().map(|byte| byte + 1).collect();
    let steps = json!([
        send("bearer"), send("header"), send("query"), send("basic"),
        {"do": "find", "shifted": shifted}, {"do": "find", "shifted": known},
    ]);
    let run = probe.run(steps).await;
    let result: Vec<serde_json::Value> =
        serde_json::from_str(run.outcome.as_ref().expect("it ends well")).expect("an array");
    assert!(vendor.heard().len() == 4 && result[..4].iter().all(|answer| answer["status"] == 200), "{result:?}");
    assert!(result[0]["body"].as_str().expect("text").contains("authorization: Bearer [redacted]"), "{}", result[0]);
    assert!(result[1]["headers"].to_string().contains("[redacted]"), "headers too: {}", result[1]);
    assert_eq!(result[4], 0, "in the plugin's memory");
    assert_ne!(result[5], 0, "the search finds what is there");
    let everything =
        format!("{run:?}{}", String::from_utf8_lossy(&run.recording.as_ref().expect("a recording").to_json()));
    for shape in [CANARY.to_owned(), CANARY.replace('/', "%2F"), "shpat_canary".to_owned()] {
        assert!(!everything.contains(&shape), "{shape}");
    }
}

#[tokio::test]
async fn what_the_manifest_does_not_name_is_not_sent() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(
        format!("*.vendor.example={0},*.storage.example={0},evil.example={0}", vendor.address).parse().expect("routes"),
    )
    .await;
    for url in [
        "https://evil.example/v1",
        "http://api.vendor.example/v1",
        "https://api.vendor.example/v2",
        "https://api.vendor.example:8443/v1",
        "https://api.vendor.example/v1/../v2",
        "https://api.vendor.example/v1/%2e%2e/v2",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/v1",
        "https://2130706433/v1",
        "https://a:b@api.vendor.example/v1",
        "file:///etc/passwd",
        "https://eu.storage.example/put?signature=7",
    ] {
        let answer = probe.send(json!({"url": url})).await;
        assert_eq!(answer, json!({"denied": "host_not_allowed"}), "{url}");
    }
    let elsewhere = json!({"url": "https://slow.vendor.example/", "authorization": "bearer", "credential": "token"});
    assert_eq!(probe.send(elsewhere).await, json!({"denied": "credential_not_allowed"}));
    for header in ["Host", "Transfer-Encoding", "Content-Length", "Authorization", "X-Token", "Accept-Encoding"] {
        let smuggled = json!({"url": format!("{API}/echo"), "headers": [[header, "x"]]});
        assert_eq!(probe.send(smuggled).await, json!({"denied": "header_not_allowed"}), "{header}");
    }
    let lines = json!({"url": format!("{API}/echo"), "headers": [["x-a", "b\r\nHost: evil.example"]]});
    assert_eq!(probe.send(lines).await, json!({"denied": "header_invalid"}));
    let write = json!({"url": format!("{API}/thing"), "method": "POST"});
    assert_eq!(probe.send(write).await, json!({"denied": "effect_undeclared"}));
    assert!(vendor.heard().is_empty(), "{:?}", vendor.heard());
}

#[tokio::test]
async fn a_redirect_is_shown_and_not_followed() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    let answer =
        probe.send(json!({"url": format!("{API}/redirect"), "authorization": "header", "credential": "token"})).await;
    assert_eq!(answer["status"], 302);
    assert_eq!(vendor.heard().len(), 1);
    assert_eq!(probe.send(json!({"url": "http://127.0.0.1:1/"})).await, json!({"denied": "host_not_allowed"}));
}

/// A name of the manifest that means this machine. `localtest.me` does so in the public DNS; without a network it is not found.
#[tokio::test]
async fn a_name_that_means_this_machine_is_not_reached() {
    let probe = Probe::start(Routes::default()).await;
    let answer = probe.send(json!({"url": "https://localtest.me/"})).await;
    assert!(
        [json!({"denied": "address_not_public"}), json!({"unreachable": "vendor_unreachable"})].contains(&answer),
        "{answer}"
    );
}

#[tokio::test]
async fn an_answer_that_is_too_large_compressed_or_broken_is_a_named_error() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    let ask = async |path: &str| probe.send(json!({"url": format!("{API}/{path}")})).await;
    assert_eq!(ask("large").await, json!({"too_large": "answer_too_large"}));
    assert_eq!(ask("bomb").await, json!({"too_large": "answer_encoded"}));
    assert_eq!(ask("broken").await, json!({"unreachable": "vendor_unreachable"}));
    let cookies = ask("thing").await;
    assert!(!cookies["headers"].to_string().contains("cookie"), "{cookies}");
}

#[tokio::test]
async fn a_presigned_address_may_be_used_in_the_run_that_was_told_it() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    let put = json!({"do": "send", "method": "PUT", "url": "https://eu.storage.example/put?signature=7", "effect": "idempotent", "key": "up-1", "body": "bytes"});
    let ask = json!({"do": "send", "method": "GET", "url": format!("{API}/targets")});
    assert_eq!(probe.told(json!([put])).await[0], json!({"denied": "host_not_allowed"}));
    assert_eq!(probe.told(json!([ask, put])).await[1]["status"], 200);
    assert_eq!(vendor.heard().last().map(|request| request.body.clone()), Some(b"bytes".to_vec()));
}

#[tokio::test]
async fn a_file_goes_past_the_sandbox() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    let form = json!({"url": format!("{API}/thing"), "method": "POST", "effect": "once", "key": "form-1", "body": "words",
                      "file": ["look", 0, 3_000_000], "authorization": "signed_form", "credential": "token"});
    assert_eq!(probe.send(form).await["status"], 200);
    let heard = vendor.heard();
    let body = &heard[0].body;
    assert_eq!(heard[0].header("content-length"), Some(body.len().to_string().as_str()));
    assert!(body.len() > 3_000_000 && body.windows(16).any(|window| window == b"name=\"signature\""));
    let short = json!({"url": format!("{API}/thing"), "method": "POST", "effect": "once", "key": "form-2", "file": ["look", 2_999_999, 10]});
    assert_ne!(probe.send(short).await["status"], 200, "a file that ends before is no whole body");
}

#[tokio::test]
async fn a_vendor_s_limit_is_kept_before_it_is_reached() {
    let vendor = Vendor::start().await;
    let probe = Probe::start(vendor.routes()).await;
    let ask = async || probe.send(json!({"url": "https://slow.vendor.example/"})).await;
    assert_eq!(ask().await["status"], 200);
    assert_eq!(ask().await["status"], 200);
    assert_eq!(ask().await, json!({"throttled": true}));
    assert_eq!(vendor.heard().len(), 2);
}

#[tokio::test]
async fn a_service_of_the_hub_that_is_away_ends_the_run_and_not_the_plugin_s_trust() {
    let probe = Probe::start(Routes::default()).await;
    let run = probe.run(json!([{"do": "get", "key": "database away"}])).await;
    assert_eq!(code(&run), "hub_unavailable");
    let refused = probe.told(json!([{"do": "select", "query": "guests?select=*"}])).await;
    assert!(refused[0]["failure"].as_str().is_some_and(|text| text.contains("42501")), "{refused:?}");
}
