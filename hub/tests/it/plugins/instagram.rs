//! Instagram in a real hub: posts at their time, once, as somebody planned and changed them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;
use vendors::{Fault, Meta};

use super::guest::{SOON, from_now};
use super::workshop::Workshop;

const ACCOUNT: &str = "17841400000000001";

struct Stage {
    meta: Meta,
    hub: Workshop,
    connection: Uuid,
}

impl Stage {
    async fn set() -> Self {
        let meta = Meta::start().await;
        let hub = Workshop::routed(&meta.routes()).await;
        let install = hub.guest("instagram", json!({})).await;
        let connection = hub.connect(install, ACCOUNT, json!({ "token": meta.token() }), None).await;
        Self { meta, hub, connection }
    }

    /// A post with a picture that is due in so many seconds.
    async fn post(&self, words: &str, due: i64) -> Uuid {
        let asset = self.hub.picture(&format!("{}.jpg", Uuid::now_v7())).await;
        let row = json!({ "connection_id": self.connection, "platform": "instagram", "asset_id": asset, "body": words,
                          "status": "scheduled", "scheduled_at": from_now(due) });
        self.hub.add("social_posts", row).await
    }

    fn times(&self, words: &str) -> u64 {
        self.meta.ledger.count(&format!("instagram:{words}"))
    }

