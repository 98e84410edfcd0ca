//! Updates that were damaged on purpose: none of them ends the process, and none spoils a document for those who come after.
//! `DOCUMENT_MUTATIONS=1000000 cargo test --release -p domain --test mutations` for a million of them.

use domain::documents::{Document, DocumentError};
use domain::shot_list::{Author, Sheet, Taken, mend, read, take};
use uuid::Uuid;
use yrs::{Map as _, MapPrelim, Out};

/// Xorshift: the same damage every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// A history of edits, deletions and moves by several people, as updates.
fn history(dice: &mut Dice) -> Vec<Vec<u8>> {
    let mut people: Vec<Document> = (10..14).map(Document::new).collect();
    let mut updates: Vec<Vec<u8>> = Vec::new();
    for step in 0..60 {
        let at = dice.roll(people.len());
        let row = Uuid::from_u128(dice.roll(6) as u128).to_string();
        let (kind, word) = (dice.roll(5), format!("words {step}"));
        let changed = people[at].change(|maps, transaction| match (kind, maps.shots.get(transaction, &row)) {
            (0, _) => {
                maps.shots.remove(transaction, &row);
            }
            (1, Some(Out::YMap(shot))) => {
                shot.insert(transaction, "products", MapPrelim::from([(row.as_str(), "a0")]));
            }
            (2, Some(Out::YMap(shot))) => {
                shot.insert(transaction, "time_est_minutes", step);
            }
            (_, Some(Out::YMap(shot))) => {
                shot.insert(transaction, "description", word.as_str());
            }
            _ => {
                maps.shots.insert(transaction, row.as_str(), MapPrelim::from([("description", word.as_str())]));
            }
        });
        if let Some((update, _)) = changed {
            for (other, person) in people.iter_mut().enumerate() {
                if other != at && dice.roll(3) > 0 {
                    let _ = person.apply(&update);
                }
            }
            updates.push(update);
        }
    }
    updates
}

fn damaged(update: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = update.to_vec();
    for _ in 0..=dice.roll(3) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.roll(bytes.len());
        match dice.roll(6) {
            0 => bytes[at] ^= 1 << dice.roll(8),
            1 => bytes[at] = dice.roll(256) as u8,
            2 => bytes.truncate(at),
            3 => bytes.insert(at, dice.roll(256) as u8),
            4 => {
                bytes.remove(at);
            }
            _ => bytes.extend_from_slice(&other[dice.roll(other.len())..]),
        }
    }
    bytes
}

#[test]
fn damaged_updates_spoil_nothing() {
    let wanted: usize = std::env::var("DOCUMENT_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    // What `yrs` says when it gives up is caught and counted, not printed a thousand times.
    std::panic::set_hook(Box::new(|_| {}));
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let author = Author { id: Uuid::from_u128(1), supervises: false };
    let (mut done, mut accepted, mut refused, mut broken, mut parted) = (0, 0, 0, 0, 0);
    let mut failure = None;
    'all: while done < wanted {
        let updates = history(&mut dice);
        let mut document = Document::new(1);
        let mut sheet = Sheet::default();
        for update in &updates[..updates.len() / 2] {
            let applied = document.apply(update).expect("it is whole");
            take(&mut sheet, &document, &applied.touched, Some(&author), 0);
        }
        for _ in 0..200 {
            done += 1;
            let (one, other) = (dice.roll(updates.len()), dice.roll(updates.len()));
            let bytes = damaged(&updates[one], &updates[other], &mut dice);
            match document.apply(&bytes) {
                Ok(applied) => {
                    accepted += 1;
                    let taken = take(&mut sheet, &document, &applied.touched, Some(&author), 0);
                    if let Some((_, touched)) =
                        document.change(|maps, transaction| mend(maps, transaction, &taken.mends))
                    {
                        take(&mut sheet, &document, &touched, None, 0);
                    }
                }
                Err(DocumentError::Malformed) => refused += 1,
                // It is made again from what is stored.
                Err(DocumentError::Broken) => {
                    broken += 1;
                    continue 'all;
                }
            }
        }
        let Ok(everything) = document.everything() else {
            failure = Some("a document that took damaged updates cannot be written");
            break;
        };
        let mut copy = Document::new(2);
        if copy.apply(&everything).is_err() {
            failure = Some("a document that took damaged updates cannot be read again");
            break;
        }
        if read(&document) != (sheet, Taken::default()) {
            failure = Some("the sheet is not the document, or holds what cannot stand");
            break;
        }
        // What Yjs itself would never write can mean one thing to who saw it come, and another to who is given all at once.
        if read(&copy).0 != read(&document).0 {
            parted += 1;
        }
    }
    let _ = std::panic::take_hook();
    assert_eq!(failure, None, "after {done}: {accepted} accepted, {refused} refused, {broken} broken");
    assert!(accepted > 0 && refused > 0, "{accepted} accepted, {refused} refused, {broken} broken");
    println!("{done}: {accepted} accepted, {refused} refused, {broken} made anew, {parted} copies not alike");
}
