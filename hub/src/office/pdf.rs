use krilla::Document;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};

use super::fonts::Face;
use super::mark::Mark;
use super::ticket::Modules;

/// PDF counts in points.
const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// Paints pages of one size (width and height in mm) as a PDF file, with text that can be searched.
pub(super) fn paint(size: (f32, f32), pages: &[Vec<Mark>], title: &str) -> Vec<u8> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()).creator("FashionOS Hub".to_owned()));
    let settings = PageSettings::from_wh(points(size.0), points(size.1)).expect("the page has a size");
    let fonts = [Face::Title, Face::Text, Face::Strong].map(|face| (face, font(face)));
    for marks in pages {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        surface.set_fill(Some(Fill { paint: luma::Color::black().into(), ..Fill::default() }));
        for mark in marks {
            match mark {
                Mark::Line { text, .. } if text.is_empty() => {}
                Mark::Line { x, y, size, face, text } => {
                    let start = Point::from_xy(points(*x), points(*y));
                    let (_, font) = fonts.iter().find(|(known, _)| known == face).expect("all faces are there");
                    surface.draw_text(start, font.clone(), points(*size), text, false, TextDirection::Auto);
                }
                Mark::Rule { x, y, width, height } => fill(&mut surface, &[(*x, *y, *width, *height)]),
                Mark::Symbol { x, y, size, modules } => draw_symbol(&mut surface, *x, *y, *size, modules),
            }
        }
        surface.finish();
        page.finish();
    }
    document.finish().expect("fonts are whole and no limit of PDF is near")
}

fn points(mm: f32) -> f32 {
    mm * POINTS_PER_MM
}

fn font(face: Face) -> Font {
    Font::new(face.bytes().into(), 0).expect("the fonts are whole")
}

/// One path for all, so that no hair of white shows between neighbours.
fn fill(surface: &mut Surface<'_>, rectangles: &[(f32, f32, f32, f32)]) {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in rectangles {
        path.push_rect(Rect::from_xywh(points(*x), points(*y), points(*width), points(*height)).expect("has a size"));
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn draw_symbol(surface: &mut Surface<'_>, x: f32, y: f32, size: f32, modules: &Modules) {
    #[expect(clippy::cast_precision_loss, reason = "less than 200 modules")]
    let place = |count: usize| size * count as f32 / modules.across() as f32;
    let rectangles: Vec<_> = modules
        .runs()
        .into_iter()
        .map(|(column, row, length)| (x + place(column), y + place(row), place(length), place(1)))
        .collect();
    fill(surface, &rectangles);
}

#[cfg(test)]
mod tests {
    use super::super::ticket::tests::ticket;

    #[test]
    fn a_page_of_a6_with_embedded_fonts() {
        let bytes = ticket("Zoë Müller", &"c".repeat(111)).to_pdf().expect("a code");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("%PDF-1.") && text.trim_end().ends_with("%%EOF"));
        for part in ["/Count 1", "/MediaBox[0 0 297.6", "HankenGrotesk-SemiBold", "InstrumentSerif"] {
            assert!(text.contains(part), "{part}");
        }
    }

    #[test]
    fn different_tickets_are_different_and_the_same_is_the_same() {
        let one = ticket("Ann", &"c".repeat(40));
        assert_eq!(one.to_pdf(), one.to_pdf());
        assert_ne!(one.to_pdf(), ticket("Ann", &"d".repeat(40)).to_pdf());
    }
}
