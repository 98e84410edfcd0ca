use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use yrs::types::{Events, PathSegment};
use yrs::updates::decoder::Decode as _;
use yrs::updates::encoder::Encode as _;
use yrs::{ClientID, DeepObservable as _, Doc, MapRef, OffsetKind, Options, ReadTxn as _, StateVector, Transact as _};
use yrs::{TransactionMut, Update, WriteTxn as _};

/// The rows that a change touched, by the keys they have in the document: whatever a client wrote there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Of the map `scenes`.
    pub scenes: BTreeSet<String>,
    /// Of the map `shots`, with their products.
    pub shots: BTreeSet<String>,
    /// Of the map `locks`.
    pub locks: BTreeSet<String>,
}

impl Touched {
    /// Whether it touched nothing.
    pub fn is_empty(&self) -> bool {
        self.scenes.is_empty() && self.shots.is_empty() && self.locks.is_empty()
    }
}

/// What came of an update.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The rows it touched.
    pub touched: Touched,
    /// It knows of changes that the document has not seen: that part was not taken. The client must be asked for what is
    /// missing with a step 1.
    pub is_missing_something: bool,
}

/// Why an update was not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The bytes are no update; the document is as before.
    #[error("the bytes are not a Yjs update")]
    Malformed,
    /// It broke the document in memory, which must be made again from what is stored.
    #[error("the update broke the document in memory")]
    Broken,
}

/// A Yjs document with the maps `scenes`, `shots` and `locks`.
///
/// One task owns it. What it takes from clients can be anything: an update is applied or refused, never a panic.
pub struct Document {
    doc: Doc,
    scenes: MapRef,
    shots: MapRef,
    locks: MapRef,
    touched: Arc<Mutex<Touched>>,
}

