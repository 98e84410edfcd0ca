//! WhatsApp in a real hub: what people approved goes out once, and nothing else.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;
use vendors::{Fault, Meta};

use super::workshop::Workshop;

async fn connected(meta: &Meta, hub: &Workshop) -> (Uuid, Uuid) {
    let install = hub.guest("whatsapp", json!({})).await;
    let account = json!({ "token": meta.token() });
    (install, hub.connect(install, "15550100", account, Some(meta.webhook_secret())).await)
}

fn sent(meta: &Meta, message: Uuid) -> u64 {
    meta.ledger.count(&format!("whatsapp:{message}"))
}

/// F223, F224, F229, F232: an approved message goes out once and says what became of it; what nobody approved never does.
#[tokio::test]
async fn what_was_approved_goes_out_once() {
    let meta = Meta::start().await;
    let hub = Workshop::routed(&meta.routes()).await;
    let (install, connection) = connected(&meta, &hub).await;
    let thread = hub.thread("whatsapp", "whatsapp", "+1 555 0001").await;
    let message = hub.draft(thread, "whatsapp", "See you at seven").await;
    // A person queues it all the same, and a program: nobody has approved it.
    let job = hub.order(install, connection, "send", json!({ "message": { "id": message } })).await;
    let ended = hub.ended(job).await;
    assert_eq!((ended["status"].as_str(), meta.ledger.all().len()), (Some("dead"), 0), "{ended}");
    assert!(ended["last_error"].as_str().is_some_and(|why| why.starts_with("not_approved")), "{ended}");
    hub.set("messages", message, json!({ "status": "approved" })).await;
    let gone = hub.becomes("messages", message, "status", "sent").await;
    assert!(gone["external_id"].is_string() && gone["sent_at"].is_string(), "{gone}");
    assert_eq!(sent(&meta, message), 1);
    let told = meta.status_notice(&message.to_string(), "delivered").expect("it went out");
    assert_eq!(hub.hears("whatsapp", connection, &told).await, 200);
    hub.becomes("messages", message, "status", "delivered").await;

    // What is changed while it waits for its turn is a draft again, and does not go.
    meta.running.faults().plan("/messages", Fault::Slow(Duration::from_secs(3)), 1);
    let first = hub.draft(thread, "whatsapp", "The doors are open").await;
    let other = hub.draft(thread, "whatsapp", "Bring the coat").await;
    hub.set("messages", first, json!({ "status": "approved" })).await;
    hub.becomes("messages", first, "status", "dispatching").await;
    hub.set("messages", other, json!({ "status": "approved" })).await;
    assert_eq!(hub.jobs_of(other).await, [("send".to_owned(), "queued".to_owned())]);
    hub.set("messages", other, json!({ "body": "Bring all coats" })).await;
    assert_eq!(hub.jobs_of(other).await, [("send".to_owned(), "cancelled".to_owned())]);
    assert_eq!(hub.row("messages", other).await["status"], "draft");
    let after = hub.draft(thread, "whatsapp", "Good night").await;
    hub.set("messages", after, json!({ "status": "approved" })).await;
    hub.becomes("messages", after, "status", "sent").await;
    assert_eq!((sent(&meta, other), sent(&meta, after), meta.ledger.doubled()), (0, 1, Vec::new()));
}

