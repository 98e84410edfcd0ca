//! Instagram (F163), Facebook (F165), and WhatsApp's approved messages.

use serde_json::{Value, json};
use vendors::{Fault, Meta};

use crate::stage::Stage;

async fn connected(plugin: &str) -> (Meta, Stage) {
    let meta = Meta::start().await;
    let stage = Stage::of(plugin, "17840001", &meta.routes()).await;
    stage.organization.set_secret("token", meta.token());
    (meta, stage)
}

fn with_post(stage: &Stage, picture: &str) -> Value {
    stage.organization.add_file("asset-1", picture, b"a picture");
    let post = json!({"id": "post-1", "body": "Look 12 & more", "asset_id": "asset-1", "status": "scheduled"});
    stage.organization.add("social_posts", post);
    json!({"post": {"id": "post-1"}})
}

fn post(stage: &Stage) -> Value {
    stage.organization.rows("social_posts")[0].clone()
}

#[tokio::test]
async fn f163_a_post_is_published_and_keeps_its_media_id() {
    let (meta, mut stage) = connected("instagram").await;
    meta.process_containers(3);
    let payload = with_post(&stage, "image/jpeg");
    stage.does("publish", payload.clone(), "k").await.expect("a post");
    let shown = meta.shown("17840001");
    assert_eq!(shown[0].1, "Look 12 & more");
    assert_eq!((&post(&stage)["status"], &post(&stage)["external_post_id"]), (&json!("published"), &json!(shown[0].0)));
    stage.does("publish", payload, "k2").await.expect("the same");
    assert_eq!(meta.shown("17840001").len(), 1);
}

