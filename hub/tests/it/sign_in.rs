//! Signing in, going on, switching houses, and what keeps others out.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestHub;
use crate::support::http::{Answer, http};

async fn sign_in(hub: &TestHub, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    http(hub.server.address, "POST", "/auth/v1/token?grant_type=password", None, Some(&body)).await
}

async fn refresh(hub: &TestHub, token: &str) -> Answer {
    let body = json!({"refresh_token": token});
    http(hub.server.address, "POST", "/auth/v1/token?grant_type=refresh_token", None, Some(&body)).await
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// F006, F242: a password opens the account and notes when; a wrong one, an unknown address and an inactive account are
/// told the same; only Argon2id is kept, and no answer holds it.
#[tokio::test]
async fn a_password_opens_an_account_and_nothing_else_does() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let signed = sign_in(&hub, " Owner@MAISON.example ", TestHub::PASSWORD).await;
    assert_eq!(signed.status, 200, "{signed:?}");
    let body = signed.json();
    assert_eq!(body["user"]["email"], json!(TestHub::OWNER));
    assert_eq!((&body["token_type"], &body["organization"]["role"]), (&json!("bearer"), &json!("owner")));
    assert!(body["expires_at"].as_i64() > body["expires_in"].as_i64());
    let noted = "select last_login > now() - interval '1 minute' from users where id = $1";
    assert!(sql.query_one(noted, &[&hub.owner_id]).await.expect("asked").get::<_, bool>(0));

    hub.member("idle@maison.example", "producer").await;
    sql.batch_execute("update users set status = 'inactive' where full_name = 'idle@maison.example'")
        .await
        .expect("set");
    let mut refusals = Vec::new();
    for (email, password) in [
        (TestHub::OWNER, "correct horse batterz"),
        (TestHub::OWNER, ""),
        ("nobody@maison.example", TestHub::PASSWORD),
        ("idle@maison.example", TestHub::PASSWORD),
    ] {
        let refused = sign_in(&hub, email, password).await;
        assert_eq!((refused.status, refused.code().as_str()), (401, "invalid_token"), "{email}");
        refusals.push(refused.body);
    }
    assert!(refusals.windows(2).all(|pair| pair[0] == pair[1]), "nobody learns which: {refusals:?}");
    for body in [json!({}), json!({"email": TestHub::OWNER}), json!({"email": "x".repeat(400), "password": "y"})] {
        let path = "/auth/v1/token?grant_type=password";
        assert_eq!(http(hub.server.address, "POST", path, None, Some(&body)).await.code(), "invalid_argument");
    }
    let hashes = sql.query("select password_hash from user_credentials", &[]).await.expect("asked");
    assert!(hashes.iter().all(|row| row.get::<_, &str>(0).starts_with("$argon2id$")));
    let weak = "update user_credentials set password_hash = '5f4dcc3b5aa765d61d8327deb882cf99'";
    assert!(sql.batch_execute(weak).await.is_err(), "anything but Argon2id is refused by the database");
    let user = http(hub.server.address, "GET", "/auth/v1/user", Some(&text(&body["access_token"])), None).await;
    for answer in [&signed, &user] {
        assert_eq!(answer.status, 200);
        assert!(!answer.body.contains("argon2") && !answer.body.contains("password"), "{}", answer.body);
    }
}

/// F006: ten wrong passwords in a row make the account rest, for the right one too; a rest that is over is over.
#[tokio::test]
async fn guessing_makes_an_account_rest() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    for _ in 0..10 {
        assert_eq!(sign_in(&hub, TestHub::OWNER, "a guess").await.status, 401);
    }
    let locked = sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await;
    assert_eq!((locked.status, locked.code().as_str()), (429, "rate_limited"));
    assert_eq!(locked.json()["retryable"], json!(true));
    hub.member("other@maison.example", "staff").await;
    assert_eq!(sign_in(&hub, "other@maison.example", TestHub::PASSWORD).await.status, 200, "nobody else rests");
    sql.batch_execute(
        "update user_credentials set locked_until = now() - interval '1 second' where locked_until is not null",
    )
    .await
    .expect("time passes");
    assert_eq!(sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.status, 200);
    assert_eq!(sign_in(&hub, TestHub::OWNER, "a guess").await.status, 401);
    assert_eq!(sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.status, 200, "counting began anew");
}

/// F006: a refresh token is good once; for ten seconds its repetition is taken for a lost answer; after that for a thief,
/// and the login ends for everybody.
#[tokio::test]
async fn refresh_tokens_rotate_and_their_reuse_is_noticed() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let first = sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.json();
    let second = refresh(&hub, &text(&first["refresh_token"])).await.json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let lost = refresh(&hub, &text(&first["refresh_token"])).await;
    assert_eq!(lost.status, 200, "the answer may have been lost");
    let third = refresh(&hub, &text(&lost.json()["refresh_token"])).await.json();

    // Several windows of one browser refresh at the same moment.
    let current = text(&third["refresh_token"]);
    let mut windows = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (address, body) = (hub.server.address, json!({"refresh_token": current}));
        windows.spawn(async move {
            http(address, "POST", "/auth/v1/token?grant_type=refresh_token", None, Some(&body)).await
        });
    }
    let answers: Vec<Answer> = windows.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let mut last = String::new();
    for answer in &answers {
        let next = refresh(&hub, &text(&answer.json()["refresh_token"])).await;
        assert_eq!(next.status, 200, "each window goes on: {next:?}");
        last = text(&next.json()["refresh_token"]);
    }

    sql.batch_execute("update spent_refresh_tokens set spent_at = spent_at - interval '11 seconds'")
        .await
        .expect("later");
    let access = text(&third["access_token"]);
    assert_eq!(http(hub.server.address, "GET", "/auth/v1/user", Some(&access), None).await.status, 200);
    assert_eq!(refresh(&hub, &text(&first["refresh_token"])).await.code(), "invalid_token");
    assert_eq!(refresh(&hub, &last).await.code(), "invalid_token", "the good one is dead too");
    let ended = http(hub.server.address, "GET", "/auth/v1/user", Some(&access), None).await;
    assert_eq!((ended.status, ended.code().as_str()), (401, "revoked"));

    for wrong in ["", "r.AAAA", "d.AAAA", &*"x".repeat(5000)] {
        assert_eq!(refresh(&hub, wrong).await.status, 401);
    }
    let other = sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.json();
    sql.batch_execute("update sessions set expires_at = now() where revoked_at is null").await.expect("expired");
    assert_eq!(refresh(&hub, &text(&other["refresh_token"])).await.status, 401);
}

