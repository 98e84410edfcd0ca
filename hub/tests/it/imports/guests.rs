use std::collections::BTreeMap;
use std::fmt::Write as _;

use hub::store::guests;
use hub_client::JoinOptions;
use schemas::{DeviceProfile, VerdictKind};

use super::{GUESTS, KEYS, TIERS, WRONG_COUNTS, count, empty_event, import};
use crate::support::{Show, TestHub};

const LIST: &str = "\u{feff}Référence;Nom complet;Courriel;Catégorie;Accompagnants;VIP;Siège;Remarques
R1;Zoë Müller;zoe@example.com;Front Row VIP;1;oui;A 1;Saluer en personne
R2;王小明;wang@example.com;Presse;0;non;;
R3;Chloé D’Arc;;Amis;2;non;C 3;
";

/// F077: a producer's first file brings guests and tiers. Told what would happen, it happens; the same file again
/// changes nothing; a corrected one changes what is different.
#[tokio::test]
async fn a_list_is_tried_taken_and_taken_again() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "first").await;

    let tried = api.import(event, "guests", "list.csv", LIST, None, false).await.expect("a report");
    assert_eq!((tried.errors.as_slice(), tried.rows, tried.added, tried.applied), (&[][..], 3, 3, false));
    assert_eq!((count(&hub, GUESTS, event).await, count(&hub, TIERS, event).await), (0, 0));

    let taken = import(&api, event, "guests", LIST).await;
    assert_eq!((taken.format.as_str(), taken.added, taken.changed, taken.unchanged), ("csv", 3, 0, 0));
    let stored = guests::load(&hub.server.node.store, hub.organization_id, event, None).await.expect("guests");
    let zoe = stored.iter().find(|guest| guest.name == "Zoë Müller").expect("she is invited");
    assert_eq!(
        (zoe.tier.as_str(), zoe.party_size, zoe.vip, zoe.status.as_str()),
        ("Front Row VIP", 2, true, "confirmed")
    );
    assert_eq!((zoe.seat.as_deref(), zoe.note.as_deref()), (Some("A 1"), Some("Saluer en personne")));
    assert!(stored.iter().any(|guest| guest.name == "王小明" && guest.tier == "Presse"));
    let kinds = "select count(*) from ticket_tiers where event_id = $1 and (name, type) in
                 (('Front Row VIP', 'vip'), ('Presse', 'press'), ('Amis', 'comp'))";
    assert_eq!(count(&hub, kinds, event).await, 3);
    assert_eq!(count(&hub, WRONG_COUNTS, event).await, 0);

    let again = import(&api, event, "guests", LIST).await;
    assert_eq!((again.added, again.changed, again.unchanged), (0, 0, 3));
    let touched = "select count(*) from registrations where event_id = $1 and rev > 1";
    assert_eq!(count(&hub, touched, event).await, 0);

    let corrected =
        LIST.replace("zoe@example.com", "zoe@example.org").replace("Chloé D’Arc", "Cloé d’Arc").replace("A 1", "");
    let changed = import(&api, event, "guests", corrected.clone()).await;
    assert_eq!((changed.added, changed.changed, changed.unchanged), (0, 2, 1));
    assert_eq!(count(&hub, KEYS, event).await, 3, "a new address is sealed with the guest's own key");
    let again = import(&api, event, "guests", corrected).await;
    assert_eq!(again.unchanged, 3);
    let by_producer = "select count(*) from live.commits where topic = 'event:' || $1::uuid and principal_kind = 'user'
                         and principal_id = (select id from users limit 1)";
    assert!(count(&hub, by_producer, event).await >= 2, "the journal puts it down to the producer");
}

/// A guess is corrected by the mapping.
#[tokio::test]
async fn columns_can_be_told() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "mapped").await;
    let file = "Who,Blah,Note\nAnn Lee,Gold,secret\n";
    let guessed = api.import(event, "guests", "f.csv", file, None, false).await.expect("a report");
    assert!(guessed.errors.iter().any(|error| error.code == "missing_column"), "{:?}", guessed.errors);
    let mapping = BTreeMap::from([
        ("Who".to_owned(), Some("name".to_owned())),
        ("Blah".to_owned(), Some("tier".to_owned())),
        ("Note".to_owned(), None),
    ]);
    let report = api.import(event, "guests", "f.csv", file, Some(&mapping), true).await.expect("a report");
    assert!(report.applied, "{:?}", report.errors);
    let stored = guests::load(&hub.server.node.store, hub.organization_id, event, None).await.expect("guests");
    assert_eq!((stored[0].name.as_str(), stored[0].tier.as_str(), &stored[0].note), ("Ann Lee", "Gold", &None));
}

/// F249: one wrong row keeps everything out, tiers and keys too.
#[tokio::test]
async fn one_wrong_row_keeps_everything_out() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "wrong").await;
    let file = format!("{LIST}R4;Bad Mail;not-an-address;Amis;0;non;;\n");
    let report = api.import(event, "guests", "list.csv", file, None, true).await.expect("a report");
    let errors: Vec<_> =
        report.errors.iter().map(|error| (error.row, error.column.as_deref(), error.code.as_str())).collect();
    assert_eq!(errors, [(5, Some("Courriel"), "bad_email")]);
    assert!(!report.applied);
    for sql in [GUESTS, TIERS, KEYS] {
        assert_eq!(count(&hub, sql, event).await, 0, "{sql}");
    }
}

