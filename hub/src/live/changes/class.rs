use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use deadpool_postgres::Transaction;
use schemas::PrincipalKind;
use uuid::Uuid;

use super::plan::{Plan, PlanKey};
use crate::postgres::Acting;
use crate::store::changes::{self, Asked, Batch, Bound, ChangeTable, ChangeTables, Image, Question, View, rows, see};
use crate::store::identity::Identity;
use crate::store::{Store, StoreError};

/// Rows of one table that one class is known to see, at most: 16 bytes each.
pub(super) const MOST_ROWS: usize = 100_000;
/// Changes that a class remembers for those who come back, at most: so many, and so many bytes.
const RING: (usize, usize) = (10_000, 32 * 1024 * 1024);

/// Who sees the same rows: all persons of a role, where the rules give that role whole tables; else one person or device.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum ClassKey {
    Role(String),
    Principal(Uuid),
}

/// Everybody who sees the same. What they see is asked once, not once a subscriber.
pub(super) struct Class {
    pub(super) role: String,
    /// Under whose claims the database is asked; nobody's where all rows are seen.
    acting: Option<Acting>,
    tables: HashMap<String, Watched>,
    /// What functions of the policies said last.
    probes: HashMap<String, String>,
    pub(super) plans: HashMap<PlanKey, Plan>,
    ring: VecDeque<(u64, Vec<Seen>)>,
    /// How many changes, and how many bytes.
    ring_size: (usize, usize),
    /// Every change after this step is in the ring.
    ring_from: u64,
    pub(super) last_used: Instant,
}

struct Watched {
    table: Arc<ChangeTable>,
    /// The rows that are seen; none where all are.
    keys: Option<HashSet<Uuid>>,
    /// From which step on its changes are in the ring.
    since: u64,
}

/// A change as a class sees it: a row that is not seen is not there.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) table: Arc<ChangeTable>,
    pub(super) at: i64,
    pub(super) before: Option<Arc<Image>>,
    pub(super) after: Option<Arc<Image>>,
    /// The row was there before, seen or not.
    pub(super) existed: bool,
    /// The row is there now, seen or not.
    pub(super) exists: bool,
}

/// What a class sees of a batch.
#[derive(Default)]
pub(super) struct Looked {
    net: HashMap<(String, Uuid), NetRow>,
    found: HashMap<String, Found>,
    unchanged: Vec<(String, Uuid, Arc<Image>)>,
    probes: HashMap<String, String>,
}

struct Found {
    /// All that is seen of the table, and not only of what changed.
    is_whole: bool,
    keys: HashSet<Uuid>,
}

impl Looked {
    fn is_whole(&self, name: &str) -> bool {
        self.found.get(name).is_some_and(|found| found.is_whole)
    }

    fn note(&mut self, asked: Vec<Asked>, keys: Vec<HashSet<Uuid>>) {
        for (question, keys) in asked.into_iter().zip(keys) {
            let is_whole = question.keys.is_none();
            self.found.insert(question.table.name.clone(), Found { is_whole, keys });
        }
    }
}

/// More rows are in somebody's sight than are kept.
#[derive(Debug)]
pub(super) struct TooManyRows;

impl Class {
    /// The class of somebody who asks for these changes.
    pub(super) fn key(identity: &Identity, tables: &ChangeTables, bound: &[Arc<Bound>]) -> ClassKey {
        let role = identity.role();
        let whole = bound.iter().all(|bound| match &bound.table {
            Some(table) => tables.table(&table.name).is_some_and(|table| table.is_whole_for(role)),
            None => tables.all().all(|table| table.is_whole_for(role)),
        });
        match whole && identity.principal.kind == PrincipalKind::Person {
            true => ClassKey::Role(role.to_owned()),
            false => ClassKey::Principal(identity.principal.id),
        }
    }

    pub(super) fn new(key: &ClassKey, identity: &Identity, step: u64) -> Self {
        Self {
            role: identity.role().to_owned(),
            acting: matches!(key, ClassKey::Principal(_)).then(|| identity.acting()),
            tables: HashMap::new(),
            probes: HashMap::new(),
            plans: HashMap::new(),
            ring: VecDeque::new(),
            ring_size: (0, 0),
            ring_from: step,
            last_used: Instant::now(),
        }
    }

    /// Whether everybody of the class sees all rows of its tables, so that the journal alone tells them what they missed.
    pub(super) fn is_whole(&self) -> bool {
        self.acting.is_none()
    }

    /// Rows that it is known to see.
    pub(super) fn rows(&self) -> usize {
        self.tables.values().filter_map(|watched| watched.keys.as_ref()).map(HashSet::len).sum()
    }

