use std::collections::BTreeSet;

use uuid::Uuid;

use super::cell::Kind;
use super::sheet::{Cells, Sheet, Shot};

/// A row that is different.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// Which.
    pub id: Uuid,
    /// All its columns as they are now.
    pub cells: Cells,
    /// Those that are different; of a new row, all.
    pub changed: BTreeSet<&'static str>,
}

/// What has to change in the tables so that they say what a sheet says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// Scenes that are new.
    pub new_scenes: Vec<RowChange>,
    /// Scenes that are different.
    pub scenes: Vec<RowChange>,
    /// Scenes that are gone.
    pub gone_scenes: Vec<Uuid>,
    /// Shots that are new.
    pub new_shots: Vec<RowChange>,
    /// Shots that are different.
    pub shots: Vec<RowChange>,
    /// Shots that are gone, with their products.
    pub gone_shots: Vec<Uuid>,
    /// Products of shots, with their ranks, new or different.
    pub products: Vec<(Uuid, Uuid, String)>,
    /// Products that are not of these shots any more.
    pub gone_products: Vec<(Uuid, Uuid)>,
}

impl Difference {
    /// From what the tables say to what they should, looking at these rows only. Both sheets as tables have them: a shot
    /// whose scene is not there is in none.
    pub fn between(tables: &Sheet, sheet: &Sheet, scenes: &BTreeSet<Uuid>, shots: &BTreeSet<Uuid>) -> Self {
        let mut difference = Self::default();
        for id in scenes {
            match (tables.scenes.get(id), sheet.scenes.get(id)) {
                (None, Some(cells)) => difference.new_scenes.push(whole(*id, cells)),
                (Some(_), None) => difference.gone_scenes.push(*id),
                (Some(before), Some(after)) => difference.scenes.extend(changed(*id, before, after)),
                (None, None) => {}
            }
        }
        for id in shots {
            let after = sheet.shots.get(id).map(|shot| sheet.shown(shot));
            match (tables.shots.get(id), after) {
                (None, Some(after)) => {
                    difference.new_shots.push(whole(*id, &after.cells));
                    difference.products.extend(after.products.into_iter().map(|(product, rank)| (*id, product, rank)));
                }
                (Some(_), None) => difference.gone_shots.push(*id),
                (Some(before), Some(after)) => {
                    difference.shots.extend(changed(*id, &before.cells, &after.cells));
                    difference.products_between(*id, before, &after);
                }
                (None, None) => {}
            }
        }
        difference
    }

    /// Everything, wherever it is different.
    pub fn of_all(tables: &Sheet, sheet: &Sheet) -> Self {
        let scenes = tables.scenes.keys().chain(sheet.scenes.keys()).copied().collect();
        let shots = tables.shots.keys().chain(sheet.shots.keys()).copied().collect();
        Self::between(tables, sheet, &scenes, &shots)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The rows of one kind that are new.
    pub fn new_rows(&self, kind: Kind) -> &[RowChange] {
        match kind {
            Kind::Scene => &self.new_scenes,
            Kind::Shot => &self.new_shots,
        }
    }

    fn products_between(&mut self, shot: Uuid, before: &Shot, after: &Shot) {
        for (product, rank) in &after.products {
            if before.products.get(product) != Some(rank) {
                self.products.push((shot, *product, rank.clone()));
            }
        }
        let gone = before.products.keys().filter(|product| !after.products.contains_key(product));
        self.gone_products.extend(gone.map(|product| (shot, *product)));
    }
}

fn whole(id: Uuid, cells: &Cells) -> RowChange {
    RowChange { id, cells: cells.clone(), changed: cells.keys().copied().collect() }
}

fn changed(id: Uuid, before: &Cells, after: &Cells) -> Option<RowChange> {
    let changed: BTreeSet<&'static str> =
        after.iter().filter(|(column, value)| before.get(*column) != Some(value)).map(|(column, _)| *column).collect();
    (!changed.is_empty()).then(|| RowChange { id, cells: after.clone(), changed })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::sheet::empty;
    use super::*;

    #[test]
    fn a_scene_that_goes_lets_its_shots_go() {
        let (scene, shot) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut tables = Sheet::default();
        tables.scenes.insert(scene, empty(Kind::Scene));
        let mut cells = empty(Kind::Shot);
        cells.insert("scene_id", json!(scene.to_string()));
        tables.shots.insert(shot, Shot { cells, products: [(Uuid::from_u128(3), "a0".to_owned())].into() });
        assert!(Difference::of_all(&tables, &tables).is_empty());
        let mut sheet = tables.clone();
        sheet.scenes.remove(&scene);
        sheet.shots.get_mut(&shot).expect("there").products.clear();
        let difference = Difference::of_all(&tables, &sheet);
        assert_eq!(difference.gone_scenes, [scene]);
        assert_eq!(difference.shots.len(), 1);
        assert_eq!(difference.shots[0].changed, BTreeSet::from(["scene_id"]));
        assert_eq!(difference.gone_products, [(shot, Uuid::from_u128(3))]);
        assert_eq!(Difference::of_all(&sheet, &tables).new_scenes.len(), 1);
    }
}
