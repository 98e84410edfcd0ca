//! Approved e-mails: sent by the hub itself, once, and never in silence.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hub::store::letters;
use hub_client::Api;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::support::TestHub;
use crate::support::http::http;
use crate::support::process::HubProcess;

/// What the mail server does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Takes,
    /// No time now.
    Busy,
    /// Nobody of that name, in words that quote the address.
    Stranger,
    /// Takes the mail, and says so after a while.
    Slow,
    /// Takes the mail, and never says so.
    Mute,
}

/// A mail server on a socket.
struct MailServer {
    url: String,
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("bound"));
        let (mood, taken) = (Arc::new(Mutex::new(Mood::Takes)), Arc::new(Mutex::new(Vec::new())));
        let (for_all, kept) = (Arc::clone(&mood), Arc::clone(&taken));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&for_all), Arc::clone(&kept)));
            }
        });
        Self { url, mood, taken }
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().expect("unpoisoned") = mood;
    }

    /// The mails that were taken with these words.
    fn taken(&self, words: &str) -> Vec<String> {
        self.taken.lock().expect("unpoisoned").iter().filter(|mail| mail.contains(words)).cloned().collect()
    }
}

/// RFC 5321, as little as is needed.
async fn converse(stream: TcpStream, mood: Arc<Mutex<Mood>>, taken: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let now = *mood.lock().expect("unpoisoned");
        let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "RCPT" if now == Mood::Busy => "451 no time\r\n",
            "RCPT" if now == Mood::Stranger => "550 5.1.1 <ada@vale.example>: nobody of this name\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                taken.lock().expect("unpoisoned").push(mail);
                match now {
                    Mood::Slow => tokio::time::sleep(Duration::from_secs(2)).await,
                    Mood::Mute => tokio::time::sleep(Duration::from_secs(600)).await,
                    Mood::Takes | Mood::Busy | Mood::Stranger => {}
                }
                "250 taken\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        write.write_all(answer.as_bytes()).await.ok()?;
    }
    Some(())
}

/// Somebody who writes e-mails, at a hub.
struct Desk {
    address: SocketAddr,
    token: String,
}

impl Desk {
    async fn add(&self, table: &str, mut row: Value) -> Uuid {
        let id = Uuid::now_v7();
        row["id"] = json!(id);
        let answer = http(self.address, "POST", &format!("/rest/v1/{table}"), Some(&self.token), Some(&row)).await;
        assert_eq!(answer.status, 201, "{table}: {answer:?}");
        id
    }

    /// A thread with somebody.
    async fn thread(&self, email: Option<&str>) -> Uuid {
        let contact = self.add("contacts", json!({ "name": "Ada Vale", "email": email })).await;
        self.add("conversations", json!({ "contact_id": contact, "channel": "email" })).await
    }

    async fn draft(&self, thread: Uuid, subject: &str) -> Uuid {
        let row = json!({ "conversation_id": thread, "direction": "outbound", "channel": "email", "subject": subject,
                          "body": "Dear Ada,\nwe open at seven.\n.\nOdile" });
        self.add("messages", row).await
    }

    async fn set(&self, message: Uuid, values: Value) {
        let path = format!("/rest/v1/messages?id=eq.{message}");
        let answer = http(self.address, "PATCH", &path, Some(&self.token), Some(&values)).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }

    async fn message(&self, message: Uuid) -> Value {
        let path = format!("/rest/v1/messages?id=eq.{message}");
        http(self.address, "GET", &path, Some(&self.token), None).await.json()[0].clone()
    }

