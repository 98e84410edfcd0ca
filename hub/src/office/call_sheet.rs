use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use super::call_sheet_page::{PAGE, lay_out};
use super::pdf;

/// A call sheet as it was made, to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSheet {
    /// The shoot or event.
    pub(super) title: String,
    /// What kind of shoot.
    pub(super) kind: Option<String>,
    /// The day, as people read it.
    pub(super) day: String,
    /// Which version, and when it was issued.
    pub(super) version: String,
    /// Where, when, and what the producer says, by name.
    pub(super) facts: Vec<(String, String)>,
    /// Who has to be there, and when.
    pub(super) calls: Vec<[String; 5]>,
    /// The models.
    pub(super) cast: Vec<String>,
    /// The plan of the day.
    pub(super) scenes: Vec<Scene>,
}

/// A scene with its shots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scene {
    pub(super) title: String,
    pub(super) about: String,
    pub(super) minutes: i64,
    pub(super) shots: Vec<Shot>,
}

/// A picture to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shot {
    pub(super) number: String,
    pub(super) about: String,
    pub(super) notes: String,
    pub(super) models: String,
    pub(super) products: String,
    pub(super) minutes: Option<i64>,
}

/// A sheet of more than [`PAGES`](super::call_sheet_page::PAGES) pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call sheet has more pages than can be printed")]
pub struct SheetTooLong;

/// What the console writes into `call_sheets.content`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    title: Option<String>,
    shoot_type: Option<String>,
    starts_at: Option<String>,
    ends_at: Option<String>,
    time_zone: Option<String>,
    location: Place,
    call: Option<String>,
    lunch: Option<String>,
    weather: Option<String>,
    remarks: Option<String>,
    calls: Vec<Call>,
    cast: Vec<Cast>,
    scenes: Vec<PlannedScene>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place {
    name: Option<String>,
    address: Option<String>,
    note: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Call {
    at: Option<String>,
    who: Option<String>,
    #[serde(rename = "as")]
    role: Option<String>,
    location: Option<String>,
    notes: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cast {
    name: Option<String>,
    role: Option<String>,
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PlannedScene {
    number: Option<String>,
    title: Option<String>,
    description: Option<String>,
    minutes: Option<i64>,
    shots: Vec<PlannedShot>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PlannedShot {
    number: Option<String>,
    description: Option<String>,
    minutes: Option<i64>,
    notes: Option<String>,
    products: Vec<Product>,
    models: Vec<Named>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Product {
    sku: Option<String>,
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: Option<String>,
}

impl CallSheet {
    /// From a row of `call_sheets`. A sheet that another program made, in words of its own, is a list of these.
    pub fn read(day: Date, version: i32, status: &str, issued: Option<Timestamp>, content: &Value) -> Self {
        let plan = |name: &str| content.get(name).is_some_and(Value::is_array);
        let known = ["scenes", "calls", "cast"].into_iter().all(plan);
        let ours = known.then(|| Content::deserialize(content).ok()).flatten();
        let zone = ours.as_ref().and_then(|sheet| TimeZone::get(sheet.time_zone.as_deref()?).ok());
        let zone = zone.unwrap_or(TimeZone::UTC);
        let mut version = format!("Version {version}");
        match issued {
            Some(at) => {
                let at = at.to_zoned(zone.clone()).strftime("%-d %B %Y, %H:%M").to_string();
                version.push_str(&format!(", issued {at}"));
            }
            None => version.push_str(", not issued"),
        }
        if status == "superseded" {
            version.push_str(". A newer one was issued");
        }
        let empty = Self {
            title: "Call sheet".to_owned(),
            kind: None,
            day: day.strftime("%A %-d %B %Y").to_string(),
            version,
            facts: Vec::new(),
            calls: Vec::new(),
            cast: Vec::new(),
            scenes: Vec::new(),
        };
        match ours {
            Some(sheet) => sheet.fill(empty, &zone),
            None => Self { facts: words_of(content), ..empty },
        }
    }

    /// As a PDF file: A4, as many pages as it takes.
    ///
    /// # Errors
    /// [`SheetTooLong`].
    pub fn to_pdf(&self) -> Result<Vec<u8>, SheetTooLong> {
        let pages = lay_out(self)?;
        Ok(pdf::paint(PAGE, &pages, &format!("{} – {} – {}", self.title, self.day, self.version)))
    }
}

impl Content {
    fn fill(self, empty: CallSheet, zone: &TimeZone) -> CallSheet {
        let place = joined([self.location.name, self.location.address, self.location.note], " · ");
        let hours = match (time(self.starts_at.as_deref(), zone), time(self.ends_at.as_deref(), zone)) {
            (Some(from), Some(to)) => format!("{from} to {to} ({})", self.time_zone.unwrap_or_default()),
            (Some(from), None) => format!("{from} ({})", self.time_zone.unwrap_or_default()),
            _ => String::new(),
        };
        let facts = [
            ("Location", Some(place)),
            ("Hours", Some(hours)),
            ("General call", self.call),
            ("Lunch", self.lunch),
            ("Weather", self.weather),
            ("Remarks", self.remarks),
        ];
        let call = |call: Call| {
            let at = time(call.at.as_deref(), zone).or(call.at).unwrap_or_default();
            let text = Option::unwrap_or_default;
            [at, text(call.who), text(call.role), text(call.location), text(call.notes)]
        };
        let cast = |model: Cast| {
            let status = model.status.filter(|status| status != "confirmed").map(|status| format!("({status})"));
            joined([model.name, model.role, status], " ")
        };
        CallSheet {
            title: self.title.filter(|title| !title.is_empty()).unwrap_or(empty.title),
            kind: self.shoot_type,
            facts: facts
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value.filter(|value| !value.is_empty())?)))
                .collect(),
            calls: self.calls.into_iter().map(call).collect(),
            cast: self.cast.into_iter().map(cast).collect(),
            scenes: self.scenes.into_iter().map(PlannedScene::planned).collect(),
            ..empty
        }
    }
}

impl PlannedScene {
    fn planned(self) -> Scene {
        let shot = |shot: PlannedShot| Shot {
            number: shot.number.unwrap_or_default(),
            about: shot.description.unwrap_or_default(),
            notes: shot.notes.unwrap_or_default(),
            models: joined(shot.models.into_iter().map(|model| model.name), ", "),
            products: joined(
                shot.products.into_iter().map(|product| match (product.name, product.sku) {
                    (Some(name), Some(sku)) => Some(format!("{name} ({sku})")),
                    (name, sku) => name.or(sku),
                }),
                ", ",
            ),
            minutes: shot.minutes,
        };
        Scene {
            title: joined([self.number, self.title], " "),
            about: self.description.unwrap_or_default(),
            minutes: self.minutes.unwrap_or(0),
            shots: self.shots.into_iter().map(shot).collect(),
        }
    }
}

/// "1 h 15".
pub(super) fn duration(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02}"),
    }
}

