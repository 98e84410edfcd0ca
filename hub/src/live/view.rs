use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use schemas::{Change, Commit, Encoding, Op, ServerFrame, Topic, WriterKind};
use uuid::Uuid;

use super::audience::Audience;
use super::shard::Seat;
use crate::store::Catalogue;
use crate::store::journal::JournalCommit;

/// Names a view within the process.
pub type ViewId = u64;

/// What is the same for all members of a view: they all receive the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ViewKey {
    /// What they see.
    pub audience: Audience,
    /// How it is written.
    pub encoding: Encoding,
    /// How long changes are gathered; `None`: not at all.
    pub gather: Option<Duration>,
}

/// The subscribers of a topic that receive the same frames.
pub struct View {
    /// Its name.
    pub id: ViewId,
    /// What its members share.
    pub key: ViewKey,
    /// The members.
    pub members: Vec<Seat>,
    /// The position that the last delta led to.
    sent: u64,
    merged: Merged,
    /// A flush of `merged` is on its way.
    pub flush_armed: bool,
}

/// Changes gathered for a rate-limited view: per row, the newest wins.
#[derive(Default)]
struct Merged {
    changes: Vec<Change>,
    at: HashMap<(String, Uuid), usize>,
    seq: u64,
    time: i64,
    by: Option<WriterKind>,
}

/// Rare, and worth nothing late: a cue and a message do not wait for their turn.
const URGENT: [&str; 2] = ["show_runs", "screen_messages"];

/// When what a rate-limited view has gathered should be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathered {
    /// There is nothing to send.
    Nothing,
    /// With the next turn.
    Later,
    /// At once.
    Now,
}

impl View {
    /// A view whose next delta builds on `sent`.
    pub fn new(id: ViewId, key: ViewKey, sent: u64) -> Self {
        Self { id, key, members: Vec::new(), sent, merged: Merged::default(), flush_armed: false }
    }

    /// What commits say to this view, each commit by itself; `None` when nothing.
    pub fn commits(&self, catalogue: &Catalogue, commits: &[Arc<JournalCommit>]) -> Vec<Commit> {
        commits
            .iter()
            .filter_map(|commit| {
                let changes: Vec<Change> =
                    commit.changes.iter().filter_map(|change| self.key.audience.see(catalogue, change)).collect();
                (!changes.is_empty()).then_some(Commit { seq: commit.seq, at: commit.at, by: commit.by, changes })
            })
            .collect()
    }

    /// The frame that brings the view to `seq`; `None` when nothing in the commits concerns it.
    pub fn delta(
        &mut self,
        catalogue: &Catalogue,
        topic: Topic,
        commits: &[Arc<JournalCommit>],
    ) -> Option<ServerFrame> {
        let seen = self.commits(catalogue, commits);
        let seq = commits.last()?.seq;
        if seen.is_empty() {
            return None;
        }
        let after = std::mem::replace(&mut self.sent, seq);
        Some(ServerFrame::Delta { topic, after, seq, commits: seen })
    }

    /// Gathers commits for the next [`flush`](Self::flush), and says when that should be.
    pub fn gather(&mut self, catalogue: &Catalogue, commits: &[Arc<JournalCommit>]) -> Gathered {
        let mut urgent = false;
        for commit in self.commits(catalogue, commits) {
            urgent |= commit.changes.iter().any(|change| URGENT.contains(&change.table.as_str()));
            self.merged.add(commit);
        }
        match (self.merged.changes.is_empty(), urgent) {
            (true, _) => Gathered::Nothing,
            (false, true) => Gathered::Now,
            (false, false) => Gathered::Later,
        }
    }

    /// The frame with everything gathered.
    pub fn flush(&mut self, topic: Topic) -> Option<ServerFrame> {
        let merged = std::mem::take(&mut self.merged);
        if merged.changes.is_empty() {
            return None;
        }
        let seq = merged.seq;
        let after = std::mem::replace(&mut self.sent, seq);
        let by = merged.by.unwrap_or(WriterKind::System);
        let commit = Commit { seq, at: merged.time, by, changes: merged.changes };
        Some(ServerFrame::Delta { topic, after, seq, commits: vec![commit] })
    }
}

impl Merged {
    fn add(&mut self, commit: Commit) {
        self.seq = commit.seq;
        self.time = commit.at;
        self.by = Some(match self.by {
            None => commit.by,
            Some(by) if by == commit.by => by,
            Some(_) => WriterKind::System,
        });
        for change in commit.changes {
            let place = (change.table.clone(), change.key);
            match self.at.get(&place) {
                None => {
                    self.at.insert(place, self.changes.len());
                    self.changes.push(change);
                }
                Some(&index) => {
                    let earlier = &mut self.changes[index];
                    match change.op {
                        Op::Update if earlier.op != Op::Delete => earlier.row.extend(change.row),
                        _ => *earlier = change,
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(op: Op, key: u128, row: serde_json::Value) -> Change {
        let serde_json::Value::Object(row) = row else { panic!("not a row") };
        Change { table: "t".into(), key: Uuid::from_u128(key), op, row }
    }

    fn merged(commits: Vec<Vec<Change>>) -> Vec<Change> {
        let mut merged = Merged::default();
        for (index, changes) in commits.into_iter().enumerate() {
            let seq = index as u64 + 1;
            merged.add(Commit { seq, at: 0, by: WriterKind::System, changes });
        }
        merged.changes
    }

    #[test]
    fn the_newest_of_a_row_wins_and_nothing_else_is_lost() {
        let changes = merged(vec![
            vec![change(Op::Insert, 1, json!({"a": 1, "b": 1})), change(Op::Update, 2, json!({"a": 5}))],
            vec![change(Op::Update, 1, json!({"b": 2})), change(Op::Update, 2, json!({"b": 6}))],
            vec![change(Op::Delete, 3, json!({}))],
        ]);
        assert_eq!(
            changes,
            [
                change(Op::Insert, 1, json!({"a": 1, "b": 2})),
                change(Op::Update, 2, json!({"a": 5, "b": 6})),
                change(Op::Delete, 3, json!({})),
            ]
        );
    }

    #[test]
    fn a_row_that_went_and_came_back_is_whole() {
        let changes = merged(vec![
            vec![change(Op::Update, 1, json!({"a": 1}))],
            vec![change(Op::Delete, 1, json!({}))],
            vec![change(Op::Insert, 1, json!({"a": 2, "b": 2}))],
            vec![change(Op::Update, 1, json!({"b": 3}))],
        ]);
        assert_eq!(changes, [change(Op::Insert, 1, json!({"a": 2, "b": 3}))]);
        let changes =
            merged(vec![vec![change(Op::Insert, 1, json!({"a": 1}))], vec![change(Op::Delete, 1, json!({}))]]);
        assert_eq!(changes, [change(Op::Delete, 1, json!({}))]);
    }
}
