//! The hub as a service: what its manager is told, and what it is given.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tokio::net::UnixDatagram;
use uuid::Uuid;

use crate::support::process::{HubProcess, within};

fn ops() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ops")
}

/// The service manager hears when the hub serves, that it is alive, and when it stops.
#[tokio::test]
async fn a_service_manager_is_told() {
    let path = std::env::temp_dir().join(format!("hub-notify-{}", Uuid::now_v7().simple()));
    let socket = UnixDatagram::bind(&path).expect("a socket");
    let environment = vec![("NOTIFY_SOCKET", path.display().to_string()), ("WATCHDOG_USEC", "200000".to_owned())];
    let mut hub = HubProcess::start_in("info", environment).await;
    let next = async || {
        let mut buffer = [0; 64];
        let length = within(socket.recv(&mut buffer)).await.expect("something came");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    assert_eq!(next().await, "READY=1");
    assert_eq!((next().await, next().await), ("WATCHDOG=1".into(), "WATCHDOG=1".into()), "again and again");
    assert!(hub.terminate().await.success());
    let stopped = async { while next().await != "STOPPING=1" {} };
    tokio::time::timeout(Duration::from_secs(10), stopped).await.expect("it said so");
    fs::remove_file(path).expect("ours");
}

/// systemd understands every line of the unit, where there is a systemd to ask.
#[test]
fn systemd_understands_the_unit() {
    let unit = fs::read_to_string(ops().join("fashionos-hub.service")).expect("a unit");
    for needed in ["Type=notify", "ProtectSystem=strict", "NoNewPrivileges=yes", "DynamicUser=yes", "KillMode=mixed"] {
        assert!(unit.lines().any(|line| line == needed), "{needed}");
    }
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("there is no systemd-analyze here");
        return;
    }
    let folder = std::env::temp_dir().join(format!("hub-unit-{}", Uuid::now_v7().simple()));
    fs::create_dir(&folder).expect("a folder");
    // It looks for the program too.
    let there = unit.replace("/usr/local/bin/hub", env!("CARGO_BIN_EXE_hub"));
    let file = folder.join("fashionos-hub.service");
    fs::write(&file, &there).expect("written");
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output().expect("it runs");
    let said = String::from_utf8_lossy(&verified.stderr);
    // What it says of other units of this machine is not about this one.
    let about: Vec<&str> = said.lines().filter(|line| line.contains("fashionos-hub")).collect();
    assert!(about.is_empty(), "{about:?}");
    fs::write(&file, there.replace("ProtectSystem=strict", "ProtectSystems=strict")).expect("written");
    let wrong = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output().expect("it runs");
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("ProtectSystems"), "it would have noticed");
    fs::remove_dir_all(folder).expect("ours");
}

/// What the image copies is there, nothing in it runs as root, and no base is whatever is newest.
#[test]
fn the_image_is_made_of_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let text = fs::read_to_string(ops().join("Dockerfile")).expect("a Dockerfile");
    let joined = text.replace("\\\n", " ");
    let mut stages = Vec::new();
    for line in joined.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["FROM", base, ..] => {
                assert!(base.contains(':') && !base.ends_with(":latest"), "{base}");
                stages.push(words.last().copied().unwrap_or_default());
            }
            ["COPY", from, ..] if from.starts_with("--from=") => {
                assert!(stages.contains(&from.trim_start_matches("--from=")), "{line}");
            }
            ["COPY", ref sources @ .., _] => {
                for source in sources {
                    assert!(root.join(source).exists(), "{source}");
                }
            }
            _ => {}
        }
    }
    assert_eq!(stages.len(), 3, "{stages:?}");
    let last = joined.rsplit("\nFROM ").next().expect("a stage");
    let user = last.lines().find_map(|line| line.strip_prefix("USER ")).expect("a user");
    assert!(!user.starts_with('0') && !user.starts_with("root"), "{user}");
    assert!(last.contains("HUB_DATA=/data") && last.contains("VOLUME /data"), "{last}");
}
