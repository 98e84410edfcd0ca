use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::documents::Reply;
use domain::shot_list::{Cells, Difference, Fault, Kind, Link, Mend, Shot};
use tokio::task::{JoinError, JoinHandle};
use uuid::Uuid;

use super::desk::{Broken, Desk, PROJECT_EVERY, Pending};
use super::member::{code, framed};
use super::memory::seed;
use crate::store::documents::{Appended, Batch, Edit, Elsewhere, Projection, append, begin_anew, foreign_links};
use crate::store::{Store, StoreError};

/// Updates of one transaction, at most.
const BATCH: usize = 2_000;
/// Updates that the log may be ahead of the stored state.
const FOLD_AFTER: i64 = 5_000;
/// Bytes of a document whose history may be worth dropping.
const WORTH_IT: usize = 64 * 1024;
/// Products and models that are known by heart.
const KNOWN: usize = 100_000;
/// Transactions of our own that are remembered: as many as may be committed before the journal tells of them.
const OWN: usize = 256;

/// A commit that is under way, with what comes back when it fails.
pub(super) struct Flight {
    task: JoinHandle<Landing>,
    entries: Vec<Pending>,
    projected: Option<Rows>,
    /// Bytes of the update that the log is folded into.
    folds: Option<usize>,
}

/// The rows of a projection, as the tables will have them.
#[derive(Default)]
pub(super) struct Rows {
    scenes: BTreeMap<Uuid, Option<Cells>>,
    shots: BTreeMap<Uuid, Option<Shot>>,
    edits: Vec<Edit>,
}

pub(super) enum Landing {
    Appended(Result<Appended, StoreError>, Vec<(Link, Uuid)>),
    Foreign(Vec<(Link, Uuid)>),
}

impl Desk {
    /// Commits what waits, unless a commit is under way: then it rides the next one.
    pub(super) fn take_off(&mut self) -> Result<(), Broken> {
        let now = Instant::now();
        if self.flight.is_some() || now < self.next_commit {
            return Ok(());
        }
        // The rows follow what was kept and nothing else: all that waits has to go along.
        let projects = self.is_dirty() && now >= self.next_projection && self.pending.len() <= BATCH;
        if self.pending.is_empty() && !projects {
            return Ok(());
        }
        let count = self.pending.len().min(BATCH);
        let entries: Vec<Pending> = self.pending.drain(..count).collect();
        let folds = projects && self.seen - self.folded_to > FOLD_AFTER;
        let state = if folds { Some(self.document.everything().map_err(|_| Broken)?) } else { None };
        let projected = projects.then(|| self.rows());
        self.send(entries, projected, state);
        Ok(())
    }

    fn send(&mut self, entries: Vec<Pending>, projected: Option<(Rows, Difference)>, state: Option<Vec<u8>>) {
        let folds = state.as_ref().map(Vec::len);
        let (rows, projection, unknown) = match projected {
            Some((rows, difference)) => {
                let unknown: BTreeSet<_> = difference.links.iter().map(|(_, link, id, _)| (*link, *id)).collect();
                let unknown = unknown.into_iter().filter(|link| !self.known.contains(link)).collect();
                let edits = rows.edits.clone();
                (Some(rows), Some(Projection { known_to: self.seen, difference, edits, state }), unknown)
            }
            None => (None, None, Vec::new()),
        };
        let batch = Batch {
            document: self.id,
            organization_id: self.organization_id,
            epoch: self.epoch,
            node: self.node.documents.node_id,
            entries: entries.iter().map(|pending| pending.entry.clone()).collect(),
            projection,
        };
        let store = Arc::clone(&self.node.store);
        let task = tokio::spawn(async move { commit(&store, &batch, unknown).await });
        self.flight = Some(Flight { task, entries, projected: rows, folds });
    }

    fn rows(&mut self) -> (Rows, Difference) {
        let scenes = std::mem::take(&mut self.dirty_scenes);
        let shots = std::mem::take(&mut self.dirty_shots);
        let difference = Difference::between(&self.tables, &self.sheet, &scenes, &shots);
        let rows = Rows {
            scenes: scenes.into_iter().map(|id| (id, self.sheet.scenes.get(&id).cloned())).collect(),
            shots: shots
                .into_iter()
                .map(|id| (id, self.sheet.shots.get(&id).map(|shot| self.sheet.shown(shot))))
                .collect(),
            edits: std::mem::take(&mut self.edits),
        };
        (rows, difference)
    }

