//! What an operator reads says nothing about people, however much of it is asked for.

use std::net::SocketAddr;

use hub_client::{Api, NewEvent, NewPairing};
use schemas::{ClientFrame, DeviceProfile, Encoding, Query, Topic};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Wire;
use crate::support::http::{http, raw, supabase};
use crate::support::mail::Mailbox;
use crate::support::process::HubProcess;
use crate::support::show::scan;

const GUESTS: &str = "Name,Email,Tier,VIP,Note\n\
    Xanthippe Quetzalcoatl,xanthippe.q@secretmail.example,Guests,yes,Allergic to feathers\n\
    Wolfgang Zyzzyva,wolfgang.z@secretmail.example,Guests,no,\n";
const NEWCOMER: &str = "ottoline.newcomer@secretmail.example";
const PHONE: &str = "+49 170 5550147";

/// A real hub, told to log everything, while people do what people do.
struct Watched {
    hub: HubProcess,
    address: SocketAddr,
    /// What must not be read anywhere.
    secrets: Vec<String>,
}

impl Watched {
    async fn start() -> Self {
        let hub = HubProcess::start_logging("trace").await;
        let address = hub.url().trim_start_matches("http://").parse().expect("an address");
        let words = [
            "Xanthippe",
            "xanthippe",
            "Quetzalcoatl",
            "Wolfgang",
            "wolfgang",
            "Zyzzyva",
            "feathers",
            "secretmail",
            "Ottoline",
            "ottoline",
            "5550147",
            HubProcess::OWNER,
            HubProcess::PASSWORD,
            "a wrong password",
            "a newcomer's password",
        ];
        Self { hub, address, secrets: words.map(str::to_owned).to_vec() }
    }

