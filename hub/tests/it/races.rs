use std::sync::Arc;

use hub::server::Server;
use hub::store::StoreError;
use hub_client::{Hub, HubError, Room};
use schemas::{Direction, ErrorCode, Verdict, VerdictKind};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::room::{assert_counted, shows_the_database};
use crate::support::scan::Scan;
use crate::support::show::verdict;
use crate::support::{Show, TestHub};

const TABLETS: usize = 40;
const LEDGER: [&str; 4] = ["event_counters", "tier_counters", "gate_counters", "check_ins"];

/// Tablets that are in the event's room, on the hubs in turn.
async fn tablets(hub: &TestHub, second: Option<&Server>, show: &Show, count: usize) -> Vec<Room> {
    let mut urls = vec![hub.url()];
    urls.extend(second.map(|second| format!("http://{}", second.address)));
    let mut rooms = Vec::new();
    for number in 0..count {
        let profile = schemas::DeviceProfile::Scan;
        let (_, token) = show.pair(hub, &format!("Tablet {number}"), profile, Some(show.gate_id), false).await;
        // However busy the machine is: the room is entered when the connection stands, at the first attempt or a later one.
        let live = Hub::builder(&urls[number % urls.len()]).token(token).start().expect("an address");
        rooms.push(show.enter(&live, &LEDGER).await);
    }
    rooms
}

/// All at once, each its own scan; verdicts in no order.
async fn at_once(rooms: &[Room], scan: impl Fn(usize) -> Scan<'static>) -> Vec<Verdict> {
    let start = Barrier::new(rooms.len());
    let racers = rooms.iter().enumerate().map(|(number, room)| {
        let (start, scan) = (&start, scan(number));
        async move {
            start.wait().await;
            verdict(room, scan.into()).await
        }
    });
    futures_util::future::join_all(racers).await
}

fn leaked(code: &str) -> &'static str {
    // The process ends with the tests.
    code.to_owned().leak()
}

fn people(verdicts: &[Verdict], kind: VerdictKind) -> u16 {
    verdicts.iter().filter(|verdict| verdict.result == kind).map(|verdict| verdict.people).sum()
}

async fn one_ticket_admits_one(second: bool) {
    let hub = TestHub::start().await;
    let second = if second { Some(TestHub::serve(&hub.database).await) } else { None };
    let show = Show::with_guests(&hub, 3).await;
    let rooms = tablets(&hub, second.as_ref(), &show, TABLETS).await;
    let sql = hub.database.sql().await;
    for (guest, code) in &show.guests {
        let code = leaked(code);
        let verdicts = at_once(&rooms, |_| Scan::entry(code)).await;
        let admitted: Vec<_> = verdicts.iter().filter(|verdict| verdict.result == VerdictKind::Admitted).collect();
        assert_eq!(admitted.len(), 1, "one of {TABLETS}");
        for refused in verdicts.iter().filter(|verdict| verdict.result != VerdictKind::Admitted) {
            assert_eq!((refused.result, refused.people), (VerdictKind::AlreadyIn, 0));
            let earlier = refused.earlier.as_ref().expect("who, where, when");
            assert_eq!((earlier.scan_id, earlier.at), (admitted[0].scan_id, admitted[0].at));
        }
        let rows = sql
            .query_one(
                "select count(*) filter (where result = 'accepted'), count(*) from check_ins where registration_id = $1",
                &[guest],
            )
            .await
            .expect("scans");
        assert_eq!((rows.get::<_, i64>(0), rows.get::<_, i64>(1)), (1, 40));
    }
    assert_counted(&sql, show.event_id).await;
    for room in &rooms {
        shows_the_database(room, &sql, show.event_id, &LEDGER).await;
    }
}

/// F079, F272: forty tablets, one ticket, one admission; the others are told which scan it was.
#[tokio::test]
async fn forty_tablets_admit_one() {
    one_ticket_admits_one(false).await;
}

/// F079, F270: the same with half of the tablets on a second hub of the same database.
#[tokio::test]
async fn forty_tablets_on_two_hubs_admit_one() {
    one_ticket_admits_one(true).await;
}

