use ab_glyph::{Font as _, PxScale, ScaleFont as _, point};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder as _, Luma};

use super::fonts::Face;
use super::mark::Mark;
use super::ticket::{Modules, PAGE};

/// 300 dots an inch.
const DOTS_PER_MM: f32 = 300.0 / 25.4;

/// Paints a ticket as a gray PNG picture.
pub(super) fn paint(marks: &[Mark]) -> Vec<u8> {
    let mut page = GrayImage::from_pixel(dots(PAGE.0), dots(PAGE.1), Luma([255]));
    for mark in marks {
        match mark {
            Mark::Line { x, y, size, face, text } => draw_text(&mut page, *x, *y, *size, *face, text),
            Mark::Rule { x, y, width, height } => {
                fill(&mut page, dots(*x), dots(*y), dots(*width), dots(*height).max(1))
            }
            Mark::Symbol { x, y, size, modules } => draw_symbol(&mut page, *x, *y, *size, modules),
        }
    }
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Up)
        .write_image(page.as_raw(), page.width(), page.height(), ExtendedColorType::L8)
        .expect("memory takes every picture");
    png
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths on a page are small and not negative"
)]
fn dots(mm: f32) -> u32 {
    (mm * DOTS_PER_MM).round().max(0.0) as u32
}

fn fill(page: &mut GrayImage, left: u32, top: u32, width: u32, height: u32) {
    for y in top..(top + height).min(page.height()) {
        for x in left..(left + width).min(page.width()) {
            page.put_pixel(x, y, Luma([0]));
        }
    }
}

/// Modules are whole dots wide, so that no edge is gray.
fn draw_symbol(page: &mut GrayImage, x: f32, y: f32, size: f32, modules: &Modules) {
    let across = u32::try_from(modules.across()).unwrap_or(u32::MAX);
    let module = (dots(size) / across).max(1);
    let rest = dots(size).saturating_sub(module * across) / 2;
    let (left, top) = (dots(x) + rest, dots(y) + rest);
    let place = |count: usize| u32::try_from(count).unwrap_or(0) * module;
    for (column, row, length) in modules.runs() {
        fill(page, left + place(column), top + place(row), place(length), module);
    }
}

fn draw_text(page: &mut GrayImage, x: f32, y: f32, size: f32, face: Face, text: &str) {
    let font = face.glyphs();
    let em = font.units_per_em().unwrap_or(1000.0);
    // The crate scales by the height from ascender to descender, not by the em.
    let scale = PxScale::from(size * DOTS_PER_MM * font.height_unscaled() / em);
    let scaled = font.as_scaled(scale);
    let (mut pen, baseline) = (x * DOTS_PER_MM, y * DOTS_PER_MM);
    let mut before = None;
    for letter in text.chars() {
        let id = font.glyph_id(letter);
        if let Some(before) = before {
            pen += scaled.kern(before, id);
        }
        if let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, point(pen, baseline))) {
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, coverage| darken(page, corner.x, corner.y, dx, dy, coverage));
        }
        pen += scaled.h_advance(id);
        before = Some(id);
    }
}

fn darken(page: &mut GrayImage, left: f32, top: f32, dx: u32, dy: u32, coverage: f32) {
    #[expect(clippy::cast_possible_truncation, reason = "places on a page")]
    let (left, top) = (left as i64, top as i64);
    let (Ok(x), Ok(y)) = (u32::try_from(left + i64::from(dx)), u32::try_from(top + i64::from(dy))) else { return };
    if let Some(pixel) = page.get_pixel_mut_checked(x, y) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
        let ink = (coverage.clamp(0.0, 1.0) * 255.0) as u8;
        pixel.0[0] = pixel.0[0].min(255 - ink);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ticket::tests::ticket;
    use super::*;

    #[test]
    fn the_picture_shows_the_symbol_dot_for_dot() {
        let ticket = ticket("Zoë Müller", "FH1.an-unguessable-code-of-a-ticket-0123456789");
        let marks = ticket.lay_out().expect("a code");
        let picture = image::load_from_memory(&ticket.to_png().expect("a code")).expect("a PNG").into_luma8();
        assert_eq!((picture.width(), picture.height()), (1240, 1748));
        let (x, y, size, modules) = marks
            .iter()
            .find_map(|mark| match mark {
                Mark::Symbol { x, y, size, modules } => Some((*x, *y, *size, modules)),
                _ => None,
            })
            .expect("a symbol");
        let across = u32::try_from(modules.across()).expect("small");
        let module = dots(size) / across;
        let rest = (dots(size) - module * across) / 2;
        let dark: std::collections::HashSet<(u32, u32)> = modules
            .runs()
            .into_iter()
            .flat_map(|(column, row, length)| (column..column + length).map(move |column| (column, row)))
            .map(|(column, row)| (u32::try_from(column).expect("small"), u32::try_from(row).expect("small")))
            .collect();
        for row in 0..across {
            for column in 0..across {
                let middle = |at: f32, count: u32| dots(at) + rest + count * module + module / 2;
                let seen = picture.get_pixel(middle(x, column), middle(y, row)).0[0];
                assert_eq!(seen, if dark.contains(&(column, row)) { 0 } else { 255 }, "module {column},{row}");
            }
        }
    }

    #[test]
    fn names_are_painted() {
        let ink = |name: &str| {
            let png = ticket(name, &"c".repeat(32)).to_png().expect("a code");
            let picture = image::load_from_memory(&png).expect("a PNG").into_luma8();
            let (top, bottom) = (dots(105.0), dots(118.0));
            (top..bottom)
                .flat_map(|y| (0..picture.width()).map(move |x| (x, y)))
                .filter(|(x, y)| picture.get_pixel(*x, *y).0[0] < 128)
                .count()
        };
        assert_eq!(ink(""), 0);
        assert!(ink("I") > 0 && ink("Maximilian") > ink("Max"));
    }
}
