//! Rights that end, end live: on every hub, whoever takes them away and however.

use std::time::Duration;

use schemas::{About, ClientFrame, ClientInfo, DeviceProfile, Encoding, ErrorCode, ServerFrame, SnapshotReason, Topic};
use serde_json::json;
use uuid::Uuid;

use crate::support::http::http;
use crate::support::show::scan;
use crate::support::wire::join;
use crate::support::{Show, TestHub, Wire};

/// Longer than the second that the hub promises, for a busy machine; shorter than any heartbeat or expiry that would end
/// the socket for another reason.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn ends_at_once(wire: &mut Wire, what: &str) {
    let end = tokio::time::timeout(AT_ONCE, wire.end()).await;
    assert_eq!(end.ok().flatten(), Some(ErrorCode::Revoked), "{what}");
}

/// F273, F275: a device that is revoked, by the API or by SQL, is cut off on both hubs of a database, whether it has joined
/// something or not; its token opens nothing afterwards.
#[tokio::test]
async fn a_revoked_device_is_cut_off_everywhere() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 1).await;
    let sql = hub.database.sql().await;
    let owner = hub.token(TestHub::OWNER).await;
    let address = hub.server.address;
    for (what, statement) in [
        ("by the API", ""),
        ("by SQL", "update devices set status = 'revoked' where id = $1"),
        ("deleted by SQL", "delete from devices where id = $1"),
        ("another event", "update devices set event_id = null, gate_id = null where id = $1"),
    ] {
        let (id, token) = show.pair(&hub, what, DeviceProfile::Scan, Some(show.gate_id), false).await;
        let mut joined = Wire::hello(address, Encoding::Json, &token).await;
        joined.join(show.topic, None).await;
        let mut elsewhere = Wire::hello(second.address, Encoding::MessagePack, &token).await;
        elsewhere.join(show.topic, Some(&["event_counters"])).await;
        if statement.is_empty() {
            let path = format!("/v1/devices/{id}");
            assert_eq!(http(address, "DELETE", &path, Some(&owner), None).await.status, 204);
        } else {
            assert_eq!(sql.execute(statement, &[&id]).await.expect("written"), 1);
        }
        if what == "another event" {
            for wire in [&mut joined, &mut elsewhere] {
                assert_eq!(wire.error().await, (ErrorCode::Revoked, false, Some(About::Topic(show.topic))));
                let command = wire.command(Uuid::now_v7(), show.topic, scan(&show.guests[0].1)).await;
                assert_eq!(command, Err(ErrorCode::UnknownTopic));
            }
            continue;
        }
        ends_at_once(&mut joined, what).await;
        ends_at_once(&mut elsewhere, what).await;
        let client = ClientInfo { name: "wire".into(), version: "0".into() };
        let mut again = Wire::open(second.address, Encoding::Json).await;
        again.send(&ClientFrame::Hello { token: token.clone(), client }).await;
        let (code, fatal, _) = again.error().await;
        assert!(fatal && matches!(code, ErrorCode::Revoked | ErrorCode::InvalidToken), "{what}: {code:?}");
    }
    second.stop().await;
}

/// F273: a device that only said hello is cut off too; nobody has its event's room open.
#[tokio::test]
async fn a_device_that_joined_nothing_is_cut_off() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let sql = hub.database.sql().await;
    let suspend =
        "update organizations set status = 'suspended' where id = (select organization_id from devices where id = $1)";
    for statement in
        ["update devices set status = 'revoked' where id = $1", "delete from devices where id = $1", suspend]
    {
        let (id, token) = show.pair(&hub, "Idle", DeviceProfile::Scan, Some(show.gate_id), false).await;
        let mut idle = Wire::hello(hub.server.address, Encoding::Json, &token).await;
        idle.settle().await;
        sql.execute(statement, &[&id]).await.expect("written");
        ends_at_once(&mut idle, statement).await;
    }
    assert_eq!(sql.query_one("select count(*) from check_ins", &[]).await.expect("counted").get::<_, i64>(0), 0);
}

/// F273: however a hello and a revocation cross, nobody slips through between them.
#[tokio::test]
async fn a_revocation_that_crosses_a_hello_is_not_missed() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let address = hub.server.address;
    let mut crossings = tokio::task::JoinSet::new();
    for turn in 0..40u64 {
        let (id, token) = show.pair(&hub, "Crossing", DeviceProfile::Wall, None, false).await;
        let (sql, topic) = (hub.database.sql().await, show.topic);
        crossings.spawn(async move {
            let client = ClientInfo { name: "wire".into(), version: "0".into() };
            let mut wire = Wire::open(address, Encoding::Json).await;
            let revoke = async {
                // Not to wait for anything: to cross at another moment each time.
                tokio::time::sleep(Duration::from_micros(turn * 150)).await;
                sql.execute("update devices set status = 'revoked' where id = $1", &[&id]).await.expect("revoked");
            };
            let greet = async {
                wire.send(&ClientFrame::Hello { token, client }).await;
                if turn % 2 == 0 {
                    wire.send(&join(topic, None, None)).await;
                }
            };
            tokio::join!(revoke, greet);
            ends_at_once(&mut wire, &format!("crossing {turn}")).await;
        });
    }
    while let Some(crossing) = crossings.join_next().await {
        crossing.expect("nobody slips through");
    }
}

