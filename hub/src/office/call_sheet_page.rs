use super::call_sheet::{CallSheet, Scene, SheetTooLong, duration};
use super::fonts::Face;
use super::mark::Mark;

/// A4 upright, mm.
pub(super) const PAGE: (f32, f32) = (210.0, 297.0);
/// Pages of a sheet, at most.
pub(super) const PAGES: usize = 200;
/// Lines of one text: more than the pages have, so that what is too long is not set to its end.
const LINES: usize = PAGES * 100;
const MARGIN: f32 = 18.0;
const MEASURE: f32 = PAGE.0 - 2.0 * MARGIN;
/// Nothing but the foot stands below.
const BOTTOM: f32 = PAGE.1 - 22.0;
/// Height of an em: what is read, what stands beside it, names of things.
const TEXT: f32 = 3.6;
const SMALL: f32 = 3.2;
const LABEL: f32 = 2.9;
/// From one baseline to the next, in ems.
const LEADING: f32 = 1.35;

/// Texts beside each other; lengths in mm from the left margin.
struct Column {
    x: f32,
    measure: f32,
    at_right: bool,
    parts: Vec<(Face, String)>,
}

impl Column {
    fn new(x: f32, measure: f32, face: Face, text: &str) -> Self {
        Self { x, measure, at_right: false, parts: vec![(face, text.to_owned())] }
    }

    fn at_right(text: &str) -> Self {
        Self { at_right: true, ..Self::new(MEASURE - 24.0, 24.0, Face::Text, text) }
    }

    fn and(mut self, face: Face, text: &str) -> Self {
        self.parts.push((face, text.to_owned()));
        self
    }

    fn lines(&self, size: f32) -> Vec<(Face, String)> {
        let broken = |(face, text): &(Face, String)| {
            wrap(*face, text, self.measure, size).into_iter().map(|line| (*face, line)).collect::<Vec<_>>()
        };
        self.parts.iter().flat_map(broken).collect()
    }
}

