use yrs::{Any, Map as _, MapPrelim};

use super::*;
use crate::documents::document::Maps;
use crate::shot_list::mend;

const SHOT: &str = "01920000-0000-7000-8000-000000000001";
const SCENE: &str = "01920000-0000-7000-8000-000000000002";
const INES: Author = Author { id: Uuid::from_u128(7), supervises: false };
const MARC: Author = Author { id: Uuid::from_u128(8), supervises: false };
const LEA: Author = Author { id: Uuid::from_u128(9), supervises: true };

/// A hub's document with its sheet, and a client's replica.
struct Desk {
    hub: Document,
    client: Document,
    sheet: Sheet,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self { hub: Document::new(1), client: Document::new(2), sheet: Sheet::default() };
        desk.edit(&INES, |maps, transaction| {
            maps.scenes.insert(transaction, SCENE, MapPrelim::from([("title", "Stairs")]));
            let cells = [("description", Any::from("Portrait")), ("time_est_minutes", Any::from(10))];
            maps.shots.insert(transaction, SHOT, MapPrelim::from(cells));
        });
        desk
    }

    /// The client changes something; the hub takes it and mends, and the client hears of that.
    fn edit(&mut self, author: &Author, write: impl FnOnce(&Maps<'_>, &mut yrs::TransactionMut<'_>)) -> Taken {
        let (update, _) = self.client.change(write).expect("a change");
        let applied = self.hub.apply(&update).expect("an update");
        let taken = take(&mut self.sheet, &self.hub, &applied.touched, Some(author), 1_000);
        if let Some((update, touched)) = self.hub.change(|maps, transaction| mend(maps, transaction, &taken.mends)) {
            self.client.apply(&update).expect("an update");
            let again = take(&mut self.sheet, &self.hub, &touched, None, 1_000);
            assert_eq!(again, Taken::default(), "what was mended is what the sheet says");
        }
        assert_eq!(read(&self.hub).0, read(&self.client).0, "hub and client end alike");
        assert_eq!(read(&self.hub), (self.sheet.clone(), Taken::default()), "and as the sheet says");
        taken
    }

    fn set(&mut self, author: &Author, column: &str, value: impl Into<Any>) -> Taken {
        let value = value.into();
        self.edit(author, |maps, transaction| {
            let Some(Out::YMap(shot)) = maps.shots.get(transaction, SHOT) else { panic!("there") };
            shot.insert(transaction, column, value);
        })
    }

    fn lock(&mut self, author: &Author, by: Uuid, until: i64) -> Taken {
        let lock = Lock { by, name: "x".into(), until };
        self.edit(author, |maps, transaction| {
            maps.locks.insert(transaction, SHOT, lock.held());
        })
    }

    fn cell(&self, column: &str) -> &Value {
        &self.sheet.shots[&SHOT.parse().expect("an id")].cells[column]
    }
}