/// F275, F006: signing out, a suspended or deleted membership, an inactive account and a suspended organization end a
/// person's sockets on both hubs, with or without a topic joined.
#[tokio::test]
async fn a_person_who_lost_the_right_is_cut_off_everywhere() {
    let hub = TestHub::start().await;
    let second = TestHub::serve(&hub.database).await;
    let show = Show::with_guests(&hub, 0).await;
    let sql = hub.database.sql().await;
    for (number, (what, statement)) in [
        ("signed out", ""),
        ("session revoked by SQL", "update sessions set revoked_at = now() where user_id = $1"),
        ("session deleted by SQL", "delete from sessions where user_id = $1"),
        ("suspended", "update memberships set status = 'suspended' where user_id = $1"),
        ("membership deleted", "delete from memberships where user_id = $1"),
        ("inactive", "update users set status = 'inactive' where id = $1"),
        ("house suspended", "update organizations set status = 'suspended' where $1::uuid is not null"),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("person{number}@maison.example");
        let user = hub.member(&email, "producer").await;
        let token = hub.token(&email).await;
        let mut joined = Wire::hello(hub.server.address, Encoding::MessagePack, &token).await;
        joined.join(show.topic, None).await;
        let mut idle = Wire::hello(hub.server.address, Encoding::Json, &token).await;
        let mut elsewhere = Wire::hello(second.address, Encoding::Json, &token).await;
        elsewhere.join(Topic::organization(hub.organization_id), None).await;
        idle.settle().await;
        if statement.is_empty() {
            let answer = http(hub.server.address, "POST", "/auth/v1/logout", Some(&token), None).await;
            assert_eq!(answer.status, 204);
        } else {
            sql.execute(statement, &[&user]).await.expect("written");
        }
        for wire in [&mut joined, &mut idle, &mut elsewhere] {
            ends_at_once(wire, what).await;
        }
        let answer = http(hub.server.address, "GET", "/v1/events", Some(&token), None).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "revoked"), "{what}");
    }
    second.stop().await;
}

/// F275: somebody who works on an event no longer loses its topic, and nothing that is committed afterwards reaches them;
/// the socket goes on.
#[tokio::test]
async fn leaving_an_event_ends_its_subscription_only() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let sql = hub.database.sql().await;
    let user = hub.member("staff@maison.example", "staff").await;
    let add = "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'checkin')";
    sql.execute(add, &[&hub.organization_id, &show.event_id, &user]).await.expect("added");
    let token = hub.token("staff@maison.example").await;
    let mut wire = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    wire.join(show.topic, None).await;
    wire.join(Topic::organization(hub.organization_id), None).await;
    sql.execute("delete from event_members where user_id = $1", &[&user]).await.expect("removed");
    assert_eq!(wire.error().await, (ErrorCode::Revoked, false, Some(About::Topic(show.topic))));
    sql.execute("update event_gates set name = 'Secret'", &[]).await.expect("renamed");
    let command = wire.command(Uuid::now_v7(), show.topic, scan(&show.guests[0].1)).await;
    assert_eq!(command, Err(ErrorCode::UnknownTopic));
    wire.send(&join(show.topic, None, None)).await;
    loop {
        match wire.receive().await.expect("the socket is open") {
            ServerFrame::Error { code, .. } => break assert_eq!(code, ErrorCode::UnknownTopic),
            ServerFrame::Delta { topic, .. } => assert_ne!(topic, show.topic, "no delta after the end"),
            _ => {}
        }
    }
    sql.execute(add, &[&hub.organization_id, &show.event_id, &user]).await.expect("added");
    wire.join(show.topic, None).await;
}

/// F091, F182, F275: crew and sponsors see an event while they work or pay for it; when that ends, so does their
/// subscription, though no membership changed.
#[tokio::test]
async fn an_assignment_that_ends_takes_its_event_along() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let sql = hub.database.sql().await;
    let crew = hub.member("crew@maison.example", "staff").await;
    let sponsor = hub.member("sponsor@maison.example", "sponsor").await;
    sql.execute(
        "with member as (insert into staff (organization_id, user_id) values ($1, $3) returning id)
         insert into staff_assignments (organization_id, event_id, staff_id) select $1, $2, id from member",
        &[&hub.organization_id, &show.event_id, &crew],
    )
    .await
    .expect("assigned");
    sql.execute(
        "with company as (insert into accounts (organization_id, name) values ($1, 'Lumen') returning id),
              paid as (insert into event_sponsorships (organization_id, event_id, sponsor_id, tier) select $1, $2, id, 'gold' from company)
         update memberships set account_id = company.id from company where user_id = $3",
        &[&hub.organization_id, &show.event_id, &sponsor],
    )
    .await
    .expect("sponsoring");
    for (address, end) in [
        ("crew@maison.example", "update staff_assignments set status = 'cancelled'"),
        ("sponsor@maison.example", "update event_sponsorships set status = 'cancelled'"),
    ] {
        let token = hub.token(address).await;
        let mut wire = Wire::hello(hub.server.address, Encoding::Json, &token).await;
        wire.join(show.topic, None).await;
        sql.execute(end, &[]).await.expect("ended");
        assert_eq!(wire.error().await, (ErrorCode::Revoked, false, Some(About::Topic(show.topic))), "{address}");
        wire.send(&join(show.topic, None, None)).await;
        assert_eq!(wire.error().await.0, ErrorCode::UnknownTopic, "{address}");
    }
}

