use super::*;
use crate::import::ImportErrorCode as Code;

const VIP: Uuid = Uuid::from_u128(1);
const PRESS: Uuid = Uuid::from_u128(2);

fn tiers() -> Vec<Tier> {
    vec![Tier { id: VIP, name: "Front Row".into() }, Tier { id: PRESS, name: "Presse".into() }]
}

fn table(text: &str) -> Table {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Table::new(lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()).expect("rows")
}

/// Applies a plan as the store would; ids count up.
fn applied(stored: &[StoredGuest], plan: &GuestPlan) -> Vec<StoredGuest> {
    assert_eq!(plan.errors, []);
    let mut all = stored.to_vec();
    for changed in &plan.changed {
        let place = all.iter().position(|guest| guest.registration_id == changed.registration_id).expect("stored");
        all[place].guest = changed.guest.clone();
    }
    for added in &plan.added {
        let registration_id = Uuid::from_u128(100 + all.len() as u128);
        all.push(StoredGuest { registration_id, guest: added.guest.clone(), arrived: 0 });
    }
    all
}

fn planned(text: &str, stored: &[StoredGuest]) -> GuestPlan {
    plan(&table(text), &Mapping::new(), &tiers(), stored)
}

fn counts(plan: &GuestPlan) -> (usize, usize, usize, usize) {
    (plan.added.len(), plan.changed.len(), plan.unchanged.len(), plan.errors.len())
}

fn codes(plan: &GuestPlan) -> Vec<(usize, &str, Code)> {
    plan.errors.iter().map(|error| (error.row, error.column.as_deref().unwrap_or("-"), error.code)).collect()
}

const LIST: &str = "
    Ref,Name,E-mail,Tier,Plus ones,VIP,Seat,Notes
    A1,Ana Lopez,ana@example.org,front row,2,yes,A-12,Press office knows
    A2,Bo Li,bo@example.org,PRESSE,,,,
    ,Chloé Roy,chloe@example.org,Front Row,+1,x,B-1,
    ,Dee,,Front Row,0,no,,";

/// F079, F249: a list is taken whole, and taken again without doubles.
#[test]
fn importing_twice_changes_nothing() {
    let first = planned(LIST, &[]);
    assert_eq!(counts(&first), (4, 0, 0, 0));
    let ana = &first.added[0].guest;
    assert_eq!((ana.party_size, ana.vip, ana.tier_id, ana.status), (3, true, VIP, RegistrationStatus::Confirmed));
    assert_eq!(first.added[2].guest.party_size, 2);
    let stored = applied(&[], &first);
    assert_eq!(counts(&planned(LIST, &stored)), (0, 0, 4, 0));
    // Case, accents and order of columns do not make another guest.
    let other = "Tier,Email,Name\n front row,CHLOE@example.org,CHLOE ROY";
    assert_eq!(counts(&planned(other, &stored)).0, 0);
}

#[test]
fn changes_are_shown_field_by_field() {
    let stored = applied(&[], &planned(LIST, &[]));
    let plan = planned("Ref,Name,Seat,Notes,VIP\n A1,Ana López,,Call her agent,\n A2,Bo Li,C-3,,", &stored);
    assert_eq!(counts(&plan), (0, 2, 0, 0));
    let report = plan.report("csv", false);
    let old = |text: &str| Some(text.to_owned());
    assert_eq!(report.diff[0].label, "Ana López");
    assert_eq!(
        report.diff[0].fields.clone().into_iter().collect::<Vec<_>>(),
        [
            ("door_note", (old("Press office knows"), "Call her agent".into())),
            ("name", (old("Ana Lopez"), "Ana López".into())),
            ("seat", (old("A-12"), String::new())),
        ]
    );
    assert_eq!(report.diff[1].fields["seat"], (None, "C-3".into()));
    assert!(plan.changed[0].guest.vip && plan.changed[0].guest.email.is_some(), "empty cells and absent columns keep");
    let json = serde_json::to_value(&report).expect("plain data");
    assert_eq!(json["diff"][0]["kind"], "changed");
    assert_eq!(json["diff"][1]["fields"]["seat"], serde_json::json!([null, "C-3"]));
    assert_eq!(
        json["columns"][3],
        serde_json::json!({"header": "Notes", "field": "door_note", "guessed": true, "samples": ["Call her agent"]})
    );
    assert_eq!(json["fields"][1], serde_json::json!({"name": "name", "label": "Name", "required": true}));
}

#[test]
fn every_mistake_is_named_with_its_row_and_column() {
    let plan = planned(
        "Name,Email,Tier,Party size,VIP,Status,Code
         ,a@example.org,Presse,1,,,
         Bo,bo@example,Presse,0,perhaps,asleep,short
         Cy,,Standing,51,,,
         Di,,,,,,
         Ed,ed@x.org,Presse,1,,,
         ED,ED@x.org,Presse,2,,,
         Fi,,Presse,,,,0123456789012345678901234567890123456789
         Flo,,Presse,,,,0123456789012345678901234567890123456789",
        &[],
    );
    assert_eq!(
        codes(&plan),
        [
            (2, "Name", Code::MissingValue),
            (3, "Party size", Code::BadPartySize),
            (3, "VIP", Code::BadFlag),
            (3, "Status", Code::BadStatus),
            (3, "Email", Code::BadEmail),
            (3, "Code", Code::BadCode),
            (4, "Tier", Code::UnknownTier),
            (4, "Party size", Code::BadPartySize),
            (5, "Tier", Code::MissingValue),
            (7, "Name", Code::DuplicateInFile),
            (9, "Code", Code::DuplicateCode),
        ]
    );
    assert_eq!(codes(&planned("Email\n a@example.org", &[])), [(0, "-", Code::MissingColumn)]);
    let long = planned(&format!("Name,Tier\n {},Presse", "x".repeat(201)), &[]);
    assert_eq!(codes(&long), [(2, "Name", Code::TooLong)]);
}