#[tokio::test]
async fn f163_whenever_instagram_or_the_hub_dies_the_post_is_there_once_with_its_id() {
    let steps = [
        ("/media_publish", ":publish:"),
        ("/media", ":container:"),
        ("status_code", ":publish:"),
        ("content_publishing_limit", ""),
    ];
    for (step, effect) in steps {
        for fault in [Fault::DieAfter, Fault::DieBefore, Fault::status(500)] {
            for hub_dies in [false, true] {
                let (meta, mut stage) = connected("instagram").await;
                let payload = with_post(&stage, "image/jpeg");
                meta.running.faults().plan(step, fault.clone(), 1);
                if hub_dies {
                    stage.organization.die_before_an_answer_is_kept(effect);
                }
                let what = format!("{step} {fault:?} {hub_dies}");
                stage.does("publish", payload, "k").await.unwrap_or_else(|end| panic!("{what}: {end}"));
                let shown = meta.shown("17840001");
                assert_eq!(shown.len(), 1, "{what}");
                assert_eq!(post(&stage)["external_post_id"], shown[0].0.as_str(), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn f163_a_lost_post_is_not_mistaken_for_an_older_one_with_the_same_words() {
    let (meta, mut stage) = connected("instagram").await;
    let payload = with_post(&stage, "image/jpeg");
    stage.does("publish", payload, "k").await.expect("the first");
    let again = json!({"id": "post-2", "body": "Look 12 & more", "asset_id": "asset-1", "status": "scheduled"});
    stage.organization.add("social_posts", again);
    meta.running.faults().plan("/media_publish", Fault::DieAfter, 1);
    stage.does("publish", json!({"post": {"id": "post-2"}}), "k2").await.expect("the second");
    let rows = stage.organization.rows("social_posts");
    assert_ne!(rows[0]["external_post_id"], rows[1]["external_post_id"]);
    assert_eq!(rows[1]["external_post_id"], meta.shown("17840001")[0].0.as_str());
}

#[tokio::test]
async fn f163_a_container_that_breaks_is_made_again_or_its_reason_is_shown() {
    let (meta, mut stage) = connected("instagram").await;
    meta.break_next_container("ERROR", "Error: 2207003 the download timed out");
    meta.break_next_container("EXPIRED", "Expired");
    let payload = with_post(&stage, "image/jpeg");
    stage.does("publish", payload, "k").await.expect("a post");
    assert_eq!(post(&stage)["status"], "published");

    let (meta, mut stage) = connected("instagram").await;
    meta.break_next_container("ERROR", "Error: 2207004 the picture is too large");
    let payload = with_post(&stage, "image/jpeg");
    stage.does("publish", payload, "k").await.expect("an end");
    assert_eq!(
        (&post(&stage)["status"], &post(&stage)["error"]),
        (&json!("failed"), &json!("Error: 2207004 the picture is too large"))
    );
}

#[tokio::test]
async fn f163_an_account_that_has_published_all_it_may_waits() {
    let (meta, mut stage) = connected("instagram").await;
    meta.set_quota(50, 50);
    let payload = with_post(&stage, "image/jpeg");
    let end = stage.does("publish", payload, "k").await.expect_err("no quota");
    assert_eq!(end.code(), "quota_used_up");
    assert_eq!((meta.shown("17840001").len(), &post(&stage)["status"]), (0, &json!("scheduled")));
}

#[tokio::test]
async fn f163_what_instagram_does_not_take_is_said_at_the_post() {
    let (_meta, mut stage) = connected("instagram").await;
    let payload = with_post(&stage, "image/png");
    stage.does("publish", payload, "k").await.expect("an end");
    assert_eq!(post(&stage)["error"], "Instagram takes JPEG pictures, and MP4 and MOV videos");
}

#[tokio::test]
async fn f165_whenever_facebook_or_the_hub_dies_the_post_is_there_once_with_its_id() {
    for (step, effect) in [("/feed", ":feed"), ("/photos", ":photo:"), ("/photos", ":feed")] {
        for fault in [Fault::DieAfter, Fault::DieBefore, Fault::status(500)] {
            for hub_dies in [false, true] {
                let (meta, mut stage) = connected("facebook").await;
                let payload = with_post(&stage, "image/png");
                meta.running.faults().plan(step, fault.clone(), 1);
                if hub_dies {
                    stage.organization.die_before_an_answer_is_kept(effect);
                }
                let what = format!("{step} {fault:?} {hub_dies}");
                stage.does("publish", payload, "k").await.unwrap_or_else(|end| panic!("{what}: {end}"));
                let shown = meta.shown("17840001");
                assert_eq!(shown.len(), 1, "{what}");
                assert_eq!(post(&stage)["external_post_id"], shown[0].0.as_str(), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_meta_no_longer_takes_is_no_fault_of_the_post() {
    let (meta, mut stage) = connected("facebook").await;
    meta.accounts.expire_tokens();
    let payload = with_post(&stage, "image/png");
    let end = stage.does("publish", payload, "k").await.expect_err("no token");
    assert_eq!((end.code(), &post(&stage)["status"]), ("token_refused", &json!("scheduled")));
}

fn with_message(stage: &Stage, status: &str, approved_at: Option<&str>) -> Value {
    stage.organization.add(
        "messages",
        json!({"id": "message-1", "direction": "outbound", "channel": "whatsapp", "status": status, "body": "See you at seven",
            "approved_at": approved_at, "contact_id": "contact-1"}),
    );
    stage.organization.add("contacts", json!({"id": "contact-1", "whatsapp": "+1 (555) 0001"}));
    json!({"message": {"id": "message-1"}})
}

#[tokio::test]
async fn an_approved_message_is_sent_once_and_its_delivery_is_shown() {
    let (meta, mut stage) = connected("whatsapp").await;
    meta.limit_recipients(2);
    let payload = with_message(&stage, "dispatching", Some("2026-11-21T20:00:00Z"));
    stage.does("send", payload.clone(), "k").await.expect("a message");
    stage.does("send", payload, "k2").await.expect("the same");
    assert_eq!(meta.ledger.count("whatsapp:message-1"), 1);
    assert_eq!(stage.organization.rows("messages")[0]["status"], "sent");
    let notice = meta.status_notice("message-1", "delivered").expect("a notice");
    stage.takes("webhook", json!({}), notice.body, "w").await.expect("a notice");
    assert_eq!(stage.organization.rows("messages")[0]["status"], "delivered");
    let late = meta.status_notice("message-1", "failed").expect("a notice");
    stage.takes("webhook", json!({}), late.body, "w2").await.expect("a notice");
    assert_eq!(stage.organization.rows("messages")[0]["status"], "delivered");
}

#[tokio::test]
async fn a_message_that_nobody_approved_is_not_sent() {
    for (status, at) in
        [("draft", None), ("pending_approval", None), ("dispatching", None), ("rejected", Some("2026-11-21"))]
    {
        let (meta, mut stage) = connected("whatsapp").await;
        let payload = with_message(&stage, status, at);
        let end = stage.does("send", payload, "k").await.expect_err("a refusal");
        assert_eq!((end.code(), meta.ledger.all().len()), ("not_approved", 0), "{status}");
    }
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_settled_by_a_notice_and_never_sent_twice() {
    let (meta, mut stage) = connected("whatsapp").await;
    meta.running.faults().plan("/messages", Fault::DieAfter, 1);
    let payload = with_message(&stage, "dispatching", Some("2026-11-21T20:00:00Z"));
    let end = stage.does("send", payload.clone(), "k").await.expect_err("nobody knows");
    assert_eq!((end.code(), meta.ledger.count("whatsapp:message-1")), ("unsettled", 1));
    let notice = meta.status_notice("message-1", "sent").expect("a notice");
    stage.takes("webhook", json!({}), notice.body, "w").await.expect("a notice");
    stage.does("send", payload, "k").await.expect("settled");
    assert_eq!(stage.organization.rows("messages")[0]["external_id"], "wamid.double1");
    assert_eq!(meta.ledger.count("whatsapp:message-1"), 1);
}

#[tokio::test]
async fn after_a_day_of_silence_only_a_template_is_taken() {
    let (meta, mut stage) = connected("whatsapp").await;
    meta.silence("15550001");
    let mut payload = with_message(&stage, "dispatching", Some("2026-11-21T20:00:00Z"));
    stage.does("send", payload.clone(), "k").await.expect("an end");
    assert_eq!(stage.organization.rows("messages")[0]["error"], "(#131047) Re-engagement message");

    let (meta, mut stage) = connected("whatsapp").await;
    meta.silence("15550001");
    with_message(&stage, "dispatching", Some("2026-11-21T20:00:00Z"));
    payload["template"] = json!({"name": "invitation", "language": "en"});
    stage.does("send", payload, "k").await.expect("a message");
    assert_eq!(stage.organization.rows("messages")[0]["status"], "sent");
}
