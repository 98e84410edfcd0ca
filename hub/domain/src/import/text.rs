//! Small words in cells: yes and no, in five languages.

use crate::guest_name::fold;

/// Yes, no, or neither. An empty cell says nothing.
pub(super) fn flag(cell: &str) -> Result<Option<bool>, ()> {
    if cell.trim().is_empty() {
        return Ok(None);
    }
    // A tick is not a letter.
    if matches!(cell.trim(), "✓" | "✔" | "✅" | "☑" | "●") {
        return Ok(Some(true));
    }
    match fold(cell).as_str() {
        "1" | "1 0" | "true" | "yes" | "y" | "x" | "vip" | "on" | "oui" | "o" | "vrai" | "ja" | "j" | "wahr" | "si"
        | "s" | "vero" | "verdadero" => Ok(Some(true)),
        "0" | "0 0" | "false" | "no" | "n" | "off" | "non" | "faux" | "nein" | "falsch" | "falso" | "" => {
            Ok(Some(false))
        }
        _ => Err(()),
    }
}

/// A text, or nothing for an empty cell.
pub(super) fn filled(cell: &str) -> Option<String> {
    let cell = cell.trim();
    (!cell.is_empty()).then(|| cell.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no() {
        for yes in ["yes", "TRUE", "x", "Oui", "ja", "Sí", "1", "1.0", "✓", "VIP"] {
            assert_eq!(flag(yes), Ok(Some(true)), "{yes}");
        }
        for no in ["no", "FALSE", "non", "Nein", "0", "-"] {
            assert_eq!(flag(no), Ok(Some(false)), "{no}");
        }
        assert_eq!(flag("  "), Ok(None));
        assert_eq!(flag("maybe"), Err(()));
        assert_eq!((filled(" a "), filled("  ")), (Some("a".into()), None));
    }
}
