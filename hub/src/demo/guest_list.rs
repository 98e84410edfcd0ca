use super::people::{chance, names};
use crate::store::organizations::slug;

/// A tier: name, guests, in a hundred of them with company, rows of its seats.
const TIERS: [(&str, usize, usize, &[&str]); 5] = [
    ("Front Row", 120, 45, &["A", "B"]),
    ("Press", 160, 8, &["P", "Q"]),
    ("Buyers", 200, 30, &["C", "D", "E"]),
    ("Guests", 560, 42, &["F", "G", "H", "J", "K", "L", "M"]),
    ("Friends", 160, 35, &[]),
];

const TITLES: [&str; 8] = [
    "Editor-in-chief. Greet in person and walk to the seat.",
    "Arrives with security; enter through Backstage if the street is full.",
    "No photographs before the seat is taken.",
    "Seat next to the creative director's family.",
    "Wheelchair: ramp at the South gate, companion seat is kept.",
    "Brings a photographer; pass is at the desk.",
    "Wears look 12 of last season. Photo wall first.",
    "Leaves right after the finale; car waits at Backstage.",
];
const NOTES: [&str; 6] = [
    "Guide dog.",
    "Plus-one comes later and separately.",
    "Coat with the crest is to be taken at the desk.",
    "Prefers to be addressed in French.",
    "Name is often misspelled: check the surname.",
    "Seat was moved; show the new one.",
];
const ADDRESSES: [&str; 6] =
    ["atelier.example", "revue.example", "galerie.example", "boutique.example", "studio.example", "post.example"];

/// How many guests there are.
pub(super) fn len() -> usize {
    TIERS.iter().map(|(_, guests, _, _)| guests).sum()
}

/// The guest list as a producer would bring it, with its header.
pub(super) fn rows() -> Vec<Vec<String>> {
    let header = ["Reference", "Name", "E-mail", "Ticket tier", "Party size", "VIP", "Seat", "Door note", "Status"]
        .map(str::to_owned);
    let mut rows = vec![header.to_vec()];
    let names = names(len());
    let mut number = 0;
    for (tier, guests, company, seats) in TIERS {
        let mut taken = 0;
        for _ in 0..guests {
            let name = &names[number];
            number += 1;
            let party = match chance(number, 1) % 100 {
                roll if roll < company / 8 => 3,
                roll if roll < company => 2,
                _ => 1,
            };
            let vip = tier == "Front Row" && chance(number, 2) % 10 < 6 || chance(number, 2).is_multiple_of(100);
            let seat = seat(seats, taken, party, guests);
            taken += party;
            let note = match chance(number, 3) % 100 {
                roll if vip && roll < 45 => TITLES[chance(number, 4) % TITLES.len()],
                roll if roll < 6 => NOTES[chance(number, 4) % NOTES.len()],
                _ => "",
            };
            let status = match chance(number, 5) % 100 {
                0 | 1 => "pending",
                2 | 3 if !vip => "cancelled",
                _ => "confirmed",
            };
            let address =
                format!("{}@{}", slug(name, "guest").replace('-', "."), ADDRESSES[chance(number, 6) % ADDRESSES.len()]);
            rows.push(vec![
                format!("G-{number:04}"),
                name.clone(),
                address,
                tier.to_owned(),
                party.to_string(),
                if vip { "yes" } else { "no" }.to_owned(),
                seat,
                note.to_owned(),
                status.to_owned(),
            ]);
        }
    }
    rows
}

/// Seats side by side: `C 12`, or `C 12–13` for a party; standing where there are no rows.
fn seat(rows: &[&str], taken: usize, party: usize, guests: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    // Half again as many seats as guests: company sits too.
    let per_row = (guests * 3 / 2).div_ceil(rows.len());
    let (row, first) = (rows[(taken / per_row).min(rows.len() - 1)], taken % per_row + 1);
    if party == 1 { format!("{row} {first}") } else { format!("{row} {first}–{}", first + party - 1) }
}

#[cfg(test)]
mod tests {
    use domain::import::guests::{Tier, plan};
    use domain::import::{Mapping, Table};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_list_is_believable_and_taken_whole() {
        let tiers: Vec<Tier> =
            (1..).zip(TIERS).map(|(id, (name, ..))| Tier { id: Uuid::from_u128(id), name: name.to_owned() }).collect();
        let plan = plan(&Table::new(rows()).expect("rows"), &Mapping::new(), &tiers, &[]);
        assert_eq!(plan.errors, []);
        assert_eq!(plan.added.len(), 1_200);
        let guests = || plan.added.iter().map(|added| &added.guest);
        let people: usize = guests().map(|guest| usize::from(guest.party_size)).sum();
        assert!((1_500..1_800).contains(&people), "{people} people");
        assert!((60..120).contains(&guests().filter(|guest| guest.vip).count()));
        assert!(guests().filter(|guest| guest.door_note.is_some()).count() > 50);
        assert_eq!(rows(), rows());
    }
}
