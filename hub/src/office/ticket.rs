use qrcode::{Color, EcLevel, QrCode};

use super::fonts::Face;
use super::mark::Mark;
use super::{pdf, ticket_png};

/// What stands on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The event's title.
    pub event: String,
    /// When it begins, as people read it, in the event's time zone.
    pub when: String,
    /// Where.
    pub venue: Option<String>,
    /// The guest's name.
    pub guest: String,
    /// The tier's name.
    pub tier: String,
    /// The seat.
    pub seat: Option<String>,
    /// How many people it admits.
    pub party_size: u16,
    /// What the QR code says.
    pub code: String,
}

/// A code that no QR symbol can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ticket's code is too long for a QR symbol")]
pub struct CodeTooLong;

impl Ticket {
    /// As a PNG picture: gray, 300 dots an inch.
    ///
    /// # Errors
    /// [`CodeTooLong`].
    pub fn to_png(&self) -> Result<Vec<u8>, CodeTooLong> {
        Ok(ticket_png::paint(&self.lay_out()?))
    }

    /// As a PDF file of one page.
    ///
    /// # Errors
    /// [`CodeTooLong`].
    pub fn to_pdf(&self) -> Result<Vec<u8>, CodeTooLong> {
        Ok(pdf::paint(PAGE, &[self.lay_out()?], &format!("{} – {}", self.event, self.guest)))
    }
}

/// A6 upright, mm.
pub(super) const PAGE: (f32, f32) = (105.0, 148.0);
const MARGIN: f32 = 10.0;
const MEASURE: f32 = PAGE.0 - 2.0 * MARGIN;
/// The QR symbol with its quiet zone, mm. A module of a usual code is more than 1 mm, and 0.5 mm for the longest.
const SYMBOL: f32 = 64.0;

/// The dark and light squares of a QR symbol.
#[derive(Debug, PartialEq)]
pub(super) struct Modules {
    width: usize,
    dark: Vec<bool>,
}

/// Modules of white around a symbol, as ISO/IEC 18004 wants it.
const QUIET: usize = 4;

impl Modules {
    fn of(code: &str) -> Result<Self, CodeTooLong> {
        let symbol = QrCode::with_error_correction_level(code, EcLevel::M).map_err(|_| CodeTooLong)?;
        let dark = symbol.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { width: symbol.width(), dark })
    }

    /// Modules from edge to edge, quiet zone included.
    pub(super) fn across(&self) -> usize {
        self.width + 2 * QUIET
    }

    /// Runs of dark modules: column, row, length, counted from the edge of the quiet zone.
    pub(super) fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for (row, modules) in self.dark.chunks(self.width).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|a, b| a == b) {
                if run[0] {
                    runs.push((QUIET + column, QUIET + row, run.len()));
                }
                column += run.len();
            }
        }
        runs
    }
}

impl Ticket {
    /// From top to bottom: the event, the symbol, the guest.
    pub(super) fn lay_out(&self) -> Result<Vec<Mark>, CodeTooLong> {
        let mut marks = Vec::new();
        let title_face = if Face::Title.knows(&self.event) { Face::Title } else { Face::Strong };
        marks.push(line(MARGIN, 19.0, MEASURE, 9.0, 4.5, title_face, &self.event));
        marks.push(line(MARGIN, 26.5, MEASURE, 3.7, 2.8, Face::Text, &self.when));
        if let Some(venue) = &self.venue {
            marks.push(line(MARGIN, 31.7, MEASURE, 3.7, 2.8, Face::Text, venue));
        }
        marks.push(Mark::Rule { x: MARGIN, y: 35.5, width: MEASURE, height: 0.25 });
        let x = (PAGE.0 - SYMBOL) / 2.0;
        marks.push(Mark::Symbol { x, y: 37.5, size: SYMBOL, modules: Modules::of(&self.code)? });
        marks.push(Mark::Rule { x: MARGIN, y: 103.5, width: MEASURE, height: 0.25 });
        marks.push(line(MARGIN, 113.5, MEASURE, 7.0, 3.8, Face::Strong, &self.guest));
        let people = if self.party_size == 1 { "1 person".to_owned() } else { format!("{} people", self.party_size) };
        let facts = [("Ticket", Some(&self.tier)), ("Seat", self.seat.as_ref()), ("Admits", Some(&people))];
        let facts: Vec<_> = facts.into_iter().filter_map(|(label, value)| Some((label, value?))).collect();
        #[expect(clippy::cast_precision_loss, reason = "three at most")]
        let width = MEASURE / facts.len() as f32;
        let mut x = MARGIN;
        for (label, value) in facts {
            marks.push(line(x, 124.5, width - 3.0, 2.9, 2.9, Face::Text, label));
            marks.push(line(x, 130.5, width - 3.0, 4.6, 3.0, Face::Strong, value));
            x += width;
        }
        Ok(marks)
    }
}