    async fn published(&self, post: Uuid) -> Value {
        let began = Instant::now();
        loop {
            let row = self.hub.row("social_posts", post).await;
            if row["status"] == "published" {
                return row;
            }
            assert!(began.elapsed() < SOON, "{row}");
            self.hub.hurry().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// F163, F172: a scheduled post is published at its time and not before, by way of a container that is looked at until it is
/// ready; it keeps the media's id.
#[tokio::test]
async fn a_post_is_published_at_its_time() {
    let stage = Stage::set().await;
    stage.meta.process_containers(2);
    let post = stage.post("Look 12 & more", 3).await;
    let asked: Vec<_> = stage.hub.jobs_of(post).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(asked, ["publish"], "in the transaction of the row");
    let row = stage.hub.becomes("social_posts", post, "status", "published").await;
    let [planned, published] = ["scheduled_at", "published_at"]
        .map(|column| row[column].as_str().expect("a moment").parse::<jiff::Timestamp>().expect("RFC 3339"));
    assert!(published >= planned, "not before its time: {row}");
    let shown = stage.meta.shown(ACCOUNT);
    assert_eq!((shown.len(), row["external_post_id"].as_str()), (1, Some(shown[0].0.as_str())));
    // From the picture one sees where it was shown; without the picture the post stays what it was.
    let asset = row["asset_id"].as_str().expect("a picture").to_owned();
    let shows = stage.hub.rows(&format!("assets?select=social_posts(id,status)&id=eq.{asset}")).await;
    assert_eq!(shows, [json!({ "social_posts": [{ "id": post, "status": "published" }] })]);
    let deleted = stage.hub.ask("DELETE", &format!("/rest/v1/assets?id=eq.{asset}"), None).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    let row = stage.hub.row("social_posts", post).await;
    assert_eq!((&row["body"], &row["asset_id"]), (&json!("Look 12 & more"), &Value::Null));
    // Whoever changes its words later publishes nothing.
    stage.hub.set("social_posts", post, json!({ "body": "Look 13" })).await;
    assert!(stage.hub.jobs_of(post).await.iter().all(|(_, status)| status == "succeeded"));
}

/// F163: a post that is moved is published at its new time; one that is taken back or deleted is not published.
#[tokio::test]
async fn a_post_follows_whoever_plans_it() {
    let stage = Stage::set().await;
    let (moved, back, gone) =
        (stage.post("Moved", 3_600).await, stage.post("Back", 4).await, stage.post("Gone", 4).await);
    stage.hub.set("social_posts", back, json!({ "status": "draft" })).await;
    let deleted = stage.hub.ask("DELETE", &format!("/rest/v1/social_posts?id=eq.{gone}"), None).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    for post in [back, gone] {
        assert_eq!(stage.hub.jobs_of(post).await, [("publish".to_owned(), "cancelled".to_owned())]);
    }
    stage.hub.set("social_posts", moved, json!({ "scheduled_at": from_now(1) })).await;
    stage.hub.becomes("social_posts", moved, "status", "published").await;
    // Planned again, it is one job still.
    stage.hub.set("social_posts", back, json!({ "status": "scheduled", "scheduled_at": from_now(1) })).await;
    stage.published(back).await;
    assert_eq!((stage.times("Moved"), stage.times("Back"), stage.times("Gone")), (1, 1, 0));
    let publishes = stage.hub.jobs_of(back).await.into_iter().filter(|(kind, _)| kind == "publish").count();
    assert_eq!(publishes, 1);
}

/// F163: what goes wrong is shown at the post; tried again, as it was or changed, it is there once.
#[tokio::test]
async fn a_failure_is_shown_and_tried_again() {
    let stage = Stage::set().await;
    stage.meta.break_next_container("ERROR", "Error: 2207004 the picture is too large");
    let post = stage.post("Too large", 0).await;
    let failed = stage.hub.becomes("social_posts", post, "status", "failed").await;
    assert_eq!(failed["error"], "Error: 2207004 the picture is too large");
    stage.hub.set("social_posts", post, json!({ "status": "scheduled", "body": "Smaller" })).await;
    let row = stage.published(post).await;
    assert_eq!((&row["error"], stage.times("Smaller"), stage.times("Too large")), (&Value::Null, 1, 0));

    // It went out, and nobody heard so, eight times: the job is dead. Whoever tries again is told that it is there.
    let post = stage.post("Unheard", 0).await;
    stage.meta.running.faults().plan("/media_publish", Fault::DieAfter, 1);
    stage.meta.running.faults().plan("status_code", Fault::status(500), 40);
    let job = stage
        .hub
        .until(SOON, async || {
            stage.hub.hurry().await;
            let sql = stage.hub.hub.database.sql().await;
            let row =
                sql.query_opt("select id from plugin_jobs where entity_id = $1 and status = 'dead'", &[&post]).await;
            row.expect("asked").map(|row| row.get::<_, Uuid>(0))
        })
        .await;
    let failed = stage.hub.row("social_posts", post).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(failed["error"].as_str().is_some_and(|why| why.starts_with("graph_")), "{failed}");
    while !stage.meta.running.faults().are_over() {
        stage.hub.ask("POST", &format!("/v1/plugins/jobs/{job}/retry"), None).await;
        stage.hub.hurry().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let now = stage.hub.row("social_posts", post).await;
    if now["status"] == "failed" {
        stage.hub.set("social_posts", post, json!({ "status": "scheduled" })).await;
    }
    stage.published(post).await;
    assert_eq!(stage.times("Unheard"), 1);
    assert_eq!(stage.meta.ledger.doubled(), Vec::<String>::new());
}

/// F163: an account that has published all it may in a day waits, and goes on when it may again.
#[tokio::test]
async fn the_limit_of_an_account_is_waited_for() {
    let stage = Stage::set().await;
    stage.meta.set_quota(50, 50);
    let post = stage.post("Tomorrow", 0).await;
    let sql = stage.hub.hub.database.sql().await;
    let waits = stage
        .hub
        .until(SOON, async || {
            let row = sql.query_opt(
                "select extract(epoch from run_at - now())::float8 from plugin_jobs where entity_id = $1 and status = 'queued' and attempts = 1",
                &[&post],
            ).await;
            row.expect("asked").map(|row| row.get::<_, f64>(0))
        })
        .await;
    assert!(waits > 3_500.0, "{waits}");
    assert_eq!(
        (stage.hub.row("social_posts", post).await["status"].as_str(), stage.times("Tomorrow")),
        (Some("scheduled"), 0)
    );
    stage.meta.set_quota(50, 49);
    stage.published(post).await;
    assert_eq!(stage.times("Tomorrow"), 1);
}

/// F162, F163: a post whose account was away waits for it, a day; what is later than that is not published without a word.
#[tokio::test]
async fn an_account_that_was_away_for_long_publishes_nothing_stale() {
    let stage = Stage::set().await;
    let sql = stage.hub.hub.database.sql().await;
    let status = async |status: &str| {
        sql.execute("update plugin_connections set status = $1", &[&status]).await.expect("set");
    };
    status("expired").await;
    let (soon, stale) = (stage.post("Within the day", 0).await, stage.post("Stale", 0).await);
    sql.execute("update plugin_jobs set run_at = now() - interval '25 hours' where entity_id = $1", &[&stale])
        .await
        .expect("late");
    let failed = stage.hub.becomes("social_posts", stale, "status", "failed").await;
    assert!(failed["error"].as_str().is_some_and(|why| why.starts_with("too_late")), "{failed}");
    assert_eq!(stage.hub.row("social_posts", soon).await["status"], "scheduled");
    status("active").await;
    stage.published(soon).await;
    assert_eq!((stage.times("Within the day"), stage.times("Stale")), (1, 0));
}

/// F163: people who change their minds while posts are being published meet no error, and no post is published twice.
#[tokio::test]
async fn minds_change_while_posts_go_out() {
    const POSTS: usize = 12;
    let stage = Stage::set().await;
    let mut posts = Vec::new();
    for number in 0..POSTS {
        posts.push(stage.post(&format!("Look {number}"), 0).await);
    }
    for round in 0..6 {
        for (number, post) in posts.iter().enumerate() {
            let now = stage.hub.row("social_posts", *post).await;
            let values = match now["status"].as_str() {
                Some("scheduled") if (number + round) % 3 == 0 => json!({ "status": "draft" }),
                Some("scheduled") => json!({ "scheduled_at": from_now(1) }),
                Some("draft") => json!({ "status": "scheduled", "scheduled_at": from_now(0) }),
                _ => continue,
            };
            // It may have gone out in between: then it is published, whatever was wanted of it.
            let path = format!("/rest/v1/social_posts?id=eq.{post}&status=in.(scheduled,draft)");
            let answer = stage.hub.ask("PATCH", &path, Some(values)).await;
            assert!((200..300).contains(&answer.status), "{answer:?}");
        }
        stage.hub.hurry().await;
    }
    for post in &posts {
        let path = format!("/rest/v1/social_posts?id=eq.{post}&status=eq.draft");
        let values = json!({ "status": "scheduled", "scheduled_at": from_now(0) });
        assert!(stage.hub.ask("PATCH", &path, Some(values)).await.status < 300);
    }
    // The vendor's pace is a request a second.
    let began = Instant::now();
    for post in &posts {
        while stage.hub.row("social_posts", *post).await["status"] != "published" {
            assert!(began.elapsed() < Duration::from_secs(150), "{}", stage.hub.row("social_posts", *post).await);
            stage.hub.hurry().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    assert_eq!((stage.meta.ledger.all().len(), stage.meta.ledger.doubled()), (POSTS, Vec::new()));
}
