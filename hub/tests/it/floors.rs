use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A floor uses itself and the floors below it.
const FLOORS: [&[&str]; 5] = [
    &["sealing", "clock", "metrics", "telemetry", "config"],
    &["postgres", "objects"],
    &["store"],
    &["live"],
    &["edge", "mail", "office", "reference", "upkeep", "backup", "doctor"],
];

/// The direction of dependencies, which the compiler does not check inside one crate.
#[test]
fn a_floor_knows_only_those_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (level, floor) in FLOORS.iter().enumerate() {
        for file in floor.iter().flat_map(|module| files_of(&source, module)) {
            let text = fs::read_to_string(&file).expect("a source file");
            for (above, module) in
                FLOORS.iter().enumerate().skip(level + 1).flat_map(|(at, floor)| floor.iter().map(move |m| (at, m)))
            {
                // The clock is set by measuring the database's; that is its one look upstairs.
                let is_clock = file.ends_with("clock.rs");
                if text.contains(&format!("crate::{module}::")) && !is_clock {
                    wrong.push(format!("{} (floor {level}) uses {module} (floor {above})", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// F247: SQL stands in `store`, and where a database is filled or a list is written; nowhere is a statement built from
/// what a user sent.
#[test]
fn sockets_and_requests_know_no_sql() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in ["live", "edge"].iter().flat_map(|module| files_of(&source, module)) {
        let text = fs::read_to_string(&file).expect("a source file");
        for word in ["select ", "insert into", "delete from", "update "] {
            let statement = format!("\"{word}");
            // One probe: the readiness check asks the database for the number one.
            let found = text.matches(&statement).count()
                - text.matches("\"select 1\"").count().min(text.matches(&statement).count());
            assert_eq!(found, 0, "{} holds a statement: {word}", file.display());
        }
    }
}

fn files_of(source: &Path, module: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![source.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let file = source.join(format!("{module}.rs"));
    if file.exists() {
        files.push(file);
    }
    assert!(!files.is_empty(), "there is no module {module}");
    files
}
