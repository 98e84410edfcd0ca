//! Outside identity providers: whom their tokens let in, and every token that is almost one.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hub::sealing::SigningKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::TestHub;
use crate::support::http::{Answer, supabase};

const ISSUER: &str = "https://id.example";

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("hub-it-{}", std::process::id())).join("providers");
    let folder = folder.join(uuid::Uuid::now_v7().simple().to_string());
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A hub that knows the provider `acme`, with these keys; the folder holds its files.
async fn hub_with(keys: &Value) -> (TestHub, PathBuf) {
    let folder = folder();
    let file = folder.join("jwks.json");
    std::fs::write(&file, keys.to_string()).expect("written");
    let providers = json!([{
        "name": "acme", "issuer": ISSUER, "audience": "hub", "algorithm": "ES256", "jwks_file": file,
    }]);
    let list = folder.join("providers.json");
    std::fs::write(&list, providers.to_string()).expect("written");
    (TestHub::start_with(|config| config.identity_providers = Some(list)).await, folder)
}

fn claims() -> Value {
    let now = hub::clock::now_ms() / 1000;
    json!({"iss": ISSUER, "aud": "hub", "sub": "ada-1", "email": TestHub::OWNER, "iat": now, "exp": now + 300})
}

async fn exchange(hub: &TestHub, bearer: Option<&str>, id_token: &str, more: Value) -> Answer {
    let mut body = json!({"provider": "acme", "id_token": id_token});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    supabase(hub.server.address, "POST", "/auth/v1/token?grant_type=id_token", bearer, Some(&body)).await
}

/// An outside token lets in whoever has linked it, and nobody because of an equal address; the link is one person's, and is taken
/// away.
#[tokio::test]
async fn a_linked_identity_signs_in() {
    let key = SigningKey::generate();
    let (hub, _) = hub_with(&json!({"keys": [{"kty": "unheard-of"}, key.jwk]})).await;
    let sql = hub.database.sql().await;
    let token = key.sign(&claims());
    let unknown = exchange(&hub, None, &token, json!({})).await;
    assert_eq!(unknown.error_code(), "identity_not_found", "the address of the owner is no link");
    assert_eq!(exchange(&hub, None, &token, json!({"link_identity": true})).await.error_code(), "bad_jwt");

    let owner = hub.token(TestHub::OWNER).await;
    let linked = exchange(&hub, Some(&owner), &token, json!({"link_identity": true})).await;
    assert_eq!(linked.status, 200, "{linked:?}");
    assert_eq!(linked.json()["user"]["app_metadata"]["providers"], json!(["email", "acme"]));
    let signed = exchange(&hub, None, &token, json!({})).await;
    assert_eq!(signed.json()["user"]["email"], json!(TestHub::OWNER), "{signed:?}");
    let claims_of =
        jsonwebtoken::dangerous::insecure_decode::<Value>(signed.text("access_token")).expect("a JWT").claims;
    assert_eq!(claims_of["amr"][0]["method"], json!("oauth"));
    hub.member("other@maison.example", "staff").await;
    let other = hub.token("other@maison.example").await;
    assert_eq!(
        exchange(&hub, Some(&other), &token, json!({"link_identity": true})).await.error_code(),
        "identity_already_exists"
    );
    let mut case = claims();
    case["sub"] = json!("ADA-1");
    assert_eq!(
        exchange(&hub, None, &key.sign(&case), json!({})).await.error_code(),
        "identity_not_found",
        "another subject"
    );
    // The subject is not readable in the database.
    let found = sql.query_one("select u::text from user_identities u", &[]).await.expect("one").get::<_, String>(0);
    assert!(!found.contains("ada"), "{found}");

    sql.batch_execute("update users set status = 'inactive' where full_name = 'Odile Owner'").await.expect("closed");
    assert_eq!(exchange(&hub, None, &token, json!({})).await.error_code(), "identity_not_found");
    sql.batch_execute("update users set status = 'active' where full_name = 'Odile Owner'").await.expect("opened");
    let id = linked.json()["user"]["identities"][1]["identity_id"].as_str().expect("an id").to_owned();
    let unlink = async |token: &str| {
        supabase(hub.server.address, "DELETE", &format!("/auth/v1/user/identities/{id}"), Some(token), None).await
    };
    assert_eq!(unlink(&other).await.error_code(), "identity_not_found");
    sql.batch_execute("create table kept as select * from user_credentials; delete from user_credentials")
        .await
        .expect("no password");
    assert_eq!(unlink(&owner).await.error_code(), "single_identity_not_deletable");
    sql.batch_execute("insert into user_credentials select * from kept; drop table kept").await.expect("a password");
    assert_eq!(unlink(&owner).await.status, 200);
    assert_eq!(exchange(&hub, None, &token, json!({})).await.error_code(), "identity_not_found");
    let old = "update sessions set authenticated_at = now() - interval '2 hours'";
    sql.batch_execute(old).await.expect("later");
    assert_eq!(
        exchange(&hub, Some(&owner), &token, json!({"link_identity": true})).await.error_code(),
        "reauthentication_needed"
    );
}