impl Document {
    /// An empty document. `client_id` names its own changes: below 2^32, and nobody else's.
    pub fn new(client_id: u32) -> Self {
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_guid_and_client_id("".into(), ClientID::new(u64::from(client_id)))
        };
        let doc = Doc::with_options(options);
        let (scenes, shots, locks) = {
            let mut transaction = doc.transact_mut();
            let mut map = |name: &str| transaction.get_or_insert_map(name);
            (map("scenes"), map("shots"), map("locks"))
        };
        let touched = Arc::new(Mutex::new(Touched::default()));
        for (map, rows) in [
            (&scenes, (|touched| &mut touched.scenes) as fn(&mut Touched) -> &mut BTreeSet<String>),
            (&shots, |touched| &mut touched.shots),
            (&locks, |touched| &mut touched.locks),
        ] {
            let touched = Arc::clone(&touched);
            map.observe_deep("rows", move |transaction: &TransactionMut<'_>, events: &Events<'_>| {
                let mut touched = touched.lock().unwrap_or_else(PoisonError::into_inner);
                note(rows(&mut touched), transaction, events);
            });
        }
        Self { doc, scenes, shots, locks, touched }
    }

    /// Applies an update of a client, or of the log: applied in the order of the log, every replica is the same.
    ///
    /// # Errors
    /// See [`DocumentError`].
    pub fn apply(&mut self, update: &[u8]) -> Result<Applied, DocumentError> {
        let decoded = catch_unwind(AssertUnwindSafe(|| Update::decode_v1(update)));
        let Ok(Ok(decoded)) = decoded else { return Err(DocumentError::Malformed) };
        let doc = &self.doc;
        let applied = catch_unwind(AssertUnwindSafe(|| integrate(doc, decoded)));
        match applied {
            Ok(Ok(is_missing_something)) => Ok(Applied { touched: self.take_touched(), is_missing_something }),
            // It may have been applied in part.
            Ok(Err(())) | Err(_) => Err(DocumentError::Broken),
        }
    }

    /// Changes the document as the hub itself. The update of the change, and the rows it touched; `None` if it changed
    /// nothing.
    pub fn change(&mut self, write: impl FnOnce(&Maps<'_>, &mut TransactionMut<'_>)) -> Option<(Vec<u8>, Touched)> {
        let mut transaction = self.doc.transact_mut();
        let maps = Maps { scenes: &self.scenes, shots: &self.shots, locks: &self.locks };
        write(&maps, &mut transaction);
        let update = transaction.encode_update_v1();
        drop(transaction);
        let touched = self.take_touched();
        (!touched.is_empty()).then_some((update, touched))
    }

    /// Reads the document.
    pub fn read<T>(&self, read: impl FnOnce(&Maps<'_>, &yrs::Transaction<'_>) -> T) -> T {
        let transaction = self.doc.transact();
        read(&Maps { scenes: &self.scenes, shots: &self.shots, locks: &self.locks }, &transaction)
    }

    /// What the document has seen, as the body of a step 1.
    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// The names of everybody who has ever changed the document.
    pub fn clients(&self) -> BTreeSet<u64> {
        self.doc.transact().state_vector().iter().map(|(client, _)| client.get()).collect()
    }

    /// What somebody who has this much lacks, as the body of a step 2.
    ///
    /// # Errors
    /// [`DocumentError::Malformed`] when it is no state vector.
    pub fn since(&self, state_vector: &[u8]) -> Result<Vec<u8>, DocumentError> {
        let decoded = read_state_vector(state_vector)?;
        let transaction = self.doc.transact();
        catch_unwind(AssertUnwindSafe(|| transaction.encode_state_as_update_v1(&decoded)))
            .map_err(|_| DocumentError::Broken)
    }

    /// Whether an update says nothing that the document does not know; deletions are not looked at when there are none
    /// to make.
    pub fn knows(&self, update: &[u8]) -> bool {
        let Ok(Ok(update)) = catch_unwind(AssertUnwindSafe(|| Update::decode_v1(update))) else { return false };
        let known = self.doc.transact().state_vector();
        update.state_vector().iter().all(|(client, clock)| known.get(client) >= *clock)
    }

    /// Everything, as one update.
    ///
    /// # Errors
    /// [`DocumentError::Broken`].
    pub fn everything(&self) -> Result<Vec<u8>, DocumentError> {
        self.since(&[0])
    }

    fn take_touched(&self) -> Touched {
        std::mem::take(&mut self.touched.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The clients that a state vector (the body of a step 1) names.
///
/// # Errors
/// [`DocumentError::Malformed`].
pub fn clients_of(state_vector: &[u8]) -> Result<BTreeSet<u64>, DocumentError> {
    Ok(read_state_vector(state_vector)?.iter().map(|(client, _)| client.get()).collect())
}

fn read_state_vector(bytes: &[u8]) -> Result<StateVector, DocumentError> {
    match catch_unwind(AssertUnwindSafe(|| StateVector::decode_v1(bytes))) {
        Ok(Ok(decoded)) => Ok(decoded),
        _ => Err(DocumentError::Malformed),
    }
}

/// The document's maps, for reading and writing.
pub struct Maps<'a> {
    /// Scenes by id.
    pub scenes: &'a MapRef,
    /// Shots by id.
    pub shots: &'a MapRef,
    /// Locks by the id of their shot.
    pub locks: &'a MapRef,
}

/// Whether something is missing. `yrs` leaves updates waiting although what they waited for has come, when they came out of
/// order: they are given to it again until nothing changes. What then still waits would spoil the next encoding, and is
/// dropped.
fn integrate(doc: &Doc, update: Update) -> Result<bool, ()> {
    let mut transaction = doc.transact_mut();
    transaction.apply_update(update).map_err(|_| ())?;
    while transaction.has_missing_updates() {
        let before = transaction.state_vector();
        let Some(waiting) = transaction.prune_pending() else { break };
        transaction.apply_update(waiting).map_err(|_| ())?;
        if transaction.state_vector() == before {
            break;
        }
    }
    Ok(transaction.prune_pending().is_some())
}

/// Notes the first key of each change's path: the row.
fn note(rows: &mut BTreeSet<String>, transaction: &TransactionMut<'_>, events: &Events<'_>) {
    for event in events.iter() {
        match event.path().front() {
            Some(PathSegment::Key(row)) => {
                rows.insert(row.to_string());
            }
            Some(PathSegment::Index(_)) => {}
            None => {
                if let yrs::types::Event::Map(event) = event {
                    rows.extend(event.keys(transaction).keys().map(ToString::to_string));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use yrs::{Any, Map as _, MapPrelim};

    use super::*;

    fn insert(document: &mut Document, key: &str, description: &str) -> Vec<u8> {
        let written = document.change(|maps, transaction| {
            maps.shots.insert(transaction, key, MapPrelim::from([("description", description)]));
        });
        written.expect("something changed").0
    }

    fn set(document: &mut Document, key: &str, description: &str) -> Vec<u8> {
        let written = document.change(|maps, transaction| {
            let Some(yrs::Out::YMap(shot)) = maps.shots.get(transaction, key) else { panic!("{key} is there") };
            shot.insert(transaction, "description", description);
        });
        written.expect("something changed").0
    }

    fn description(document: &Document, key: &str) -> Option<String> {
        document.read(|maps, transaction| {
            let yrs::Out::YMap(shot) = maps.shots.get(transaction, key)? else { return None };
            match shot.get(transaction, "description")? {
                yrs::Out::Any(Any::String(text)) => Some(text.to_string()),
                _ => None,
            }
        })
    }

    #[test]
    fn a_change_tells_which_rows_it_touched() {
        let (mut here, mut there) = (Document::new(1), Document::new(2));
        let made = insert(&mut here, "a", "Portrait");
        let applied = there.apply(&made).expect("an update");
        assert_eq!(applied.touched.shots, BTreeSet::from(["a".to_owned()]));
        assert!(applied.touched.scenes.is_empty() && !applied.is_missing_something);
        let changed = set(&mut there, "a", "Close-up");
        let applied = here.apply(&changed).expect("an update");
        assert_eq!(applied.touched.shots, BTreeSet::from(["a".to_owned()]));
        assert_eq!(description(&here, "a").as_deref(), Some("Close-up"));
        assert_eq!(here.apply(&changed).expect("again"), Applied::default(), "the same twice changes nothing");
    }

    #[test]
    fn what_comes_too_early_is_asked_for_again() {
        let (mut here, mut there) = (Document::new(1), Document::new(2));
        let first = insert(&mut here, "a", "one");
        let second = set(&mut here, "a", "two");
        assert!(there.apply(&second).expect("an update").is_missing_something);
        assert!(there.everything().is_ok(), "what waited does not spoil the next encoding");
        there.apply(&first).expect("an update");
        let rest = here.since(&there.state_vector()).expect("a state vector");
        assert!(!there.apply(&rest).expect("an update").is_missing_something);
        assert_eq!(description(&there, "a").as_deref(), Some("two"));
    }

    #[test]
    fn what_is_no_update_changes_nothing() {
        let mut here = Document::new(1);
        let update = insert(&mut here, "a", "one");
        let mut there = Document::new(2);
        for bytes in [&[][..], &[1], &[0xff; 40], &update[..update.len() - 3]] {
            assert!(there.apply(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(there.since(&[0xff, 0xff, 0xff]), Err(DocumentError::Malformed));
        assert_eq!(there.clients(), BTreeSet::new());
        there.apply(&update).expect("an update");
        assert_eq!(there.clients(), BTreeSet::from([1]));
        assert_eq!(clients_of(&there.state_vector()), Ok(BTreeSet::from([1])));
    }
}
