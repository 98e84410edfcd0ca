use serde_json::{Value, json};
use uuid::Uuid;
use yrs::{Any, Map as _, MapRef, Out, ReadTxn};

use super::cell::{Kind, is_rank, is_short_rank};
use super::link::{Link, Links};
use super::lock::{LONGEST, Lock};
use super::mend::Mend;
use super::sheet::{Cells, SCENES, SHOTS, Sheet, Shot, empty};
use crate::documents::Document;
use crate::documents::document::Touched;

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// The person.
    pub id: Uuid,
    /// Owner, admin or producer: takes any lock over.
    pub supervises: bool,
}

/// Something that its author will not find as they left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable.
    pub code: &'static str,
    /// The row's key in the document.
    pub row: String,
    /// The column, `products`, `models` or `locks`; empty for the whole row.
    pub column: String,
    /// In words.
    pub message: String,
}

/// What a change did to one cell, for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// Of which kind of row.
    pub kind: Kind,
    /// Which row.
    pub row: Uuid,
    /// The column; `products.{id}` or `models.{id}`; empty when the whole row came or went.
    pub column: String,
    /// What stood there.
    pub old: Value,
    /// What stands there now.
    pub new: Value,
}

/// What came of a change of the document.
#[derive(Debug, Default, PartialEq)]
pub struct Taken {
    /// Cells that are different now.
    pub changes: Vec<CellChange>,
    /// What the author is told.
    pub faults: Vec<Fault>,
    /// What the hub has to write into the document, so that it says what the sheet says.
    pub mends: Vec<Mend>,
}

/// The whole document as a sheet. What cannot stand is read as empty, and mended.
pub fn read(document: &Document) -> (Sheet, Taken) {
    let touched = document.read(|maps, transaction| Touched {
        scenes: maps.scenes.keys(transaction).map(ToString::to_string).collect(),
        shots: maps.shots.keys(transaction).map(ToString::to_string).collect(),
        locks: maps.locks.keys(transaction).map(ToString::to_string).collect(),
    });
    let mut sheet = Sheet::default();
    let mut taken = take(&mut sheet, document, &touched, None, 0);
    taken.changes.clear();
    (sheet, taken)
}

/// Brings the sheet up to the document where a change touched it, and says what of that cannot stand. Without an author
/// locks are not asked: the hub's own changes, and those that another hub has judged. `now` in epoch ms.
pub fn take(sheet: &mut Sheet, document: &Document, touched: &Touched, author: Option<&Author>, now: i64) -> Taken {
    let mut taken = Taken::default();
    document.read(|maps, transaction| {
        for key in &touched.scenes {
            let held = maps.scenes.get(transaction, key);
            scene(sheet, key, held, transaction, author.is_some(), &mut taken);
        }
        for key in &touched.shots {
            let held = maps.shots.get(transaction, key);
            shot(sheet, key, held, transaction, author, now, &mut taken);
        }
        // After the rows: a change that takes a lock and writes into its row was made before it was locked for its author.
        for key in &touched.locks {
            let held = maps.locks.get(transaction, key);
            lock(sheet, key, held.as_ref(), author, now, &mut taken);
        }
    });
    taken
}

fn scene<T: ReadTxn>(
    sheet: &mut Sheet,
    key: &str,
    held: Option<Out>,
    transaction: &T,
    by_people: bool,
    taken: &mut Taken,
) {
    let Some(id) = row_id(Kind::Scene, key, held.is_some(), taken) else { return };
    let before = sheet.scenes.get(&id).cloned();
    match held {
        None => {
            if let Some(cells) = before {
                sheet.scenes.remove(&id);
                taken.gone(Kind::Scene, id, &cells);
            }
        }
        Some(Out::YMap(map)) => {
            if by_people && before.is_none() && sheet.scenes.len() >= SCENES {
                return taken.refuse_row(Kind::Scene, key, "too_many_rows", "the list has as many scenes as it may");
            }
            let cells = cells(Kind::Scene, id, &map, before.as_ref(), transaction, by_people, taken);
            taken.came(Kind::Scene, id, before.as_ref(), &cells);
            sheet.scenes.insert(id, cells);
        }
        Some(_) => match before {
            Some(cells) => {
                taken.fault("wrong_type", key, "", "a scene is a map of cells");
                taken.mends.push(Mend::Scene(id, cells));
            }
            None => taken.refuse_row(Kind::Scene, key, "wrong_type", "a scene is a map of cells"),
        },
    }
}