/// F006: an account that became inactive does not go on with the refresh token it has.
#[tokio::test]
async fn an_inactive_account_refreshes_nothing() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    hub.member("leaver@maison.example", "producer").await;
    let login = sign_in(&hub, "leaver@maison.example", TestHub::PASSWORD).await.json();
    sql.batch_execute("update users set status = 'inactive' where full_name = 'leaver@maison.example'")
        .await
        .expect("set");
    assert_eq!(refresh(&hub, &text(&login["refresh_token"])).await.status, 401);
    sql.batch_execute("update users set status = 'active' where full_name = 'leaver@maison.example'")
        .await
        .expect("set");
    let back = refresh(&hub, &text(&login["refresh_token"])).await.json();
    let access = text(&back["access_token"]);
    assert_eq!(http(hub.server.address, "POST", "/auth/v1/logout", Some(&access), None).await.status, 204);
    assert_eq!(refresh(&hub, &text(&back["refresh_token"])).await.status, 401);
    assert_eq!(http(hub.server.address, "GET", "/auth/v1/user", Some(&access), None).await.code(), "revoked");
}

/// F010: somebody makes a house, owns it, goes there and back; the slug is taken once; a house of others is not entered.
#[tokio::test]
async fn a_person_has_several_houses() {
    let hub = TestHub::start().await;
    let address = hub.server.address;
    let token = hub.token(TestHub::OWNER).await;
    let new = json!({"name": "Maison Deux", "slug": "maison-deux", "time_zone": "Europe/Rome"});
    let made = http(address, "POST", "/v1/organizations", Some(&token), Some(&new)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json()["organization"].clone();
    assert_eq!((&made["slug"], &made["role"]), (&json!("maison-deux"), &json!("owner")));
    for (body, status) in [
        (new.clone(), 409),
        (json!({"name": "x", "slug": "MAISON-DEUX"}), 409),
        (json!({"name": "x", "slug": "-"}), 409),
        (json!({"name": "  "}), 400),
        (json!({"name": "x", "time_zone": "Nowhere"}), 400),
        (json!({"slug": "x"}), 422),
    ] {
        let answer = http(address, "POST", "/v1/organizations", Some(&token), Some(&body)).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    }
    let switch = async |token: &str, id: &Value| {
        http(address, "POST", "/v1/session/organization", Some(token), Some(&json!({"organization_id": id}))).await
    };
    let there = switch(&token, &made["id"]).await;
    assert_eq!(there.status, 200, "{there:?}");
    let there = there.json();
    assert_eq!(there["organization"]["slug"], json!("maison-deux"));
    let access = text(&there["access_token"]);
    let user = http(address, "GET", "/auth/v1/user", Some(&access), None).await.json();
    assert_eq!(user["organization"]["slug"], json!("maison-deux"));
    assert_eq!(user["organizations"].as_array().map(Vec::len), Some(2));
    assert_eq!(http(address, "GET", "/v1/events", Some(&access), None).await.json(), json!({"events": []}));
    // A refresh stays in the house that was chosen.
    let next = refresh(&hub, &text(&there["refresh_token"])).await.json();
    assert_eq!(next["organization"]["slug"], json!("maison-deux"));
    let back = switch(&text(&next["access_token"]), &json!(hub.organization_id)).await.json();
    assert_eq!(back["organization"]["slug"], json!("maison-test"));
    let foreign = hub.other_house().await;
    for house in [foreign.organization_id, Uuid::from_u128(1)] {
        let answer = switch(&token, &json!(house)).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"));
    }
}

/// F011: the last owner stays, also when two leave at the same moment, by whatever way.
#[tokio::test]
async fn a_house_keeps_an_owner() {
    let hub = TestHub::start().await;
    let second = hub.member("second@maison.example", "owner").await;
    let (one, two) = (hub.database.sql().await, hub.database.sql().await);
    let leave = "update memberships set status = 'suspended' where user_id = $1";
    let leave_by = "delete from memberships where user_id = $1";
    let (first, other) = tokio::join!(async { one.execute(leave, &[&hub.owner_id]).await }, async {
        two.execute(leave_by, &[&second]).await
    });
    assert!(first.is_ok() != other.is_ok(), "one of them stays: {first:?}, {other:?}");
    let refused = first.err().or(other.err()).expect("one was refused");
    assert_eq!(refused.as_db_error().and_then(|error| error.constraint()), Some("last_owner"));
    for way in [
        "update memberships set role = 'admin'",
        "update memberships set status = 'suspended'",
        "delete from memberships",
    ] {
        assert!(
            one.batch_execute(&format!("{way} where role = 'owner' and status = 'active'")).await.is_err(),
            "{way}"
        );
    }
}
