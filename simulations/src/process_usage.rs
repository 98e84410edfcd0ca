use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Clock ticks a second in `/proc`: fixed for user space on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU time that a process and all its descendants have used, children that have ended included, ms.
pub fn cpu_of_tree_ms(root: u32) -> f64 {
    let stats: HashMap<u32, Stat> = processes().collect();
    descendants(root, &stats).iter().filter_map(|pid| stats.get(pid)).map(|stat| stat.cpu_ms).sum()
}

/// CPU time of one process and of its children that have ended, ms.
pub fn cpu_ms(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |stat| stat.cpu_ms)
}

/// Resident memory of one process, MB.
pub fn rss_mb(pid: u32) -> Option<f64> {
    memory_mb(pid, "VmRSS:")
}

/// The most memory that one process has had, MB.
pub fn peak_rss_mb(pid: u32) -> Option<f64> {
    memory_mb(pid, "VmHWM:")
}

fn memory_mb(pid: u32, what: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what))?;
    let kb: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kb / 1024.0)
}

/// The postmaster of a cluster somewhere below a folder, from its pid file, if it runs.
pub fn postmaster_below(folder: &Path) -> Option<u32> {
    let entries = fs::read_dir(folder).ok()?;
    entries.filter_map(Result::ok).find_map(|entry| {
        let path = entry.path();
        if entry.file_name() == "postmaster.pid" {
            let pid = fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok()?;
            return stat(pid).map(|_| pid);
        }
        // The cluster's own folders are many and hold no other cluster.
        if entry.file_type().ok()?.is_dir() && !folder.join("PG_VERSION").exists() {
            return postmaster_below(&path);
        }
        None
    })
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Stat {
    parent: u32,
    cpu_ms: f64,
}

fn processes() -> impl Iterator<Item = (u32, Stat)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(|pid| Some((pid, stat(pid)?)))
}

fn stat(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The second field is the program's name in parentheses and may hold anything.
fn parse_stat(line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line[line.rfind(')')? + 1..].split_whitespace().collect();
    let ticks: f64 = (11..15).map(|at| fields.get(at)?.parse::<f64>().ok()).sum::<Option<f64>>()?;
    Some(Stat { parent: fields.get(1)?.parse().ok()?, cpu_ms: ticks * 1000.0 / TICKS_PER_SECOND })
}

fn descendants(root: u32, stats: &HashMap<u32, Stat>) -> Vec<u32> {
    let mut family = vec![root];
    let mut at = 0;
    while let Some(&parent) = family.get(at) {
        family.extend(stats.iter().filter(|(_, stat)| stat.parent == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    family
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_proc_is_read_whatever_the_program_is_called() {
        let line = "42 (a b) c)) S 7 42 42 0 -1 4194560 100 0 0 0 250 150 30 20 20 0 1 0 100 1000 10";
        assert_eq!(parse_stat(line), Some(Stat { parent: 7, cpu_ms: 4500.0 }));
        assert_eq!(parse_stat("42 (cut off) S 7"), None);
    }

    #[test]
    fn a_family_is_all_who_descend_from_it() {
        let child = |parent| Stat { parent, cpu_ms: 1.0 };
        let stats = HashMap::from([(1, child(0)), (2, child(1)), (3, child(2)), (4, child(0)), (5, child(2))]);
        let mut family = descendants(2, &stats);
        family.sort_unstable();
        assert_eq!(family, [2, 3, 5]);
    }

    #[test]
    fn this_process_uses_memory() {
        assert!(rss_mb(std::process::id()).expect("running") > 0.1);
        assert_eq!(rss_mb(u32::MAX), None);
    }
}
