//! The second factor: what it opens, what it closes, and what does not count as one.

use hub::sealing::totp;
use serde_json::{Value, json};

use crate::support::http::{Answer, http, supabase};
use crate::support::{TestHub, Wire};

struct Login<'a> {
    hub: &'a TestHub,
    token: String,
}

impl<'a> Login<'a> {
    async fn of(hub: &'a TestHub, email: &str) -> Self {
        let body = json!({"email": email, "password": TestHub::PASSWORD});
        let path = "/auth/v1/token?grant_type=password";
        let answer = supabase(hub.server.address, "POST", path, None, Some(&body)).await;
        Self { hub, token: answer.text("access_token") }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(body);
        supabase(self.hub.server.address, method, path, Some(&self.token), body.as_ref()).await
    }

    async fn enroll(&self, name: &str) -> Answer {
        self.ask("POST", "/auth/v1/factors", json!({"friendly_name": name, "factor_type": "totp"})).await
    }

    async fn challenge(&self, factor: &str) -> String {
        let answer = self.ask("POST", &format!("/auth/v1/factors/{factor}/challenge"), json!({})).await;
        assert_eq!(answer.json()["type"], json!("totp"), "{answer:?}");
        answer.text("id")
    }

    async fn answer(&self, factor: &str, challenge: &str, code: &str) -> Answer {
        let body = json!({"challenge_id": challenge, "code": code});
        self.ask("POST", &format!("/auth/v1/factors/{factor}/verify"), body).await
    }

    async fn events(&self) -> Answer {
        http(self.hub.server.address, "GET", "/v1/events", Some(&self.token), None).await
    }
}

fn now() -> i64 {
    hub::clock::now_ms() / 1000
}

fn claims(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(token).expect("a JWT").claims
}

/// A factor counts from its first code on: a login without one then opens the account's settings and nothing else, other logins
/// end, and removing it takes one as well.
#[tokio::test]
async fn a_factor_is_asked_for() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let mut login = Login::of(&hub, TestHub::OWNER).await;
    let elsewhere = Login::of(&hub, TestHub::OWNER).await;
    assert_eq!(claims(&login.token)["aal"], json!("aal1"));
    let made = login.enroll("Phone").await;
    assert_eq!(made.status, 200, "{made:?}");
    let (factor, secret) = (made.text("id"), made.json()["totp"]["secret"].as_str().expect("a secret").to_owned());
    let uri = made.json()["totp"]["uri"].as_str().expect("an address").to_owned();
    assert!(
        uri.starts_with("otpauth://totp/FashionOS%20Hub%3Aowner@maison.example?") && uri.contains(&secret),
        "{uri}"
    );
    assert!(made.json()["totp"]["qr_code"].as_str().is_some_and(|picture| picture.contains("<svg")));
    assert_eq!(login.enroll("Phone").await.error_code(), "mfa_factor_name_conflict");
    assert_eq!(login.events().await.status, 200, "it does not count yet");

    let challenge = login.challenge(&factor).await;
    let code = totp::code(&secret, now()).expect("a code");
    let verified = login.answer(&factor, &challenge, &code).await;
    assert_eq!(verified.status, 200, "{verified:?}");
    let upgraded = verified.text("access_token");
    let claims = claims(&upgraded);
    assert_eq!(
        (&claims["aal"], &claims["amr"][0]["method"], &claims["amr"][1]["method"]),
        (&json!("aal2"), &json!("totp"), &json!("password"))
    );
    assert_eq!(verified.json()["user"]["factors"][0]["status"], json!("verified"));
    login.token = upgraded;
    assert_eq!(login.events().await.status, 200);
    assert_eq!(elsewhere.events().await.code(), "revoked", "other logins have ended");
    assert_eq!(hub.mailbox().nth(TestHub::OWNER, 1).await.subject, "A second factor was added");

    // A new login knows the password only.
    let mut half = Login::of(&hub, TestHub::OWNER).await;
    let closed = half.events().await;
    assert_eq!((closed.status, closed.code().as_str()), (403, "forbidden"), "{closed:?}");
    let mut wire = Wire::open(hub.server.address, schemas::Encoding::Json).await;
    let client = schemas::ClientInfo { name: "wire".into(), version: "0".into() };
    wire.send(&schemas::ClientFrame::Hello { token: half.token.clone(), client }).await;
    assert_eq!(wire.error().await.0, schemas::ErrorCode::Forbidden);
    assert_eq!(half.ask("GET", "/auth/v1/user", Value::Null).await.status, 200, "its own settings are open");
    for (method, path, body) in [
        ("PUT", "/auth/v1/user".to_owned(), json!({"password": "another long one"})),
        ("PUT", "/auth/v1/user".to_owned(), json!({"email": "thief@evil.example"})),
        ("POST", "/auth/v1/factors".to_owned(), json!({"friendly_name": "Thief's", "factor_type": "totp"})),
        ("DELETE", format!("/auth/v1/factors/{factor}"), Value::Null),
        ("POST", "/auth/v1/organization".to_owned(), json!({"organization_id": hub.organization_id})),
    ] {
        let refused = half.ask(method, &path, body).await;
        if path.ends_with("organization") {
            half.token = refused.text("access_token");
            assert_eq!(half.events().await.status, 403, "switching is no way round");
        } else {
            assert_eq!(refused.error_code(), "insufficient_aal", "{method} {path}: {refused:?}");
        }
    }
    // The code of this moment was used by the first login; a later one is good.
    sql.batch_execute("update mfa_factors set last_step = last_step - 3").await.expect("a minute later");
    let challenge = half.challenge(&factor).await;
    half.token =
        half.answer(&factor, &challenge, &totp::code(&secret, now()).expect("a code")).await.text("access_token");
    assert_eq!(half.events().await.status, 200);
    let removed = half.ask("DELETE", &format!("/auth/v1/factors/{factor}"), Value::Null).await;
    assert_eq!(removed.json(), json!({"id": factor}));
    assert_eq!(Login::of(&hub, TestHub::OWNER).await.events().await.status, 200);
}

