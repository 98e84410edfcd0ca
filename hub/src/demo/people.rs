/// Names that go together, by where they are at home: given names, family names.
const PEOPLE: [(&[&str], &[&str]); 14] = [
    (
        &["Camille", "Léa", "Hugo", "Chloé", "Mathis", "Inès", "Théo", "Manon", "Élodie", "Baptiste", "Anaïs", "Rémi"],
        &[
            "Lefèvre",
            "Moreau",
            "Girard",
            "Rousseau",
            "Fontaine",
            "Chevalier",
            "Delorme",
            "Garnier",
            "Besson",
            "Carpentier",
            "Vasseur",
            "Marchand",
            "Perrault",
        ],
    ),
    (
        &[
            "Giulia",
            "Marco",
            "Chiara",
            "Lorenzo",
            "Francesca",
            "Matteo",
            "Alessia",
            "Davide",
            "Elena",
            "Stefano",
            "Beatrice",
        ],
        &[
            "Conti",
            "De Luca",
            "Marchetti",
            "Bellini",
            "Ferri",
            "Galli",
            "Santoro",
            "Moretti",
            "D’Angelo",
            "Pellegrini",
            "Vitale",
        ],
    ),
    (
        &[
            "Amelia", "Oliver", "Imogen", "Freddie", "Harriet", "Rupert", "Saoirse", "Callum", "Niamh", "Jasper",
            "Phoebe", "Alistair",
        ],
        &[
            "Whitcombe",
            "Ashworth",
            "Fairfax",
            "O’Connell",
            "Pemberton",
            "Byrne",
            "MacLeod",
            "Thornton",
            "Hargreaves",
            "Sinclair",
            "Lockwood",
        ],
    ),
    (
        &["Madison", "Tyler", "Brooke", "Jordan", "Savannah", "Marcus", "Naomi", "Derek", "Imani", "Grayson", "Sloane"],
        &[
            "Caldwell",
            "Hayes",
            "Washington",
            "Brooks",
            "Sterling",
            "Vaughn",
            "Monroe",
            "Jefferson",
            "Kensington",
            "Rhodes",
            "Delaney",
        ],
    ),
    (
        &["Lena", "Jonas", "Mia", "Felix", "Johanna", "Moritz", "Greta", "Anton", "Frieda", "Konstantin", "Käthe"],
        &[
            "Schönfeld",
            "Krüger",
            "Weiß",
            "Lindemann",
            "Vogel",
            "Bergmann",
            "Köhler",
            "von Hagen",
            "Reinhardt",
            "Seidel",
            "Brandt",
        ],
    ),
    (
        &[
            "Lucía",
            "Javier",
            "Carmen",
            "Álvaro",
            "Inmaculada",
            "Sergio",
            "Marisol",
            "Íñigo",
            "Valentina",
            "Tomás",
            "Ximena",
        ],
        &[
            "García Peña",
            "Ibáñez",
            "Núñez",
            "Cordero",
            "Salazar",
            "Montoya",
            "Quiroga",
            "Herrera",
            "Echeverría",
            "Zúñiga",
            "Aguirre",
        ],
    ),
    (
        &["Yuki", "Haruto", "Sakura", "Ren", "Aiko", "Kaito", "Naoko", "Sōta", "Emi", "Takumi"],
        &[
            "Tanaka",
            "Watanabe",
            "Kobayashi",
            "Nakamura",
            "Fujimoto",
            "Mori",
            "Saitō",
            "Hayashi",
            "Ishikawa",
            "Okada",
            "Shimizu",
        ],
    ),
    (
        &["Ji-woo", "Min-jun", "Seo-yeon", "Ha-eun", "Do-yun", "Soo-ah", "Hyun-woo", "Yu-na", "Jae-won", "Eun-bi"],
        &["Kim", "Lee", "Park", "Choi", "Jung", "Kang", "Yoon", "Jang", "Seo", "Shin", "Hwang"],
    ),
    (
        &["Mei", "Jun", "Xiaoyu", "Lihua", "Wei", "Yiran", "Hao", "Qing", "Zhen", "Ruoxi"],
        &["Chen", "Wang", "Zhang", "Liu", "Huang", "Zhou", "Xu", "Sun", "Guo", "Lin", "Tang"],
    ),
    (
        &["Layla", "Omar", "Noor", "Karim", "Yasmine", "Tarek", "Salma", "Ziad", "Rania", "Hadi"],
        &["Haddad", "Khoury", "Al-Rashid", "Mansour", "Nasser", "Farouk", "Benali", "El Amrani", "Sabbagh", "Cherif"],
    ),
    (
        &["Ananya", "Arjun", "Priya", "Rohan", "Kavya", "Vikram", "Meera", "Aditya", "Ishaan", "Devika"],
        &["Mehta", "Kapoor", "Iyer", "Chatterjee", "Malhotra", "Nair", "Deshmukh", "Rao", "Sethi", "Banerjee"],
    ),
    (
        &["Adaeze", "Tunde", "Zainab", "Kwame", "Amara", "Chidi", "Efua", "Sekou", "Folake", "Kofi"],
        &["Okafor", "Adeyemi", "Mensah", "Diallo", "Eze", "Balogun", "Owusu", "Traoré", "Abubakar", "Nwosu"],
    ),
    (
        &["Ingrid", "Søren", "Astrid", "Elias", "Linnéa", "Mikkel", "Freja", "Ólafur", "Saga", "Håkon"],
        &[
            "Lindqvist",
            "Ångström",
            "Jørgensen",
            "Nyström",
            "Bjørnsen",
            "Sørensen",
            "Åkerman",
            "Halvorsen",
            "Dahl",
            "Ekström",
        ],
    ),
    (
        &["Zofia", "Łukasz", "Jana", "Matěj", "Katarzyna", "Andrei", "Ivana", "Dominik", "Ewa", "Tomáš", "Bogdan"],
        &[
            "Wiśniewska",
            "Zieliński",
            "Dvořák",
            "Kovács",
            "Novotný",
            "Popescu",
            "Żuławska",
            "Horvat",
            "Szymański",
            "Ionescu",
            "Křížová",
        ],
    ),
];

/// So many different names, always the same, the houses of the world well mixed.
pub(super) fn names(count: usize) -> Vec<String> {
    let mut names = Vec::with_capacity(count);
    let mut round = 0;
    while names.len() < count {
        for (group, (given, family)) in PEOPLE.iter().enumerate() {
            // Given names go round and family names shift by one at each turn: every pair comes once.
            let (lap, place) = (round / given.len(), (round + group) % given.len());
            if lap < family.len() && names.len() < count {
                names.push(format!("{} {}", given[place], family[(place * 3 + lap + group) % family.len()]));
            }
        }
        round += 1;
    }
    names
}

/// A number that looks random and is not: the same for the same `index` and `salt` (the finalizer of SplitMix64).
pub(super) fn chance(index: usize, salt: u64) -> usize {
    let mut z =
        (index as u64).wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) >> 33).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everybody_has_a_name_of_their_own() {
        let names = names(1_240);
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 1_240);
        assert_eq!(names, super::names(1_240));
    }

    #[test]
    fn chances_are_spread_and_repeatable() {
        let quarters = (0..1_000).filter(|index| chance(*index, 1).is_multiple_of(4)).count();
        assert!((200..300).contains(&quarters), "{quarters}");
        assert_eq!(chance(7, 3), chance(7, 3));
        assert_ne!(chance(7, 3), chance(7, 4));
    }
}