/// F078: a file neither checks anybody in nor takes an arrival back.
#[test]
fn arrivals_are_left_to_the_door() {
    let mut stored = applied(&[], &planned("Name,Tier,Party size\n Ana,Presse,4\n Bo,Presse,1\n Cy,Presse,1", &[]));
    stored[0].guest.status = RegistrationStatus::Attended;
    stored[0].arrived = 3;
    stored[1].guest.status = RegistrationStatus::Cancelled;
    let with = |rows: &str| planned(&format!("Name,Status,Party size\n{rows}"), &stored);
    for (rows, expected) in [
        ("Ana,confirmed,", Ok(())),
        ("Ana,pending,", Ok(())),
        ("Ana,attended,", Ok(())),
        ("Cy,attended,", Ok(())),
        ("Bo,cancelled,", Ok(())),
        ("Ana,cancelled,", Err(Code::AlreadyAttended)),
        ("Ana,refunded,", Err(Code::AlreadyAttended)),
        ("Bo,confirmed,", Err(Code::BadTransition)),
        ("Cy,pending,", Err(Code::BadTransition)),
        ("Ana,,2", Err(Code::PartyBelowArrived)),
    ] {
        let plan = with(rows);
        match expected {
            Ok(()) => assert_eq!(counts(&plan), (0, 0, 1, 0), "{rows}"),
            Err(code) => assert_eq!(plan.errors.iter().map(|error| error.code).collect::<Vec<_>>(), [code], "{rows}"),
        }
    }
    assert_eq!(counts(&with("Cy,declined,")), (0, 1, 0, 0));
    let new = with("Zoe,attended,");
    assert_eq!(codes(&new), [(2, "-", Code::MissingValue)], "two tiers, none named");
    let new = planned("Name,Status,Tier\n Zoe,attended,Presse", &stored);
    assert_eq!(new.added[0].guest.status, RegistrationStatus::Confirmed);
}

#[test]
fn who_a_row_is_about() {
    let stored = applied(
        &[],
        &planned(
            "Ref,Name,Email,Tier
             1,Ana,ana@example.org,Presse
             ,Ana,other@example.org,Presse
             ,Bo,,Presse",
            &[],
        ),
    );
    let about = |text: &str| planned(text, &stored);
    // Two guests of one name need more than the name.
    assert_eq!(codes(&about("Name\n Ana")), [(2, "Name", Code::Ambiguous)]);
    assert_eq!(counts(&about("Name,Email\n Ana,other@example.org")), (0, 0, 1, 0));
    // A reference makes another guest of the same name and address, unless the stored one has none.
    assert_eq!(counts(&about("Ref,Name,Email,Tier\n 2,Ana,ana@example.org,Presse")), (1, 0, 0, 0));
    let gains = about("Ref,Name\n 3,Bo");
    assert_eq!(gains.changed[0].guest.external_ref.as_deref(), Some("3"));
    // Two rows about one stored guest.
    assert_eq!(codes(&about("Ref,Name\n 1,Ana\n 1,Anna")), [(3, "Name", Code::DuplicateInFile)]);
    // A ticket code that somebody else has.
    let mut coded = stored.clone();
    coded[0].guest.code = Some("c".repeat(40));
    let text = format!("Name,Code\n Bo,{}", "c".repeat(40));
    assert_eq!(codes(&planned(&text, &coded)), [(2, "Code", Code::DuplicateCode)]);
    assert_eq!(counts(&planned(&format!("Ref,Name,Code\n 1,Ana,{}", "c".repeat(40)), &coded)), (0, 0, 1, 0));
}

#[test]
fn names_in_parts_and_one_tier() {
    let one = &tiers()[1..];
    let name = |text: &str| plan(&table(text), &Mapping::new(), one, &[]).added[0].guest.name.clone();
    assert_eq!(name("Vorname,Name\n Ana,Lopez"), "Ana Lopez");
    assert_eq!(name("Nome,Cognome\n Ana,Lopez"), "Ana Lopez");
    assert_eq!(name("First name,Last name\n Ana,"), "Ana");
    assert_eq!(name("First name,Last name,Name\n Ana,Lopez,"), "Ana Lopez");
    assert_eq!(name("Name,First name,Last name\n A. Lopez,Ana,Lopez"), "A. Lopez");
}

#[test]
fn addresses() {
    for (email, good) in [
        ("a@b.co", true),
        ("a.b+c@x-y.example.org", true),
        ("é@exämple.org", true),
        ("a@b", false),
        ("@b.co", false),
        ("a@b..co", false),
        ("a@@b.co", false),
        ("a b@c.de", false),
        ("a@b.co;c@d.ef", false),
    ] {
        let plan = planned(&format!("Name,Email,Tier\n Ana,{email},Presse"), &[]);
        assert_eq!(plan.errors.is_empty(), good, "{email}");
    }
}
