//! Mails that are asked for with a challenge: what their links lead to is worth nothing without its verifier.

use serde_json::{Value, json};

use crate::support::TestHub;
use crate::support::http::{Answer, supabase};

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const ONWARDS: &str = "redirect_to=https%3A%2F%2Fapp.example%2Fwelcome";

async fn post(hub: &TestHub, path: &str, body: &Value) -> Answer {
    supabase(hub.server.address, "POST", path, None, Some(body)).await
}

async fn with_an_application() -> TestHub {
    TestHub::start_with(|config| config.redirect_origins = vec!["https://app.example".into()]).await
}

/// Asks for a mail and uses its link as the hub's page does. Returns what the page is told.
async fn linked(hub: &TestHub, path: &str, kind: &str, challenge: &Value, mails: usize) -> Answer {
    let mut body = json!({"email": TestHub::OWNER});
    for (name, value) in challenge.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let asked = post(hub, &format!("{path}?{ONWARDS}"), &body).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    let link = hub.mailbox().nth(TestHub::OWNER, mails).await.link();
    let used = json!({"type": kind, "token_hash": link, "hand_on": true});
    post(hub, &format!("/auth/v1/verify?{ONWARDS}"), &used).await
}

async fn exchange(hub: &TestHub, code: &str, verifier: &str) -> Answer {
    post(hub, "/auth/v1/token?grant_type=pkce", &json!({"auth_code": code, "code_verifier": verifier})).await
}

/// F005: the link gives a code; the code gives a login, once, to whoever has the verifier, and to nobody else.
#[tokio::test]
async fn a_code_is_worth_nothing_without_its_verifier() {
    let hub = with_an_application().await;
    let challenge = json!({"code_challenge": CHALLENGE, "code_challenge_method": "s256"});
    let told = linked(&hub, "/auth/v1/otp", "magiclink", &challenge, 1).await;
    assert_eq!((told.status, told.text("redirect_to").as_str()), (200, "https://app.example/welcome"));
    assert!(told.json()["access_token"].is_null() && !told.body.contains("token\""), "{told:?}");
    let code = told.text("code");
    for (code, verifier, status, word) in [
        (code.as_str(), CHALLENGE, 400, "bad_code_verifier"),
        (code.as_str(), "", 400, "validation_failed"),
        ("", VERIFIER, 400, "validation_failed"),
        ("c.bm9ib2R5", VERIFIER, 404, "flow_state_not_found"),
    ] {
        let refused = exchange(&hub, code, verifier).await;
        assert_eq!((refused.status, refused.error_code().as_str()), (status, word), "{refused:?}");
    }
    let session = exchange(&hub, &code, VERIFIER).await;
    assert_eq!(session.status, 200, "{session:?}");
    assert!(!session.text("refresh_token").is_empty() && session.json()["user"]["email"] == TestHub::OWNER);
    let again = exchange(&hub, &code, VERIFIER).await;
    assert_eq!((again.status, again.error_code().as_str()), (404, "flow_state_not_found"));

    let plain = json!({"code_challenge": VERIFIER, "code_challenge_method": "plain"});
    let told = linked(&hub, "/auth/v1/recover", "recovery", &plain, 2).await;
    let code = told.text("code");
    let sql = hub.database.sql().await;
    let holds = "select count(*) from exchange_codes where to_jsonb(exchange_codes)::text like '%' || $1 || '%'";
    assert_eq!(sql.query_one(holds, &[&code]).await.expect("asked").get::<_, i64>(0), 0, "a hash is kept");
    sql.execute("update exchange_codes set expires_at = now()", &[]).await.expect("five minutes pass");
    assert_eq!(exchange(&hub, &code, VERIFIER).await.status, 404);
}

/// Who asked without a challenge, or goes on nowhere, gets a login as before; half a challenge is none.
#[tokio::test]
async fn a_challenge_is_whole_or_there_is_none() {
    let hub = with_an_application().await;
    for wrong in [
        json!({"code_challenge": CHALLENGE}),
        json!({"code_challenge_method": "s256"}),
        json!({"code_challenge": "too short", "code_challenge_method": "s256"}),
        json!({"code_challenge": CHALLENGE, "code_challenge_method": "md5"}),
        json!({"code_challenge": format!("{CHALLENGE} "), "code_challenge_method": "s256"}),
    ] {
        for path in ["/auth/v1/otp", "/auth/v1/recover"] {
            let mut body = wrong.clone();
            body["email"] = json!(TestHub::OWNER);
            let refused = post(&hub, path, &body).await;
            assert_eq!((refused.status, refused.error_code().as_str()), (400, "validation_failed"), "{path} {body}");
        }
    }
    let nothing = json!({"code_challenge": "", "code_challenge_method": null});
    let told = linked(&hub, "/auth/v1/otp", "magiclink", &nothing, 1).await;
    assert!(told.json()["code"].is_null() && !told.text("access_token").is_empty());

    // The hub's own page is where this one ends: it needs the login itself.
    let body = json!({"email": TestHub::OWNER, "code_challenge": CHALLENGE, "code_challenge_method": "s256"});
    post(&hub, "/auth/v1/recover", &body).await;
    let link = hub.mailbox().nth(TestHub::OWNER, 2).await.link();
    let told = post(&hub, "/auth/v1/verify", &json!({"type": "recovery", "token_hash": link, "hand_on": true})).await;
    assert!(!told.text("access_token").is_empty());
    // And so is a place that is none of ours.
    post(&hub, "/auth/v1/recover", &body).await;
    let link = hub.mailbox().nth(TestHub::OWNER, 3).await.link();
    let used = json!({"type": "recovery", "token_hash": link, "hand_on": true});
    let told = post(&hub, "/auth/v1/verify?redirect_to=https%3A%2F%2Fevil.example", &used).await;
    assert!(told.json()["code"].is_null() && told.json()["redirect_to"].is_null());
}