/// Pages that are filled from top to bottom.
struct Flow {
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Flow {
    /// So much stands together: on the next page, if this one has no room for it.
    fn keep(&mut self, height: f32) -> Result<(), SheetTooLong> {
        if self.y + height > BOTTOM && self.y > MARGIN {
            if self.pages.len() >= PAGES {
                return Err(SheetTooLong);
            }
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        Ok(())
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn rule(&mut self, height: f32) {
        let y = self.y;
        self.put(Mark::Rule { x: MARGIN, y, width: MEASURE, height });
        self.y += height;
    }

    /// Columns side by side. What is higher than a page goes on on the next.
    fn row(&mut self, size: f32, columns: &[Column]) -> Result<(), SheetTooLong> {
        let lines: Vec<Vec<(Face, String)>> = columns.iter().map(|column| column.lines(size)).collect();
        let most = lines.iter().map(Vec::len).max().unwrap_or(0);
        let step = size * LEADING;
        #[expect(clippy::cast_precision_loss, reason = "some ten thousand lines at most")]
        let height = step * most as f32;
        self.keep(height.min(BOTTOM - MARGIN))?;
        for n in 0..most {
            self.keep(step)?;
            self.y += step;
            for (column, lines) in columns.iter().zip(&lines) {
                let Some((face, text)) = lines.get(n).cloned() else { continue };
                let shift = if column.at_right { column.measure - face.width(&text, size) } else { 0.0 };
                // The baseline is above the foot of the line.
                let (x, y) = (MARGIN + column.x + shift, self.y - size * 0.3);
                self.put(Mark::Line { x, y, size, face, text });
            }
        }
        Ok(())
    }

    fn head(&mut self, text: &str) -> Result<(), SheetTooLong> {
        self.y += 6.0;
        self.keep(16.0)?;
        self.row(LABEL, &[Column::new(0.0, MEASURE, Face::Text, text)])?;
        self.y += 1.0;
        self.rule(0.2);
        self.y += 1.0;
        Ok(())
    }

    fn scene(&mut self, scene: &Scene) -> Result<(), SheetTooLong> {
        // Its name never stands alone at the foot of a page.
        self.keep(22.0)?;
        self.y += 2.0;
        let face = fitting(&scene.title);
        let name = Column::new(0.0, MEASURE - 30.0, face, &scene.title);
        self.row(5.0, &[name, Column::at_right(&duration(scene.minutes))])?;
        self.y += 0.8;
        self.rule(0.2);
        self.y += 0.8;
        if !scene.about.is_empty() {
            self.row(SMALL, &[Column::new(0.0, MEASURE, Face::Text, &scene.about)])?;
        }
        for shot in &scene.shots {
            let minutes = shot.minutes.map_or_else(|| "–".to_owned(), duration);
            self.y += 1.0;
            self.row(
                SMALL,
                &[
                    Column::new(0.0, 12.0, Face::Text, &shot.number),
                    Column::new(13.0, 74.0, Face::Strong, &shot.about).and(Face::Text, &shot.notes),
                    Column::new(90.0, 58.0, Face::Strong, &shot.models).and(Face::Text, &shot.products),
                    Column::at_right(&minutes),
                ],
            )?;
        }
        self.y += 2.0;
        Ok(())
    }
}

/// The pages of a sheet: what, where, who, and the plan.
pub(super) fn lay_out(sheet: &CallSheet) -> Result<Vec<Vec<Mark>>, SheetTooLong> {
    let mut flow = Flow { pages: vec![Vec::new()], y: MARGIN };
    let kind = sheet.kind.as_deref().filter(|kind| !kind.is_empty());
    let label = kind.map_or_else(|| "Call sheet".to_owned(), |kind| format!("Call sheet · {kind}"));
    flow.row(LABEL, &[Column::new(0.0, MEASURE, Face::Text, &label)])?;
    flow.row(9.0, &[Column::new(0.0, MEASURE, fitting(&sheet.title), &sheet.title)])?;
    flow.y += 1.0;
    flow.row(4.2, &[Column::new(0.0, MEASURE, Face::Strong, &sheet.day)])?;
    flow.row(SMALL, &[Column::new(0.0, MEASURE, Face::Text, &sheet.version)])?;
    flow.y += 2.0;
    flow.rule(0.5);
    flow.y += 2.0;
    for (name, value) in &sheet.facts {
        flow.row(
            TEXT,
            &[Column::new(0.0, 30.0, Face::Text, name), Column::new(32.0, MEASURE - 32.0, Face::Strong, value)],
        )?;
        flow.y += 0.8;
    }
    if !sheet.calls.is_empty() {
        flow.head("Calls")?;
        for [at, who, role, place, notes] in &sheet.calls {
            flow.row(
                TEXT,
                &[
                    Column::new(0.0, 16.0, Face::Strong, at),
                    Column::new(18.0, 50.0, Face::Strong, who),
                    Column::new(70.0, 22.0, Face::Text, role),
                    Column::new(94.0, 44.0, Face::Text, place),
                    Column::new(140.0, MEASURE - 140.0, Face::Text, notes),
                ],
            )?;
            flow.y += 1.0;
        }
    }
    if !sheet.cast.is_empty() {
        flow.head("Cast")?;
        flow.row(TEXT, &[Column::new(0.0, MEASURE, Face::Text, &sheet.cast.join(" · "))])?;
    }
    if !sheet.scenes.is_empty() {
        let minutes = sheet.scenes.iter().map(|scene| scene.minutes).fold(0, i64::saturating_add);
        flow.head(&format!("Shots · {}", duration(minutes)))?;
        for scene in &sheet.scenes {
            flow.scene(scene)?;
        }
    }
    Ok(with_feet(flow.pages, sheet))
}

/// Which sheet a page is of, and which page.
fn with_feet(mut pages: Vec<Vec<Mark>>, sheet: &CallSheet) -> Vec<Vec<Mark>> {
    let count = pages.len();
    let left = wrap(Face::Text, &format!("{} · {} · {}", sheet.title, sheet.day, sheet.version), MEASURE - 20.0, LABEL);
    for (n, page) in pages.iter_mut().enumerate() {
        let y = PAGE.1 - 12.0;
        let number = format!("{} / {count}", n + 1);
        let x = PAGE.0 - MARGIN - Face::Text.width(&number, LABEL);
        page.push(Mark::Line { x, y, size: LABEL, face: Face::Text, text: number });
        if let Some(text) = left.first() {
            page.push(Mark::Line { x: MARGIN, y, size: LABEL, face: Face::Text, text: text.clone() });
        }
    }
    pages
}

fn fitting(title: &str) -> Face {
    if Face::Title.knows(title) { Face::Title } else { Face::Strong }
}

/// Lines of at most this measure, broken between words, and within one that is longer than a line.
fn wrap(face: Face, text: &str, measure: f32, size: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        if lines.len() > LINES {
            break;
        }
        let mut line = String::new();
        for word in face.spell(paragraph).split(' ') {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if face.width(&longer, size) <= measure {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if face.width(&line, size) > measure {
                    let rest = line.pop();
                    lines.push(std::mem::take(&mut line));
                    line.extend(rest);
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::call_sheet::tests::content;
    use super::*;

    fn sheet(content: &Value) -> CallSheet {
        CallSheet::read("2026-11-27".parse().expect("a day"), 1, "issued", None, content)
    }

    fn lines(pages: &[Vec<Mark>]) -> Vec<(usize, f32, f32, f32, String)> {
        let mut lines = Vec::new();
        for (page, marks) in pages.iter().enumerate() {
            for mark in marks {
                if let Mark::Line { x, y, size, face, text } = mark {
                    lines.push((page, *x, x + face.width(text, *size), *y, text.clone()));
                }
            }
        }
        lines
    }

    /// F033: location, call times, scenes and shots in order, products, models.
    #[test]
    fn everything_of_the_day_stands_on_it_in_order() {
        let pages = lay_out(&sheet(&content())).expect("pages");
        let texts: Vec<String> = lines(&pages).into_iter().map(|line| line.4).collect();
        let mut at = 0;
        for expected in [
            "Ombre in the glasshouse",
            "Friday 27 November 2026",
            "Studio Verrière · 27 rue des Teinturiers",
            "07:00",
            "Nyadak Deng",
            "Among the panes",
            "1.1",
            "Cocoon coat",
        ] {
            let found = texts[at..].iter().position(|text| text.contains(expected));
            at += found.unwrap_or_else(|| panic!("{expected} in {texts:?}"));
        }
        assert!(texts.iter().any(|text| text == "1 / 1") && texts.iter().any(|text| text.contains("OMB-001")));
    }

    #[test]
    fn nothing_leaves_its_page_and_nothing_is_lost() {
        let mut long = content();
        let shot = json!({"number": "1.1", "description": "Coat in the wind ".repeat(30), "notes": "Q".repeat(400), "minutes": 5,
                          "models": [{"name": "Ann"}], "products": [{"sku": "S", "name": "王小明".repeat(20)}]});
        long["scenes"] = (0..40)
            .map(|n| json!({"number": n.to_string(), "title": "Panes", "minutes": 1, "shots": [shot, shot]}))
            .collect();
        long["remarks"] = json!("One\n\nTwo ".repeat(200));
        let pages = lay_out(&sheet(&long)).expect("pages");
        assert!(pages.len() > 10);
        for (page, left, right, y, text) in lines(&pages) {
            assert!(
                left >= MARGIN - 0.01 && right <= PAGE.0 - MARGIN + 0.01 && y > MARGIN && y < PAGE.1 - 10.0,
                "{page}: {left} {right} {y} {text}"
            );
        }
        let whole: String = lines(&pages).into_iter().map(|line| line.4).collect();
        assert_eq!(whole.matches("Ann").count(), 80);
        assert_eq!(whole.matches('Q').count(), 80 * 400);
        assert!(whole.contains(&format!("{0} / {0}", pages.len())));
    }

    #[test]
    fn a_sheet_without_end_is_refused() {
        let mut long = content();
        long["remarks"] = json!("word\n".repeat(40_000));
        assert_eq!(lay_out(&sheet(&long)), Err(SheetTooLong));
        assert!(lay_out(&sheet(&json!({}))).is_ok_and(|pages| pages.len() == 1));
    }

    #[test]
    fn a_file_has_the_pages() {
        let pdf = sheet(&content()).to_pdf().expect("a file");
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF-1.") && text.contains("/Count 1") && text.contains("/MediaBox[0 0 595.2"));
    }
}
