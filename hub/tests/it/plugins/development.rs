use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::components::{component, manifest};
use super::workshop::Workshop;
use crate::support::TestHub;
use crate::support::http::{Answer, raw};

async fn bring(hub: &TestHub, token: &str, build: &[u8]) -> Answer {
    let address = hub.server.address;
    let head = format!(
        "POST /v1/plugins/development HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        build.len()
    );
    raw(address, &[head.as_bytes(), build].concat()).await
}

/// A build that nobody signed, that says this of itself.
fn build(about: &str) -> Vec<u8> {
    let text = manifest("sample", json!({ "about": about })).to_string();
    plugin_host::package::pack(text.as_bytes(), &component(&text), None).expect("a package")
}

/// F278: builds that nobody signed run only where the operator allows it, only for administrators, and use up no version.
#[tokio::test]
async fn a_build_in_development_needs_the_operator_s_word_and_no_version() {
    let shop = Workshop::open().await;
    let refused = bring(&shop.hub, &shop.token, &build("one")).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "development_not_allowed"));

    let hub = TestHub::start_with(|config| config.plugin_development = true).await;
    let token = hub.token(TestHub::OWNER).await;
    hub.member("staff@maison.example", "staff").await;
    let staff = hub.token("staff@maison.example").await;
    assert_eq!(bring(&hub, &staff, &build("one")).await.status, 403);
    let first = bring(&hub, &token, &build("one")).await;
    assert_eq!(first.status, 201, "{first:?}");
    let second = bring(&hub, &token, &build("two")).await.json();
    let first = first.json();
    assert_eq!(first["id"], second["id"], "one install");
    assert_ne!(first["package_id"], second["package_id"], "another build");
    assert!(second["version"].as_str().is_some_and(|version| version.starts_with("1.0.0+dev.")), "{second}");
    assert_eq!(bring(&hub, &token, &build("two")).await.json()["package_id"], second["package_id"], "the same build");

    // What was tried out takes nothing from who signs the first package.
    let signed = super::components::idle(&manifest("sample", json!({})));
    let answer = super::workshop::upload(hub.server.address, &token, &signed).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let offers = crate::support::http::http(hub.server.address, "GET", "/v1/plugins", Some(&token), None).await.json();
    let origins: Vec<_> =
        offers["packages"].as_array().expect("packages").iter().map(|offer| &offer["origin"]).collect();
    assert_eq!(origins, ["signed", "development", "development"], "{offers}");
}

/// `hub plugin` as a program, which ends with this value.
struct Session {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Session {
    fn start(project: &Path, hub: &TestHub, target: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hub"))
            .args(["plugin", "dev", "--job", "greet", "--hub", &hub.url()])
            .arg("--wasm")
            .arg(target.join("wasm32-unknown-unknown/release/atelier.wasm"))
            .arg(project)
            .env("HUB_EMAIL", TestHub::OWNER)
            .env("HUB_PASSWORD", TestHub::PASSWORD)
            .env("CARGO_TARGET_DIR", target)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program");
        let lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
        Self { _child: child, lines }
    }

    /// Reads until a line holds this; the line.
    async fn until(&mut self, words: &str, within: Duration) -> String {
        let mut seen = Vec::new();
        let reading = async {
            while let Ok(Some(line)) = self.lines.next_line().await {
                if line.contains(words) {
                    return Some(line);
                }
                seen.push(line);
            }
            None
        };
        match tokio::time::timeout(within, reading).await {
            Ok(Some(line)) => line,
            _ => panic!("no `{words}` within {within:?} in {seen:#?}"),
        }
    }
}

async fn hub_plugin(arguments: &[&str]) {
    let ended = Command::new(env!("CARGO_BIN_EXE_hub")).arg("plugin").args(arguments).output().await.expect("it runs");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

const GREETER: &str = r#"
use fashionos_plugin::{Failure, Job, Plugin, Value, host, json, progress};

struct Greeter;

impl Plugin for Greeter {
    const MANIFEST: &'static str = include_str!("../manifest.json");

    fn run(_: &Job) -> Result<Value, Failure> {
        host::log(host::Level::Info, "GREETING");
        progress(1, Some(1), "greetings")?;
        Ok(json!({ "said": "GREETING" }))
    }
}

fashionos_plugin::plugin!(Greeter);
"#;

/// F278: a developer saves, and sees what the new build does in a hub that runs, without a word about versions.
#[tokio::test]
async fn a_save_is_seen_at_work() {
    let hub = TestHub::start_with(|config| config.plugin_development = true).await;
    let home = fresh_folder();
    let project = home.join("atelier");
    hub_plugin(&["new", "atelier", "--out", project.to_str().expect("a path")]).await;
    let manifest = json!({ "key": "atelier", "name": "Atelier", "publisher": "Somebody", "version": "0.1.0", "contract": plugin_host::CONTRACT,
                           "jobs": [{ "name": "greet", "title": "Greet" }] });
    std::fs::write(project.join("manifest.json"), manifest.to_string()).expect("written");
    let source = project.join("src/lib.rs");
    std::fs::write(&source, GREETER.replace("GREETING", "good morning")).expect("written");

    // Kept between runs of this test: only the first builds the standard library.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("development");
    let mut session = Session::start(&project, &hub, &target);
    let end = session.until("greet: ok", Duration::from_secs(300)).await;
    assert!(end.contains("good morning"), "{end}");

    let saved = Instant::now();
    std::fs::write(&source, GREETER.replace("GREETING", "good evening")).expect("written");
    session.until("info  good evening", Duration::from_secs(120)).await;
    let end = session.until("greet: ok", Duration::from_secs(60)).await;
    assert!(end.contains("good evening"), "{end}");
    println!("from the save to the end of the run: {:.1} s", saved.elapsed().as_secs_f64());

    // What does not compile changes nothing, and the next save that does is taken.
    std::fs::write(&source, "this is no Rust").expect("written");
    session.until("not built", Duration::from_secs(120)).await;
    std::fs::write(&source, GREETER.replace("GREETING", "good night")).expect("written");
    let end = session.until("greet: ok", Duration::from_secs(120)).await;
    assert!(end.contains("good night"), "{end}");
    std::fs::remove_dir_all(&home).expect("removed");
}

fn fresh_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("hub-it-dev-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}