fn shot<T: ReadTxn>(
    sheet: &mut Sheet,
    key: &str,
    held: Option<Out>,
    transaction: &T,
    author: Option<&Author>,
    now: i64,
    taken: &mut Taken,
) {
    let Some(id) = row_id(Kind::Shot, key, held.is_some(), taken) else { return };
    let before = sheet.shots.get(&id).cloned();
    let lock = sheet.locks.get(&id);
    let kept_off = author.is_some_and(|author| lock.is_some_and(|lock| lock.keeps_off(author.id, now)));
    let after = match held {
        None => None,
        Some(Out::YMap(map)) => {
            if author.is_some() && before.is_none() && sheet.shots.len() >= SHOTS {
                return taken.refuse_row(Kind::Shot, key, "too_many_rows", "the list has as many shots as it may");
            }
            let people = author.is_some();
            let old = before.as_ref().map(|shot| &shot.cells);
            let cells = cells(Kind::Shot, id, &map, old, transaction, people, taken);
            let read = |link| links(link, id, &map, before.as_ref(), transaction, people, taken);
            Some(Shot { cells, links: Link::ALL.into_iter().flat_map(read).collect() })
        }
        Some(_) => match before {
            Some(before) => {
                taken.fault("wrong_type", key, "", "a shot is a map of cells");
                return taken.mends.push(Mend::Shot(id, before));
            }
            None => return taken.refuse_row(Kind::Shot, key, "wrong_type", "a shot is a map of cells"),
        },
    };
    if kept_off && before != after {
        return put_back(id, before, after, taken);
    }
    match (&before, &after) {
        (Some(before), None) => taken.gone(Kind::Shot, id, &before.cells),
        (_, Some(after)) => {
            taken.came(Kind::Shot, id, before.as_ref().map(|shot| &shot.cells), &after.cells);
            taken.links(id, before.as_ref(), after);
        }
        (None, None) => {}
    }
    match after {
        Some(after) => sheet.shots.insert(id, after),
        None => sheet.shots.remove(&id),
    };
}

/// Somebody changed a row that another one keeps locked.
fn put_back(id: Uuid, before: Option<Shot>, after: Option<Shot>, taken: &mut Taken) {
    let message = "somebody else has locked this row";
    let key = id.to_string();
    let (before, after) = match (before, after) {
        (None, _) => return taken.refuse_row(Kind::Shot, &key, "row_locked", message),
        (Some(before), None) => {
            taken.fault("row_locked", &key, "", message);
            return taken.mends.push(Mend::Shot(id, before));
        }
        (Some(before), Some(after)) => (before, after),
    };
    for (column, value) in &before.cells {
        if after.cells.get(column) != Some(value) {
            taken.fault("row_locked", &key, column, message);
            taken.mends.push(Mend::Cell(Kind::Shot, id, column, value.clone()));
        }
    }
    let shown: std::collections::BTreeSet<_> = before.links.keys().chain(after.links.keys()).collect();
    for (link, other) in shown {
        let rank = before.links.get(&(*link, *other));
        if after.links.get(&(*link, *other)) != rank {
            taken.fault("row_locked", &key, link.name(), message);
            taken.mends.push(Mend::Link(id, *link, other.to_string(), rank.cloned()));
        }
    }
}

fn cells<T: ReadTxn>(
    kind: Kind,
    id: Uuid,
    map: &MapRef,
    before: Option<&Cells>,
    transaction: &T,
    by_people: bool,
    taken: &mut Taken,
) -> Cells {
    let mut cells = empty(kind);
    for column in kind.columns() {
        let was = before.and_then(|cells| cells.get(column.name));
        let read = column.read(map.get(transaction, column.name)).and_then(|value| {
            let fits = !by_people || was == Some(&value) || column.fits(&value);
            if fits { Ok(value) } else { Err("text_too_long") }
        });
        let value = match read {
            Ok(value) => value,
            Err(code) => {
                let value = was.cloned().unwrap_or_else(|| column.empty());
                taken.fault(code, &id.to_string(), column.name, "this value cannot stand here; the one before is back");
                taken.mends.push(Mend::Cell(kind, id, column.name, value.clone()));
                value
            }
        };
        cells.insert(column.name, value);
    }
    cells
}

/// Reads what a shot shows of one kind.
fn links<T: ReadTxn>(
    link: Link,
    row: Uuid,
    map: &MapRef,
    before: Option<&Shot>,
    transaction: &T,
    by_people: bool,
    taken: &mut Taken,
) -> Links {
    let mut links = Links::new();
    let key = row.to_string();
    let held = match map.get(transaction, link.name()) {
        None | Some(Out::Any(Any::Null | Any::Undefined)) => return links,
        Some(Out::YMap(held)) => held,
        Some(_) => {
            taken.fault("wrong_type", &key, link.name(), &format!("{} is a map of ranks", link.name()));
            for (id, rank) in before.into_iter().flat_map(|shot| link.of(&shot.links)) {
                taken.mends.push(Mend::Link(row, link, id.to_string(), Some(rank.clone())));
                links.insert((link, id), rank.clone());
            }
            if links.is_empty() {
                taken.mends.push(Mend::Link(row, link, String::new(), None));
            }
            return links;
        }
    };
    for (name, rank) in held.iter(transaction) {
        let rank = match rank {
            Out::Any(Any::String(rank)) if is_rank(&rank) && (!by_people || is_short_rank(&rank)) => {
                Some(rank.to_string())
            }
            _ => None,
        };
        let id = name.parse::<Uuid>().ok().filter(|id| id.to_string() == name);
        let was = id.and_then(|id| before?.links.get(&(link, id)).cloned());
        match (id, rank) {
            (Some(id), Some(rank)) if !by_people || was.is_some() || links.len() < link.most() => {
                links.insert((link, id), rank);
            }
            (Some(id), None) if was.is_some() => {
                taken.fault("invalid_rank", &key, link.name(), "its place is a rank");
                taken.mends.push(Mend::Link(row, link, name.to_owned(), was.clone()));
                links.extend(was.map(|rank| ((link, id), rank)));
            }
            (id, rank) => {
                let code = match (id, rank) {
                    (None, _) => link.no_id(),
                    (_, None) => "invalid_rank",
                    _ => link.too_many(),
                };
                taken.fault(code, &key, link.name(), "the shot cannot show this");
                taken.mends.push(Mend::Link(row, link, name.to_owned(), None));
            }
        }
    }
    links
}