/// A line that fits its measure: set smaller, and when that is not enough, cut.
fn line(x: f32, y: f32, measure: f32, largest: f32, smallest: f32, face: Face, text: &str) -> Mark {
    let mut text = face.spell(text);
    let size = (largest * measure / face.width(&text, largest).max(0.1)).clamp(smallest, largest);
    if face.width(&text, size) > measure {
        while !text.is_empty() && face.width(&format!("{text}…"), size) > measure {
            text.pop();
        }
        text = format!("{}…", text.trim_end());
    }
    Mark::Line { x, y, size, face, text }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::office) fn ticket(guest: &str, code: &str) -> Ticket {
        Ticket {
            event: "Nocturne: Winter Show".into(),
            when: "Thursday 24 September 2026, 20:00 (CEST)".into(),
            venue: Some("Palais de Tokyo, Paris".into()),
            guest: guest.into(),
            tier: "Front Row".into(),
            seat: Some("A 12".into()),
            party_size: 2,
            code: code.into(),
        }
    }

    fn lines(ticket: &Ticket) -> Vec<(f32, f32, String)> {
        let marks = ticket.lay_out().expect("a code");
        let right = |x: f32, face: Face, text: &str, size: f32| x + face.width(text, size);
        marks
            .into_iter()
            .filter_map(|mark| match mark {
                Mark::Line { x, size, face, text, .. } => Some((x, right(x, face, &text, size), text)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn everything_a_door_needs_stands_on_it() {
        let texts: Vec<String> = lines(&ticket("Zoë Müller", &"c".repeat(32))).into_iter().map(|line| line.2).collect();
        for expected in
            ["Nocturne: Winter Show", "Palais de Tokyo, Paris", "Zoë Müller", "Front Row", "A 12", "2 people"]
        {
            assert!(texts.iter().any(|text| text == expected), "{expected} in {texts:?}");
        }
        let standing = Ticket { seat: None, venue: None, party_size: 1, ..ticket("A", &"c".repeat(32)) };
        let texts: Vec<String> = lines(&standing).into_iter().map(|line| line.2).collect();
        assert!(!texts.iter().any(|text| text == "Seat") && texts.iter().any(|text| text == "1 person"));
    }

    #[test]
    fn nothing_reaches_into_the_margin() {
        for guest in ["", "Ann", &"Maximiliana von und zu ".repeat(9), &"W".repeat(200), &"王".repeat(90)] {
            let ticket = Ticket { event: guest.into(), tier: guest.into(), ..ticket(guest, &"c".repeat(32)) };
            for (left, right, text) in lines(&ticket) {
                assert!(left >= MARGIN && right <= PAGE.0 - MARGIN + 0.01, "{right}: {text}");
            }
        }
    }

    #[test]
    fn a_code_that_fits_no_symbol_is_refused() {
        assert!(ticket("A", &"c".repeat(512)).lay_out().is_ok());
        assert_eq!(ticket("A", &"c".repeat(4000)).lay_out().err(), Some(CodeTooLong));
    }
}
