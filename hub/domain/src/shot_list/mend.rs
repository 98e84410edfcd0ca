use serde_json::Value;
use uuid::Uuid;
use yrs::{Any, In, Map as _, MapPrelim, MapRef, Out, ReadTxn as _, TransactionMut};

use super::cell::{Kind, held};
use super::link::{Link, Links};
use super::lock::Lock;
use super::sheet::{Cells, Shot};
use crate::documents::document::Maps;

/// Something that the hub writes into the document: it puts right what cannot stand, or merges what was changed elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Mend {
    /// One cell.
    Cell(Kind, Uuid, &'static str, Value),
    /// A whole scene.
    Scene(Uuid, Cells),
    /// A whole shot.
    Shot(Uuid, Shot),
    /// No such row, by its key as it stands in the document.
    Remove(Kind, String),
    /// What a shot shows by its key, with its rank, or not.
    Link(Uuid, Link, String, Option<String>),
    /// A lock by its key, or none.
    Lock(String, Option<Lock>),
}

/// Writes mends into the document.
pub fn mend(maps: &Maps<'_>, transaction: &mut TransactionMut<'_>, mends: &[Mend]) {
    for mend in mends {
        match mend {
            Mend::Cell(kind, row, column, value) => {
                if let Some(map) = row_of(of(maps, *kind), transaction, *row) {
                    map.insert(transaction, *column, held(value));
                }
            }
            Mend::Scene(row, cells) => {
                maps.scenes.insert(transaction, row.to_string(), prelim(cells, None));
            }
            Mend::Shot(row, shot) => {
                maps.shots.insert(transaction, row.to_string(), prelim(&shot.cells, Some(&shot.links)));
            }
            Mend::Remove(kind, key) => {
                of(maps, *kind).remove(transaction, key);
            }
            Mend::Link(shot, link, key, rank) => {
                let Some(map) = row_of(maps.shots, transaction, *shot) else { continue };
                match (map.get(transaction, link.name()), rank) {
                    (Some(Out::YMap(links)), Some(rank)) => {
                        links.insert(transaction, key.as_str(), rank.as_str());
                    }
                    (Some(Out::YMap(links)), None) => {
                        links.remove(transaction, key);
                    }
                    (_, Some(rank)) => {
                        map.insert(transaction, link.name(), MapPrelim::from([(key.as_str(), rank.as_str())]));
                    }
                    (_, None) => {
                        map.insert(transaction, link.name(), MapPrelim::default());
                    }
                }
            }
            Mend::Lock(key, Some(lock)) => {
                maps.locks.insert(transaction, key.as_str(), lock.held());
            }
            Mend::Lock(key, None) => {
                maps.locks.remove(transaction, key);
            }
        }
    }
}

fn of<'a>(maps: &'a Maps<'_>, kind: Kind) -> &'a MapRef {
    match kind {
        Kind::Scene => maps.scenes,
        Kind::Shot => maps.shots,
    }
}

/// A row's map. Clients may spell an id in capitals; then that is its key.
fn row_of(map: &MapRef, transaction: &TransactionMut<'_>, row: Uuid) -> Option<MapRef> {
    debug_assert!(!transaction.has_missing_updates());
    match map.get(transaction, &row.to_string()) {
        Some(Out::YMap(map)) => Some(map),
        _ => None,
    }
}

fn prelim(cells: &Cells, links: Option<&Links>) -> MapPrelim {
    let cells = cells.iter().map(|(column, value)| (*column, In::Any(held(value))));
    let maps = links.into_iter().flat_map(|links| {
        Link::ALL.map(|link| {
            let ranks: MapPrelim =
                link.of(links).map(|(id, rank)| (id.to_string(), In::Any(Any::from(rank.as_str())))).collect();
            (link.name(), In::Map(ranks))
        })
    });
    cells.chain(maps).collect()
}
