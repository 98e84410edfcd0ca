//! Signing up, confirming, winning an account back, and changing it; and that nobody learns who has one.

use serde_json::{Value, json};

use crate::support::TestHub;
use crate::support::http::{Answer, supabase};

const NEW: &str = "new@maison.example";
const PASSWORD: &str = "a long enough one";

async fn post(hub: &TestHub, path: &str, body: Value) -> Answer {
    supabase(hub.server.address, "POST", path, None, Some(&body)).await
}

async fn sign_up(hub: &TestHub, email: &str, password: &str) -> Answer {
    post(hub, "/auth/v1/signup", json!({"email": email, "password": password, "data": {"full_name": "Nora New"}})).await
}

async fn sign_in(hub: &TestHub, email: &str, password: &str) -> Answer {
    post(hub, "/auth/v1/token?grant_type=password", json!({"email": email, "password": password})).await
}

async fn verify(hub: &TestHub, kind: &str, link: &str) -> Answer {
    post(hub, "/auth/v1/verify", json!({"type": kind, "token_hash": link})).await
}

async fn type_code(hub: &TestHub, kind: &str, email: &str, code: &str) -> Answer {
    post(hub, "/auth/v1/verify", json!({"type": kind, "email": email, "token": code})).await
}

async fn user(hub: &TestHub, token: &str) -> Answer {
    supabase(hub.server.address, "GET", "/auth/v1/user", Some(token), None).await
}

async fn put(hub: &TestHub, token: &str, body: Value) -> Answer {
    supabase(hub.server.address, "PUT", "/auth/v1/user", Some(token), Some(&body)).await
}

/// F005: an account waits until its address is confirmed, by link or by code, once; the telephone number is sealed; the type
/// grants nothing; a second one with the address in another case is not made.
#[tokio::test]
async fn an_account_begins_when_its_address_is_confirmed() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let asked = json!({"email": format!(" {NEW}"), "password": PASSWORD,
        "data": {"full_name": "Nora New", "phone_number": "+33 1 23 45", "user_type": "designer", "theme": "dark"}});
    let answer = post(&hub, "/auth/v1/signup", asked).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let made = answer.json();
    assert!(made["access_token"].is_null() && made["email"] == json!(NEW) && made["role"] == json!("authenticated"));
    let row = "select status, user_type, phone_number_enc is not null, last_login is null from users where full_name = 'Nora New'";
    let row = sql.query_one(row, &[]).await.expect("one account");
    assert_eq!((row.get(0), row.get(1), row.get(2), row.get(3)), ("pending", "designer", true, true));
    let refused = sign_in(&hub, NEW, PASSWORD).await;
    assert_eq!(
        (refused.status, refused.error_code().as_str()),
        (400, "invalid_credentials"),
        "not before it is confirmed"
    );

    let mail = hub.mailbox().nth(NEW, 1).await;
    assert!(mail.text.contains(&format!("{}/auth/v1/verify#type=signup&token_hash=", hub.url())), "{mail:?}");
    for (kind, link) in
        [("recovery", mail.link()), ("magiclink", mail.link()), ("signup", "o.AAAA".into()), ("signup", String::new())]
    {
        assert_eq!(verify(&hub, kind, &link).await.error_code(), "otp_expired", "{kind}");
    }
    let confirmed = verify(&hub, "signup", &mail.link()).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let session = confirmed.json();
    assert_eq!((&session["user"]["id"], &session["organization"]), (&made["id"], &Value::Null));
    assert_eq!(session["user"]["user_metadata"], json!({"full_name": "Nora New", "theme": "dark"}));
    let token = confirmed.text("access_token");
    assert_eq!(user(&hub, &token).await.json()["email"], json!(NEW));
    // The link and its code are used.
    assert_eq!(verify(&hub, "signup", &mail.link()).await.error_code(), "otp_expired", "a replay");
    assert_eq!(type_code(&hub, "signup", NEW, &mail.code()).await.error_code(), "otp_expired");
    assert_eq!(sign_in(&hub, "NEW@maison.EXAMPLE", PASSWORD).await.status, 200);
    // Somebody without an organization sees nothing, and may make one.
    let events = supabase(hub.server.address, "GET", "/v1/events", Some(&token), None).await;
    assert_eq!((events.status, events.code().as_str()), (403, "forbidden"));
    let house =
        supabase(hub.server.address, "POST", "/v1/organizations", Some(&token), Some(&json!({"name": "Nora's"}))).await;
    assert_eq!(house.status, 201, "{house:?}");
    let refreshed =
        post(&hub, "/auth/v1/token?grant_type=refresh_token", json!({"refresh_token": session["refresh_token"]})).await;
    assert_eq!(refreshed.json()["organization"]["role"], json!("owner"), "{refreshed:?}");

    sign_up(&hub, "NEW@Maison.example", "another password").await;
    let count = "select count(*) from users where full_name = 'Nora New'";
    assert_eq!(sql.query_one(count, &[]).await.expect("asked").get::<_, i64>(0), 1);
    assert_eq!(sign_in(&hub, NEW, "another password").await.error_code(), "invalid_credentials");
}