fn joined(parts: impl IntoIterator<Item = Option<String>>, between: &str) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}

/// An instant as a time of the day.
fn time(at: Option<&str>, zone: &TimeZone) -> Option<String> {
    let at: Timestamp = at?.parse().ok()?;
    Some(at.to_zoned(zone.clone()).strftime("%H:%M").to_string())
}

/// Whatever an object says, by name.
fn words_of(content: &Value) -> Vec<(String, String)> {
    let entries = content.as_object().into_iter().flatten();
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    entries.map(|(name, value)| (name.replace('_', " "), word(value))).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(in crate::office) fn content() -> Value {
        json!({
            "title": "Ombre in the glasshouse", "shoot_type": "lookbook", "time_zone": "Europe/Paris",
            "starts_at": "2026-11-27T07:00:00+00:00", "ends_at": "2026-11-27T17:00:00Z",
            "location": {"name": "Studio Verrière", "address": "27 rue des Teinturiers", "note": null},
            "call": "07:00", "lunch": "", "weather": "Frost", "remarks": null,
            "calls": [{"at": "2026-11-27T06:00:00Z", "who": "Nyadak Deng", "as": "Model", "location": "Make-up", "notes": null}],
            "cast": [{"name": "Nyadak Deng", "role": "lead", "status": "confirmed"}, {"name": "Elif", "status": "selected"}],
            "scenes": [{"number": "1", "title": "Among the panes", "description": "Grey daylight", "minutes": 75, "shots": [
                {"number": "1.1", "description": "Cocoon coat", "minutes": 75, "notes": "slow", "models": [{"name": "Nyadak Deng"}],
                 "products": [{"sku": "OMB-001", "name": "Cocoon coat in slate wool"}]}]}],
        })
    }

    fn read(content: &Value) -> CallSheet {
        let issued = "2026-11-22T10:33:00Z".parse().expect("an instant");
        CallSheet::read("2026-11-27".parse().expect("a day"), 2, "issued", Some(issued), content)
    }

    #[test]
    fn a_sheet_says_times_as_the_place_counts_them() {
        let sheet = read(&content());
        assert_eq!(
            (sheet.day.as_str(), sheet.version.as_str()),
            ("Friday 27 November 2026", "Version 2, issued 22 November 2026, 11:33")
        );
        let facts: Vec<(&str, &str)> =
            sheet.facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            facts,
            [
                ("Location", "Studio Verrière · 27 rue des Teinturiers"),
                ("Hours", "08:00 to 18:00 (Europe/Paris)"),
                ("General call", "07:00"),
                ("Weather", "Frost"),
            ]
        );
        assert_eq!(sheet.calls, [["07:00", "Nyadak Deng", "Model", "Make-up", ""].map(str::to_owned)]);
        assert_eq!(sheet.cast, ["Nyadak Deng lead", "Elif (selected)"]);
        assert_eq!(sheet.scenes[0].title, "1 Among the panes");
        assert_eq!(sheet.scenes[0].shots[0].products, "Cocoon coat in slate wool (OMB-001)");
        assert_eq!([15, 60, 75].map(duration), ["15 min", "1 h", "1 h 15"]);
    }

    #[test]
    fn a_sheet_of_another_program_is_what_it_says() {
        let sheet = read(&json!({"radio": "Channel 3", "crew_call": ["06:00", "north"], "scenes": "none"}));
        let mut facts = sheet.facts;
        facts.sort();
        assert_eq!(facts[0], ("crew call".to_owned(), r#"["06:00","north"]"#.to_owned()));
        assert_eq!(facts.len(), 3);
        for odd in [json!(null), json!(7), json!([]), json!({"scenes": [7], "calls": [], "cast": []})] {
            assert!(read(&odd).scenes.is_empty(), "{odd}");
        }
        let unknown = CallSheet::read("2026-11-27".parse().expect("a day"), 1, "draft", None, &json!({}));
        assert_eq!(unknown.version, "Version 1, not issued");
    }
}
