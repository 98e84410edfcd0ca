use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

pub(super) fn is_root() -> bool {
    // The owner of our own process directory is the effective user.
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

pub(super) fn postgres_user() -> Option<(u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = passwd.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

pub(super) fn find_binaries() -> Option<PathBuf> {
    configured().or_else(|| installations().pop().map(|(_, dir)| dir))
}

fn configured() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let dir = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    dir.join("initdb").exists().then_some(dir)
}

/// The programs of every installation by its major version, the oldest first.
pub(super) fn installations() -> Vec<(u32, PathBuf)> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, dir)| dir.join("initdb").exists())
        .collect();
    // An installation elsewhere says its version itself: "PostgreSQL 15.14 (...)".
    if let Some(dir) = configured().filter(|dir| versions.iter().all(|(_, known)| known != dir)) {
        let said = Command::new(dir.join("postgres")).arg("--version").output();
        let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let digits: String =
            said.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        versions.extend(digits.parse().ok().map(|major| (major, dir)));
    }
    versions.sort();
    versions
}