/// F249: a row that the database itself refuses, the last of three, takes everything back.
#[tokio::test]
async fn a_fault_in_the_middle_leaves_nothing_behind() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "fault").await;
    hub.database
        .sql()
        .await
        .batch_execute(
            "create function planted() returns trigger language plpgsql as
             $$ begin if new.external_ref = 'R3' then raise exception 'planted' using errcode = '23514'; end if; return new; end $$;
             create trigger planted before insert on registrations for each row execute function planted();",
        )
        .await
        .expect("the fault is planted");
    let refused = api.import(event, "guests", "list.csv", LIST, None, true).await.expect_err("the fault");
    assert!(refused.to_string().starts_with("planted (conflict"), "{refused}");
    for sql in [GUESTS, TIERS, KEYS] {
        assert_eq!(count(&hub, sql, event).await, 0, "{sql}");
    }
    hub.database.sql().await.batch_execute("drop trigger planted on registrations").await.expect("healed");
    assert_eq!(import(&api, event, "guests", LIST).await.added, 3);
}

/// F249, F075: a list that is larger than the event is refused whole.
#[tokio::test]
async fn a_list_that_does_not_fit_is_refused_whole() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "full").await;
    let sql = hub.database.sql().await;
    sql.execute("update events set capacity_limit = 2 where id = $1", &[&event]).await.expect("a small room");
    let refused = api.import(event, "guests", "list.csv", LIST, None, true).await.expect_err("too many");
    assert!(refused.to_string().contains("the event is full"), "{refused}");
    assert_eq!(count(&hub, GUESTS, event).await, 0);
}

/// Five thousand guests are one commit, and every counter is right afterwards.
#[tokio::test]
async fn five_thousand_guests_are_one_commit() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "large").await;
    let mut file = String::from("Reference,Name,E-mail,Ticket tier,Party size\n");
    for number in 0..5_000 {
        let tier = ["Front", "Press", "Guests"][number % 3];
        writeln!(file, "R{number},Guest Number{number},g{number}@example.com,{tier},{}", 1 + number % 4)
            .expect("memory");
    }
    let commits = "select count(*) from live.commits where topic = 'event:' || $1::uuid";
    let before = count(&hub, commits, event).await;
    assert_eq!(import(&api, event, "guests", file.clone()).await.added, 5_000);
    assert_eq!(count(&hub, commits, event).await, before + 1);
    assert_eq!(count(&hub, GUESTS, event).await, 5_000);
    assert_eq!(count(&hub, WRONG_COUNTS, event).await, 0);
    let people = "select expected_people::bigint from event_counters where event_id = $1";
    assert_eq!(count(&hub, people, event).await, 12_500);
    let report = import(&api, event, "guests", file).await;
    assert_eq!((report.unchanged, report.diff.len()), (5_000, 0));
    assert_eq!(count(&hub, commits, event).await, before + 1, "an import that changes nothing is no commit");
}

/// F077, F079: who has arrived stays in, whatever a file says; an open room learns of new guests at once.
#[tokio::test]
async fn arrivals_are_not_undone_and_new_guests_are_let_in() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let show = Show::with_guests(&hub, 1).await;
    let (_, _, tablet) = show.device(&hub, DeviceProfile::Scan, false).await;
    let room = tablet.join(show.topic, JoinOptions::tables(["event_counters"])).await.expect("a tablet joins");
    let verdict = crate::support::show::verdict(&room, crate::support::show::scan(&show.guests[0].1)).await;
    assert_eq!(verdict.result, VerdictKind::Admitted);

    let code = "BYO-".to_owned() + &"7".repeat(36);
    let file = format!("Name,Status,Seat,Ticket code\nGuest Number0,confirmed,Z 9,\nNew Comer,,,{code}\n");
    let report = import(&api, show.event_id, "guests", file).await;
    assert_eq!((report.added, report.changed), (1, 1));
    let arrived = "select count(*) from registrations where event_id = $1 and status = 'attended' and seat = 'Z 9' and arrived_count = 1";
    assert_eq!(count(&hub, arrived, show.event_id).await, 1);
    let verdict = crate::support::show::verdict(&room, crate::support::show::scan(&code)).await;
    assert_eq!(verdict.result, VerdictKind::Admitted);
    assert_eq!(verdict.guest.map(|guest| guest.name).as_deref(), Some("New Comer"));

    let file = "Name,Status\nGuest Number0,cancelled\n";
    let report = api.import(show.event_id, "guests", "f.csv", file, None, true).await.expect("a report");
    assert_eq!(report.errors.iter().map(|error| error.code.as_str()).collect::<Vec<_>>(), ["already_attended"]);
}

/// F078: a ticket code is one guest's, in all events of the house.
#[tokio::test]
async fn a_code_of_another_event_is_a_row_error() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let (one, other) = (empty_event(&api, "one").await, empty_event(&api, "other").await);
    let file = format!("Name,Ticket code\nAnn,{}\nBen,\n", "c".repeat(40));
    import(&api, one, "guests", file.clone()).await;
    let report = api.import(other, "guests", "f.csv", file, None, false).await.expect("a report");
    let errors: Vec<_> =
        report.errors.iter().map(|error| (error.row, error.code.as_str(), error.column.as_deref())).collect();
    assert_eq!(errors, [(2, "duplicate_code", Some("Ticket code"))]);
}