fn lock(sheet: &mut Sheet, key: &str, held: Option<&Out>, author: Option<&Author>, now: i64, taken: &mut Taken) {
    let id = key.parse::<Uuid>().ok().filter(|id| id.to_string() == key);
    let before = id.and_then(|id| sheet.locks.get(&id).cloned());
    let refuse = |taken: &mut Taken, code: &'static str, message: &str| {
        taken.fault(code, key, "locks", message);
        taken.mends.push(Mend::Lock(key.to_owned(), before.clone()));
    };
    let after = match held {
        None => None,
        Some(held) => match (id, Lock::read(held)) {
            (Some(_), Some(lock)) => Some(lock),
            _ => return refuse(taken, "invalid_lock", "a lock is {by, name, until} under the id of its shot"),
        },
    };
    if let Some(author) = author {
        if !author.supervises && before.as_ref().is_some_and(|lock| lock.keeps_off(author.id, now)) {
            return refuse(taken, "row_locked", "somebody else has locked this row");
        }
        if let Some(after) = &after
            && Some(after) != before.as_ref()
        {
            if after.by != author.id {
                return refuse(taken, "invalid_lock", "a row is locked in one's own name");
            }
            if after.until > now + LONGEST {
                return refuse(taken, "invalid_lock", "a lock ends within 15 minutes; renew it");
            }
        }
    }
    let Some(id) = id else { return };
    match after {
        Some(after) => sheet.locks.insert(id, after),
        None => sheet.locks.remove(&id),
    };
}

/// The row's id, if its key is one as ids are spelt.
fn row_id(kind: Kind, key: &str, is_there: bool, taken: &mut Taken) -> Option<Uuid> {
    let id = key.parse::<Uuid>().ok().filter(|id| id.to_string() == key);
    if id.is_none() && is_there {
        taken.refuse_row(kind, key, "invalid_id", "a row's key is a UUID in lower case");
    }
    id
}

impl Taken {
    /// Tells the author of something.
    pub fn fault(&mut self, code: &'static str, row: &str, column: &str, message: &str) {
        // What a client called a row may be long.
        let row = row.chars().take(100).collect();
        self.faults.push(Fault { code, row, column: column.to_owned(), message: message.to_owned() });
    }

    fn refuse_row(&mut self, kind: Kind, key: &str, code: &'static str, message: &str) {
        self.fault(code, key, "", message);
        self.mends.push(Mend::Remove(kind, key.to_owned()));
    }

    fn gone(&mut self, kind: Kind, row: Uuid, cells: &Cells) {
        self.changes.push(CellChange { kind, row, column: String::new(), old: json!(cells), new: Value::Null });
    }

    fn came(&mut self, kind: Kind, row: Uuid, before: Option<&Cells>, after: &Cells) {
        let Some(before) = before else {
            let change = CellChange { kind, row, column: String::new(), old: Value::Null, new: json!(after) };
            return self.changes.push(change);
        };
        for (column, new) in after {
            let old = &before[column];
            if old != new {
                let (old, new) = (old.clone(), new.clone());
                self.changes.push(CellChange { kind, row, column: (*column).to_owned(), old, new });
            }
        }
    }

    fn links(&mut self, row: Uuid, before: Option<&Shot>, after: &Shot) {
        let none = Links::new();
        let before = before.map_or(&none, |shot| &shot.links);
        for ((link, id), rank) in &after.links {
            let was = before.get(&(*link, *id));
            if was != Some(rank) {
                self.link(row, *link, *id, json!(was), json!(rank));
            }
        }
        for ((link, id), rank) in before.iter().filter(|(key, _)| !after.links.contains_key(key)) {
            self.link(row, *link, *id, json!(rank), Value::Null);
        }
    }

    fn link(&mut self, row: Uuid, link: Link, id: Uuid, old: Value, new: Value) {
        self.changes.push(CellChange { kind: Kind::Shot, row, column: link.cell(id), old, new });
    }
}

#[cfg(test)]
mod tests;
