use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::shot_list::{Difference, Kind, Link, RowChange, merge};
use schemas::{Op, Row};
use serde_json::Value;
use tokio::task::{JoinError, JoinHandle};
use uuid::Uuid;

use super::desk::{Broken, Desk, Heard, What};
use crate::store::documents::{self, Followed, Foreign, Foreigner};

/// What was found when the bell had rung.
pub(super) struct Looked {
    /// Updates that other hubs wrote, and the end of the log.
    log: Option<(Vec<Vec<u8>>, i64)>,
    /// What the journal tells of the rows.
    journal: Option<Followed>,
    /// The document is not there any more, or another one is.
    gone: bool,
}

impl Desk {
    /// Looks what others have written, unless somebody is looking already.
    pub(super) fn look(&mut self) {
        if self.looking.is_some() {
            return;
        }
        let behind_log = self.bells.log.load(Ordering::Relaxed) > self.seen.unsigned_abs();
        let behind_journal = self.bells.journal.load(Ordering::Relaxed) > self.topic_seq;
        if !behind_log && !behind_journal {
            return;
        }
        let (store, id, organization_id) = (Arc::clone(&self.node.store), self.id, self.organization_id);
        let (epoch, seen, topic, topic_seq) = (self.epoch, self.seen, self.topic, self.topic_seq);
        self.bells.log.compare_exchange(u64::MAX, 0, Ordering::Relaxed, Ordering::Relaxed).ok();
        self.bells.journal.compare_exchange(u64::MAX, 0, Ordering::Relaxed, Ordering::Relaxed).ok();
        self.looking = Some(tokio::spawn(async move {
            let mut looked = Looked { log: None, journal: None, gone: false };
            if behind_log {
                match documents::log_after(&store, organization_id, id, epoch, seen).await {
                    Ok(Some(log)) => looked.log = Some(log),
                    Ok(None) => looked.gone = true,
                    Err(error) => tracing::warn!(document = %id, %error, "the log could not be read"),
                }
            }
            if behind_journal {
                match documents::follow(&store, organization_id, topic, id, topic_seq).await {
                    Ok(followed) => looked.journal = Some(followed),
                    Err(error) => tracing::warn!(document = %id, %error, "the journal could not be read"),
                }
            }
            looked
        }));
    }