/// Codes: once, of now, half a minute early or late; of an open challenge of one's own factor; five wrong ones make it rest.
#[tokio::test]
async fn a_code_is_good_once_and_now() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    hub.member("other@maison.example", "staff").await;
    let login = Login::of(&hub, TestHub::OWNER).await;
    let other = Login::of(&hub, "other@maison.example").await;
    let made = login.enroll("Phone").await;
    let (factor, secret) = (made.text("id"), made.json()["totp"]["secret"].as_str().expect("a secret").to_owned());
    let at = |seconds: i64| totp::code(&secret, now() + seconds).expect("a code");
    let challenge = login.challenge(&factor).await;
    for (what, code) in
        [("too early", at(95)), ("too late", at(-95)), ("letters", "abcdef".into()), ("short", "123".into())]
    {
        assert_eq!(login.answer(&factor, &challenge, &code).await.error_code(), "mfa_verification_failed", "{what}");
    }
    sql.batch_execute("update mfa_factors set failed_attempts = 0").await.expect("forgotten");
    // Somebody else's factor is unknown, with the right code too.
    assert_eq!(other.answer(&factor, &challenge, &at(0)).await.error_code(), "mfa_factor_not_found");
    assert_eq!(
        other.ask("DELETE", &format!("/auth/v1/factors/{factor}"), Value::Null).await.error_code(),
        "mfa_factor_not_found"
    );
    assert_eq!(other.ask("POST", &format!("/auth/v1/factors/{factor}/challenge"), json!({})).await.status, 404);
    assert_eq!(login.ask("POST", "/auth/v1/factors/nonsense/challenge", json!({})).await.status, 404);
    let theirs = other.enroll("Phone").await.text("id");
    let theirs = other.challenge(&theirs).await;
    assert_eq!(login.answer(&factor, &theirs, &at(0)).await.error_code(), "mfa_challenge_expired");
    sql.batch_execute("update mfa_challenges set expires_at = now() - interval '1 second'").await.expect("later");
    assert_eq!(login.answer(&factor, &challenge, &at(0)).await.error_code(), "mfa_challenge_expired");

    // A phone whose clock is half a minute ahead; then nothing up to that moment is good again.
    let (one, two) = (login.challenge(&factor).await, login.challenge(&factor).await);
    let code = at(30);
    let (first, second) = tokio::join!(login.answer(&factor, &one, &code), login.answer(&factor, &two, &code));
    let good = [&first, &second].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(good, 1, "a code that is sent twice at once is good once: {first:?} {second:?}");
    let used = if first.status == 200 { one } else { two };
    let login = Login { hub: &hub, token: if first.status == 200 { first } else { second }.text("access_token") };
    let next = login.challenge(&factor).await;
    for replay in [code, at(0), at(-30)] {
        assert_eq!(login.answer(&factor, &next, &replay).await.error_code(), "mfa_verification_failed");
    }
    assert_eq!(login.answer(&factor, &used, &at(0)).await.error_code(), "mfa_challenge_expired");

    sql.batch_execute("update mfa_factors set failed_attempts = 0, last_step = 0").await.expect("forgotten");
    for _ in 0..5 {
        assert_eq!(login.answer(&factor, &next, "000000").await.error_code(), "mfa_verification_failed");
    }
    let rests = login.answer(&factor, &next, &at(0)).await;
    assert_eq!((rests.status, rests.error_code().as_str()), (429, "over_request_rate_limit"));
    for name in 0..10 {
        other.enroll(&format!("Phone {name}")).await;
    }
    assert_eq!(other.enroll("One more").await.error_code(), "too_many_enrolled_mfa_factors");
    assert_eq!(
        login.ask("POST", "/auth/v1/factors", json!({"factor_type": "phone"})).await.error_code(),
        "validation_failed"
    );
}

/// A house that asks for a second factor is closed at once to whoever has given none; they can still set one up.
#[tokio::test]
async fn a_house_may_ask_everybody() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    hub.member("staff@maison.example", "staff").await;
    let staff = Login::of(&hub, "staff@maison.example").await;
    let mut live = Wire::hello(hub.server.address, schemas::Encoding::Json, &staff.token).await;
    sql.batch_execute("update organizations set require_second_factor = true").await.expect("asked for");
    assert_eq!(live.end().await, Some(schemas::ErrorCode::Forbidden), "a socket that was open ends");
    assert_eq!(staff.events().await.status, 403);
    let made = staff.enroll("Phone").await;
    let secret = made.json()["totp"]["secret"].as_str().expect("a secret").to_owned();
    let challenge = staff.challenge(&made.text("id")).await;
    let verified = staff.answer(&made.text("id"), &challenge, &totp::code(&secret, now()).expect("a code")).await;
    let staff = Login { hub: &hub, token: verified.text("access_token") };
    assert_eq!(staff.events().await.status, 200);
    // A refresh keeps the level.
    let refresh = json!({"refresh_token": verified.json()["refresh_token"]});
    let path = "/auth/v1/token?grant_type=refresh_token";
    let next = supabase(hub.server.address, "POST", path, None, Some(&refresh)).await;
    assert_eq!(claims(&next.text("access_token"))["aal"], json!("aal2"));
}
