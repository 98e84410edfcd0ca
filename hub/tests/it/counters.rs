use std::collections::HashMap;
use std::sync::Mutex;

use hub_client::{Hub, Room};
use schemas::{Command, Direction, Done, Outcome, VerdictKind};
use uuid::Uuid;

use crate::support::room::{assert_counted, shows_the_database, until};
use crate::support::scan::Scan;
use crate::support::{Show, TestHub};

const LEDGER: [&str; 6] =
    ["event_counters", "tier_counters", "gate_counters", "check_ins", "registrations", "event_alerts"];
const WALL: [&str; 4] = ["event_counters", "tier_counters", "gate_counters", "event_alerts"];

/// SplitMix64: a storm that failed can be repeated.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("below the limit")
    }
}

/// What the tablets were told: who went in and out, by registration.
type Told = Mutex<HashMap<Uuid, i64>>;

/// One tablet's part of a storm.
async fn scan_wildly(room: &Room, codes: &[String], seed: u64, steps: usize, told: &Told) {
    let mut random = Seeded(seed);
    let mut passed: Vec<(Uuid, Uuid, i64)> = Vec::new();
    for step in 0..steps {
        let code = match random.below(20) {
            0 => "nobody knows this one",
            _ => &codes[random.below(codes.len())],
        };
        let command: Command = match random.below(10) {
            0 if !passed.is_empty() => Command::Annul { scan_id: passed[random.below(passed.len())].0 },
            direction => Scan {
                direction: if direction < 4 { Direction::Out } else { Direction::In },
                people: [None, Some(1), Some(2)][random.below(3)],
                offline: random.below(5) == 0,
                scanned_at: 1_790_000_000_000 + i64::try_from(step).expect("few"),
                because: (random.below(8) == 0).then_some("The house vouches for them"),
                ..Scan::entry(code)
            }
            .into(),
        };
        let annulled = if let Command::Annul { scan_id } = &command { Some(*scan_id) } else { None };
        match room.send(command).await.expect("the storm is answered").outcome {
            Outcome::Done { done: Done::Verdict { verdict } } if verdict.result.passes() => {
                let guest = verdict.guest.expect("of this event").registration_id;
                let people = i64::from(verdict.people);
                let moved = if verdict.result == VerdictKind::Admitted { people } else { -people };
                *told.lock().expect("nobody failed").entry(guest).or_default() += moved;
                passed.push((verdict.scan_id, guest, moved));
            }
            Outcome::Done { done: Done::Row { .. } } => {
                let scan_id = annulled.expect("only an annulment writes a row here");
                let (_, guest, moved) = passed.iter().find(|(id, ..)| *id == scan_id).expect("taken from here");
                *told.lock().expect("nobody failed").entry(*guest).or_default() -= moved;
            }
            Outcome::Done { .. } | Outcome::Refused { .. } => {}
        }
    }
}

/// Somebody with SQL, in the middle of it: guests are added, edited, cancelled and deleted.
async fn edit_wildly(hub: &TestHub, show: &Show, seed: u64, steps: usize) {
    let sql = hub.database.sql().await;
    let mut random = Seeded(seed);
    for _ in 0..steps {
        let statement = match random.below(4) {
            0 => {
                "insert into registrations (organization_id, event_id, ticket_tier_id, attendee_name_enc, status, party_size, qr_code_data)
                 select $2, $1, id, '\\x01'::bytea || sha256('name') || sha256('name'), 'confirmed', 2, 'FH1.' || gen_random_uuid()
                   from ticket_tiers where event_id = $1 and $2::uuid is not null order by random() limit 1"
            }
            1 => {
                "update registrations set vip = not vip
                  where id = (select id from registrations where event_id = $1 and organization_id = $2 order by random() limit 1)"
            }
            2 => {
                "update registrations set status = 'cancelled'
                  where id = (select id from registrations where event_id = $1 and organization_id = $2
                                 and status in ('pending', 'confirmed') and arrived_count = 0
                               order by random() limit 1 for update skip locked)"
            }
            _ => {
                "update registrations set party_size = party_size + 1
                  where id = (select id from registrations where event_id = $1 and organization_id = $2 order by random() limit 1)"
            }
        };
        // A deadlock would be a fault: everybody takes locks in one order.
        sql.execute(statement, &[&show.event_id, &hub.organization_id]).await.expect("an edit goes through");
    }
}