/// Tokens that are almost good: of another key, algorithm, issuer, audience or time, or without what they need.
#[tokio::test]
async fn outside_tokens_are_judged() {
    let (key, stranger) = (SigningKey::generate(), SigningKey::generate());
    let (hub, _) = hub_with(&json!({"keys": [key.jwk]})).await;
    let owner = hub.token(TestHub::OWNER).await;
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        key.sign(&claims)
    };
    let kid = Some(key.id.to_string());
    let secret = |algorithm, secret: &[u8]| {
        let header = Header { kid: kid.clone(), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(secret)).expect("JSON")
    };
    let encode = |text: String| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
    let good = key.sign(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let forged = stranger.sign(&claims());
    let forged: Vec<&str> = forged.split('.').collect();
    let x = key.jwk["x"].as_str().expect("a coordinate").as_bytes().to_vec();
    let now = hub::clock::now_ms() / 1000;
    for (what, token) in [
        ("nothing", String::new()),
        ("none", format!("{}.{}.", encode(json!({"alg": "none", "kid": kid}).to_string()), parts[1])),
        ("NONE", format!("{}.{}.", encode(json!({"alg": "NONE", "kid": kid}).to_string()), parts[1])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("a stranger's key", stranger.sign(&claims())),
        ("a stranger's key under the name of theirs", format!("{}.{}.{}", parts[0], forged[1], forged[2])),
        ("the public key for a secret", secret(Algorithm::HS256, &x)),
        ("the key set for a secret", secret(Algorithm::HS256, key.jwk.to_string().as_bytes())),
        ("an embedded key", {
            let header = encode(json!({"alg": "ES256", "kid": stranger.id, "jwk": stranger.jwk}).to_string());
            format!("{header}.{}.{}", forged[1], forged[2])
        }),
        ("another issuer", with("iss", json!("https://id.example.evil.example"))),
        ("another audience", with("aud", json!("elsewhere"))),
        ("no audience", with("aud", Value::Null)),
        ("expired", with("exp", json!(now - 31))),
        ("without an end", with("exp", Value::Null)),
        ("not yet", with("nbf", json!(now + 120))),
        ("of nobody", with("sub", json!(""))),
        ("without a subject", with("sub", Value::Null)),
        ("of an endless subject", with("sub", json!("x".repeat(300)))),
        ("of an attempt that is not this one", with("nonce", json!("abc"))),
        ("the hub's own", owner.clone()),
    ] {
        let answer = exchange(&hub, Some(&owner), &token, json!({"link_identity": true})).await;
        assert_eq!((answer.status, answer.error_code().as_str()), (403, "bad_jwt"), "{what}");
    }
    // The other way round: their token is none of ours.
    let theirs = supabase(hub.server.address, "GET", "/auth/v1/user", Some(&good), None).await;
    assert_eq!(theirs.error_code(), "bad_jwt");
    // With its nonce, plain or hashed, it is good; a nonce that nobody signed is not.
    assert_eq!(
        exchange(&hub, Some(&owner), &good, json!({"link_identity": true, "nonce": "abc"})).await.error_code(),
        "bad_jwt"
    );
    let hashed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for nonce in ["abc", hashed] {
        let answer =
            exchange(&hub, Some(&owner), &with("nonce", json!(nonce)), json!({"nonce": "abc", "link_identity": true}))
                .await;
        assert!(answer.status == 200 || answer.error_code() == "identity_already_exists", "{answer:?}");
    }
    assert_eq!(exchange(&hub, None, &with("aud", json!(["else", "hub"])), json!({})).await.status, 200);
}

/// Keys are asked for at the provider's address: once for many tokens, again for a new key, not for every unknown one; an answer that
/// is too large, an error or a redirect is none; what is known is kept.
#[tokio::test]
async fn keys_are_fetched_with_care() {
    let key = SigningKey::generate();
    let asked = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let (body, count) = (json!({"keys": [key.jwk]}).to_string(), Arc::clone(&asked));
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0u8; 4096];
            let read = stream.read(&mut request).await.unwrap_or(0);
            count.fetch_add(1, Ordering::SeqCst);
            let path = String::from_utf8_lossy(&request[..read]).split(' ').nth(1).unwrap_or_default().to_owned();
            let answer = match path.as_str() {
                "/good" => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
                "/large" => format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n{}{body}",
                    " ".repeat(600_000 - body.len())
                ),
                "/moved" => {
                    format!("HTTP/1.1 302 Found\r\nLocation: http://{address}/good\r\nContent-Length: 0\r\n\r\n")
                }
                _ => "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_owned(),
            };
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    let folder = folder();
    let entry = |name: &str| json!({"name": name, "issuer": ISSUER, "audience": "hub", "algorithm": "ES256", "jwks_url": format!("http://{address}/{name}")});
    let list = folder.join("providers.json");
    std::fs::write(&list, json!([entry("good"), entry("large"), entry("moved"), entry("broken")]).to_string())
        .expect("written");
    let hub = TestHub::start_with(|config| config.identity_providers = Some(list.clone())).await;
    let token = key.sign(&claims());
    let ask = async |provider: &str, token: &str| exchange(&hub, None, token, json!({"provider": provider})).await;
    for _ in 0..5 {
        assert_eq!(ask("good", &token).await.error_code(), "identity_not_found", "the token is good");
        assert_eq!(ask("good", &SigningKey::generate().sign(&claims())).await.error_code(), "bad_jwt");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "strangers' keys do not make the hub ask again and again");
    for provider in ["large", "moved", "broken"] {
        let answer = ask(provider, &token).await;
        assert_eq!(answer.status, 503, "{provider}: {answer:?}");
        assert_eq!(ask(provider, &token).await.status, 503);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 4);
    serving.abort();

    // What cannot be configured is said at the start.
    let good = entry("good");
    for (what, change) in [
        ("HS256", json!({"algorithm": "HS256"})),
        ("none", json!({"algorithm": "none"})),
        ("http", json!({"jwks_url": "http://id.example/keys"})),
        ("file", json!({"jwks_url": "file:///etc/passwd"})),
        ("both", json!({"jwks_file": "keys.json"})),
        ("email", json!({"name": "email"})),
        ("name", json!({"name": "A B"})),
        ("audience", json!({"audience": ""})),
        ("a word too many", json!({"client_secret": "x"})),
    ] {
        let mut entry = good.clone();
        for (name, value) in change.as_object().into_iter().flatten() {
            entry[name] = value.clone();
        }
        std::fs::write(&list, json!([entry]).to_string()).expect("written");
        let mut config = hub::config::Config::for_test(&folder, String::new(), String::new());
        config.identity_providers = Some(list.clone());
        assert!(hub::edge::auth::Settings::new(&config, "http://hub.example").is_err(), "{what}");
    }
}
