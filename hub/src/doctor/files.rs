use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::config::Config;
use crate::sealing::MasterKey;
use crate::store::health::{Finding, Severity};
use crate::store::privacy::Register;

/// With less room than this on the disk, bytes, something has to be done soon; with less than the second, at once.
const LITTLE_ROOM: u64 = 5 << 30;
const NO_ROOM: u64 = 512 << 20;

/// The data folder: who may read what, and how much room there is. And the master key, unless it is missing: none is made.
pub(super) fn examine(config: &Config) -> (Vec<Finding>, Option<MasterKey>) {
    let mut findings = Vec::new();
    let mut find = |severity, code, what: String, remedy| findings.push(Finding::new(severity, code, what, remedy));
    let key_file = config.data.join("master.key");
    let mut master = None;
    if config.master_key.is_none() && !key_file.exists() {
        let what = format!("{} is not there", key_file.display());
        let remedy = "bring it back from its backup, or set HUB_MASTER_KEY: without it, what is sealed is lost";
        find(Severity::Error, "master_key.missing", what, remedy);
    } else {
        match MasterKey::load(config.master_key.as_deref(), &config.data) {
            Ok(key) => master = Some(key),
            Err(error) => {
                let remedy = "bring it back from its backup: without it, what is sealed is lost";
                find(Severity::Error, "master_key.unreadable", error.to_string(), remedy);
            }
        }
    }
    for (file, code) in
        [("master.key", "master_key.rights"), ("postgres.password", "data.rights"), ("erasures.jsonl", "data.rights")]
    {
        let path = config.data.join(file);
        if mode(&path).is_some_and(|mode| mode & 0o077 != 0) {
            let what = format!("{} may be read or written by others than its owner", path.display());
            find(Severity::Error, code, what, "chmod 600");
        }
    }
    if mode(&config.data).is_some_and(|mode| mode & 0o022 != 0) {
        let what = format!("{} may be written by others than its owner", config.data.display());
        find(Severity::Error, "data.rights", what, "chmod go-w");
    }
    let register = config.erasures.clone().unwrap_or_else(|| config.data.join("erasures.jsonl"));
    if let Err(error) = Register::new(register).read() {
        let remedy = "bring it back from its backup: a restored database would remember who was erased";
        find(Severity::Error, "erasures.unreadable", error.to_string(), remedy);
    }
    match room(&config.data) {
        Some(room) if room < LITTLE_ROOM => {
            let severity = if room < NO_ROOM { Severity::Error } else { Severity::Warning };
            let what = format!("{} MiB are left on the disk of {}", room >> 20, config.data.display());
            find(severity, "disk.room", what, "make room: a full disk stops every check-in");
        }
        Some(_) => {}
        None => {
            let what = format!("{} cannot be looked at", config.data.display());
            find(Severity::Error, "data.missing", what, "set HUB_DATA to the hub's data folder");
        }
    }
    (findings, master)
}

fn mode(path: &Path) -> Option<u32> {
    Some(fs::metadata(path).ok()?.permissions().mode())
}

/// Bytes that are free on the disk of a folder, for whoever is not root.
fn room(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn of(data: &Path, master_key: Option<&str>) -> Vec<&'static str> {
        let mut config = Config::for_test(data, String::new(), String::new());
        config.master_key = master_key.map(ToOwned::to_owned);
        let codes: Vec<_> = examine(&config).0.into_iter().map(|finding| finding.code).collect();
        codes.into_iter().filter(|code| *code != "disk.room").collect()
    }

    #[test]
    fn keys_and_passwords_are_their_owners_alone() {
        let data = std::env::temp_dir().join(format!("hub-doctor-{}", uuid::Uuid::now_v7().simple()));
        assert_eq!(of(&data, Some(KEY)), ["data.missing"]);
        fs::create_dir(&data).expect("a folder");
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("ours");
        assert_eq!(of(&data, Some(KEY)), [""; 0]);
        assert_eq!(of(&data, Some("12")), ["master_key.unreadable"]);
        assert_eq!(of(&data, None), ["master_key.missing"]);
        assert!(!data.join("master.key").exists(), "none is made");
        let write = |name: &str, content: &str, mode: u32| {
            fs::write(data.join(name), content).expect("written");
            fs::set_permissions(data.join(name), fs::Permissions::from_mode(mode)).expect("ours");
        };
        write("master.key", KEY, 0o600);
        assert_eq!(of(&data, None), [""; 0]);
        write("master.key", KEY, 0o640);
        assert_eq!(of(&data, None), ["master_key.rights"]);
        write("master.key", "no key", 0o600);
        assert_eq!(of(&data, None), ["master_key.unreadable"]);
        write("master.key", KEY, 0o600);
        write("postgres.password", "secret", 0o644);
        assert_eq!(of(&data, None), ["data.rights"]);
        write("postgres.password", "secret", 0o600);
        fs::set_permissions(&data, fs::Permissions::from_mode(0o777)).expect("ours");
        assert_eq!(of(&data, None), ["data.rights"]);
        fs::remove_dir_all(data).expect("ours");
    }
}