    fn hide(&mut self, secret: &str) -> String {
        assert!(secret.len() >= 6, "{secret:?} is found by chance");
        self.secrets.push(secret.to_owned());
        secret.to_owned()
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> Value {
        http(self.address, "POST", path, token, Some(body)).await.json()
    }

    /// Sign-in, refresh, a wrong password, a sign-up with its mail. Returns the owner's access token.
    async fn accounts(&mut self) -> String {
        let owner = json!({"email": HubProcess::OWNER, "password": HubProcess::PASSWORD});
        let login = self.post("/auth/v1/token?grant_type=password", None, &owner).await;
        let refresh = self.hide(login["refresh_token"].as_str().expect("a token"));
        self.hide(login["access_token"].as_str().expect("a token"));
        let next = self.post("/auth/v1/token?grant_type=refresh_token", None, &json!({"refresh_token": refresh})).await;
        self.hide(next["refresh_token"].as_str().expect("a token"));
        let access = self.hide(next["access_token"].as_str().expect("a token"));
        self.hide(access.rsplit('.').next().expect("a signature"));
        for email in [HubProcess::OWNER, "xanthippe.q@secretmail.example"] {
            let wrong = json!({"email": email, "password": "a wrong password"});
            let refused = self.post("/auth/v1/token?grant_type=password", None, &wrong).await;
            assert!(refused["access_token"].is_null());
        }
        let newcomer = json!({
            "email": NEWCOMER, "password": "a newcomer's password",
            "data": {"full_name": "Ottoline Newcomer", "phone_number": PHONE},
        });
        self.post("/auth/v1/signup", None, &newcomer).await;
        let mail = Mailbox::of(&self.hub.data).nth(NEWCOMER, 1).await;
        let (link, code) = (self.hide(&mail.link()), self.hide(&mail.code()));
        let guess = json!({"type": "signup", "email": NEWCOMER, "token": "000000"});
        supabase(self.address, "POST", "/auth/v1/verify", None, Some(&guess)).await;
        let verified = json!({"type": "signup", "email": NEWCOMER, "token": code});
        let session = supabase(self.address, "POST", "/auth/v1/verify", None, Some(&verified)).await;
        assert_eq!(session.status, 200, "{session:?}");
        self.hide(&session.text("access_token"));
        let used = json!({"type": "signup", "token_hash": link});
        assert_ne!(supabase(self.address, "POST", "/auth/v1/verify", None, Some(&used)).await.status, 200);
        supabase(self.address, "POST", "/auth/v1/recover", None, Some(&json!({"email": HubProcess::OWNER}))).await;
        let mail = Mailbox::of(&self.hub.data).nth(HubProcess::OWNER, 1).await;
        self.hide(&mail.link());
        self.hide(&mail.code());
        access
    }

    /// A guest list, a tablet, scans by socket and in bulk, searches. Returns the event.
    async fn show(&mut self, access: &str) -> Uuid {
        let api = Api::new(&self.hub.url()).expect("a URL").with_token(access);
        let event = NewEvent {
            title: "Nocturne".into(),
            start_time: "2030-09-24T18:00:00Z".into(),
            end_time: "2030-09-24T22:00:00Z".into(),
            time_zone: "Europe/Paris".into(),
            capacity_limit: None,
        };
        let event = api.create_event(&event).await.expect("made");
        let event: Uuid = event["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let sql = self.hub.sql().await;
        sql.execute("update events set status = 'published' where id = $1", &[&event]).await.expect("published");
        let report = api.import(event, "guests", "guests.csv", GUESTS, None, true).await.expect("a report");
        assert!(report.applied && report.added == 2, "{report:?}");
        let broken = GUESTS.replace("Guests,no", "Guests,perhaps").replace("wolfgang.z@", "wolfgang.z at ");
        api.import(event, "guests", "Xanthippe Quetzalcoatl.csv", broken, None, true).await.ok();
        let gate = self.post(&format!("/v1/events/{event}/gates"), Some(access), &json!({"name": "North"})).await;
        let gate_id = gate["gate"]["id"].as_str().and_then(|id| id.parse().ok());
        assert!(gate_id.is_some(), "{gate}");
        let tablet = NewPairing { name: "Tablet".into(), profile: DeviceProfile::Scan, gate_id, supervisor: false };
        let pairing = api.pair(event, &tablet).await.expect("a code");
        self.hide(&pairing.code);
        let device = api.claim(&pairing.code).await.expect("claimed").token;
        self.hide(&device);
        let codes = sql.query("select qr_code_data from registrations", &[]).await.expect("asked");
        let mut wire = Wire::hello(self.address, Encoding::Json, &device).await;
        let topic = Topic::event(event);
        wire.join(topic, None).await;
        for row in &codes {
            let code = self.hide(row.get(0));
            wire.command(Uuid::now_v7(), topic, scan(&code)).await.expect("judged");
            let bulk = json!({"scans": [{"command_id": Uuid::now_v7(), "command": scan(&code)}]});
            let answer = self.post(&format!("/v1/events/{event}/scans"), Some(&device), &bulk).await;
            assert_eq!(answer["answers"][0]["type"], "outcome", "{answer}");
        }
        wire.command(Uuid::now_v7(), topic, scan("Xanthippe Quetzalcoatl")).await.expect("judged");
        let query = Query::FindGuests { text: "xanthippe".into(), limit: 5 };
        wire.send(&ClientFrame::Query { query_id: 1, topic, query }).await;
        wire.send_bytes(b"{\"type\": \"Xanthippe Quetzalcoatl\"}".to_vec()).await;
        wire.settle().await;
        let stranger = Wire::open(self.address, Encoding::Json);
        let mut stranger = stranger.await;
        let client = schemas::ClientInfo { name: "Xanthippe Quetzalcoatl".into(), version: "0".into() };
        stranger.send(&ClientFrame::Hello { token: format!("{device}x"), client }).await;
        stranger.end().await;
        event
    }

    /// Requests about tables, good ones and ones that fail in Postgres, in the hub and in the server below it.
    async fn tables(&mut self, access: &str, event: Uuid) {
        let get = async |path: &str| http(self.address, "GET", path, Some(access), None).await;
        let found = get("/rest/v1/registrations?select=*&attendee_email=eq.xanthippe.q@secretmail.example").await;
        assert!(found.body.contains("Xanthippe"), "{found:?}");
        let id = found.json()[0]["id"].as_str().expect("an id").to_owned();
        for failing in [
            "/rest/v1/registrations?id=eq.xanthippe.q@secretmail.example",
            "/rest/v1/registrations?attendee_email=like.*xanthippe*",
            "/rest/v1/xanthippe.q@secretmail.example",
            "/rest/v1/registrations?order=Xanthippe",
            "/rest/v1/registrations?door_note=fts(xanthippe).Xanthippe",
            "/v1/events/Xanthippe%20Quetzalcoatl/rundown",
            "/Xanthippe/Quetzalcoatl",
        ] {
            get(failing).await;
        }
        for (method, path, body) in [
            ("PATCH", format!("/rest/v1/registrations?id=eq.{id}"), json!({"attendee_name": "Wolfgang Zyzzyva"})),
            ("PATCH", format!("/rest/v1/registrations?id=eq.{id}"), json!({"party_size": "Xanthippe"})),
            ("PATCH", format!("/rest/v1/registrations?id=eq.{id}"), json!({"status": "Xanthippe"})),
            (
                "POST",
                "/rest/v1/registrations".to_owned(),
                json!({"id": id, "event_id": event, "attendee_name": "Xanthippe", "attendee_email": "xanthippe.q@secretmail.example"}),
            ),
            ("POST", "/rest/v1/rpc/xanthippe".to_owned(), json!({"name": "Xanthippe Quetzalcoatl"})),
            ("POST", "/v1/events".to_owned(), json!({"title": "For Xanthippe", "start_time": "Xanthippe"})),
            ("POST", "/auth/v1/signup".to_owned(), json!({"email": ["xanthippe.q@secretmail.example"]})),
            ("POST", "/auth/v1/invite".to_owned(), json!({"email": NEWCOMER, "data": {"role": "staff"}})),
        ] {
            http(self.address, method, &path, Some(access), Some(&body)).await;
        }
        let host = self.address;
        let odd = format!(
            "POST /v1/events HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-Request-Id: xanthippe.q@secretmail.example\r\n\
             User-Agent: Xanthippe Quetzalcoatl\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{{\"Xanthippe\"",
        );
        raw(host, odd.as_bytes()).await;
    }
}

/// F249, F250: at the most verbose level, through sign-ins, mails, an import, scans, questions about tables and everything of
/// it that fails, neither the hub's log nor its server's nor the metrics hold a name, an address, a number, a password, a
/// ticket, a code or a token.
#[tokio::test]
async fn nothing_personal_is_logged_at_any_level() {
    let mut watched = Watched::start().await;
    let access = watched.accounts().await;
    let event = watched.show(&access).await;
    watched.tables(&access, event).await;
    let metrics = http(watched.address, "GET", "/metrics", None, None).await.body;
    assert!(metrics.contains("hub_scans_total"), "{metrics}");
    assert!(watched.hub.terminate().await.success());
    let read = |name: &str| std::fs::read_to_string(watched.hub.data.join(name)).expect("a log");
    let (ours, servers) = (read("hub.log"), read("postgres.log"));
    assert!(ours.contains(" DEBUG ") && ours.contains("/rest/v1/{table}"), "it was told to say everything");
    assert!(servers.contains("database system is ready"), "{servers}");
    for (name, text) in [("hub.log", &ours), ("postgres.log", &servers), ("/metrics", &metrics)] {
        for secret in &watched.secrets {
            let line = text.lines().find(|line| line.contains(secret.as_str()));
            assert_eq!(line, None, "{name} holds {secret:?}");
        }
    }
}