/// F275: a change of role is a fresh snapshot through the new role's eyes; a filter that the new role may not have ends the
/// subscription instead of keeping the old one's sight.
#[tokio::test]
async fn another_role_sees_with_its_own_eyes() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 2).await;
    let sql = hub.database.sql().await;
    let user = hub.member("changing@maison.example", "producer").await;
    sql.execute(
        "insert into event_members (organization_id, event_id, user_id, role) values ($1, $2, $3, 'viewer')",
        &[&hub.organization_id, &show.event_id, &user],
    )
    .await
    .expect("added");
    let token = hub.token("changing@maison.example").await;
    let tables: Option<&[&str]> = Some(&["event_gates", "registrations"]);
    let mut wire = Wire::hello(hub.server.address, Encoding::MessagePack, &token).await;
    let full = wire.join(show.topic, tables).await;
    assert!(full.tables["registrations"].iter().all(|row| row["attendee_email"].is_string()));
    let become_role = async |role: &str| {
        sql.execute("update memberships set role = $2 where user_id = $1", &[&user, &role]).await.expect("changed");
    };
    become_role("staff").await;
    let narrowed = wire.snapshot().await;
    assert_eq!((narrowed.reason, narrowed.tables["registrations"].len()), (SnapshotReason::Changed, 2));
    assert!(narrowed.tables["registrations"].iter().all(|row| !row.contains_key("attendee_email")));
    sql.execute("update registrations set seat = 'A1'", &[]).await.expect("seated");
    let (_, _, commits) = wire.delta().await;
    assert!(commits[0].changes.iter().all(|change| !change.row.contains_key("attendee_email")));

    become_role("client").await;
    assert_eq!(wire.error().await, (ErrorCode::UnknownTable, false, Some(About::Topic(show.topic))));
    sql.execute("update registrations set seat = 'B1'", &[]).await.expect("seated");
    sql.execute("update event_gates set name = 'After'", &[]).await.expect("renamed");
    // A subscription of its own right goes on; the old one does not come with it.
    let mut witness = Wire::hello(hub.server.address, Encoding::Json, &hub.token(TestHub::OWNER).await).await;
    let head = witness.join(show.topic, tables).await.cursor.seq;
    wire.send(&join(show.topic, None, Some(&["events"]))).await;
    loop {
        match wire.receive().await.expect("the socket is open") {
            ServerFrame::Snapshot { cursor, .. } => break assert!(cursor.seq >= head),
            ServerFrame::Delta { .. } => panic!("the old role's sight goes on"),
            _ => {}
        }
    }
    become_role("producer").await;
    assert_eq!(wire.snapshot().await.reason, SnapshotReason::Changed);
}

/// A token's end is the socket's, unless a fresher one of the same principal comes in time; somebody else's ends it.
#[tokio::test]
async fn a_token_ends_its_socket_and_a_fresh_one_extends_it() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let address = hub.server.address;
    let good = hub.token(TestHub::OWNER).await;
    let claims = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(&good).expect("a JWT").claims;
    let short = || {
        let mut claims = claims.clone();
        claims["exp"] = json!(hub::clock::now_ms() / 1000 + 3);
        hub.server.node.store.tokens.sign(&claims)
    };
    let hello = |token: &str| {
        let client = ClientInfo { name: "wire".into(), version: "0".into() };
        ClientFrame::Hello { token: token.to_owned(), client }
    };
    let welcome = |frame| match frame {
        ServerFrame::Welcome { expires_at, .. } => Some(expires_at),
        _ => None,
    };
    let mut ending = Wire::hello(address, Encoding::Json, &short()).await;
    ending.join(show.topic, None).await;
    let mut extended = Wire::hello(address, Encoding::Json, &short()).await;
    extended.join(show.topic, Some(&["event_gates"])).await;
    extended.send(&hello(&good)).await;
    let until = extended.receive_where(welcome).await.expect("a person's token ends");
    assert!(until > hub::clock::now_ms() + 600_000);
    assert_eq!(ending.end().await, Some(ErrorCode::TokenExpired));
    // The extended one is still in its topic.
    let sql = hub.database.sql().await;
    sql.execute("update event_gates set name = 'Still here'", &[]).await.expect("renamed");
    assert_eq!(extended.delta().await.2[0].changes[0].row["name"], json!("Still here"));
    hub.member("other@maison.example", "owner").await;
    extended.send(&hello(&hub.token("other@maison.example").await)).await;
    assert_eq!(extended.end().await, Some(ErrorCode::InvalidToken));
}