/// F005: what cannot be is refused with GoTrue's words, and nothing is made of it.
#[tokio::test]
async fn sign_ups_that_cannot_be() {
    let hub = TestHub::start().await;
    for (body, status, code) in [
        (json!({"email": "no address", "password": PASSWORD}), 400, "email_address_invalid"),
        (json!({"email": "a@b.example\r\nBcc: c@d.example", "password": PASSWORD}), 400, "email_address_invalid"),
        (
            json!({"email": format!("{}@b.example", "x".repeat(400)), "password": PASSWORD}),
            400,
            "email_address_invalid",
        ),
        (json!({"email": NEW, "password": "short"}), 422, "weak_password"),
        (json!({"email": NEW, "password": "x".repeat(2000)}), 422, "weak_password"),
        (json!({"email": NEW}), 422, "weak_password"),
        (json!({"phone": "+331", "password": PASSWORD}), 400, "phone_provider_disabled"),
        (json!({"data": {}}), 422, "anonymous_provider_disabled"),
        (json!({"email": NEW, "password": PASSWORD, "data": {"full_name": 7}}), 400, "validation_failed"),
        (json!({"email": NEW, "password": PASSWORD, "data": {"user_type": "root"}}), 400, "validation_failed"),
        (json!({"email": NEW, "password": PASSWORD, "data": {"x": "y".repeat(9000)}}), 400, "validation_failed"),
        (json!({"email": NEW, "password": PASSWORD, "data": {"x": "\0"}}), 400, "validation_failed"),
        (json!([1]), 422, "validation_failed"),
    ] {
        let answer = post(&hub, "/auth/v1/signup", body.clone()).await;
        assert_eq!((answer.status, answer.error_code().as_str()), (status, code), "{body}");
        assert_eq!(answer.json()["code"], json!(status));
        assert!(!answer.text("msg").is_empty());
    }
    assert_eq!(hub.mailbox().count().await, 0);
    let closed = TestHub::start_with(|config| config.sign_up = hub::config::SignUp::Invited).await;
    assert_eq!(sign_up(&closed, NEW, PASSWORD).await.error_code(), "signup_disabled");
    let settings = supabase(closed.server.address, "GET", "/auth/v1/settings", None, None).await.json();
    assert_eq!((&settings["disable_signup"], &settings["external"]["email"]), (&json!(true), &json!(true)));
}