    /// Follows more tables from a moment on.
    pub(super) async fn watch(
        &mut self,
        store: &Store,
        view: &View,
        step: u64,
        wanted: Vec<Arc<ChangeTable>>,
    ) -> Result<Result<(), TooManyRows>, StoreError> {
        let new: Vec<_> = wanted.into_iter().filter(|table| !self.tables.contains_key(&table.name)).collect();
        if new.is_empty() {
            return Ok(Ok(()));
        }
        let Some(acting) = self.acting else {
            for table in new {
                self.tables.insert(table.name.clone(), Watched { table, keys: None, since: step });
            }
            return Ok(Ok(()));
        };
        let probes: HashSet<&String> = new.iter().flat_map(|table| &table.probes).collect();
        let probes: Vec<String> = probes.into_iter().cloned().collect();
        let asked: Vec<Asked> = new.iter().map(|table| Asked { table: Arc::clone(table), keys: None }).collect();
        let question = [Question { acting, asked, probes }];
        let Some(seen) = see(store, &view.exported, &question, MOST_ROWS + 1).await?.pop() else {
            return Err(StoreError::Internal("a question has no answer".into()));
        };
        if seen.keys.iter().any(|keys| keys.len() > MOST_ROWS) {
            return Ok(Err(TooManyRows));
        }
        self.probes.extend(seen.probes);
        for (table, keys) in new.into_iter().zip(seen.keys) {
            self.tables.insert(table.name.clone(), Watched { table, keys: Some(keys), since: step });
        }
        Ok(Ok(()))
    }

    /// What this class has to be asked about a batch; nothing of the class changes until it is [`applied`](Self::apply).
    pub(super) fn look(&self, batch: &Batch) -> (Looked, Option<Question>) {
        let Some(acting) = self.acting else { return (Looked::default(), None) };
        let net = Net::of(batch, &self.tables);
        let whole = self.reconsidered(batch);
        let probes = self.doubted(batch);
        let looked = Looked { net: net.rows, ..Looked::default() };
        if looked.net.is_empty() && whole.is_empty() && probes.is_empty() {
            return (looked, None);
        }
        let some = net.keys.iter().filter(|(name, _)| !whole.contains(*name));
        let mut asked: Vec<Asked> = some.map(|(name, keys)| self.asked(name, Some(keys.clone()))).collect();
        asked.extend(whole.iter().map(|name| self.asked(name, None)));
        (looked, Some(Question { acting, asked, probes }))
    }

    /// Takes an answer in, and tells what has to be asked after it.
    pub(super) fn answered(&self, looked: &mut Looked, question: Question, seen: changes::Seen) -> Option<Question> {
        looked.note(question.asked, seen.keys);
        // What the policies say of this reader is another thing now: whatever stands on it is looked at as a whole.
        let is_new = |probe: &String| seen.probes.get(probe).is_some_and(|hash| self.probes.get(probe) != Some(hash));
        let moved = self.tables.values().filter(|watched| watched.table.probes.iter().any(is_new));
        let names = moved.map(|watched| &watched.table.name).filter(|name| !looked.is_whole(name));
        let asked: Vec<Asked> = names.map(|name| self.asked(name, None)).collect();
        looked.probes.extend(seen.probes);
        (!asked.is_empty()).then(|| Question { acting: question.acting, asked, probes: Vec::new() })
    }

    /// Reads the rows that come into sight or leave it without having changed.
    pub(super) async fn complete(
        &self,
        store: &Store,
        transaction: &Transaction<'_>,
        looked: &mut Looked,
    ) -> Result<(), StoreError> {
        for (name, found) in looked.found.iter().filter(|(_, found)| found.is_whole) {
            let known = self.tables[name].keys.iter().flatten().copied().collect::<HashSet<Uuid>>();
            let moved = known.symmetric_difference(&found.keys);
            let moved = moved.filter(|key| !looked.net.contains_key(&(name.clone(), **key))).copied();
            let moved: Vec<Uuid> = moved.collect();
            if !moved.is_empty() {
                let images = rows(store, transaction, &self.tables[name].table, &moved).await?;
                looked.unchanged.extend(images.into_iter().map(|(key, image)| (name.clone(), key, image)));
            }
        }
        Ok(())
    }

    fn asked(&self, name: &str, keys: Option<Vec<Uuid>>) -> Asked {
        Asked { table: Arc::clone(&self.tables[name].table), keys }
    }

