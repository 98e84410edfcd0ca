use std::time::{Duration, Instant};

use serde_json::json;

use super::components::{idle, manifest, probe, publisher, signed};
use super::workshop::{Workshop, upload};

/// F276: a package is looked at before it is kept: signed, unaltered, what it says it is.
#[tokio::test]
async fn only_what_somebody_signed_is_brought() {
    let shop = Workshop::open().await;
    let good = idle(&manifest("sample", json!({})));
    let text = manifest("sample", json!({})).to_string();
    let component = super::components::component(&text);
    let unsigned = plugin_host::package::pack(text.as_bytes(), &component, None).expect("a package");
    let other = manifest("other", json!({})).to_string();
    let lying = plugin_host::package::pack(other.as_bytes(), &component, Some(&publisher(1))).expect("a package");
    let mut altered = good.clone();
    let at = altered.windows(8).position(|bytes| bytes == b"Somebody").expect("the publisher");
    altered[at] = b'X';
    for (package, code) in [
        (unsigned, "package_unsigned"),
        (lying, "manifest_differs"),
        (altered, "package_signature_wrong"),
        (b"nothing".to_vec(), "package_malformed"),
    ] {
        let answer = upload(shop.address(), &shop.token, &package).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, code), "{answer:?}");
    }
    shop.bring(&good).await;
    // The same again is the same; another content under its version is not, nor is another's version.
    shop.bring(&good).await;
    let changed = idle(&manifest("sample", json!({"about": "more"})));
    assert_eq!(upload(shop.address(), &shop.token, &changed).await.code(), "plugin_version_taken");
    let theirs = signed(&manifest("sample", json!({"version": "2.0.0"})), publisher(2));
    assert_eq!(upload(shop.address(), &shop.token, &theirs).await.code(), "plugin_publisher_differs");
    shop.hub.member("staff@maison.example", "staff").await;
    let staff = shop.hub.token("staff@maison.example").await;
    assert_eq!(upload(shop.address(), &staff, &good).await.status, 403);
}

/// F276: what the database holds is looked at again before it runs: whoever alters a stored package there gets nothing to run.
#[tokio::test]
async fn a_package_that_was_altered_in_the_database_does_not_run() {
    let shop = Workshop::open().await;
    let package = plugin_host::package::open(&probe()).expect("the probe");
    let repacked = |key: Option<&_>| plugin_host::package::pack(&package.manifest_json, &package.component, key);
    let unsigned = repacked(None).expect("a package");
    let by_another = repacked(Some(&publisher(9))).expect("a package");
    let another = idle(&manifest("probe", json!({})));
    let sql = shop.hub.database.sql().await;
    for (at, other) in [unsigned, by_another, another].into_iter().enumerate() {
        let (install, connection) = shop.probe(&[]).await;
        let put = "update hub.plugin_packages set package = $1";
        sql.execute(put, &[&other]).await.expect("altered");
        let job = shop.queue(install, Some(connection), json!([])).await;
        let ended = shop.ended(job).await;
        assert_eq!(ended["status"], "dead", "{at}: {ended}");
        assert!(ended["last_error"].to_string().contains("package_altered"), "{at}: {ended}");
        sql.execute(put, &[&probe()]).await.expect("as it was");
        shop.ask("DELETE", &format!("/v1/plugins/installs/{install}"), None).await;
    }
}

/// F276: what was not granted is refused, and the refusal is in the run's log.
#[tokio::test]
async fn a_call_outside_the_scopes_is_refused_and_logged() {
    let shop = Workshop::open().await;
    let package = shop.bring(&probe()).await;
    let beyond = json!({ "package_id": package, "scopes": ["crm:read"] });
    let refused = shop.ask("POST", "/v1/plugins/installs", Some(beyond)).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "plugin_scopes"));
    let (install, connection) = shop.probe(&[]).await;
    let select =
        json!([{ "do": "select", "query": "products?select=id" }, { "do": "select", "query": "contacts?select=id" }]);
    let job = shop.queue(install, Some(connection), select.clone()).await;
    let ended = shop.ended(job).await;
    assert_eq!(ended["status"], "succeeded", "{ended}");
    let told = ended["result"].to_string();
    assert_eq!(told.matches("scope_missing").count(), 2, "{told}");
    let log = shop.run(job).await["log"].to_string();
    assert!(log.contains("scope_missing: the plugin was not granted to read products"), "{log}");

    let path = format!("/v1/plugins/installs/{install}");
    let granted = shop.ask("PATCH", &path, Some(json!({ "scopes": ["catalog:read"] }))).await;
    assert_eq!(granted.status, 200, "{granted:?}");
    let job = shop.queue(install, Some(connection), select).await;
    let told = shop.ended(job).await["result"].clone();
    assert_eq!(told[0], "[]", "{told}");
    assert!(told[1].to_string().contains("scope_missing"), "{told}");

    // A write is refused with the run's end, and nothing of the run is true.
    let steps = json!([
        { "do": "put", "key": "cursor", "value": "7" },
        { "do": "upsert", "table": "products", "rows": "[{\"id\": \"0195f3a0-0000-7000-8000-000000000001\", \"sku\": \"A-1\"}]" }
    ]);
    let job = shop.queue(install, Some(connection), steps).await;
    let ended = shop.ended(job).await;
    assert_eq!(ended["status"], "dead", "{ended}");
    assert!(ended["last_error"].as_str().is_some_and(|error| error.starts_with("42501")), "{ended}");
    let job = shop.queue(install, Some(connection), json!([{ "do": "get", "key": "cursor" }])).await;
    assert_eq!(shop.ended(job).await["result"], json!([null]), "a run that fails has kept nothing");
}