/// Whoever asks learns nothing: addresses with and without an account, with one that waits and one that was closed get the
/// same answers, in about the same time; only mailboxes tell.
#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    hub.member("idle@maison.example", "staff").await;
    sql.batch_execute("update users set status = 'inactive' where full_name = 'idle@maison.example'")
        .await
        .expect("set");
    sign_up(&hub, "waits@maison.example", PASSWORD).await;
    hub.mailbox().nth("waits@maison.example", 1).await;
    let everybody = [TestHub::OWNER, "waits@maison.example", "idle@maison.example", "nobody@maison.example"];
    let mut times = Vec::new();
    let mut shapes = Vec::new();
    for email in everybody {
        for path in ["/auth/v1/recover", "/auth/v1/signup"] {
            let begun = std::time::Instant::now();
            let answer = match path {
                "/auth/v1/signup" => sign_up(&hub, email, PASSWORD).await,
                _ => post(&hub, path, json!({"email": email})).await,
            };
            times.push(begun.elapsed());
            assert_eq!(answer.status, 200, "{path} {email}: {answer:?}");
            // Which members there are, and everything that is not an id, a time or the address.
            let mut body = answer.json();
            if path == "/auth/v1/signup" {
                let id = body["id"].as_str().expect("an id").to_owned();
                let text = body.to_string().replace(&id, "ID").replace(email, "EMAIL");
                body = serde_json::from_str(&text).expect("JSON");
                for time in ["created_at", "updated_at", "confirmation_sent_at"] {
                    body[time] = json!("T");
                }
                let identity = &mut body["identities"][0];
                for member in ["identity_id", "created_at", "updated_at"] {
                    assert!(identity[member].is_string());
                    identity[member] = json!("T");
                }
            }
            shapes.push((path, body));
        }
    }
    for (path, shape) in &shapes {
        assert_eq!(Some(shape), shapes.iter().find(|(other, _)| other == path).map(|(_, shape)| shape), "{path}");
    }
    assert!(times.iter().all(|time| time.as_millis() >= 400), "{times:?}");
    for email in everybody {
        for (kind, code) in [("recovery", "123456"), ("signup", "654321"), ("email", "")] {
            assert_eq!(type_code(&hub, kind, email, code).await.error_code(), "otp_expired", "{email} {kind}");
        }
        for _ in 0..10 {
            assert_eq!(sign_in(&hub, email, "a wrong guess").await.error_code(), "invalid_credentials", "{email}");
        }
        let rest = sign_in(&hub, email, PASSWORD).await;
        assert_eq!(
            (rest.status, rest.error_code().as_str()),
            (429, "over_request_rate_limit"),
            "{email} rests like all"
        );
    }
    // The fourth mail within a minute is refused for all of them.
    for email in everybody {
        while post(&hub, "/auth/v1/recover", json!({"email": email})).await.status == 200 {}
        let refused = post(&hub, "/auth/v1/otp", json!({"email": email.to_uppercase()})).await;
        assert_eq!((refused.status, refused.error_code().as_str()), (429, "over_email_send_rate_limit"), "{email}");
    }
    let mailbox = hub.mailbox();
    mailbox.count().await;
    let mails = mailbox.mails("nobody@maison.example");
    assert_eq!(mails[0].subject, "Confirm your address", "not before somebody signed up with it");
    assert!(mailbox.mails("idle@maison.example").is_empty(), "a closed account is not written to");
    assert!(mailbox.mails(TestHub::OWNER).iter().any(|mail| mail.subject == "You have an account already"));
}