    /// Waits for the commit that is under way.
    pub(super) async fn landed(flight: &mut Option<Flight>) -> Result<Landing, JoinError> {
        match flight {
            Some(flight) => (&mut flight.task).await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn landed_with(&mut self, landed: Result<Landing, JoinError>) -> Result<(), Broken> {
        let Some(Flight { entries, projected, folds, .. }) = self.flight.take() else { return Ok(()) };
        let now = Instant::now();
        let landing = landed.map_err(|error| {
            tracing::error!(document = %self.id, %error, "a commit ended without an answer");
            Broken
        })?;
        match landing {
            Landing::Appended(Ok(Appended::Kept { before, head, projected: is_projected, xid }), checked) => {
                self.failures = 0;
                if before == self.seen {
                    self.seen = head;
                } else {
                    // Another hub wrote in between.
                    self.bells.log.fetch_max(head.unsigned_abs(), std::sync::atomic::Ordering::Relaxed);
                    self.bells.rung.notify_one();
                }
                if self.known.len() + checked.len() > KNOWN {
                    self.known.clear();
                }
                self.known.extend(checked);
                if let Some(rows) = projected {
                    self.next_projection = now + PROJECT_EVERY;
                    if is_projected {
                        self.own.push_back(xid);
                        if self.own.len() > OWN {
                            self.own.pop_front();
                        }
                        if let Some(size) = folds {
                            self.folded_to = head;
                            self.size = size + self.pending_bytes;
                        }
                        self.show(rows);
                    } else {
                        self.put_back(rows);
                    }
                }
                self.acknowledge(&entries);
                self.may_be_empty();
            }
            Landing::Appended(Ok(Appended::Taken(rows)), _) => {
                self.take_back(entries, projected);
                self.give_up(&rows);
            }
            Landing::Appended(Ok(Appended::Gone), _) => {
                for member in self.members.values() {
                    member.show_out(code::ANOTHER_EPOCH, "epoch");
                }
                return Err(Broken);
            }
            Landing::Appended(Err(error), _) => {
                self.failures += 1;
                let pause = Duration::from_millis(100 << self.failures.min(4));
                tracing::warn!(document = %self.id, %error, "a document's changes could not be kept; they are tried again");
                let is_rows = projected.is_some() && !error.is_transient();
                self.take_back(entries, projected);
                self.known.clear();
                if is_rows && self.failures > 1 {
                    // The log goes on without the rows, which are compared anew.
                    self.next_projection = now + Duration::from_secs(1) + pause;
                } else {
                    self.next_commit = now + pause;
                }
            }
            Landing::Foreign(links) => {
                self.take_back(entries, projected);
                self.refuse_links(&links);
            }
        }
        Ok(())
    }

    fn show(&mut self, rows: Rows) {
        for (id, cells) in rows.scenes {
            match cells {
                Some(cells) => self.tables.scenes.insert(id, cells),
                None => self.tables.scenes.remove(&id),
            };
        }
        for (id, shot) in rows.shots {
            match shot {
                Some(shot) => self.tables.shots.insert(id, shot),
                None => self.tables.shots.remove(&id),
            };
        }
    }

    fn take_back(&mut self, entries: Vec<Pending>, rows: Option<Rows>) {
        for pending in entries.into_iter().rev() {
            self.pending.push_front(pending);
        }
        if let Some(rows) = rows {
            self.put_back(rows);
        }
    }

    fn put_back(&mut self, rows: Rows) {
        self.dirty_scenes.extend(rows.scenes.into_keys());
        self.dirty_shots.extend(rows.shots.into_keys());
        let since = std::mem::replace(&mut self.edits, rows.edits);
        self.edits.extend(since);
    }

    /// Tells each author that their updates are kept: one word an update, as their clients count.
    fn acknowledge(&mut self, entries: &[Pending]) {
        let mut owed: BTreeMap<u64, usize> = BTreeMap::new();
        for pending in entries {
            self.pending_bytes = self.pending_bytes.saturating_sub(pending.entry.update.len());
            if let Some(member) = pending.member {
                *owed.entry(member).or_default() += 1;
            }
        }
        for (id, count) in owed {
            if let Some(member) = self.members.get(&id)
                && let Some(frame) = framed(&member.dialect, Reply::Saved(true))
            {
                member.line.say(&vec![frame; count]);
            }
        }
    }

    /// Rows whose ids are in use elsewhere cannot be.
    fn give_up(&mut self, rows: &[Elsewhere]) {
        let mut mends = Vec::new();
        for Elsewhere { kind, id } in rows {
            match kind {
                Kind::Scene => drop(self.sheet.scenes.remove(id)),
                Kind::Shot => drop(self.sheet.shots.remove(id)),
            }
            mends.push(Mend::Remove(*kind, id.to_string()));
            let message = "this id belongs to another row";
            self.tell_authors(
                *id,
                "",
                Fault { code: "id_taken", row: id.to_string(), column: String::new(), message: message.to_owned() },
            );
        }
        self.mend(&mends);
    }

    /// Products and models that are none of the organization's cannot be shown in its shots.
    fn refuse_links(&mut self, links: &[(Link, Uuid)]) {
        let mut mends = Vec::new();
        let mut faults = Vec::new();
        for (id, shot) in &mut self.sheet.shots {
            for (link, other) in links.iter().filter(|link| shot.links.remove(link).is_some()) {
                mends.push(Mend::Link(*id, *link, other.to_string(), None));
                faults.push((*id, *link, *other));
            }
        }
        for (shot, link, other) in faults {
            let message = format!("there is no {other} among the {}", link.name());
            let fault = Fault { code: link.unknown(), row: shot.to_string(), column: link.name().to_owned(), message };
            self.tell_authors(shot, &link.cell(other), fault);
        }
        self.mend(&mends);
    }

    /// Tells whoever changed a cell since the rows last followed.
    fn tell_authors(&self, row: Uuid, column: &str, fault: Fault) {
        let authors: BTreeSet<Uuid> = self
            .edits
            .iter()
            .filter(|edit| edit.change.row == row && (edit.change.column == column || edit.change.column.is_empty()))
            .filter_map(|edit| edit.author)
            .collect();
        for member in self.members.values().filter(|member| authors.contains(&member.author.id)) {
            self.tell(member.id, std::slice::from_ref(&fault));
        }
    }

    /// Nobody needs the desk: what the log holds is folded into one update.
    pub(super) async fn fold_away(&mut self) {
        if self.flight.is_some() || !self.pending.is_empty() || self.is_dirty() || self.begin_anew().await {
            return;
        }
        if self.seen == self.folded_to {
            return;
        }
        let Ok(state) = self.document.everything() else { return };
        self.send(Vec::new(), Some((Rows::default(), Difference::default())), Some(state));
        let landed = Self::landed(&mut self.flight).await;
        let _ = self.landed_with(landed);
    }
}

impl Desk {
    /// Drops the history when it is most of the document: what was overwritten and deleted weighs as much as what is there.
    async fn begin_anew(&mut self) -> bool {
        let Ok(with_history) = self.document.everything() else { return false };
        if with_history.len() < WORTH_IT {
            return false;
        }
        let state = seed(&self.sheet);
        if with_history.len() < state.len() * 2 {
            return false;
        }
        let clients: Vec<u64> = self.document.clients().into_iter().collect();
        let (store, node) = (&self.node.store, self.node.documents.node_id);
        match begin_anew(store, self.organization_id, self.id, node, self.seen, &state, &clients).await {
            Ok(begun) => begun,
            Err(error) => {
                tracing::warn!(document = %self.id, %error, "a document's history could not be dropped");
                false
            }
        }
    }
}

async fn commit(store: &Store, batch: &Batch, unknown: Vec<(Link, Uuid)>) -> Landing {
    if !unknown.is_empty() {
        match foreign_links(store, batch.organization_id, &unknown).await {
            Ok(foreign) if foreign.is_empty() => {}
            Ok(foreign) => return Landing::Foreign(foreign),
            Err(error) => return Landing::Appended(Err(error), Vec::new()),
        }
    }
    Landing::Appended(append(store, batch).await, unknown)
}
