//! Mails are not lost, not sent for what was undone, and tell nobody who has the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hub::postgres::{Acting, begin};
use hub::sealing::SubjectKey;
use hub::store::outbox::{self, Kind, Letter};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::mpsc;

use crate::support::TestHub;
use crate::support::http::supabase;

/// A mail server that takes mails or has no time for them.
struct MailServer {
    url: String,
    busy: Arc<AtomicBool>,
    taken: mpsc::UnboundedReceiver<String>,
}

impl MailServer {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("bound"));
        let busy = Arc::new(AtomicBool::new(true));
        let (send, taken) = mpsc::unbounded_channel();
        let state = Arc::clone(&busy);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&state), send.clone()));
            }
        });
        Self { url, busy, taken }
    }
}

/// RFC 5321, as little as is needed.
async fn converse(
    stream: tokio::net::TcpStream,
    busy: Arc<AtomicBool>,
    taken: mpsc::UnboundedSender<String>,
) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "RCPT" if busy.load(Ordering::SeqCst) => "451 no time\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.ok()? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                taken.send(mail).ok()?;
                "250 taken\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        write.write_all(answer.as_bytes()).await.ok()?;
    }
    Some(())
}

/// A mail server that has no time gets the mail later; one hub's mail is sent by the next one; the mail has one id however often it was
/// tried.
#[tokio::test]
async fn a_mail_is_sent_in_the_end() {
    let mut server = MailServer::start().await;
    let url = server.url.clone();
    let hub = TestHub::start_with(|config| config.smtp_url = Some(url.clone())).await;
    let sql = hub.database.sql().await;
    let ask = json!({"email": TestHub::OWNER});
    assert_eq!(supabase(hub.server.address, "POST", "/auth/v1/recover", None, Some(&ask)).await.status, 200);
    let waits =
        "select id::text, attempts, last_error, next_attempt_at > now() from mail_outbox where last_error is not null";
    let row = loop {
        if let Some(row) = sql.query_opt(waits, &[]).await.expect("asked") {
            break row;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let id: String = row.get(0);
    assert_eq!((row.get::<_, i16>(1), row.get::<_, bool>(3)), (1, true));
    assert!(row.get::<_, &str>(2).contains("451") && !row.get::<_, &str>(2).contains("maison.example"));
    // Sealed: whoever has the database cannot use the link.
    let content = "select encode(content_enc::bytea, 'escape') from mail_outbox";
    let content = sql.query_one(content, &[]).await.expect("one").get::<_, String>(0);
    assert!(!content.contains("maison.example") && !content.contains("link"), "{content}");

    // The hub dies; another one starts.
    drop(hub.server);
    server.busy.store(false, Ordering::SeqCst);
    sql.batch_execute("update mail_outbox set next_attempt_at = now()").await.expect("time passes");
    let next = TestHub::serve_with(&hub.database, |config| config.smtp_url = Some(url)).await;
    let mail = tokio::time::timeout(std::time::Duration::from_secs(20), server.taken.recv()).await;
    let mail = mail.expect("it is sent").expect("the server runs");
    assert!(mail.contains(&format!("Message-ID: <{id}@")) && mail.contains("Subject: Choose a new password"), "{mail}");
    for _ in 0..100 {
        let left = "select count(*) from mail_outbox";
        if sql.query_one(left, &[]).await.expect("asked").get::<_, i64>(0) == 0 {
            drop(next);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("what was sent is forgotten");
}

/// A mail is part of the change that it tells of: undone with it, sent once however many hubs there are, dropped when its person was
/// erased, and given up in the end.
#[tokio::test]
async fn a_mail_belongs_to_its_change() {
    let hub = TestHub::start().await;
    let _second = TestHub::serve(&hub.database).await;
    let sql = hub.database.sql().await;
    let store = &hub.server.node.store;
    let key = SubjectKey::generate();
    let letter = Letter::notice(Kind::PasswordChanged, "ada@example.com".into());
    let mut client = store.pools.get(&Acting::Platform).await.expect("connected");
    {
        let transaction = begin(&mut client, &Acting::Platform).await.expect("begun");
        outbox::post(&transaction, &key, &letter).await.expect("posted");
        // Not committed.
    }
    store.mail_bell.notify_one();
    assert_eq!(hub.mailbox().count().await, 0);
    // Of a key that nobody has: the person was erased.
    let transaction = begin(&mut client, &Acting::Platform).await.expect("begun");
    outbox::post(&transaction, &key, &letter).await.expect("posted");
    transaction.commit().await.expect("committed");
    store.mail_bell.notify_one();
    assert_eq!(hub.mailbox().count().await, 0);
    let left = async || sql.query_one("select count(*) from mail_outbox", &[]).await.expect("asked").get::<_, i64>(0);
    assert_eq!(left().await, 0);

    for _ in 0..3 {
        let ask = json!({"email": TestHub::OWNER});
        assert_eq!(supabase(hub.server.address, "POST", "/auth/v1/recover", None, Some(&ask)).await.status, 200);
    }
    hub.mailbox().nth(TestHub::OWNER, 3).await;
    assert_eq!(hub.mailbox().count().await, 3, "two hubs send each mail once");

    // An address that nobody can write to is tried for a day, not for ever.
    let owner = "select id from encryption_keys where subject_kind = 'user' limit 1";
    let id = sql.query_one(owner, &[]).await.expect("a key").get(0);
    let wrapped = sql.query_one("select wrapped_key from encryption_keys where id = $1", &[&id]).await.expect("a key");
    let key = SubjectKey::unwrap(id, wrapped.get(0), store.keyring.master()).expect("it opens");
    let transaction = begin(&mut client, &Acting::Platform).await.expect("begun");
    outbox::post(&transaction, &key, &Letter::notice(Kind::PasswordChanged, "no address".into()))
        .await
        .expect("posted");
    transaction.execute("update mail_outbox set attempts = 29", &[]).await.expect("a day of attempts");
    transaction.commit().await.expect("committed");
    store.mail_bell.notify_one();
    for _ in 0..100 {
        let given_up = "select count(*) from mail_outbox where given_up_at is not null";
        if sql.query_one(given_up, &[]).await.expect("asked").get::<_, i64>(0) == 1 {
            assert!(outbox::take(store, 10).await.expect("asked").is_empty());
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it is given up");
}