/// F079: twenty scans of one party of three let three people in, however many each of them asks for.
#[tokio::test]
async fn twenty_scans_let_three_people_in() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 0).await;
    for _ in 0..4 {
        show.add_guest(&hub, &sql, "Nora Nomoto", 3, "confirmed").await;
    }
    let rooms = tablets(&hub, Some(&second), &show, 20).await;
    for (round, (guest, code)) in show.guests.iter().enumerate() {
        let code = leaked(code);
        let asks = |number: usize| match round {
            0 => Some(1),
            1 => None,
            _ => Some(1 + u16::try_from(number % 3).expect("small")),
        };
        let verdicts = at_once(&rooms, |number| Scan { people: asks(number), ..Scan::entry(code) }).await;
        assert_eq!(people(&verdicts, VerdictKind::Admitted), 3, "round {round}");
        let stored = sql
            .query_one("select arrived_count, inside_count from registrations where id = $1", &[guest])
            .await
            .expect("the guest");
        assert_eq!((stored.get::<_, i16>(0), stored.get::<_, i16>(1)), (3, 3));
    }
    assert_counted(&sql, show.event_id).await;
}

/// F079, F270: exits race re-entries on two hubs. Whoever wins, as many are inside as went in and did not come out.
#[tokio::test]
async fn exits_race_reentries() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 0).await;
    sql.execute("update events set allow_reentry = true where id = $1", &[&show.event_id]).await.expect("edited");
    let (guest, code) = show.add_guest(&hub, &sql, "Nora Nomoto", 4, "confirmed").await;
    let code = leaked(&code);
    let rooms = tablets(&hub, Some(&second), &show, 16).await;
    let mut inside = 0i32;
    for round in 0..12usize {
        let direction = |number: usize| if (number + round).is_multiple_of(2) { Direction::In } else { Direction::Out };
        let verdicts = at_once(&rooms, |number| Scan {
            direction: direction(number),
            people: Some(1 + u16::try_from((number + round) % 2).expect("small")),
            ..Scan::entry(code)
        })
        .await;
        inside +=
            i32::from(people(&verdicts, VerdictKind::Admitted)) - i32::from(people(&verdicts, VerdictKind::Exited));
        let stored: i16 = sql
            .query_one("select inside_count from registrations where id = $1", &[&guest])
            .await
            .expect("the guest")
            .get(0);
        assert_eq!(i32::from(stored), inside, "round {round}");
        assert!((0..=4).contains(&inside), "round {round}: {inside} of four are inside");
    }
    assert_counted(&sql, show.event_id).await;
    for room in &rooms {
        shows_the_database(room, &sql, show.event_id, &LEDGER).await;
    }
}

/// F270, F271: one command that arrives at two hubs on many sockets at the same moment is carried out once, and everybody
/// gets its outcome; another command under its id is told so.
#[tokio::test]
async fn one_command_from_everywhere_is_one_scan() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 12).await;
    let rooms = tablets(&hub, Some(&second), &show, 8).await;
    let sql = hub.database.sql().await;
    for (number, (_, code)) in show.guests.iter().enumerate() {
        // Known tickets are serialised by their row; an unknown code has none.
        let code = if number % 2 == 0 { leaked(code) } else { leaked(&format!("unknown {number}")) };
        let id = Uuid::now_v7();
        let start = Barrier::new(rooms.len());
        let racers = rooms.iter().map(|room| {
            let start = &start;
            async move {
                start.wait().await;
                room.send_as(id, Scan::entry(code).into()).await.expect("a retry is answered").outcome
            }
        });
        let outcomes = futures_util::future::join_all(racers).await;
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:?}");
        match rooms[number % 8].send_as(id, Scan::exit(code).into()).await {
            Err(HubError::Rejected { code: ErrorCode::CommandIdReused, .. }) => {}
            other => panic!("another command under the same id: {other:?}"),
        }
        let rows: i64 =
            sql.query_one("select count(*) from check_ins where scan_uid = $1", &[&id]).await.expect("scans").get(0);
        assert_eq!(rows, 1);
    }
    assert_counted(&sql, show.event_id).await;
}