/// F224: what was approved before there was an account goes out when it is connected, if that is within a day.
#[tokio::test]
async fn an_account_that_comes_later_sends_what_is_fresh() {
    let meta = Meta::start().await;
    let hub = Workshop::routed(&meta.routes()).await;
    let thread = hub.thread("whatsapp", "whatsapp", "+1 555 0001").await;
    let (fresh, old) =
        (hub.draft(thread, "whatsapp", "See you at seven").await, hub.draft(thread, "whatsapp", "Last week").await);
    for message in [fresh, old] {
        hub.set("messages", message, json!({ "status": "approved" })).await;
        assert_eq!(hub.jobs_of(message).await, []);
    }
    let sql = hub.hub.database.sql().await;
    sql.batch_execute("alter table messages disable trigger c_guard_approval").await.expect("off");
    sql.execute("update messages set approved_at = now() - interval '25 hours' where id = $1", &[&old])
        .await
        .expect("old");
    sql.batch_execute("alter table messages enable trigger c_guard_approval").await.expect("on");
    connected(&meta, &hub).await;
    hub.becomes("messages", fresh, "status", "sent").await;
    assert_eq!((hub.row("messages", old).await["status"].as_str(), sent(&meta, old)), (Some("approved"), 0));
    // Somebody looks at it again.
    hub.set("messages", old, json!({ "status": "draft" })).await;
    hub.set("messages", old, json!({ "status": "approved" })).await;
    hub.becomes("messages", old, "status", "sent").await;
    assert_eq!((sent(&meta, fresh), sent(&meta, old)), (1, 1));
}

/// F229: a message that could not be sent says why, and goes out when somebody tries again: from its row or from its job.
#[tokio::test]
async fn a_failure_is_shown_and_tried_again() {
    let meta = Meta::start().await;
    let hub = Workshop::routed(&meta.routes()).await;
    let (_, connection) = connected(&meta, &hub).await;
    let thread = hub.thread("whatsapp", "whatsapp", "+1 555 0001").await;
    meta.silence("15550001");
    let message = hub.draft(thread, "whatsapp", "See you at seven").await;
    hub.set("messages", message, json!({ "status": "approved" })).await;
    let failed = hub.becomes("messages", message, "status", "failed").await;
    assert!(failed["error"].as_str().is_some_and(|why| why.contains("131047")), "{failed}");
    // The vendor's word that it is not there any more, or a bad day: the job dies, the message says so.
    let other = hub.thread("whatsapp", "whatsapp", "+1 555 0002").await;
    meta.running.faults().plan("/messages", Fault::status(403), 1);
    let second = hub.draft(other, "whatsapp", "The car is here").await;
    hub.set("messages", second, json!({ "status": "approved" })).await;
    let failed = hub.becomes("messages", second, "status", "failed").await;
    assert!(failed["error"].as_str().is_some_and(|why| !why.is_empty()), "{failed}");
    hub.set("messages", second, json!({ "status": "dispatching" })).await;
    let gone = hub.becomes("messages", second, "status", "sent").await;
    assert_eq!(gone["error"], Value::Null);
    assert_eq!((sent(&meta, message), sent(&meta, second)), (0, 1));

    // By its job: one that is dead is tried again, and its message is on its way with it.
    meta.running.faults().plan("/messages", Fault::DieBefore, 10);
    let third = hub.draft(other, "whatsapp", "It rains").await;
    let sql = hub.hub.database.sql().await;
    hub.set("messages", third, json!({ "status": "approved" })).await;
    let job = hub
        .until(super::guest::SOON, async || {
            hub.hurry().await;
            let row =
                sql.query_opt("select id from plugin_jobs where entity_id = $1 and status = 'dead'", &[&third]).await;
            row.expect("asked").map(|row| row.get::<_, Uuid>(0))
        })
        .await;
    let failed = hub.row("messages", third).await;
    assert_eq!((&failed["status"], failed["error"].is_string()), (&json!("failed"), true), "{failed}");
    assert_eq!(hub.ask("POST", &format!("/v1/plugins/jobs/{job}/retry"), None).await.status, 200);
    // Nobody knows whether it went out: a person is told, and it is not sent twice.
    let failed = hub.becomes("messages", third, "status", "failed").await;
    assert!(failed["error"].as_str().is_some_and(|why| why.starts_with("unsettled")), "{failed}");
    assert_eq!(sent(&meta, third), 0);
    assert_eq!(hub.row("plugin_connections", connection).await["status"], "active");
}