    /// Takes what was seen for known, and tells what is new. `now`: epoch ms.
    pub(super) fn apply(&mut self, batch: &Batch, looked: Looked, now: i64) -> Result<Vec<Seen>, TooManyRows> {
        if self.is_whole() {
            let changes = batch.changes.iter().filter(|change| self.tables.contains_key(&change.table.name));
            let all = changes.map(|change| Seen {
                table: Arc::clone(&change.table),
                at: change.at,
                before: change.before.clone(),
                after: change.after.clone(),
                existed: change.before.is_some(),
                exists: change.after.is_some(),
            });
            return Ok(all.collect());
        }
        self.probes.extend(looked.probes);
        let mut told: Vec<(usize, Seen)> = Vec::new();
        for ((name, key), row) in looked.net {
            let Some((table, was, is)) = self.moved(&name, key, &looked.found) else { continue };
            let (existed, exists) = (row.before.is_some(), row.after.is_some());
            let (before, after) = (row.before.filter(|_| was), row.after.filter(|_| is));
            if before.is_some() || after.is_some() {
                told.push((row.last, Seen { table, at: row.at, before, after, existed, exists }));
            }
        }
        for (name, key, image) in looked.unchanged {
            let Some((table, _, is)) = self.moved(&name, key, &looked.found) else { continue };
            let (before, after) = if is { (None, Some(image)) } else { (Some(image), None) };
            told.push((usize::MAX, Seen { table, at: now, before, after, existed: true, exists: true }));
        }
        if self.tables.values().any(|watched| watched.keys.as_ref().is_some_and(|keys| keys.len() > MOST_ROWS)) {
            return Err(TooManyRows);
        }
        told.sort_by_key(|(last, _)| *last);
        Ok(told.into_iter().map(|(_, seen)| seen).collect())
    }

    /// Whether a row was seen and is seen; what is known follows.
    fn moved(
        &mut self,
        name: &str,
        key: Uuid,
        found: &HashMap<String, Found>,
    ) -> Option<(Arc<ChangeTable>, bool, bool)> {
        let watched = self.tables.get_mut(name)?;
        let known = watched.keys.as_mut()?;
        let is = found.get(name)?.keys.contains(&key);
        let was = if is { !known.insert(key) } else { known.remove(&key) };
        Some((Arc::clone(&watched.table), was, is))
    }

    /// Tables whose policies look at a table that has changed.
    fn reconsidered(&self, batch: &Batch) -> HashSet<String> {
        let looked_at = |watched: &&Watched| watched.table.looked_at(&batch.touched);
        self.tables.values().filter(looked_at).map(|watched| watched.table.name.clone()).collect()
    }

    /// Functions of the policies that may say something else of this reader now.
    fn doubted(&self, batch: &Batch) -> Vec<String> {
        let decided = self.tables.values().filter(|watched| watched.table.decided_by(&batch.touched));
        let probes: HashSet<&String> = decided.flat_map(|watched| &watched.table.probes).collect();
        probes.into_iter().cloned().collect()
    }

    /// Remembers what it was told in a step.
    pub(super) fn remember(&mut self, step: u64, seen: &[Seen]) {
        if seen.is_empty() {
            return;
        }
        let size = (seen.len(), weight(seen));
        self.ring_size = (self.ring_size.0 + size.0, self.ring_size.1 + size.1);
        self.ring.push_back((step, seen.to_vec()));
        while self.ring_size.0 > RING.0 || self.ring_size.1 > RING.1 {
            let Some((step, oldest)) = self.ring.pop_front() else { break };
            self.ring_size = (self.ring_size.0 - oldest.len(), self.ring_size.1 - weight(&oldest));
            self.ring_from = step;
        }
    }

    /// What was told after a step, if it remembers that far and followed these tables all the while.
    pub(super) fn after(&self, step: u64, bound: &[Arc<Bound>]) -> Option<Vec<Seen>> {
        let followed = |table: &Arc<ChangeTable>| self.tables.get(&table.name).is_some_and(|known| known.since <= step);
        let all = |bound: &Arc<Bound>| match &bound.table {
            Some(table) => followed(table),
            None => self.tables.values().all(|known| known.since <= step),
        };
        (step >= self.ring_from && bound.iter().all(all))
            .then(|| self.ring.iter().filter(|(of, _)| *of > step).flat_map(|(_, seen)| seen.iter().cloned()).collect())
    }
}

/// About how much memory changes take. What several classes see is counted for each.
fn weight(seen: &[Seen]) -> usize {
    seen.iter().flat_map(|seen| seen.before.iter().chain(&seen.after)).map(|image| image.weight).sum()
}

/// What a batch made of each row, in one go: between two looks nobody was asked who saw it.
struct Net {
    rows: HashMap<(String, Uuid), NetRow>,
    keys: HashMap<String, Vec<Uuid>>,
}

struct NetRow {
    before: Option<Arc<Image>>,
    after: Option<Arc<Image>>,
    at: i64,
    last: usize,
}

impl Net {
    fn of(batch: &Batch, tables: &HashMap<String, Watched>) -> Self {
        let mut net = Self { rows: HashMap::new(), keys: HashMap::new() };
        for (last, change) in batch.changes.iter().enumerate() {
            if !tables.contains_key(&change.table.name) {
                continue;
            }
            let row = (change.table.name.clone(), change.key);
            match net.rows.get_mut(&row) {
                Some(known) => {
                    known.after.clone_from(&change.after);
                    (known.at, known.last) = (change.at, last);
                }
                None => {
                    net.keys.entry(change.table.name.clone()).or_default().push(change.key);
                    let (before, after) = (change.before.clone(), change.after.clone());
                    net.rows.insert(row, NetRow { before, after, at: change.at, last });
                }
            }
        }
        net
    }
}
