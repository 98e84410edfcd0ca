use std::collections::VecDeque;
use std::sync::Arc;

use crate::store::journal::JournalCommit;

/// The last commits of a topic, for those who join or come back while the room is busy. Bounded by changes, not commits.
pub struct Ring {
    commits: VecDeque<Arc<JournalCommit>>,
    changes: usize,
    /// Everything after this position is in the ring.
    from: u64,
}

const MAX_CHANGES: usize = 8192;
const MAX_COMMITS: usize = 2048;

impl Ring {
    /// An empty ring that begins after `from`.
    pub fn new(from: u64) -> Self {
        Self { commits: VecDeque::new(), changes: 0, from }
    }

    /// Adds the next commits.
    pub fn push(&mut self, commits: &[Arc<JournalCommit>]) {
        for commit in commits {
            self.changes += commit.changes.len();
            self.commits.push_back(Arc::clone(commit));
        }
        while self.changes > MAX_CHANGES || self.commits.len() > MAX_COMMITS {
            let Some(oldest) = self.commits.pop_front() else { break };
            self.changes -= oldest.changes.len();
            self.from = oldest.seq;
        }
    }

    /// Everything after `seq`, if the ring reaches back that far.
    pub fn after(&self, seq: u64) -> Option<Vec<Arc<JournalCommit>>> {
        (seq >= self.from).then(|| self.commits.iter().filter(|commit| commit.seq > seq).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use schemas::WriterKind;

    use super::*;

    fn commit(seq: u64) -> Arc<JournalCommit> {
        Arc::new(JournalCommit { seq, at: 0, by: WriterKind::System, changes: Vec::new() })
    }

    #[test]
    fn it_answers_only_for_what_it_holds_whole() {
        let mut ring = Ring::new(10);
        assert!(ring.after(9).is_none() && ring.after(10).is_some_and(|commits| commits.is_empty()));
        ring.push(&[commit(11), commit(12)]);
        let seqs = |seq| ring.after(seq).map(|commits| commits.iter().map(|commit| commit.seq).collect::<Vec<_>>());
        assert_eq!(seqs(10), Some(vec![11, 12]));
        assert_eq!(seqs(11), Some(vec![12]));
        assert_eq!(seqs(12), Some(vec![]));
        assert_eq!(seqs(9), None);
    }

    #[test]
    fn it_forgets_the_oldest_and_knows_it() {
        let mut ring = Ring::new(0);
        let all: Vec<_> = (1..=3000).map(commit).collect();
        ring.push(&all);
        assert_eq!(ring.commits.len(), MAX_COMMITS);
        assert!(ring.after(951).is_none());
        assert_eq!(ring.after(952).map(|commits| commits.len()), Some(2048));
    }
}
