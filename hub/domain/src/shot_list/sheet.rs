use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::cell::Kind;
use super::link::{Link, Links};
use super::lock::Lock;

/// A row's edited columns, all of them, by name.
pub type Cells = BTreeMap<&'static str, Value>;

/// A shot with what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shot {
    /// Its columns. `scene_id` as the document has it, also when that scene is gone.
    pub cells: Cells,
    /// Its products and models.
    pub links: Links,
}

/// A shot list as its document has it, legal values only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Scenes by id.
    pub scenes: BTreeMap<Uuid, Cells>,
    /// Shots by id.
    pub shots: BTreeMap<Uuid, Shot>,
    /// Locks by shot.
    pub locks: BTreeMap<Uuid, Lock>,
}

/// Scenes of a list, at most.
pub const SCENES: usize = 2_000;
/// Shots of a list, at most.
pub const SHOTS: usize = 20_000;

impl Sheet {
    /// A row's columns.
    pub fn cells(&self, kind: Kind, row: Uuid) -> Option<&Cells> {
        match kind {
            Kind::Scene => self.scenes.get(&row),
            Kind::Shot => self.shots.get(&row).map(|shot| &shot.cells),
        }
    }

    /// The same, to be written.
    pub fn cells_mut(&mut self, kind: Kind, row: Uuid) -> Option<&mut Cells> {
        match kind {
            Kind::Scene => self.scenes.get_mut(&row),
            Kind::Shot => self.shots.get_mut(&row).map(|shot| &mut shot.cells),
        }
    }

    /// A shot as the tables have it: one whose scene is not there is in none.
    pub fn shown(&self, shot: &Shot) -> Shot {
        let mut shown = shot.clone();
        let scene = shown.cells.get("scene_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        if scene.is_none_or(|id: Uuid| !self.scenes.contains_key(&id)) {
            shown.cells.insert("scene_id", Value::Null);
        }
        shown
    }

    /// The whole sheet as the tables have it.
    pub fn as_tables(&self) -> Self {
        let shots = self.shots.iter().map(|(id, shot)| (*id, self.shown(shot))).collect();
        Self { scenes: self.scenes.clone(), shots, locks: BTreeMap::new() }
    }

    /// The shots that say they belong to a scene.
    pub fn shots_of(&self, scene: Uuid) -> impl Iterator<Item = Uuid> {
        let scene = scene.to_string();
        self.shots
            .iter()
            .filter(move |(_, shot)| shot.cells.get("scene_id").and_then(Value::as_str) == Some(&scene))
            .map(|(id, _)| *id)
    }
}

/// A row that nobody has written anything into.
pub fn empty(kind: Kind) -> Cells {
    kind.columns().iter().map(|column| (column.name, column.empty())).collect()
}

/// A sheet as it is kept as a named version: no locks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SheetText {
    scenes: BTreeMap<Uuid, BTreeMap<String, Value>>,
    shots: BTreeMap<Uuid, ShotText>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ShotText {
    cells: BTreeMap<String, Value>,
    products: BTreeMap<Uuid, String>,
    /// Versions from before models were kept have none.
    #[serde(default)]
    models: BTreeMap<Uuid, String>,
}

impl SheetText {
    /// Of a sheet.
    pub fn of(sheet: &Sheet) -> Self {
        let text = |cells: &Cells| cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self {
            scenes: sheet.scenes.iter().map(|(id, cells)| (*id, text(cells))).collect(),
            shots: sheet
                .shots
                .iter()
                .map(|(id, shot)| {
                    let of = |link: Link| link.of(&shot.links).map(|(id, rank)| (id, rank.clone())).collect();
                    let (products, models) = (of(Link::Product), of(Link::Model));
                    (*id, ShotText { cells: text(&shot.cells), products, models })
                })
                .collect(),
        }
    }

    /// The sheet. Columns that there were not yet are empty, and those that are not any more are left out.
    pub fn sheet(self) -> Sheet {
        let cells = |kind: Kind, mut text: BTreeMap<String, Value>| {
            let column = |column: &'static super::cell::Column| {
                (column.name, text.remove(column.name).unwrap_or_else(|| column.empty()))
            };
            kind.columns().iter().map(column).collect::<Cells>()
        };
        Sheet {
            scenes: self.scenes.into_iter().map(|(id, text)| (id, cells(Kind::Scene, text))).collect(),
            shots: self
                .shots
                .into_iter()
                .map(|(id, shot)| {
                    let of = |link: Link, ranks: BTreeMap<Uuid, String>| {
                        ranks.into_iter().map(move |(id, rank)| ((link, id), rank))
                    };
                    let links = of(Link::Product, shot.products).chain(of(Link::Model, shot.models)).collect();
                    (id, Shot { cells: cells(Kind::Shot, shot.cells), links })
                })
                .collect(),
            locks: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_it_was_written() {
        let mut sheet = Sheet::default();
        sheet.scenes.insert(Uuid::from_u128(1), empty(Kind::Scene));
        let links =
            [(Link::Product, 3), (Link::Model, 4)].map(|(link, id)| ((link, Uuid::from_u128(id)), "a0".to_owned()));
        sheet.shots.insert(Uuid::from_u128(2), Shot { cells: empty(Kind::Shot), links: links.into() });
        let text = serde_json::to_string(&SheetText::of(&sheet)).expect("JSON");
        assert_eq!(serde_json::from_str::<SheetText>(&text).expect("the same").sheet(), sheet);
        let older = text.replace("\"notes\":null,", "");
        assert_eq!(serde_json::from_str::<SheetText>(&older).expect("the same").sheet(), sheet);
        let before_models = text.replace(&format!(",\"models\":{{\"{}\":\"a0\"}}", Uuid::from_u128(4)), "");
        let read = serde_json::from_str::<SheetText>(&before_models).expect("an older one").sheet();
        assert_eq!(read.shots[&Uuid::from_u128(2)].links.len(), 1);
    }
}