    async fn becomes(&self, message: Uuid, status: &str) -> Value {
        let began = Instant::now();
        loop {
            let row = self.message(message).await;
            if row["status"] == status {
                return row;
            }
            assert!(began.elapsed() < Duration::from_secs(40), "not {status}: {row}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn open() -> (MailServer, TestHub, Desk) {
    let server = MailServer::start().await;
    let url = server.url.clone();
    let hub = TestHub::start_with(|config| config.smtp_url = Some(url)).await;
    let desk = Desk { address: hub.server.address, token: hub.token(TestHub::OWNER).await };
    (server, hub, desk)
}

/// F223, F224, F229: an e-mail that somebody approved goes out once, under one message id and in the organization's name; a
/// draft does not, nor one that was changed.
#[tokio::test]
async fn what_was_approved_goes_out_once() {
    let (server, hub, desk) = open().await;
    let _second = TestHub::serve_with(&hub.database, |config| config.smtp_url = Some(server.url.clone())).await;
    let thread = desk.thread(Some("ada@vale.example")).await;
    let (message, draft) = (desk.draft(thread, "Doors at seven").await, desk.draft(thread, "Not yet").await);
    desk.set(message, json!({ "status": "approved" })).await;
    let gone = desk.becomes(message, "sent").await;
    let id = format!("<{message}@localhost.localdomain>");
    assert_eq!((gone["external_id"].as_str(), gone["sent_at"].is_string()), (Some(id.as_str()), true), "{gone}");
    let mails = server.taken("Doors at seven");
    assert_eq!(mails.len(), 1);
    for line in [&format!("Message-ID: {id}"), "To: ada@vale.example", "Maison Test", "we open at seven."] {
        assert!(mails[0].contains(line), "{line}: {}", mails[0]);
    }
    let sql = hub.database.sql().await;
    // Its time comes while somebody changes it.
    desk.set(draft, json!({ "status": "pending_approval" })).await;
    assert_eq!(desk.message(draft).await["status"], "pending_approval");
    let jobs = sql.query_one("select count(*) from plugin_jobs where entity_id = $1", &[&draft]).await.expect("asked");
    assert_eq!((jobs.get::<_, i64>(0), server.taken("Not yet").len()), (0, 0));
}

/// F223: what people write stays text: neither a subject nor an organization's name adds a header or a recipient.
#[tokio::test]
async fn words_add_no_header() {
    let (server, hub, desk) = open().await;
    let sql = hub.database.sql().await;
    sql.execute("update organizations set name = E'Maison\\r\\nBcc: b@evil.example'", &[]).await.expect("renamed");
    let thread = desk.thread(Some("ada@vale.example")).await;
    let message = desk.draft(thread, "Seven\r\nBcc: a@evil.example\r\n\r\nHello").await;
    desk.set(message, json!({ "status": "approved" })).await;
    desk.becomes(message, "sent").await;
    let mails = server.taken(&message.to_string());
    assert_eq!(mails.len(), 1);
    let (head, body) = mails[0].split_once("\n\n").expect("a head and a body");
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    assert!(body.contains("we open at seven."), "{body}");
}

/// F229: a server without time is asked again; what it does not take says why at the message, without the address, and goes out
/// when somebody tries again.
#[tokio::test]
async fn a_failure_is_shown_and_tried_again() {
    let (server, hub, desk) = open().await;
    let thread = desk.thread(Some("ada@vale.example")).await;
    let sql = hub.database.sql().await;
    server.becomes(Mood::Busy);
    let message = desk.draft(thread, "Busy").await;
    desk.set(message, json!({ "status": "approved" })).await;
    let began = Instant::now();
    while sql
        .query_opt("select from plugin_jobs where entity_id = $1 and status = 'queued' and attempts = 1", &[&message])
        .await
        .expect("asked")
        .is_none()
    {
        assert!(began.elapsed() < Duration::from_secs(40), "{}", desk.message(message).await);
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(desk.message(message).await["status"], "dispatching");
    server.becomes(Mood::Takes);
    sql.execute("update plugin_jobs set run_at = now()", &[]).await.expect("hurried");
    hub.server.node.store.letter_bell.notify_one();
    desk.becomes(message, "sent").await;
    assert_eq!(server.taken("Busy").len(), 1);

    server.becomes(Mood::Stranger);
    let message = desk.draft(thread, "Stranger").await;
    desk.set(message, json!({ "status": "approved" })).await;
    let failed = desk.becomes(message, "failed").await;
    let why = failed["error"].as_str().expect("a reason");
    assert!(why.contains("550") && !why.contains("vale.example"), "{why}");
    server.becomes(Mood::Takes);
    desk.set(message, json!({ "status": "dispatching" })).await;
    assert_eq!(desk.becomes(message, "sent").await["error"], Value::Null);
    assert_eq!(server.taken("Stranger").len(), 1);

    let nowhere = desk.thread(None).await;
    let message = desk.draft(nowhere, "Nowhere").await;
    desk.set(message, json!({ "status": "approved" })).await;
    let failed = desk.becomes(message, "failed").await;
    assert_eq!(failed["error"], "address_missing: the contact has no e-mail address");
}

/// F229: what a hub had taken and not handed over yet is sent by another one, once; a hub that was given up hands nothing over.
#[tokio::test]
async fn a_hub_that_was_given_up_hands_nothing_over() {
    let (server, hub, desk) = open().await;
    let thread = desk.thread(Some("ada@vale.example")).await;
    let message = desk.draft(thread, "Taken over").await;
    // This test is the first hub: it takes the e-mail in the approval's own moment.
    let sql = hub.database.sql().await;
    sql.batch_execute("alter table plugin_jobs disable trigger ring_letters").await.expect("quiet");
    desk.set(message, json!({ "status": "approved" })).await;
    let store = &hub.server.node.store;
    let Some(letter) = letters::claim(store).await.expect("asked") else {
        // The hub was faster; it has sent it, which other tests look at.
        desk.becomes(message, "sent").await;
        return;
    };
    assert_eq!((letter.message_id, letter.to.as_deref()), (message, Some("ada@vale.example")));
    sql.execute("update plugin_jobs set locked_until = now() - interval '1 second'", &[]).await.expect("late");
    assert!(!letters::begin_one(store, letter.lease).await.expect("asked"), "its time is over");
    store.letter_bell.notify_one();
    desk.becomes(message, "sent").await;
    letters::sent(store, letter.lease, "<late@example.com>").await.expect("nothing happens");
    assert_eq!(desk.message(message).await["external_id"], format!("<{message}@localhost.localdomain>"));
    assert_eq!(server.taken("Taken over").len(), 1);
}

/// F229: a hub that stops waits for the e-mail that is on its way, and takes no other.
#[tokio::test]
async fn a_hub_that_stops_finishes_its_letter() {
    let (server, hub, desk) = open().await;
    server.becomes(Mood::Slow);
    let thread = desk.thread(Some("ada@vale.example")).await;
    let (message, next) = (desk.draft(thread, "The last one").await, desk.draft(thread, "The next one").await);
    desk.set(message, json!({ "status": "approved" })).await;
    let began = Instant::now();
    while server.taken("The last one").is_empty() {
        assert!(began.elapsed() < Duration::from_secs(40), "{}", desk.message(message).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    desk.set(next, json!({ "status": "approved" })).await;
    let TestHub { server: stopping, database, .. } = hub;
    stopping.stop().await;
    let sql = database.sql().await;
    let states = sql
        .query("select m.status, j.status from messages m join plugin_jobs j on j.entity_id = m.id order by m.id", &[])
        .await
        .expect("asked");
    let states: Vec<(String, String)> = states.iter().map(|row| (row.get(0), row.get(1))).collect();
    let told = |message: &str, job: &str| (message.to_owned(), job.to_owned());
    assert_eq!(states, [told("sent", "succeeded"), told("approved", "queued")]);
    assert!(server.taken("The next one").is_empty());
}

/// F229: the hub is killed while the mail server has the mail and has not said so. Nobody knows whether it went out, so the message says
/// that, and it is not sent again until somebody decides; then it has the same message id.
#[tokio::test]
async fn a_hub_that_is_killed_in_between_sends_nothing_twice() {
    let server = MailServer::start().await;
    server.becomes(Mood::Mute);
    let mut hub = HubProcess::start_in("warn", vec![("HUB_SMTP_URL", server.url.clone())]).await;
    let api = Api::new(&hub.url()).expect("a URL");
    let token = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("signed in").access_token;
    let address = hub.url().trim_start_matches("http://").parse().expect("an address");
    let desk = Desk { address, token };
    let thread = desk.thread(Some("ada@vale.example")).await;
    let message = desk.draft(thread, "In between").await;
    desk.set(message, json!({ "status": "approved" })).await;
    let began = Instant::now();
    while server.taken("In between").is_empty() {
        assert!(began.elapsed() < Duration::from_secs(40), "{}", hub.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    hub.kill().await;
    server.becomes(Mood::Takes);
    hub.serve().await;
    let sql = hub.sql().await;
    sql.execute("update plugin_jobs set locked_until = now() - interval '1 second' where status = 'running'", &[])
        .await
        .expect("late");
    let failed = desk.becomes(message, "failed").await;
    assert!(failed["error"].as_str().is_some_and(|why| why.starts_with("unsettled")), "{failed}");
    assert_eq!(server.taken("In between").len(), 1);
    desk.set(message, json!({ "status": "dispatching" })).await;
    desk.becomes(message, "sent").await;
    let mails = server.taken("In between");
    assert_eq!(mails.len(), 2, "somebody has decided so");
    assert!(mails.iter().all(|mail| mail.contains(&format!("Message-ID: <{message}@"))), "{mails:?}");
}
