use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::sealing::Head;

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// An entry says something else than what was hashed, or follows something else.
    Altered {
        /// Its number.
        entry: i64,
    },
    /// Entries are gone.
    Missing {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// A row that has no place in the chain.
    Inserted {
        /// The number that it claims.
        entry: Option<i64>,
        /// Its id.
        id: i64,
    },
    /// Entries fit each other, but are not those that were signed.
    Rewritten {
        /// The first that may be another.
        from: i64,
        /// The one that was signed.
        to: i64,
    },
    /// Nothing signed covers these entries.
    Unsealed {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
    /// A head with a signature that is not this installation's.
    Forged {
        /// The entry that it names.
        entry: i64,
    },
}

/// Goes along the chain of one organization, entry by entry.
pub struct Chain {
    heads: std::vec::IntoIter<Head>,
    next_head: Option<Head>,
    sealed_up_to: i64,
    /// The last entry that was seen.
    pub entries: i64,
    /// Its hash as it is stored.
    pub hash: [u8; 32],
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Findings that are told of one chain; who finds as many has found enough.
const MOST_FINDINGS: usize = 1_000;

impl Chain {
    /// The beginning of a chain, and its heads in the order of their entries.
    pub fn new(organization_id: Uuid, heads: Vec<Head>) -> Self {
        let mut heads = heads.into_iter();
        let next_head = heads.next();
        let hash = Sha256::digest(format!("fashionos-hub audit {organization_id}")).into();
        Self { heads, next_head, sealed_up_to: 0, entries: 0, hash, findings: Vec::new() }
    }

    /// The next row, in the order of number and id.
    pub fn push(&mut self, entry: Option<i64>, id: i64, said: &str, stored: Option<&[u8]>) {
        let (Some(entry), Some(stored)) = (entry, stored.and_then(|hash| <[u8; 32]>::try_from(hash).ok())) else {
            return self.find(Finding::Inserted { entry, id });
        };
        if entry <= self.entries {
            return self.find(Finding::Inserted { entry: Some(entry), id });
        }
        if entry > self.entries + 1 {
            self.find(Finding::Missing { from: self.entries + 1, to: entry - 1 });
        } else if <[u8; 32]>::from(Sha256::new().chain_update(self.hash).chain_update(said).finalize()) != stored {
            self.find(Finding::Altered { entry });
        }
        (self.entries, self.hash) = (entry, stored);
        while let Some(head) = self.next_head.take_if(|head| head.entry <= entry) {
            if head.entry == entry && head.hash != stored {
                self.find(Finding::Rewritten { from: self.sealed_up_to + 1, to: entry });
            }
            self.sealed_up_to = head.entry;
            self.next_head = self.heads.next();
        }
    }

    /// The end, where the database says that there should be so many entries with this hash at their end.
    pub fn end(&mut self, entries: i64, hash: Option<&[u8]>) {
        let promised = self.heads.by_ref().chain(self.next_head.take()).map(|head| head.entry).max().unwrap_or(0);
        let promised = promised.max(entries);
        if promised > self.entries {
            self.find(Finding::Missing { from: self.entries + 1, to: promised });
        } else if self.entries > self.sealed_up_to {
            self.find(Finding::Unsealed { from: self.sealed_up_to + 1, to: self.entries });
        } else if self.entries > 0 && (entries != self.entries || hash != Some(&self.hash)) {
            // The end that new entries would be added to is not the end that there is.
            self.find(Finding::Rewritten { from: self.entries.min(entries) + 1, to: self.entries });
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (Option<i64>, i64, String, Vec<u8>);

    fn chain_of(organization: Uuid, said: &[&str]) -> Vec<Row> {
        let mut hash: Vec<u8> = Sha256::digest(format!("fashionos-hub audit {organization}")).to_vec();
        (1..)
            .zip(said)
            .map(|(entry, said)| {
                hash = Sha256::new().chain_update(&hash).chain_update(said).finalize().to_vec();
                (Some(entry), entry * 10, (*said).to_owned(), hash.clone())
            })
            .collect()
    }

    fn head(organization_id: Uuid, rows: &[Row], entry: usize) -> Head {
        let hash = rows[entry - 1].3.clone().try_into().expect("32 bytes");
        Head { organization_id, entry: entry as i64, hash, sealed_at: 0 }
    }

    fn check(organization: Uuid, rows: &[Row], heads: Vec<Head>, end: &Row) -> Vec<Finding> {
        let mut chain = Chain::new(organization, heads);
        for (entry, id, said, hash) in rows {
            chain.push(*entry, *id, said, Some(hash));
        }
        chain.end(end.0.expect("a number"), Some(&end.3));
        chain.findings
    }

    #[test]
    fn whatever_is_done_to_a_chain_is_found_and_a_whole_one_is_sound() {
        let org = Uuid::now_v7();
        let rows = chain_of(org, &["a", "b", "c", "d", "e"]);
        let heads = || vec![head(org, &rows, 2), head(org, &rows, 5)];
        let end = &rows[4];
        assert_eq!(check(org, &rows, heads(), end), []);
        for at in 0..5 {
            let number = at as i64 + 1;
            let mut altered = rows.clone();
            altered[at].2 = "x".into();
            assert_eq!(check(org, &altered, heads(), end), [Finding::Altered { entry: number }]);
            let mut removed = rows.clone();
            removed.remove(at);
            assert_eq!(check(org, &removed, heads(), end)[0], Finding::Missing { from: number, to: number });
            let mut inserted = rows.clone();
            inserted.insert(at + 1, (Some(number), 77, "x".into(), vec![0; 32]));
            assert_eq!(check(org, &inserted, heads(), end), [Finding::Inserted { entry: Some(number), id: 77 }]);
            let mut unplaced = rows.clone();
            unplaced.insert(0, (None, 78, "x".into(), vec![0; 32]));
            assert_eq!(check(org, &unplaced, heads(), end), [Finding::Inserted { entry: None, id: 78 }]);
        }
    }

    #[test]
    fn a_chain_that_was_rewritten_whole_is_not_the_one_that_was_signed() {
        let org = Uuid::now_v7();
        let rows = chain_of(org, &["a", "b", "c", "d"]);
        let heads = || vec![head(org, &rows, 2), head(org, &rows, 4)];
        let other = chain_of(org, &["a", "b", "c", "x"]);
        assert_eq!(check(org, &other, heads(), &other[3]), [Finding::Rewritten { from: 3, to: 4 }]);
        let first = chain_of(org, &["x", "b", "c", "d"]);
        assert_eq!(check(org, &first, heads(), &first[3]).len(), 2);
        // Nor does it help to cut the end off, to drop the head that tells, or to add to the end.
        assert_eq!(check(org, &rows[..3], heads(), &rows[2]), [Finding::Missing { from: 4, to: 4 }]);
        let mut fewer = heads();
        fewer.pop();
        assert_eq!(check(org, &other, fewer, &other[3]), [Finding::Unsealed { from: 3, to: 4 }]);
        let longer = chain_of(org, &["a", "b", "c", "d", "e"]);
        assert_eq!(check(org, &longer, heads(), &longer[4]), [Finding::Unsealed { from: 5, to: 5 }]);
        assert_eq!(check(org, &rows, heads(), &rows[1]).len(), 1, "where entries are added");
    }
}
