//! One person with everything open at once: whatever ends their rights, ends or narrows all of it within a second.

use std::time::Duration;

use schemas::{Encoding, ErrorCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::{http, supabase};
use crate::support::phoenix::{Phoenix, changes};
use crate::support::{Show, TestHub, Wire};

/// Longer than the second that the hub promises, for a busy machine; shorter than any heartbeat or expiry that would end
/// it for another reason.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Everything that somebody can hold open or ask for.
struct Surfaces {
    hub: TestHub,
    show: Show,
    token: String,
    wire: Wire,
    channels: Phoenix,
    signed_address: String,
}

impl Surfaces {
    async fn open(hub: TestHub, email: &str) -> Self {
        let show = Show::with_guests(&hub, 1).await;
        let (address, token) = (hub.server.address, hub.token(email).await);
        let mut wire = Wire::hello(address, Encoding::Json, &token).await;
        wire.join(show.topic, Some(&["events", "event_counters"])).await;
        let mut channels = Phoenix::open(address, "2.0.0").await;
        let events = json!([{"event": "*", "schema": "public", "table": "events"}]);
        channels.join("events", changes(events), &token).await.expect("it may");
        let mut surfaces = Self { hub, show, token, wire, channels, signed_address: String::new() };
        // Somebody else's file: what one has put there oneself stays in sight.
        let (owner, path) = (surfaces.hub.token(TestHub::OWNER).await, "/storage/v1/object/documents/plan.txt");
        let made = http(address, "POST", path, Some(&owner), Some(&json!("a plan"))).await;
        assert_eq!(made.status, 200, "{made:?}");
        let signed =
            surfaces.ask("POST", "/storage/v1/object/sign/documents/plan.txt", Some(&json!({"expiresIn": 600}))).await;
        surfaces.signed_address = format!("/storage/v1{}", signed.1["signedURL"].as_str().expect("an address"));
        for (surface, status) in surfaces.statuses().await {
            assert_eq!(status, 200, "{surface}");
        }
        surfaces
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let answer = http(self.hub.server.address, method, path, Some(&self.token), body).await;
        (answer.status, answer.json())
    }

    /// What each kind of request is answered with.
    async fn statuses(&self) -> Vec<(&'static str, u16)> {
        let mut statuses = Vec::new();
        for (surface, path) in [
            ("tables", "/rest/v1/events?select=id"),
            ("account", "/auth/v1/user"),
            ("files", "/storage/v1/object/documents/plan.txt"),
            ("exports", &format!("/v1/events/{}/export/guests.csv", self.show.event_id)),
        ] {
            statuses.push((surface, self.ask("GET", path, None).await.0));
        }
        let signed = http(self.hub.server.address, "GET", &self.signed_address, None, None).await;
        statuses.push(("a signed address", signed.status));
        let broadcast = json!({"messages": [{"topic": "talk", "event": "e", "payload": {}}]});
        let path = "/realtime/v1/api/broadcast";
        let sent = supabase(self.hub.server.address, "POST", path, Some(&self.token), Some(&broadcast)).await;
        statuses.push(("broadcasts", if sent.status == 202 { 200 } else { sent.status }));
        statuses
    }

    /// Until every one of these surfaces answers with no success.
    async fn all_refuse(&self, kept: &[&str], why: &str) {
        let refused = async {
            loop {
                let open: Vec<_> = self.statuses().await.into_iter().filter(|(_, status)| *status == 200).collect();
                if open.iter().all(|(surface, _)| kept.contains(surface)) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let done = tokio::time::timeout(AT_ONCE, refused).await;
        assert!(done.is_ok(), "{why}: {:?}", self.statuses().await);
    }

    async fn sockets_end(&mut self, code: ErrorCode, why: &str) {
        let end = tokio::time::timeout(AT_ONCE, self.wire.end()).await;
        assert_eq!(end.ok().flatten(), Some(code), "{why}: the live socket");
        let end = tokio::time::timeout(AT_ONCE, self.channels.wait("phx_error")).await;
        assert_eq!(end.unwrap_or_else(|_| panic!("{why}: the channel goes on"))["code"], 4401, "{why}");
    }
}

/// F273, F275: a membership that is suspended, a login that is signed out elsewhere, an account that is closed.
#[tokio::test]
async fn rights_that_are_taken_end_every_surface() {
    for (why, taken) in [
        ("suspended", "update memberships set status = 'suspended' where user_id = $1"),
        ("signed out", "update sessions set revoked_at = now() where user_id = $1"),
        ("closed", "update users set status = 'inactive' where id = $1"),
    ] {
        let hub = TestHub::start().await;
        let user: Uuid = hub.member("leaver@maison.example", "producer").await;
        let mut open = Surfaces::open(hub, "leaver@maison.example").await;
        let sql = open.hub.database.sql().await;
        assert_eq!(sql.execute(taken, &[&user]).await.expect("taken"), 1, "{why}");
        open.sockets_end(ErrorCode::Revoked, why).await;
        // An account is an account without a house; an address acts as its signer, whose login it does not need.
        let kept: &[&str] = match why {
            "suspended" => &["account"],
            "signed out" => &["a signed address"],
            _ => &[],
        };
        open.all_refuse(kept, why).await;
    }
}

/// F273: another role narrows what is open: rows that it does not see are not told any more, not read, not exported.
#[tokio::test]
async fn another_role_narrows_every_surface() {
    let hub = TestHub::start().await;
    let user: Uuid = hub.member("mover@maison.example", "producer").await;
    let mut open = Surfaces::open(hub, "mover@maison.example").await;
    let sql = open.hub.database.sql().await;
    sql.execute("update memberships set role = 'model' where user_id = $1", &[&user]).await.expect("another role");
    let end = tokio::time::timeout(AT_ONCE, open.channels.wait("phx_error")).await;
    end.expect("the channel is joined anew with other eyes");
    let narrowed = async {
        while open.ask("GET", "/rest/v1/events?select=id", None).await.1 != json!([]) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(AT_ONCE, narrowed).await.expect("no event is theirs");
    open.all_refuse(&["tables", "account", "broadcasts"], "another role").await;
    let mut wire = Wire::hello(open.hub.server.address, Encoding::Json, &open.token).await;
    wire.send(&crate::support::wire::join(open.show.topic, None, None)).await;
    assert_eq!(wire.error().await.0, ErrorCode::UnknownTopic);
}

/// F273: a token that nobody renews ends by itself, on sockets that are open as well; what is renewed in time goes on.
#[tokio::test]
async fn a_token_that_ends_ends_every_surface() {
    let hub = TestHub::start_with(|config| config.access_token_seconds = 4).await;
    hub.member("guest@maison.example", "producer").await;
    let mut open = Surfaces::open(hub, "guest@maison.example").await;
    let renewing = open.hub.token("guest@maison.example").await;
    let mut renewed = Phoenix::open(open.hub.server.address, "2.0.0").await;
    let events = json!([{"event": "*", "schema": "public", "table": "events"}]);
    renewed.join("events", changes(events), &renewing).await.expect("it may");
    let until_it_ends = tokio::time::sleep(Duration::from_secs(2));
    until_it_ends.await;
    let fresh = open.hub.token("guest@maison.example").await;
    renewed.ask("events", "access_token", json!({"access_token": fresh})).await.expect("the same person");
    open.sockets_end(ErrorCode::TokenExpired, "expired").await;
    open.all_refuse(&["a signed address"], "expired").await;
    let sql = open.hub.database.sql().await;
    let title = "update events set title = 'Renewed' where id = $1";
    sql.execute(title, &[&open.show.event_id]).await.expect("written");
    assert_eq!(renewed.change().await.record["title"], "Renewed");
}