fn codes(taken: &Taken) -> Vec<&str> {
    taken.faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_change_is_told_cell_by_cell() {
    let mut desk = Desk::new();
    let taken = desk.set(&INES, "status", "done");
    let change = &taken.changes[..];
    assert!(
        matches!(change, [CellChange { kind: Kind::Shot, column, old, new, .. }]
            if column == "status" && old == "todo" && new == "done"),
        "{change:?}"
    );
}

#[test]
fn what_cannot_stand_is_put_right_and_told() {
    let mut desk = Desk::new();
    assert_eq!(codes(&desk.set(&INES, "status", "banana")), ["unknown_word"]);
    assert_eq!(codes(&desk.set(&INES, "time_est_minutes", -4)), ["not_minutes"]);
    assert_eq!(desk.cell("time_est_minutes"), &json!(10), "the value before is back");
    assert_eq!(codes(&desk.set(&INES, "products", "none")), ["wrong_type"]);
    let taken = desk.edit(&INES, |maps, transaction| {
        maps.shots.insert(transaction, "first", MapPrelim::default());
        maps.scenes.insert(transaction, SCENE, 5);
    });
    assert_eq!(codes(&taken), ["wrong_type", "invalid_id"]);
    assert_eq!(desk.sheet.scenes.len(), 1);
    let taken = desk.edit(&INES, |maps, transaction| {
        let Some(Out::YMap(shot)) = maps.shots.get(transaction, SHOT) else { panic!("there") };
        let products = [("nothing", Any::from("a0")), (SCENE, Any::from("a1")), (SHOT, Any::Null)];
        shot.insert(transaction, "products", MapPrelim::from(products));
    });
    let mut told = codes(&taken);
    told.sort_unstable();
    assert_eq!(told, ["invalid_rank", "not_a_product"]);
    assert_eq!(desk.sheet.shots[&SHOT.parse().expect("an id")].links.len(), 1);
}

#[test]
fn models_are_shown_as_products_are() {
    let mut desk = Desk::new();
    assert_eq!(codes(&desk.set(&INES, "models", 7)), ["wrong_type"]);
    let taken = desk.edit(&INES, |maps, transaction| {
        let Some(Out::YMap(shot)) = maps.shots.get(transaction, SHOT) else { panic!("there") };
        let models = [("nobody", Any::from("a0")), (SCENE, Any::from("a1")), (SHOT, Any::from(""))];
        shot.insert(transaction, "models", MapPrelim::from(models));
    });
    let mut told = codes(&taken);
    told.sort_unstable();
    assert_eq!(told, ["invalid_rank", "not_a_model"]);
    assert!(taken.faults.iter().all(|fault| fault.column == "models"));
    let ours: Vec<_> = taken.changes.iter().map(|change| change.column.as_str()).collect();
    assert_eq!(ours, [format!("models.{SCENE}")]);
    let many: Vec<String> = (1..=60).map(|n| Uuid::from_u128(n).to_string()).collect();
    let taken = desk.edit(&INES, |maps, transaction| {
        let Some(Out::YMap(shot)) = maps.shots.get(transaction, SHOT) else { panic!("there") };
        let models = many.iter().map(|id| (id.as_str(), Any::from("a0")));
        shot.insert(transaction, "models", MapPrelim::from_iter(models));
    });
    assert_eq!(codes(&taken), ["too_many_models"; 10]);
    assert!(desk.lock(&INES, INES.id, 2_000).faults.is_empty());
    let taken = desk.edit(&MARC, |maps, transaction| {
        let Some(Out::YMap(shot)) = maps.shots.get(transaction, SHOT) else { panic!("there") };
        shot.insert(transaction, "models", MapPrelim::default());
    });
    assert_eq!(codes(&taken), ["row_locked"; 50]);
    assert_eq!(desk.sheet.shots[&SHOT.parse().expect("an id")].links.len(), 50);
}

/// F017: a locked row is its owner's until the lock ends.
#[test]
fn a_locked_row_stays_as_it_is() {
    let mut desk = Desk::new();
    assert!(desk.lock(&INES, INES.id, 2_000).faults.is_empty());
    assert_eq!(codes(&desk.set(&MARC, "description", "Mine now")), ["row_locked"]);
    assert_eq!(desk.cell("description"), "Portrait");
    let taken = desk.edit(&MARC, |maps, transaction| {
        maps.shots.remove(transaction, SHOT);
    });
    assert_eq!(codes(&taken), ["row_locked"], "nor is it deleted");
    assert_eq!(desk.cell("description"), "Portrait");
    assert!(desk.set(&INES, "description", "Close-up").faults.is_empty(), "its owner goes on");
    assert_eq!(codes(&desk.lock(&MARC, MARC.id, 3_000)), ["row_locked"], "nobody else takes it");
    assert!(desk.lock(&LEA, LEA.id, 3_000).faults.is_empty(), "but who supervises");
    assert_eq!(codes(&desk.set(&INES, "description", "Still mine")), ["row_locked"]);
}

#[test]
fn a_lock_that_ended_is_nobodys() {
    let mut desk = Desk::new();
    desk.lock(&INES, INES.id, 500);
    assert!(desk.set(&MARC, "description", "Now mine").faults.is_empty());
    assert!(desk.lock(&MARC, MARC.id, 2_000).faults.is_empty());
    assert_eq!(codes(&desk.lock(&MARC, INES.id, 2_000)), ["invalid_lock"], "nobody locks in another's name");
    assert_eq!(codes(&desk.lock(&MARC, MARC.id, 1_000 + LONGEST + 1)), ["invalid_lock"]);
}