/// A code of six digits cannot be tried out: five wrong ones end it, fifteen an hour end all, also when they come at once.
/// The link still works.
#[tokio::test]
async fn codes_are_not_guessed() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    assert_eq!(post(&hub, "/auth/v1/otp", json!({"email": TestHub::OWNER})).await.status, 200);
    let mail = hub.mailbox().nth(TestHub::OWNER, 1).await;
    let wrong = |n: u32| format!("{:06}", (mail.code().parse::<u32>().expect("digits") + n) % 1_000_000);
    let mut guesses = tokio::task::JoinSet::new();
    for n in 1..=8 {
        let (address, body) =
            (hub.server.address, json!({"type": "magiclink", "email": TestHub::OWNER, "token": wrong(n)}));
        guesses.spawn(async move { supabase(address, "POST", "/auth/v1/verify", None, Some(&body)).await.status });
    }
    assert!(guesses.join_all().await.iter().all(|status| *status == 403));
    let right = type_code(&hub, "magiclink", TestHub::OWNER, &mail.code()).await;
    assert_eq!(right.error_code(), "otp_expired", "five wrong ones have ended it");
    let attempts = "select max(attempts) from one_time_tokens";
    assert_eq!(sql.query_one(attempts, &[]).await.expect("asked").get::<_, i16>(0), 5);
    // New mails bring new codes, but not for ever.
    for count in 2..=3 {
        assert_eq!(post(&hub, "/auth/v1/otp", json!({"email": TestHub::OWNER})).await.status, 200);
        let next = hub.mailbox().nth(TestHub::OWNER, count).await;
        for n in 1..=5 {
            let guess = format!("{:06}", (next.code().parse::<u32>().expect("digits") + n) % 1_000_000);
            assert_eq!(type_code(&hub, "email", TestHub::OWNER, &guess).await.status, 403);
        }
    }
    sql.batch_execute("update one_time_tokens set attempts = 0 where expires_at > now()").await.expect("as if new");
    sql.batch_execute("update one_time_tokens set attempts = 8 where expires_at <= now()")
        .await
        .expect("an hour of guesses");
    let last = hub.mailbox().nth(TestHub::OWNER, 3).await;
    assert_eq!(type_code(&hub, "magiclink", TestHub::OWNER, &last.code()).await.error_code(), "otp_expired");
    assert_eq!(
        verify(&hub, "magiclink", &mail.link()).await.error_code(),
        "otp_expired",
        "an earlier mail's link has ended"
    );
    assert_eq!(verify(&hub, "magiclink", &last.link()).await.status, 200);
}

/// A password is won back by mail; that ends other mails' secrets and other logins, wakes an account that rests, and is told.
#[tokio::test]
async fn a_password_is_won_back() {
    let hub = TestHub::start().await;
    let before = sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await;
    for _ in 0..10 {
        sign_in(&hub, TestHub::OWNER, "a wrong guess").await;
    }
    assert_eq!(sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.status, 429);
    post(&hub, "/auth/v1/otp", json!({"email": TestHub::OWNER})).await;
    let sign_in_mail = hub.mailbox().nth(TestHub::OWNER, 1).await;
    assert_eq!(post(&hub, "/auth/v1/recover", json!({"email": TestHub::OWNER})).await.json(), json!({}));
    let mail = hub.mailbox().nth(TestHub::OWNER, 2).await;
    let recovered = type_code(&hub, "recovery", TestHub::OWNER, &mail.code()).await;
    assert_eq!(recovered.status, 200, "{recovered:?}");
    assert_eq!(verify(&hub, "magiclink", &sign_in_mail.link()).await.error_code(), "otp_expired");
    let token = recovered.text("access_token");
    for (password, code) in [("short", "weak_password"), (TestHub::PASSWORD, "same_password")] {
        assert_eq!(put(&hub, &token, json!({"password": password})).await.error_code(), code);
    }
    let changed = put(&hub, &token, json!({"password": PASSWORD})).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["email"], json!(TestHub::OWNER));
    let ended = user(&hub, &before.text("access_token")).await;
    assert_eq!((ended.status, ended.error_code().as_str()), (403, "session_not_found"), "other logins have ended");
    assert_eq!(user(&hub, &token).await.status, 200, "this one goes on");
    assert_eq!(sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.error_code(), "invalid_credentials");
    assert_eq!(sign_in(&hub, TestHub::OWNER, PASSWORD).await.status, 200);
    assert_eq!(hub.mailbox().nth(TestHub::OWNER, 3).await.subject, "Your password was changed");
}