async fn storm(seed: u64) {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let sql = hub.database.sql().await;
    let mut show = Show::with_guests(&hub, 4).await;
    let front = show.add_tier(&hub, "Front row", "vip", 1000).await;
    let south = show.add_gate(&hub, "South", &[front]).await;
    sql.execute("update events set allow_reentry = true where id = $1", &[&show.event_id]).await.expect("edited");
    for (number, status) in ["confirmed", "confirmed", "pending", "cancelled"].into_iter().cycle().take(16).enumerate()
    {
        if number == 8 {
            show.tier_id = front;
        }
        show.add_guest(&hub, &sql, "Nora Nomoto", 1 + i16::try_from(number % 3).expect("small"), status).await;
    }
    let codes: Vec<String> = show.guests.iter().map(|(_, code)| code.clone()).collect();

    let mut rooms = Vec::new();
    for number in 0..8 {
        let gate = if number % 2 == 0 { show.gate_id } else { south };
        let scan = schemas::DeviceProfile::Scan;
        let (_, token) = show.pair(&hub, &format!("Tablet {number}"), scan, Some(gate), true).await;
        let url = if number % 3 == 0 { format!("http://{}", second.address) } else { hub.url() };
        let live = Hub::builder(url).token(token).connect().await.expect("the token is good");
        rooms.push(show.enter(&live, &LEDGER).await);
    }
    let walls = [show.wall(&hub, &WALL).await, show.wall(&hub, &WALL).await];
    let told = Told::default();
    let tablets = futures_util::future::join_all(
        rooms
            .iter()
            .enumerate()
            .map(|(number, room)| scan_wildly(room, &codes, seed * 1000 + number as u64, 40, &told)),
    );
    tokio::join!(tablets, edit_wildly(&hub, &show, seed + 77, 60));

    assert_counted(&sql, show.event_id).await;
    let told = told.into_inner().expect("nobody failed");
    for row in sql
        .query("select id, inside_count::bigint from registrations where event_id = $1", &[&show.event_id])
        .await
        .expect("guests")
    {
        let (id, inside): (Uuid, i64) = (row.get(0), row.get(1));
        assert_eq!(told.get(&id).copied().unwrap_or(0), inside, "seed {seed}: what the tablets were told of {id}");
    }
    for room in &rooms {
        shows_the_database(room, &sql, show.event_id, &LEDGER).await;
    }
    for wall in &walls {
        shows_the_database(wall, &sql, show.event_id, &WALL).await;
    }
}

/// F051, F270, F272: whatever tablets on two hubs and somebody with SQL do to each other, every counter is what counting
/// gives, and every screen shows what the database holds.
#[tokio::test]
async fn counters_equal_the_ledger_after_a_storm() {
    for seed in [1, 2, 3] {
        storm(seed).await;
    }
}

/// F049, F051: on every screen, in every commit, the counter equals the number of guests who attended.
#[tokio::test]
async fn the_counter_is_right_in_every_commit() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let show = Show::with_guests(&hub, 30).await;
    let tablet = show.tablet(&hub, "Tablet", show.gate_id, false, &["event_counters", "registrations"]).await;
    let mut watcher = {
        let other = show.tablet(&hub, "Watcher", show.gate_id, false, &["event_counters", "registrations"]).await;
        tokio::spawn(async move {
            let mut deltas = other.deltas();
            let mut commits = 0;
            loop {
                let state = other.state().clone();
                let attended = state.table("registrations").filter(|(_, row)| row["status"] == "attended").count();
                let (_, counters) = state.table("event_counters").next().expect("an event has counters");
                assert_eq!(counters["checked_in_count"], attended, "after {commits} commits");
                if attended == 30 {
                    return commits;
                }
                deltas.next().await.expect("the room is open");
                commits += 1;
            }
        })
    };
    let scans = show.guests.iter().map(|(_, code)| crate::support::show::verdict(&tablet, Scan::entry(code).into()));
    futures_util::future::join_all(scans).await;
    let seen = tokio::time::timeout(crate::support::room::SOON, &mut watcher).await.expect("all are seen");
    assert!(seen.expect("the counter was right") > 0);
    until(&tablet, "thirty", |state| {
        state.row("event_counters", show.event_id).is_some_and(|row| row["arrived_people"] == 30)
    })
    .await;
    assert_counted(&sql, show.event_id).await;
}
