//! The keys of access tokens, the two spellings of errors, and who may ask from where.

use hub::store::token_keys::Rotation;
use serde_json::{Value, json};

use crate::support::TestHub;
use crate::support::http::{http, raw, supabase};

/// A key is replaced without anybody noticing: published first, then signing, while what the old one signed stays good; two hubs
/// agree. At once, when it has to be, everything that was signed before ends, and clients refresh.
#[tokio::test]
async fn keys_are_replaced() {
    let hub = TestHub::start().await;
    let other = TestHub::serve(&hub.database).await;
    let sql = hub.database.sql().await;
    let store = &hub.server.node.store;
    let works = async |address, token: &str| http(address, "GET", "/v1/events", Some(token), None).await.code();
    let kid = |token: &str| jsonwebtoken::decode_header(token).expect("a JWT").kid.expect("a key");
    let first = hub.token(TestHub::OWNER).await;
    let keys = async |address| {
        let set = http(address, "GET", "/auth/v1/.well-known/jwks.json", None, None).await;
        assert!(set.headers["cache-control"].contains("max-age=300"));
        assert!(!set.body.contains("\"d\""), "public halves only");
        set.json()["keys"].as_array().expect("a set").len()
    };
    assert_eq!(keys(hub.server.address).await, 1);
    assert_eq!(keys(other.address).await, 1, "the second hub found the first one's key");

    store.tokens.rotate(&store.pools, Rotation::Planned).await.expect("planned");
    assert_eq!(keys(hub.server.address).await, 2, "published before it signs");
    assert_eq!(kid(&hub.token(TestHub::OWNER).await), kid(&first));
    sql.batch_execute(
        "update hub.signing_keys set signs_from = now() where verifies_until is null;
         update hub.signing_keys set verifies_until = now() + interval '10 minutes' where verifies_until is not null",
    )
    .await
    .expect("a quarter of an hour passes");
    store.tokens.reload(&store.pools).await.expect("read");
    let second = hub.token(TestHub::OWNER).await;
    assert_ne!(kid(&second), kid(&first));
    for token in [&first, &second] {
        assert_eq!(works(hub.server.address, token).await, "");
        // The other hub has not looked for a while: it does when it meets the new key.
        assert_eq!(works(other.address, token).await, "");
    }
    store.tokens.renew(&store.pools).await.expect("not due");
    assert_eq!(keys(hub.server.address).await, 2);

    store.tokens.rotate(&store.pools, Rotation::Immediate).await.expect("at once");
    assert_eq!(works(hub.server.address, &second).await, "token_expired", "clients know what to do: refresh");
    assert_eq!(works(hub.server.address, &hub.token(TestHub::OWNER).await).await, "");
    assert_eq!(keys(hub.server.address).await, 1);
    sql.batch_execute(
        "update hub.signing_keys set signs_from = now() - interval '31 days' where verifies_until is null",
    )
    .await
    .expect("a month passes");
    store.tokens.renew(&store.pools).await.expect("due");
    store.tokens.reload(&store.pools).await.expect("read");
    assert_eq!(keys(hub.server.address).await, 2, "a month is enough");
}

/// What a token says: who, where, how sure; nothing personal. It is verified as any client can.
#[tokio::test]
async fn a_token_says_nothing_personal() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&token).expect("a JWT").claims;
    assert_eq!(claims["iss"], json!(format!("{}/auth/v1", hub.url())));
    assert_eq!(
        (&claims["aud"], &claims["role"], &claims["aal"]),
        (&json!("authenticated"), &json!("authenticated"), &json!("aal1"))
    );
    assert_eq!((&claims["sub"], &claims["org"]), (&json!(hub.owner_id), &json!(hub.organization_id)));
    assert!(claims["session_id"].is_string() && claims["amr"][0]["method"] == json!("password"));
    let text = claims.to_string();
    assert!(!text.contains("maison.example") && !text.contains("Odile"), "{text}");
    let set = http(hub.server.address, "GET", "/.well-known/jwks.json", None, None).await.json();
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(set["keys"][0].clone()).expect("a JWK");
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).expect("a key");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&["authenticated"]);
    assert!(jsonwebtoken::decode::<Value>(&token, &key, &validation).is_ok());
}

