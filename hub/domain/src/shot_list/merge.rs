use serde_json::{Value, json};
use uuid::Uuid;

use super::cell::Kind;
use super::difference::{Difference, RowChange};
use super::link::{Link, Links};
use super::mend::Mend;
use super::sheet::{Sheet, Shot, empty};
use super::take::{CellChange, Taken};

/// Merges what was changed in the tables into a sheet: last writer wins, cell by cell. What was changed of a row that the
/// sheet does not have any more changes nothing. The mends bring the document after it.
pub fn merge(sheet: &mut Sheet, elsewhere: &Difference) -> Taken {
    let mut taken = Taken::default();
    for kind in [Kind::Scene, Kind::Shot] {
        for row in elsewhere.new_rows(kind) {
            if sheet.cells(kind, row.id).is_some() {
                cells(sheet, kind, row, &mut taken);
                continue;
            }
            let mut all = empty(kind);
            all.extend(row.cells.clone());
            let change = CellChange { kind, row: row.id, column: String::new(), old: Value::Null, new: json!(all) };
            taken.changes.push(change);
            match kind {
                Kind::Scene => {
                    taken.mends.push(Mend::Scene(row.id, all.clone()));
                    sheet.scenes.insert(row.id, all);
                }
                Kind::Shot => {
                    let shot = Shot { cells: all, links: Links::new() };
                    taken.mends.push(Mend::Shot(row.id, shot.clone()));
                    sheet.shots.insert(row.id, shot);
                }
            }
        }
    }
    elsewhere.scenes.iter().for_each(|row| cells(sheet, Kind::Scene, row, &mut taken));
    elsewhere.shots.iter().for_each(|row| cells(sheet, Kind::Shot, row, &mut taken));
    for (shot, link, id, rank) in &elsewhere.links {
        place(sheet, *shot, *link, *id, Some(rank), &mut taken);
    }
    for (shot, link, id) in &elsewhere.gone_links {
        place(sheet, *shot, *link, *id, None, &mut taken);
    }
    for id in &elsewhere.gone_shots {
        if let Some(shot) = sheet.shots.remove(id) {
            gone(Kind::Shot, *id, json!(shot.cells), &mut taken);
        }
    }
    for id in &elsewhere.gone_scenes {
        if let Some(cells) = sheet.scenes.remove(id) {
            gone(Kind::Scene, *id, json!(cells), &mut taken);
        }
    }
    taken
}

fn cells(sheet: &mut Sheet, kind: Kind, row: &RowChange, taken: &mut Taken) {
    let Some(cells) = sheet.cells_mut(kind, row.id) else { return };
    for column in &row.changed {
        let Some(new) = row.cells.get(column) else { continue };
        let old = cells.insert(column, new.clone()).unwrap_or_default();
        if old != *new {
            taken.mends.push(Mend::Cell(kind, row.id, column, new.clone()));
            let (column, new) = ((*column).to_owned(), new.clone());
            taken.changes.push(CellChange { kind, row: row.id, column, old, new });
        }
    }
}

fn place(sheet: &mut Sheet, shot: Uuid, link: Link, id: Uuid, rank: Option<&String>, taken: &mut Taken) {
    let Some(row) = sheet.shots.get_mut(&shot) else { return };
    let old = match rank {
        Some(rank) => row.links.insert((link, id), rank.clone()),
        None => row.links.remove(&(link, id)),
    };
    if old.as_ref() != rank {
        taken.mends.push(Mend::Link(shot, link, id.to_string(), rank.cloned()));
        let column = link.cell(id);
        taken.changes.push(CellChange { kind: Kind::Shot, row: shot, column, old: json!(old), new: json!(rank) });
    }
}

fn gone(kind: Kind, id: Uuid, old: Value, taken: &mut Taken) {
    taken.mends.push(Mend::Remove(kind, id.to_string()));
    taken.changes.push(CellChange { kind, row: id, column: String::new(), old, new: Value::Null });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Document;
    use crate::shot_list::{mend, read};

    fn sheet() -> Sheet {
        let (scene, shot) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut sheet = Sheet::default();
        sheet.scenes.insert(scene, empty(Kind::Scene));
        let mut cells = empty(Kind::Shot);
        cells.insert("scene_id", json!(scene));
        let links =
            [(Link::Product, 3), (Link::Model, 3)].map(|(link, id)| ((link, Uuid::from_u128(id)), "a0".to_owned()));
        sheet.shots.insert(shot, Shot { cells, links: links.into() });
        sheet
    }

    /// From any sheet to any other, by way of the difference, in the sheet as in the document.
    #[test]
    fn what_is_merged_is_what_the_tables_say() {
        let (full, empty_sheet) = (sheet(), Sheet::default());
        let mut other = sheet();
        let shot = other.shots.get_mut(&Uuid::from_u128(2)).expect("there");
        shot.cells.insert("notes", json!("Wind from the left"));
        shot.cells.insert("time_est_minutes", json!(20));
        shot.links = [((Link::Product, Uuid::from_u128(4)), "a1".to_owned())].into();
        shot.links.insert((Link::Model, Uuid::from_u128(3)), "a2".to_owned());
        for (before, after) in [(&empty_sheet, &full), (&full, &empty_sheet), (&full, &other), (&other, &full)] {
            let mut document = Document::new(1);
            let mut current = empty_sheet.clone();
            let seeded = merge(&mut current, &Difference::of_all(&empty_sheet, before));
            document.change(|maps, transaction| mend(maps, transaction, &seeded.mends));
            assert_eq!((&current, &read(&document).0), (before, before));
            let merged = merge(&mut current, &Difference::of_all(before, after));
            document.change(|maps, transaction| mend(maps, transaction, &merged.mends));
            assert_eq!((&current, &read(&document).0), (after, after));
            assert!(!merged.changes.is_empty());
            assert_eq!(merge(&mut current, &Difference::of_all(before, after)), Taken::default(), "once is enough");
        }
    }
}