    /// Waits for whoever is looking.
    pub(super) async fn looked(looking: &mut Option<JoinHandle<Looked>>) -> Result<Looked, JoinError> {
        match looking {
            Some(looking) => looking.await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn looked_at(&mut self, looked: Result<Looked, JoinError>) -> Result<(), Broken> {
        self.looking = None;
        let looked = looked.map_err(|_| Broken)?;
        if looked.gone {
            return Err(Broken);
        }
        if let Some((updates, head)) = looked.log {
            for update in updates {
                let applied = self.document.apply(&update).map_err(|_| Broken)?;
                if !applied.touched.is_empty() {
                    self.everything = None;
                    self.judge(&applied.touched, None);
                    self.heard.push(Heard { except: None, what: What::Update(update.into()) });
                }
            }
            self.seen = self.seen.max(head);
        }
        if let Some(followed) = looked.journal {
            self.topic_seq = self.topic_seq.max(followed.read);
            if followed.is_more {
                self.bells.journal.store(u64::MAX, Ordering::Relaxed);
            }
            self.adopt(followed.changes);
        }
        // What came in the meantime.
        self.look();
        Ok(())
    }

    /// Merges what was changed in the tables, in the order of the journal; of one cell the last word counts. What the
    /// document's own projection wrote is known already.
    fn adopt(&mut self, changes: Vec<(Foreigner, Foreign)>) {
        let mut groups: Vec<(Foreigner, Difference)> = Vec::new();
        let mut made = BTreeSet::new();
        for (foreigner, foreign) in changes {
            let Some(difference) = self.difference(foreign, &made) else { continue };
            made.extend(difference.new_shots.iter().map(|row| row.id));
            match groups.last_mut() {
                Some((last, group)) if *last == foreigner && group.is_empty() => *group = difference,
                _ => groups.push((foreigner, difference)),
            }
        }
        for at in 0..groups.len() {
            let (foreigner, difference) = groups[at].clone();
            let rows = rows_of(&difference);
            match foreigner {
                Foreigner::Document(xid) => {
                    if !self.own.contains(&xid) {
                        merge(&mut self.tables, &difference);
                    }
                }
                Foreigner::Somebody(author) => {
                    merge(&mut self.tables, &difference);
                    let mut difference = difference;
                    // The document has written the same cell since.
                    for (later, written) in &groups[at + 1..] {
                        if matches!(later, Foreigner::Document(_)) {
                            without(&mut difference, written);
                        }
                    }
                    let taken = merge(&mut self.sheet, &difference);
                    for change in taken.changes {
                        self.note(change, author);
                    }
                    self.mend_for(&taken.mends, author);
                }
            }
            for (kind, row) in rows {
                self.soil(kind, row);
            }
        }
    }

    /// As [`mend`](Self::mend), in the name of whoever changed the rows.
    fn mend_for(&mut self, mends: &[domain::shot_list::Mend], author: Option<Uuid>) {
        let before = self.pending.len();
        self.mend(mends);
        for pending in self.pending.iter_mut().skip(before) {
            pending.entry.author = author;
        }
    }

    /// A change of the journal, if it is about this list; `made`: its shots that are not merged yet.
    fn difference(&self, foreign: Foreign, made: &BTreeSet<Uuid>) -> Option<Difference> {
        let mut difference = Difference::default();
        match foreign {
            Foreign::Rights => {
                self.members.values().for_each(|member| member.signal.notify_one());
                return None;
            }
            Foreign::Link { shot, link, id, rank } => {
                (made.contains(&shot) || self.is_ours(Kind::Shot, shot)).then_some(())?;
                match rank {
                    Some(rank) => difference.links.push((shot, link, id, rank)),
                    None => difference.gone_links.push((shot, link, id)),
                }
            }
            Foreign::Row { kind, id, op, row, old } => {
                let list =
                    |row: &Row| row.get("shot_list_id").and_then(Value::as_str).map(|list| list == self.id.to_string());
                let is_gone = match op {
                    Op::Insert if list(&row) != Some(true) => return None,
                    Op::Delete if list(&old) != Some(true) => return None,
                    Op::Update if list(&row).is_none() && !made.contains(&id) && !self.is_ours(kind, id) => {
                        return None;
                    }
                    Op::Update => list(&row) == Some(false),
                    Op::Insert => false,
                    Op::Delete => true,
                };
                let cells: BTreeMap<&'static str, Value> = kind
                    .columns()
                    .iter()
                    .filter_map(|column| Some((column.name, row.get(column.name)?.clone())))
                    .collect();
                let change = RowChange { id, changed: cells.keys().copied().collect(), cells };
                match (kind, op, is_gone) {
                    (Kind::Scene, _, true) => difference.gone_scenes.push(id),
                    (Kind::Shot, _, true) => difference.gone_shots.push(id),
                    (Kind::Scene, Op::Insert, _) => difference.new_scenes.push(change),
                    (Kind::Shot, Op::Insert, _) => difference.new_shots.push(change),
                    (Kind::Scene, _, _) => difference.scenes.push(change),
                    (Kind::Shot, _, _) => difference.shots.push(change),
                }
            }
        }
        Some(difference)
    }

    fn is_ours(&self, kind: Kind, row: Uuid) -> bool {
        self.tables.cells(kind, row).is_some() || self.sheet.cells(kind, row).is_some()
    }
}

fn rows_of(difference: &Difference) -> Vec<(Kind, Uuid)> {
    let scenes = difference.new_scenes.iter().chain(&difference.scenes).map(|row| row.id);
    let scenes = scenes.chain(difference.gone_scenes.iter().copied()).map(|id| (Kind::Scene, id));
    let shots = difference.new_shots.iter().chain(&difference.shots).map(|row| row.id);
    let shots = shots.chain(difference.gone_shots.iter().copied()).chain(difference.linked());
    scenes.chain(shots.map(|id| (Kind::Shot, id))).collect()
}

/// Leaves out cells that somebody has written later.
fn without(difference: &mut Difference, later: &Difference) {
    let rewritten: Vec<&RowChange> =
        later.new_scenes.iter().chain(&later.scenes).chain(&later.new_shots).chain(&later.shots).collect();
    let rows = [&mut difference.scenes, &mut difference.shots, &mut difference.new_scenes, &mut difference.new_shots];
    for row in rows.into_iter().flatten() {
        for written in rewritten.iter().filter(|written| written.id == row.id) {
            row.changed.retain(|column| !written.changed.contains(column));
        }
    }
    let placed = |place: (Uuid, Link, Uuid)| {
        later.links.iter().any(|(shot, link, id, _)| (*shot, *link, *id) == place) || later.gone_links.contains(&place)
    };
    difference.links.retain(|(shot, link, id, _)| !placed((*shot, *link, *id)));
    difference.gone_links.retain(|place| !placed(*place));
}