/// One error, two spellings: GoTrue's for Supabase clients, the hub's own for its own.
#[tokio::test]
async fn errors_are_spelt_for_whoever_asks() {
    let hub = TestHub::start().await;
    let address = hub.server.address;
    let wrong = json!({"email": TestHub::OWNER, "password": "a wrong guess"});
    let path = "/auth/v1/token?grant_type=password";
    let theirs = supabase(address, "POST", path, None, Some(&wrong)).await;
    assert_eq!(theirs.status, 400);
    let body = theirs.json();
    assert_eq!((&body["code"], &body["error_code"]), (&json!(400), &json!("invalid_credentials")));
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(3), "{body}");
    let own = http(address, "POST", path, None, Some(&wrong)).await;
    assert_eq!(
        (own.status, own.code().as_str(), own.json()["retryable"].clone()),
        (401, "invalid_token", json!(false))
    );
    for (method, path, body, status, code) in [
        ("POST", "/auth/v1/token", json!({}), 400, "validation_failed"),
        ("POST", "/auth/v1/token?grant_type=magic", json!({}), 400, "validation_failed"),
        (
            "POST",
            "/auth/v1/token?grant_type=refresh_token",
            json!({"refresh_token": "r.AAAA"}),
            400,
            "refresh_token_not_found",
        ),
        (
            "POST",
            "/auth/v1/token?grant_type=id_token",
            json!({"provider": "google", "id_token": "x"}),
            400,
            "provider_disabled",
        ),
        ("POST", "/auth/v1/verify", json!({"type": "sms", "token_hash": "x"}), 400, "validation_failed"),
        ("POST", "/auth/v1/verify", json!({"type": "signup"}), 400, "validation_failed"),
        ("POST", "/auth/v1/resend", json!({"type": "sms", "email": "a@b.example"}), 400, "validation_failed"),
        ("POST", "/auth/v1/recover", json!({"phone": "+33"}), 400, "phone_provider_disabled"),
        ("GET", "/auth/v1/user", Value::Null, 403, "bad_jwt"),
        ("POST", "/auth/v1/factors", json!({}), 403, "bad_jwt"),
    ] {
        let body = (!body.is_null()).then_some(body);
        let answer = supabase(address, method, path, None, body.as_ref()).await;
        assert_eq!((answer.status, answer.error_code().as_str()), (status, code), "{method} {path}");
    }
    let unsigned = http(address, "GET", "/auth/v1/user", None, None).await;
    assert_eq!((unsigned.status, unsigned.code().as_str()), (401, "invalid_token"));
    let used =
        supabase(address, "POST", path, None, Some(&json!({"email": TestHub::OWNER, "password": TestHub::PASSWORD})))
            .await;
    let again = json!({"refresh_token": used.json()["refresh_token"]});
    let refresh = "/auth/v1/token?grant_type=refresh_token";
    assert_eq!(supabase(address, "POST", refresh, None, Some(&again)).await.status, 200);
    let sql = hub.database.sql().await;
    sql.batch_execute("update spent_refresh_tokens set spent_at = now() - interval '1 minute'").await.expect("later");
    assert_eq!(supabase(address, "POST", refresh, None, Some(&again)).await.error_code(), "refresh_token_already_used");
    assert_eq!(http(address, "GET", "/auth/v1/health", None, None).await.json()["name"], json!("FashionOS Hub"));
}

/// A page of any origin may ask, and gains nothing by it: no cookie is set, none is looked at, and a form that a page sends without
/// asking is not JSON.
#[tokio::test]
async fn other_origins_bring_their_own_token() {
    let hub = TestHub::start().await;
    let address = hub.server.address;
    let preflight = "OPTIONS /auth/v1/token?grant_type=password HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
        Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n\
        Access-Control-Request-Headers: apikey,authorization,content-type,x-client-info,x-supabase-api-version\r\n\r\n";
    let answer = raw(address, preflight.as_bytes()).await;
    assert!(answer.status < 300, "{answer:?}");
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert!(answer.headers["access-control-allow-headers"].contains("x-supabase-api-version"));
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    let body = json!({"email": TestHub::OWNER, "password": TestHub::PASSWORD}).to_string();
    let form = format!(
        "POST /auth/v1/token?grant_type=password HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://evil.example\r\n\
         Content-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(raw(address, form.as_bytes()).await.status, 415);
    let path = "/auth/v1/token?grant_type=password";
    let signed = supabase(address, "POST", path, None, Some(&serde_json::from_str(&body).expect("JSON"))).await;
    assert!(!signed.headers.contains_key("set-cookie"));
    let cookie = format!(
        "GET /auth/v1/user HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: sb-access-token={}\r\n\r\n",
        signed.text("access_token")
    );
    assert_eq!(raw(address, cookie.as_bytes()).await.status, 401);
    let query = format!("/auth/v1/user?access_token={}", signed.text("access_token"));
    assert_eq!(http(address, "GET", &query, None, None).await.status, 401, "nor from an address");
}

/// The page that mails lead to takes nothing from its address, and runs no script but its own.
#[tokio::test]
async fn the_page_of_a_mail_asks_first() {
    let hub = TestHub::start().await;
    supabase(hub.server.address, "POST", "/auth/v1/otp", None, Some(&json!({"email": TestHub::OWNER}))).await;
    let link = hub.mailbox().nth(TestHub::OWNER, 1).await.link();
    for path in ["/auth/v1/verify".to_owned(), format!("/auth/v1/verify?type=magiclink&token={link}&token_hash={link}")]
    {
        let page = http(hub.server.address, "GET", &path, None, None).await;
        assert_eq!(page.status, 200);
        assert!(page.headers["content-type"].starts_with("text/html") && !page.body.contains(&link));
        assert!(page.headers["content-security-policy"].contains("script-src 'self'"));
        assert_eq!(page.body.matches("<script").count(), 1);
    }
    let script = http(hub.server.address, "GET", "/auth/v1/verify.js", None, None).await;
    assert!(script.headers["content-type"].starts_with("text/javascript"));
    let body = json!({"type": "magiclink", "token_hash": link});
    let still = supabase(hub.server.address, "POST", "/auth/v1/verify", None, Some(&body)).await;
    assert_eq!(still.status, 200, "a scanner that follows links has not used it up");
}