/// Buyers who come by SQL, each on a connection of its own, all at once. Returns how many got a ticket, and the names of
/// the rules that refused the others.
async fn buyers(
    hub: &TestHub,
    event_id: Uuid,
    tiers: &[Uuid],
    count: usize,
    status: &'static str,
) -> (usize, Vec<String>) {
    let start = Arc::new(Barrier::new(count));
    let mut racing = JoinSet::new();
    for number in 0..count {
        let sql = hub.database.sql().await;
        let (start, tier, organization) = (Arc::clone(&start), tiers[number % tiers.len()], hub.organization_id);
        racing.spawn(async move {
            start.wait().await;
            sql.execute(
                "insert into registrations (organization_id, event_id, ticket_tier_id, attendee_name_enc, status, qr_code_data)
                 values ($1, $2, $3, '\\x01'::bytea || sha256('name') || sha256('name'), $4, 'FH1.' || gen_random_uuid()::text)",
                &[&organization, &event_id, &tier, &status],
            )
            .await
            .map_err(|error| error.as_db_error().and_then(|db| db.constraint()).unwrap_or("another error").to_owned())
        });
    }
    let (bought, refused): (Vec<_>, Vec<_>) = racing.join_all().await.into_iter().partition(Result::is_ok);
    (bought.len(), refused.into_iter().filter_map(Result::err).collect())
}

/// F075: forty buyers, ten seats, ten tickets; the tier is sold out by itself, and open again when one is given back.
#[tokio::test]
async fn ten_seats_are_sold_ten_times() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let tier = show.add_tier(&hub, "Front row", "paid", 10).await;
    let wall = show.wall(&hub, &["ticket_tiers", "event_counters"]).await;
    let (bought, refused) = buyers(&hub, show.event_id, &[tier], 40, "confirmed").await;
    assert_eq!((bought, refused.len()), (10, 30));
    assert!(refused.iter().all(|rule| rule == "no_oversell"), "{refused:?}");
    let sql = hub.database.sql().await;
    let status = async || -> (String, i32) {
        let row = sql.query_one("select status, quantity_sold from ticket_tiers where id = $1", &[&tier]).await;
        let row = row.expect("the tier");
        (row.get(0), row.get(1))
    };
    assert_eq!(status().await, ("sold_out".into(), 10));
    sql.execute(
        "update registrations set status = 'cancelled'
          where id = (select id from registrations where ticket_tier_id = $1 and status = 'confirmed' limit 1)",
        &[&tier],
    )
    .await
    .expect("a ticket is given back");
    assert_eq!(status().await, ("active".into(), 9));
    let (bought, _) = buyers(&hub, show.event_id, &[tier], 8, "pending").await;
    assert_eq!(bought, 1, "a seat that is held is taken");
    assert_eq!(status().await, ("sold_out".into(), 9));
    shows_the_database(&wall, &sql, show.event_id, &["ticket_tiers", "event_counters"]).await;
    assert_counted(&sql, show.event_id).await;
}

/// F076: over all tiers together, no more than the event takes; and it cannot be made smaller than what is taken.
#[tokio::test]
async fn an_event_is_full_once() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let tiers = [show.tier_id, show.add_tier(&hub, "Front row", "paid", 100).await];
    let sql = hub.database.sql().await;
    sql.execute("update events set capacity_limit = 12 where id = $1", &[&show.event_id]).await.expect("edited");
    let (bought, refused) = buyers(&hub, show.event_id, &tiers, 40, "confirmed").await;
    assert_eq!((bought, refused.len()), (12, 28));
    assert!(refused.iter().all(|rule| rule == "no_overcapacity"), "{refused:?}");
    let smaller = sql.execute("update events set capacity_limit = 11 where id = $1", &[&show.event_id]).await;
    assert!(smaller.is_err(), "twelve seats are taken");
    sql.execute("update events set capacity_limit = 13 where id = $1", &[&show.event_id]).await.expect("edited");
    assert_eq!(buyers(&hub, show.event_id, &tiers, 6, "confirmed").await.0, 1);
    assert_counted(&sql, show.event_id).await;
}

/// Statements are sent one behind the other, and the answer to a later one may be seen before the error of the one that failed: it says
/// only that the transaction is dead, which is no fault of its own and is tried again.
#[tokio::test]
async fn what_a_dead_transaction_answers_is_tried_again() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    sql.batch_execute("begin").await.expect("begun");
    let first = StoreError::from(sql.query("select 1 / 0", &[]).await.expect_err("it fails"));
    let later = StoreError::from(sql.query("select 1", &[]).await.expect_err("the transaction is dead"));
    assert!(!first.is_transient() && later.is_transient(), "{first:?}, {later:?}");
}
