use std::collections::BTreeSet;

use uuid::Uuid;

use super::cell::Kind;
use super::link::Link;
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
    /// Shots that are gone, with what they show.
    pub gone_shots: Vec<Uuid>,
    /// What shots show, by shot, with its rank: new or different.
    pub links: Vec<(Uuid, Link, Uuid, String)>,
    /// What these shots do not show any more.
    pub gone_links: Vec<(Uuid, Link, Uuid)>,
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
                    let links = after.links.into_iter();
                    difference.links.extend(links.map(|((link, other), rank)| (*id, link, other, rank)));
                }
                (Some(_), None) => difference.gone_shots.push(*id),
                (Some(before), Some(after)) => {
                    difference.shots.extend(changed(*id, &before.cells, &after.cells));
                    difference.links_between(*id, before, &after);
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

    /// The shots whose links are different.
    pub fn linked(&self) -> impl Iterator<Item = Uuid> {
        self.links.iter().map(|(shot, ..)| *shot).chain(self.gone_links.iter().map(|(shot, ..)| *shot))
    }

    fn links_between(&mut self, shot: Uuid, before: &Shot, after: &Shot) {
        for ((link, id), rank) in &after.links {
            if before.links.get(&(*link, *id)) != Some(rank) {
                self.links.push((shot, *link, *id, rank.clone()));
            }
        }
        let gone = before.links.keys().filter(|key| !after.links.contains_key(key));
        self.gone_links.extend(gone.map(|(link, id)| (shot, *link, *id)));
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
        let model = (Link::Model, Uuid::from_u128(3));
        tables.shots.insert(shot, Shot { cells, links: [(model, "a0".to_owned())].into() });
        assert!(Difference::of_all(&tables, &tables).is_empty());
        let mut sheet = tables.clone();
        sheet.scenes.remove(&scene);
        sheet.shots.get_mut(&shot).expect("there").links.clear();
        let difference = Difference::of_all(&tables, &sheet);
        assert_eq!(difference.gone_scenes, [scene]);
        assert_eq!(difference.shots.len(), 1);
        assert_eq!(difference.shots[0].changed, BTreeSet::from(["scene_id"]));
        assert_eq!(difference.gone_links, [(shot, model.0, model.1)]);
        assert_eq!(Difference::of_all(&sheet, &tables).new_scenes.len(), 1);
    }
}