/// Of several sign-ups for one address each confirms the password that was chosen with it: a stranger who asked first does
/// not get into the account that the address's owner confirms.
#[tokio::test]
async fn a_stranger_prepares_no_account_for_others() {
    let hub = TestHub::start().await;
    sign_up(&hub, NEW, "the stranger's own").await;
    hub.mailbox().nth(NEW, 1).await;
    sign_up(&hub, NEW, PASSWORD).await;
    let mine = hub.mailbox().nth(NEW, 2).await;
    sign_up(&hub, NEW, "the stranger again").await;
    hub.mailbox().nth(NEW, 3).await;
    assert_eq!(verify(&hub, "signup", &mine.link()).await.status, 200);
    for (password, good) in [(PASSWORD, true), ("the stranger's own", false), ("the stranger again", false)] {
        assert_eq!(sign_in(&hub, NEW, password).await.status == 200, good, "{password}");
    }
    for mail in hub.mailbox().mails(NEW) {
        assert_eq!(verify(&hub, "signup", &mail.link()).await.error_code(), "otp_expired");
    }
}

/// An address changes when the next one has confirmed it; an address that has an account is not taken over, and nobody is
/// told; the old address hears of it.
#[tokio::test]
async fn an_address_is_changed() {
    let hub = TestHub::start().await;
    hub.member("other@maison.example", "staff").await;
    let token = sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.text("access_token");
    let free = put(&hub, &token, json!({"email": "next@maison.example"})).await;
    let taken = put(&hub, &token, json!({"email": "other@maison.example"})).await;
    assert_eq!((free.status, taken.status), (200, 200));
    assert_eq!(free.json()["email"], json!(TestHub::OWNER), "not before it is confirmed");
    assert_eq!(hub.mailbox().nth("other@maison.example", 1).await.subject, "You have an account already");
    assert_eq!(
        post(&hub, "/auth/v1/resend", json!({"type": "email_change", "email": "next@maison.example"})).await.status,
        200
    );
    let mail = hub.mailbox().nth("next@maison.example", 2).await;
    let confirmed = type_code(&hub, "email_change", "next@maison.example", &mail.code()).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    assert_eq!(confirmed.json()["user"]["email"], json!("next@maison.example"));
    assert_eq!(sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.status, 400);
    assert_eq!(sign_in(&hub, "Next@maison.example", TestHub::PASSWORD).await.status, 200);
    assert_eq!(hub.mailbox().nth(TestHub::OWNER, 1).await.subject, "Your address was changed");
    // An address that has an account by then is not taken over.
    let token = sign_in(&hub, "next@maison.example", TestHub::PASSWORD).await.text("access_token");
    put(&hub, &token, json!({"email": "race@maison.example"})).await;
    let mail = hub.mailbox().nth("race@maison.example", 1).await;
    sign_up(&hub, "race@maison.example", PASSWORD).await;
    hub.mailbox().nth("race@maison.example", 2).await;
    assert_eq!(verify(&hub, "email_change", &mail.link()).await.error_code(), "otp_expired");
    assert_eq!(user(&hub, &token).await.json()["email"], json!("next@maison.example"));
}