/// F276: switching a plugin off ends its runs within a second, wherever it waits.
#[tokio::test]
async fn switching_off_stops_it_within_a_second() {
    let shop = Workshop::open().await;
    let (install, connection) = shop.probe(&[]).await;
    let steps = json!([{ "do": "send", "method": "GET", "url": "https://api.vendor.example/v1/never" }]);
    let job = shop.queue(install, Some(connection), steps).await;
    shop.until(Duration::from_secs(20), async || (shop.vendor.requests("/v1/never") == 1).then_some(())).await;
    let began = Instant::now();
    let path = format!("/v1/plugins/installs/{install}");
    assert_eq!(shop.ask("PATCH", &path, Some(json!({ "active": false }))).await.status, 200);
    shop.until(Duration::from_secs(1), async || (shop.job(job).await["status"] == "queued").then_some(())).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let run = shop.run(job).await;
    assert_eq!(run["outcome"], "cancelled", "{run}");
    // While it is off, nothing of it runs.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!((shop.job(job).await["status"].clone(), shop.vendor.requests("/v1/never")), (json!("queued"), 1));
    assert_eq!(shop.ask("PATCH", &path, Some(json!({ "active": true }))).await.status, 200);
    shop.until(Duration::from_secs(20), async || (shop.vendor.requests("/v1/never") == 2).then_some(())).await;
    let cancelled = shop.ask("POST", &format!("/v1/plugins/jobs/{job}/cancel"), None).await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    assert_eq!(shop.ended(job).await["status"], "cancelled");
}

/// F277, F276: another version is shown by what it asks for anew, and runs when somebody has agreed.
#[tokio::test]
async fn an_upgrade_says_what_it_asks_for() {
    let shop = Workshop::open().await;
    let install = shop.install(&idle(&manifest("sample", json!({}))), &[]).await;
    let more = json!({ "version": "1.1.0", "scopes": ["crm:read"],
                       "endpoints": [{ "name": "api", "host": "api.vendor.example", "methods": ["GET"] }] });
    let package = shop.bring(&idle(&manifest("sample", more))).await;
    let path = format!("/v1/plugins/installs/{install}/upgrade");
    let shown = shop.ask("GET", &format!("{path}?package_id={package}"), None).await.json();
    assert_eq!(shown["more"], json!(["scope crm:read", "GET https://api.vendor.example:443/"]), "{shown}");
    let before = shop.ask("GET", &format!("/v1/plugins/installs/{install}"), None).await.json();
    assert_eq!(before["install"]["version"], "1.0.0");
    let after = shop.ask("POST", &path, Some(json!({ "package_id": package, "scopes": ["crm:read"] }))).await.json();
    assert_eq!((after["version"].as_str(), after["granted_scopes"].clone()), (Some("1.1.0"), json!(["crm:read"])));
    assert_eq!(shop.ask("DELETE", &format!("/v1/plugins/installs/{install}"), None).await.status, 204);
    assert_eq!(shop.ask("GET", &format!("/v1/plugins/installs/{install}"), None).await.status, 404);
}

/// F280: credentials are sealed where they rest, and no answer of the hub holds one.
#[tokio::test]
async fn credentials_are_sealed_and_never_shown() {
    let shop = Workshop::open().await;
    let (install, connection) = shop.probe(&[]).await;
    let steps = json!([{ "do": "send", "method": "GET", "url": "https://api.vendor.example/v1/echo",
                         "authorization": "bearer", "credential": "token" }]);
    let job = shop.queue(install, Some(connection), steps).await;
    let ended = shop.ended(job).await;
    assert_eq!(ended["result"][0]["status"], 200, "{ended}");
    let secret = shop
        .ask("PATCH", &format!("/v1/plugins/installs/{install}"), Some(json!({ "client_secret": "canary-9c1e" })))
        .await;
    assert_eq!(secret.status, 200);
    let mut shown = String::new();
    for path in ["/v1/plugins", "/v1/plugins/jobs", "/v1/plugins/runs", &format!("/v1/plugins/installs/{install}")] {
        shown.push_str(&shop.ask("GET", path, None).await.body);
    }
    let rows = shop.ask("GET", "/rest/v1/plugin_connections?select=*", None).await;
    assert_eq!(rows.status, 200, "{rows:?}");
    shown.push_str(&rows.body);
    let sql = shop.hub.database.sql().await;
    for row in sql
        .query(
            "select to_jsonb(c)::text || encode(c.access_token_enc, 'escape') from plugin_connections c
             union all select to_jsonb(i)::text || encode(i.client_secret_enc, 'escape') from plugin_installs i
             union all select to_jsonb(j)::text from live.journal j",
            &[],
        )
        .await
        .expect("rows")
    {
        shown.push_str(row.get(0));
    }
    assert!(shown.contains(&connection.to_string()) && !shown.contains("canary-"), "a secret is in sight");
}
