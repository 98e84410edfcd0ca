use std::sync::LazyLock;

use ab_glyph::{Font as _, FontRef};

/// The faces that tickets are set in. They know Latin and Vietnamese letters; other scripts are spelled in Latin ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// Titles.
    Title,
    /// Everything that is read.
    Text,
    /// Names.
    Strong,
}

const TITLE: &[u8] = include_bytes!("../../assets/fonts/InstrumentSerif-Regular.ttf");
const TEXT: &[u8] = include_bytes!("../../assets/fonts/HankenGrotesk-Regular.ttf");
const STRONG: &[u8] = include_bytes!("../../assets/fonts/HankenGrotesk-SemiBold.ttf");

static PARSED: LazyLock<[FontRef<'static>; 3]> =
    LazyLock::new(|| [TITLE, TEXT, STRONG].map(|bytes| FontRef::try_from_slice(bytes).expect("the fonts are whole")));

impl Face {
    /// The font file.
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Title => TITLE,
            Self::Text => TEXT,
            Self::Strong => STRONG,
        }
    }

    /// The glyphs.
    pub(super) fn glyphs(self) -> &'static FontRef<'static> {
        let [title, text, strong] = &*PARSED;
        match self {
            Self::Title => title,
            Self::Text => text,
            Self::Strong => strong,
        }
    }

    /// Whether every letter of the text has a glyph.
    pub(super) fn knows(self, text: &str) -> bool {
        text.chars().all(|letter| self.glyphs().glyph_id(letter).0 != 0)
    }

    /// The text as this face can set it: one line, unknown letters spelled in Latin ones.
    pub(super) fn spell(self, text: &str) -> String {
        let mut spelled = String::with_capacity(text.len());
        for letter in text.chars() {
            if letter.is_whitespace() || letter.is_control() {
                spelled.push(' ');
            } else if self.glyphs().glyph_id(letter).0 != 0 {
                spelled.push(letter);
            } else {
                spelled.push_str(deunicode::deunicode_char(letter).unwrap_or("?"));
            }
        }
        spelled.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The width of a text of this size (height of an em), in the unit of the size.
    pub(super) fn width(self, text: &str, size: f32) -> f32 {
        let font = self.glyphs();
        let em = font.units_per_em().unwrap_or(1000.0);
        let mut before = None;
        let mut units = 0.0;
        for letter in text.chars() {
            let glyph = font.glyph_id(letter);
            if let Some(before) = before {
                units += font.kern_unscaled(before, glyph);
            }
            units += font.h_advance_unscaled(glyph);
            before = Some(glyph);
        }
        units * size / em
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faces_know_european_and_vietnamese_letters() {
        for face in [Face::Text, Face::Strong] {
            assert!(face.knows("ÀÉÎÕÜ Łódź Çağrı Ólafur Nguyễn Thị Hồng – “É’…”"), "{face:?}");
        }
        assert!(Face::Title.knows("Nocturne: Été & Hiver – Łódź"));
    }

    #[test]
    fn other_scripts_are_spelled() {
        for (name, spelled) in
            [("王小明", "Wang Xiao Ming"), ("Дарья Иванова", "Dar'ia Ivanova"), ("Zoë\n Żak", "Zoë Żak")]
        {
            assert_eq!(Face::Strong.spell(name), spelled);
        }
        for name in ["山田 太郎", "يوسف", "🎉 Ann"] {
            assert!(Face::Strong.knows(&Face::Strong.spell(name)), "{name}");
        }
    }

    #[test]
    fn wider_texts_are_wider() {
        assert!(Face::Text.width("ii", 10.0) < Face::Text.width("WW", 10.0));
        assert!((Face::Text.width("abc", 20.0) - 2.0 * Face::Text.width("abc", 10.0)).abs() < 0.01);
    }
}