/// A login that is not fresh changes neither password nor address without another proof; a stolen token alone is not one.
#[tokio::test]
async fn an_old_login_proves_itself_again() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let token = sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.text("access_token");
    sql.batch_execute("update sessions set authenticated_at = now() - interval '2 hours'").await.expect("later");
    for body in [
        json!({"password": PASSWORD}),
        json!({"email": "thief@evil.example"}),
        json!({"password": PASSWORD, "current_password": "a wrong guess"}),
        json!({"password": PASSWORD, "nonce": "123456"}),
    ] {
        assert_eq!(put(&hub, &token, body.clone()).await.error_code(), "reauthentication_needed", "{body}");
    }
    let named = put(&hub, &token, json!({"data": {"full_name": "Odette", "theme": "dark", "gone": null}})).await;
    assert_eq!(
        named.json()["user_metadata"],
        json!({"full_name": "Odette", "theme": "dark"}),
        "names are changed freely"
    );
    let path = "/auth/v1/reauthenticate";
    assert_eq!(supabase(hub.server.address, "GET", path, Some(&token), None).await.status, 200);
    let mail = hub.mailbox().nth(TestHub::OWNER, 1).await;
    assert!(!mail.text.contains("token_hash"), "a code to type here, not a link that signs in elsewhere");
    assert_eq!(put(&hub, &token, json!({"password": PASSWORD, "nonce": mail.code()})).await.status, 200);
    assert_eq!(
        put(&hub, &token, json!({"password": "third password", "nonce": mail.code()})).await.error_code(),
        "reauthentication_needed"
    );
    let again = json!({"password": "third password", "current_password": PASSWORD});
    assert_eq!(put(&hub, &token, again).await.status, 200);
    assert_eq!(sign_in(&hub, TestHub::OWNER, "third password").await.status, 200);
}

/// Logins end here, elsewhere, or everywhere.
#[tokio::test]
async fn logins_end_as_far_as_asked() {
    let hub = TestHub::start().await;
    let login = async || sign_in(&hub, TestHub::OWNER, TestHub::PASSWORD).await.text("access_token");
    let out = async |token: &str, scope: &str| {
        supabase(hub.server.address, "POST", &format!("/auth/v1/logout{scope}"), Some(token), None).await.status
    };
    let (one, two, three) = (login().await, login().await, login().await);
    assert_eq!(out(&one, "?scope=nowhere").await, 400);
    assert_eq!(out(&one, "?scope=local").await, 204);
    assert_eq!((user(&hub, &one).await.status, user(&hub, &two).await.status), (403, 200));
    assert_eq!(out(&two, "?scope=others").await, 204);
    assert_eq!((user(&hub, &two).await.status, user(&hub, &three).await.status), (200, 403));
    let four = login().await;
    assert_eq!(out(&four, "").await, 204);
    assert_eq!(
        (user(&hub, &two).await.error_code(), user(&hub, &four).await.status),
        ("session_not_found".into(), 403)
    );
    let stranger = supabase(hub.server.address, "POST", "/auth/v1/logout", None, None).await;
    assert_eq!((stranger.status, stranger.error_code().as_str()), (403, "bad_jwt"));
}

/// A mail leads on to a place of ours only, whoever asked for it: its secret must not go where a stranger wants it.
#[tokio::test]
async fn mails_lead_to_our_own_places() {
    let hub = TestHub::start_with(|config| {
        config.redirect_origins = vec!["https://app.example".into()];
        config.public_url = Some("https://hub.example/".into());
    })
    .await;
    let to = json!({"email": TestHub::OWNER});
    post(&hub, "/auth/v1/recover?redirect_to=https%3A%2F%2Fevil.example%2F%23", to.clone()).await;
    let mail = hub.mailbox().nth(TestHub::OWNER, 1).await;
    assert!(mail.text.contains("https://hub.example/auth/v1/verify#type=recovery&token_hash="), "{mail:?}");
    assert!(!mail.text.contains("evil"), "{mail:?}");
    post(&hub, "/auth/v1/recover?redirect_to=https%3A%2F%2Fapp.example%2Fwelcome", to).await;
    let mail = hub.mailbox().nth(TestHub::OWNER, 2).await;
    assert!(mail.text.contains("&redirect_to=https%3A%2F%2Fapp.example%2Fwelcome"), "{mail:?}");
    let path = "/auth/v1/verify?redirect_to=https%3A%2F%2Fevil.example";
    let login = post(&hub, path, json!({"type": "recovery", "token_hash": mail.link()})).await;
    assert!(login.status == 200 && login.json()["redirect_to"].is_null(), "{login:?}");
}
