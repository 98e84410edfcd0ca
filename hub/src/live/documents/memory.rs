use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use domain::documents::{Document, DocumentError};
use domain::shot_list::{CellChange, Difference, Sheet, mend, merge, read};
use schemas::Topic;
use uuid::Uuid;

use super::registry::Unopened;
use crate::live::Node;
use crate::store::documents::{self, Stored, StoredDocument};

/// A document in memory, as it was stored, with what was changed in the tables while nobody had it open.
pub(super) struct Memory {
    pub(super) document: Document,
    /// What it says.
    pub(super) sheet: Sheet,
    /// What the tables say.
    pub(super) tables: Sheet,
    pub(super) epoch: i32,
    /// Clients whose history was dropped.
    pub(super) retired: HashSet<u64>,
    /// The last update of the log that it holds.
    pub(super) seen: i64,
    /// The last one that the stored state holds.
    pub(super) folded_to: i64,
    /// Bytes of what is stored of it.
    pub(super) size: usize,
    pub(super) topic: Topic,
    /// The last commit of the journal that the tables were read at.
    pub(super) topic_seq: u64,
    /// What the hub had to write into it, and what that changed.
    pub(super) merged: Option<(Vec<u8>, Vec<CellChange>)>,
}

/// A name for the hub's own changes that no client has.
pub(super) fn client_id() -> u32 {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    u32::from_be_bytes(bytes)
}

/// Opens a document. The first time it is made from the rows, once: clients never write initial content.
pub(super) async fn open(node: &Arc<Node>, organization_id: Uuid, id: Uuid) -> Result<Memory, Unopened> {
    for _ in 0..3 {
        let stored = documents::open(&node.store, organization_id, id).await.map_err(|error| not_now(id, &error))?;
        let Stored { topic, topic_seq, tables, document } = stored.ok_or(Unopened::NotThere)?;
        let Some(document) = document else {
            let state = tokio::task::spawn_blocking(move || seed(&tables)).await.map_err(|_| Unopened::NotNow)?;
            let made = documents::create(&node.store, organization_id, id, topic, &state).await;
            made.map_err(|error| not_now(id, &error))?;
            continue;
        };
        // Large documents take a tenth of a second.
        let made = tokio::task::spawn_blocking(move || remember(document, tables, topic, topic_seq)).await;
        return match made {
            Ok(Ok(memory)) => Ok(memory),
            Ok(Err(error)) => Err(not_now(id, &error)),
            Err(error) => Err(not_now(id, &error)),
        };
    }
    Err(Unopened::NotNow)
}

/// The rows as a new document.
pub(super) fn seed(tables: &Sheet) -> Vec<u8> {
    let mut document = Document::new(client_id());
    let seeded = merge(&mut Sheet::default(), &Difference::of_all(&Sheet::default(), tables));
    document.change(|maps, transaction| mend(maps, transaction, &seeded.mends));
    document.everything().unwrap_or_else(|_| vec![0, 0])
}

fn remember(stored: StoredDocument, tables: Sheet, topic: Topic, topic_seq: u64) -> Result<Memory, DocumentError> {
    let mut document = Document::new(client_id());
    let size = stored.state.len() + stored.updates.iter().map(|(_, update)| update.len()).sum::<usize>();
    document.apply(&stored.state)?;
    let (shown, rest): (Vec<_>, Vec<_>) = stored.updates.into_iter().partition(|(n, _)| *n <= stored.projected_to);
    let mut seen = stored.folded_to;
    for (n, update) in shown {
        document.apply(&update)?;
        seen = n;
    }
    // The rows followed the log up to here: whatever else they say was written by somebody else.
    let elsewhere = Difference::of_all(&read(&document).0.as_tables(), &tables);
    for (n, update) in rest {
        document.apply(&update)?;
        seen = n;
    }
    let (mut sheet, mut found) = read(&document);
    let merged = merge(&mut sheet, &elsewhere);
    found.mends.extend(merged.mends);
    let update = document.change(|maps, transaction| mend(maps, transaction, &found.mends));
    Ok(Memory {
        merged: update.map(|(update, _)| (update, merged.changes)),
        document,
        sheet,
        tables,
        epoch: stored.epoch,
        retired: stored.retired.into_iter().collect(),
        seen,
        folded_to: stored.folded_to,
        size,
        topic,
        topic_seq,
    })
}

impl Memory {
    /// The rows in which tables and document are not the same.
    pub(super) fn different(&self) -> (BTreeSet<Uuid>, BTreeSet<Uuid>) {
        let scenes = self.tables.scenes.keys().chain(self.sheet.scenes.keys()).copied().collect();
        let shots = self.tables.shots.keys().chain(self.sheet.shots.keys()).copied().collect();
        let difference = Difference::between(&self.tables, &self.sheet, &scenes, &shots);
        let of = |rows: &[domain::shot_list::RowChange]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        let linked: Vec<Uuid> = difference.linked().collect();
        let scenes = [of(&difference.new_scenes), of(&difference.scenes), difference.gone_scenes].concat();
        let shots = [of(&difference.new_shots), of(&difference.shots), difference.gone_shots, linked].concat();
        (scenes.into_iter().collect(), shots.into_iter().collect())
    }
}

fn not_now(document: Uuid, error: &dyn std::fmt::Display) -> Unopened {
    tracing::warn!(%document, %error, "a document could not be opened");
    Unopened::NotNow
}
