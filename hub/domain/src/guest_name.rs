//! Names as they are typed at a door: without accents, in any case, in any order, half of them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use uuid::Uuid;

/// The fewest letters that a search needs, so that nobody pages through the guest list.
pub const FEWEST_LETTERS: usize = 3;

/// A name as it is compared: Latin letters and digits in lower case, words parted by one space.
/// "Łukasz O’Brien-Müller" and "lukasz obrien muller" fold to the same text. Other scripts are
/// spelled in Latin letters.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´') {
            continue;
        }
        match deunicode::deunicode_char(letter) {
            // Spelled signs of scripts without spaces come with a space behind each ("Wang ").
            // A soft sign is spelled as an apostrophe and parts no words.
            Some(latin) => folded.extend(latin.chars().filter(|c| !matches!(c, '\'' | '`')).map(|c| match c {
                c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
                _ => ' ',
            })),
            None => folded.push(' '),
        }
    }
    folded.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a name as they are compared.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words under which a name is found: its own, those behind an apostrophe ("O'Brien" also
/// as "Brien"), and German and Nordic vowels also in two letters ("Müller" also as "Mueller").
fn findable_words(name: &str) -> Vec<String> {
    let mut found = words(name);
    let spelled: String = name
        .chars()
        .map(|letter| match letter {
            'ä' | 'æ' | 'Ä' | 'Æ' => "ae".into(),
            'ö' | 'ø' | 'Ö' | 'Ø' => "oe".into(),
            'ü' | 'Ü' => "ue".into(),
            'å' | 'Å' => "aa".into(),
            '\'' | '’' => " ".into(),
            other => other.to_string(),
        })
        .collect();
    for word in words(&spelled) {
        if word.len() > 1 && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

struct Entry {
    folded: String,
    words: Vec<String>,
}

/// Finds guests by the beginnings of the words of their names, as fast as one types.
#[derive(Default)]
pub struct GuestIndex {
    entries: HashMap<Uuid, Entry>,
    by_word: BTreeSet<(String, Uuid)>,
}

impl GuestIndex {
    /// An index without guests.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many guests there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a guest, or gives a guest another name.
    pub fn insert(&mut self, id: Uuid, name: &str) {
        self.remove(id);
        let entry = Entry { folded: fold(name), words: findable_words(name) };
        self.by_word.extend(entry.words.iter().map(|word| (word.clone(), id)));
        self.entries.insert(id, entry);
    }

    /// Takes a guest out; false if there was none.
    pub fn remove(&mut self, id: Uuid) -> bool {
        let Some(entry) = self.entries.remove(&id) else { return false };
        for word in entry.words {
            self.by_word.remove(&(word, id));
        }
        true
    }

    /// At most `limit` guests whose names have, for each word of `text`, a word that begins with
    /// it. Best first: whole words before beginnings, first words of the name before later ones,
    /// then by the alphabet. Nobody for fewer than [`FEWEST_LETTERS`] letters.
    pub fn find(&self, text: &str, limit: usize) -> Vec<Uuid> {
        let asked = words(text);
        if asked.iter().map(String::len).sum::<usize>() < FEWEST_LETTERS {
            return Vec::new();
        }
        // The longest word leaves the fewest guests to look at.
        let Some(rarest) = asked.iter().max_by_key(|word| word.len()) else { return Vec::new() };
        let from = Bound::Included((rarest.clone(), Uuid::nil()));
        let candidates: BTreeSet<Uuid> = self
            .by_word
            .range((from, Bound::Unbounded))
            .take_while(|(word, _)| word.starts_with(rarest.as_str()))
            .map(|(_, id)| *id)
            .collect();
        let mut hits: Vec<((usize, usize), &str, Uuid)> = candidates
            .into_iter()
            .filter_map(|id| {
                let entry = &self.entries[&id];
                Some((entry.rank(&asked)?, entry.folded.as_str(), id))
            })
            .collect();
        hits.sort_unstable();
        hits.into_iter().take(limit).map(|(_, _, id)| id).collect()
    }
}

impl Entry {
    /// How many of the words are only begun, and how far back in the name they stand; `None` if
    /// one of them is not there.
    fn rank(&self, asked: &[String]) -> Option<(usize, usize)> {
        let (mut begun, mut places) = (0, 0);
        for word in asked {
            let (partly, place) = self
                .words
                .iter()
                .enumerate()
                .filter(|(_, own)| own.starts_with(word.as_str()))
                .map(|(place, own)| (own.len() != word.len(), place))
                .min()?;
            begun += usize::from(partly);
            places += place;
        }
        Some((begun, places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(names: &[&str]) -> GuestIndex {
        let mut index = GuestIndex::new();
        for (name, id) in names.iter().zip(0u128..) {
            index.insert(Uuid::from_u128(id), name);
        }
        index
    }

    fn found<'a>(names: &[&'a str], text: &str) -> Vec<&'a str> {
        let place = |id: Uuid| usize::try_from(id.as_u128()).expect("small");
        index(names).find(text, 50).into_iter().map(|id| names[place(id)]).collect()
    }

    #[test]
    fn names_are_compared_without_accents_case_and_marks() {
        for (name, folded) in [
            ("  Łukasz   Żółć ", "lukasz zolc"),
            ("Jean-Luc d’Arc", "jean luc darc"),
            ("François-Noël Strauß", "francois noel strauss"),
            ("Søren Ångström", "soren angstrom"),
            ("Дарья Иванова", "daria ivanova"),
            ("王小明", "wang xiao ming"),
            ("Prof. Dr. A. B. (Ana)", "prof dr a b ana"),
            ("e\u{301}milie", "emilie"),
            ("", ""),
            ("---", ""),
        ] {
            assert_eq!(fold(name), folded, "{name}");
        }
    }

    /// F079: a guest without a code is found by name.
    #[test]
    fn all_words_must_begin_a_word_of_the_name() {
        let names = ["Chloé Dupont", "Charles Dupré", "Dup Chlorine", "Anna Müller", "Mia O'Brien"];
        assert_eq!(found(&names, "chlo dup"), ["Dup Chlorine", "Chloé Dupont"]);
        assert_eq!(found(&names, "DUPRE"), ["Charles Dupré"]);
        assert_eq!(found(&names, "mueller"), ["Anna Müller"]);
        assert_eq!(found(&names, "müll"), ["Anna Müller"]);
        assert_eq!(found(&names, "obrien"), ["Mia O'Brien"]);
        assert_eq!(found(&names, "brien mia"), ["Mia O'Brien"]);
        assert!(found(&names, "upont").is_empty());
        assert!(found(&names, "chloe anna").is_empty());
    }

    #[test]
    fn whole_words_and_first_words_come_first() {
        let names = ["Marianne Roy", "Roy Lee", "Lee Mari", "Mari Zed", "Mari Abt"];
        assert_eq!(found(&names, "mari"), ["Mari Abt", "Mari Zed", "Lee Mari", "Marianne Roy"]);
    }

    #[test]
    fn fewer_than_three_letters_find_nobody() {
        let names = ["Al Bo", "Bob Stone"];
        for text in ["", "a", "al", "b o", " - ", "é!"] {
            assert!(found(&names, text).is_empty(), "{text:?}");
        }
        assert_eq!(found(&names, "al b"), ["Al Bo"]);
        assert!(index(&names).find("bob", 0).is_empty());
    }

    #[test]
    fn renamed_and_removed_guests_are_not_found_under_the_old_name() {
        let mut index = index(&["Anna Long", "Anna Short"]);
        index.insert(Uuid::from_u128(0), "Bea Long");
        assert_eq!(index.find("anna", 9), [Uuid::from_u128(1)]);
        assert!(index.remove(Uuid::from_u128(1)) && !index.remove(Uuid::from_u128(1)));
        assert!(index.find("anna", 9).is_empty() && index.find("short", 9).is_empty());
        assert_eq!((index.len(), index.is_empty()), (1, false));
    }

    #[test]
    fn ten_thousand_guests_are_kept_exactly() {
        let names: Vec<String> = (0..10_000).map(|n| format!("Guest{} Number{}", n % 100, n)).collect();
        let mut index = GuestIndex::new();
        for (name, id) in names.iter().zip(0u128..) {
            index.insert(Uuid::from_u128(id), name);
        }
        assert_eq!(index.find("number1234", 50), [Uuid::from_u128(1234)]);
        assert_eq!(index.find("guest77", 1000).len(), 100);
        assert_eq!(index.find("gue", 50).len(), 50);
        for id in 0..10_000 {
            index.remove(Uuid::from_u128(id));
        }
        assert!(index.by_word.is_empty());
    }
}
