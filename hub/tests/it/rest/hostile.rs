use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Rest;
use super::probes;
use crate::support::TestHub;
use crate::support::http::{Answer, raw};

/// Text that would be SQL, or end it, wherever a request has room for text. It is answered with a code, or with the rows
/// that hold that very text: none.
#[tokio::test]
async fn nothing_of_a_request_is_sql() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let state = "select md5(string_agg(probes::text, ',' order by id)) || (select count(*) from pg_class) from probes";
    let before: String = sql.query_one(state, &[]).await.expect("asked").get(0);
    let bad = [
        "'; drop table probes; --",
        "\"; drop table probes; --",
        "\\'; select 1; --",
        "1 or 1=1",
        "1) or (1=1",
        "$1",
        "$$x$$",
        "x\"\"y",
        "select pg_sleep(9)",
        "probes.*",
        "n from probes where true--",
        "/**/",
        "0x27",
        "{a,b",
        "}",
        "(",
        ")",
        ",",
        "::regclass",
        "\u{202e}",
        "%00",
        "%c0%27",
        "n;",
        "n\"",
        "public.probes",
        "app.uid()",
        "t1.n",
        "(select version())",
        "E'\\\\x27'",
    ];
    let slots = [
        "probes?select=@",
        "probes?select=x:@",
        "probes?select=@:n",
        "probes?select=n::@",
        "probes?select=doc->@",
        "probes?select=doc->>\"@\"",
        "probes?select=n,@(n)",
        "probes?select=probes!@(n)",
        "probes?select=\"@\"",
        "probes?select=\"@\":n",
        "probes?select=n.@()",
        "probes?select=...@(n)",
        "probes?@=eq.1",
        "probes?n=@",
        "probes?n=eq.@",
        "probes?word=eq.@",
        "probes?word=like.@",
        "probes?word=match.@",
        "probes?n=in.(@)",
        "probes?n=in.(\"@\")",
        "probes?word=fts(@).x",
        "probes?word=fts.@",
        "probes?words=wfts.@",
        "probes?tags=cs.@",
        "probes?doc=cs.@",
        "probes?span=adj.@",
        "probes?n=eq(@).1",
        "probes?n=eq(any).@",
        "probes?n=is.@",
        "probes?or=(@)",
        "probes?or=(n.eq.@,n.eq.1)",
        "probes?or=(\"@\".eq.1)",
        "probes?and=(n.eq.\"@\")",
        "probes?doc->>@=eq.1",
        "probes?order=@",
        "probes?order=n.@",
        "probes?order=@(n)",
        "probes?order=doc->@",
        "probes?limit=@",
        "probes?offset=@",
        "probes?@.order=n",
        "probes?@.or=(n.eq.1)",
        "probes?columns=@",
        "probes?on_conflict=@",
        "@",
        "@?select=n",
        "rpc/@",
        "rpc/@?a=1",
        "probes/@",
    ];
    let escaped = |text: &str| -> String {
        if text.starts_with('%') {
            return text.to_owned();
        }
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    for slot in slots {
        for text in bad {
            let path = slot.replace('@', &escaped(text));
            let answer = owner.get(&path).await;
            let coded = answer.status >= 400 && !answer.code().is_empty() && answer.status < 500;
            let few = answer.status == 200 && answer.json().as_array().is_some_and(|rows| rows.len() <= 6);
            assert!(coded || few, "{slot} with {text}: {answer:?}");
            let searched = answer.body.contains("in tsquery");
            assert!(
                searched || !matches!(answer.code().as_str(), "42601" | "42P02" | "42P18" | "XX000"),
                "{slot} with {text} reached the parser: {answer:?}"
            );
        }
    }
    for text in bad {
        for body in [
            json!({text: 1}),
            json!({"n": text}),
            json!({"tags": text}),
            json!({"doc": {text: text}, "n": "x"}),
            json!([text]),
            json!({"span": text}),
        ] {
            for (method, path) in
                [(Method::POST, "probes"), (Method::PATCH, "probes?n=eq.1"), (Method::POST, "rpc/add")]
            {
                let answer = owner.ask(method, path, &[("prefer", "tx=rollback")], Some(body.to_string())).await;
                assert!(
                    answer.status < 500 && (answer.status < 300 || !answer.code().is_empty()),
                    "{path} {body}: {answer:?}"
                );
                assert!(!matches!(answer.code().as_str(), "42601" | "42P02"), "{path} {body}: {answer:?}");
            }
        }
        let header = text.replace(|c: char| !c.is_ascii() || c.is_ascii_control(), "");
        for name in ["prefer", "range", "accept", "accept-profile", "apikey", "x-client-info"] {
            let answer = owner.ask(Method::GET, "probes?select=n", &[(name, &header)], None).await;
            assert!(answer.status == 200 || !answer.code().is_empty(), "{name}: {text}: {answer:?}");
        }
    }
    let after: String = sql.query_one(state, &[]).await.expect("asked").get(0);
    assert_eq!(before, after, "nothing was changed, made or dropped");
    // A value that looks like SQL is only a value.
    let evil = "'; drop table probes; --";
    let made = owner.post("probes?select=word", "return=representation", &json!({"word": evil})).await;
    assert_eq!(made.json(), json!([{"word": evil}]));
    assert_eq!(owner.rows(&format!("probes?select=word&word=eq.{evil}")).await, json!([{"word": evil}]));
    let alias = owner.rows("probes?select=%22x%5C%22%3B drop%22:n&n=eq.1").await;
    assert_eq!(alias, json!([{"x\"; drop": 1}]));
}

/// Requests that ask for too much are told so with a code, before anything is looked up.
#[tokio::test]
async fn bombs_are_refused_with_a_code() {
    let hub = TestHub::start().await;
    probes::make(&hub).await;
    let owner = Rest::owner(&hub).await;
    let nested =
        |open: &str, middle: &str, times: usize| format!("{}{middle}{}", open.repeat(times), ")".repeat(times));
    let many = |what: &str, times: usize| vec![what; times].join(",");
    let ids = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    for (path, status, code) in [
        (format!("probes?select={}", nested("probes!parent_n(", "n", 6)), 400, "HUB101"),
        (format!("probes?select={}", many("a:probes!parent_n(n)", 21)), 400, "HUB101"),
        (format!("probes?select={}", many("n", 301)), 400, "HUB101"),
        (format!("probes?{}", many("n=eq.1", 101).replace(',', "&")), 400, "HUB101"),
        (format!("probes?or=({})", many("n.eq.1", 101)), 400, "HUB101"),
        (format!("probes?or={}", nested("(and", "(n.eq.1)", 40)), 400, "HUB101"),
        (format!("probes?or={}", "(".repeat(5000)), 400, "PGRST100"),
        (format!("probes?order={}", many("n", 21)), 400, "HUB101"),
        (format!("probes?doc{}=eq.1", "->a".repeat(17)), 400, "HUB101"),
        (format!("probes?n=in.({})", ids(1001)), 400, "HUB101"),
        (format!("probes?n=in.({})", ids(10_000)), 414, "HUB100"),
        (format!("probes?word=eq.{}", "x".repeat(40_000)), 414, "HUB100"),
        (format!("probes?{}=eq.1", "a.".repeat(500) + "n"), 400, "HUB101"),
        (format!("probes?limit={}", "9".repeat(30)), 400, "PGRST100"),
        ("probes?limit=-1".to_owned(), 400, "PGRST100"),
        ("probes?offset=9223372036854775807".to_owned(), 200, ""),
        ("probes?word=match.(x%2Bx%2B)%2By".to_owned(), 200, ""),
        ("probes?word=match.(((".to_owned(), 400, "2201B"),
        ("probes?n=eq.99999999999999999999".to_owned(), 400, "22003"),
    ] {
        let answer = owner.get(&path).await;
        let shown: String = path.chars().take(80).collect();
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{shown}: {}", answer.body);
    }
    let thousand = owner.get(&format!("probes?select=n&order=n&n=in.({})", ids(1000))).await;
    assert_eq!(thousand.json().as_array().map(Vec::len), Some(6));

    let deep = format!("{{\"doc\": {}1{}}}", "[".repeat(100), "]".repeat(100));
    let deeper = format!("{}{}", "[".repeat(400_000), "]".repeat(400_000));
    for (body, status, code) in [
        ("x".repeat(2_000_000), 413, "HUB104"),
        (format!("{{\"word\": \"{}\"}}", "x".repeat(2_000_000)), 413, "HUB104"),
        (deep, 400, "HUB105"),
        (deeper, 400, "HUB105"),
        (format!("[{}{{}}]", "{},".repeat(5000)), 413, "HUB103"),
        ("{\"word\": \"a\\u0000b\"}".to_owned(), 400, "22P05"),
        ("{\"n\": 1e999}".to_owned(), 400, "22003"),
        (String::new(), 400, "PGRST102"),
        ("{\"n\": 1".to_owned(), 400, "PGRST102"),
    ] {
        let shown: String = body.chars().take(60).collect();
        let answer = owner.ask(Method::POST, "probes", &[], Some(body)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{shown}: {}", answer.body);
    }
    let sql = hub.database.sql().await;
    sql.batch_execute("update probes set doc = to_jsonb(repeat('x', 3000000))").await.expect("written");
    let large = owner.get("probes?select=doc").await;
    assert_eq!((large.status, large.code().as_str()), (413, "HUB102"), "{:.200}", large.body);
    let large = owner.patch("probes?n=gt.0&select=doc", "return=representation", &json!({"word": "too much"})).await;
    assert_eq!((large.status, large.code().as_str()), (413, "HUB102"), "{:.200}", large.body);
    assert_eq!(owner.rows("probes?word=eq.too much&select=n").await, json!([]), "and nothing was changed");
    let bytes = reqwest::Client::new()
        .post(format!("{}/rest/v1/probes", hub.url()))
        .bearer_auth(hub.token(TestHub::OWNER).await)
        .body(vec![b'{', 0xff, 0xfe, b'}'])
        .send()
        .await
        .expect("an answer");
    assert_eq!(bytes.status(), 400);
    // Past what HTTP itself takes, the server refuses by status alone.
    let endless =
        format!("GET /rest/v1/probes?n=in.({}) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", ids(20_000));
    assert!(matches!(raw(hub.server.address, endless.as_bytes()).await.status, 400 | 414 | 431));
    assert_eq!(owner.rows("probes?select=count()").await, json!([{"count": 6}]), "and the hub goes on");
}

/// A statement that takes too long is ended, and gives its connection back.
#[tokio::test]
async fn a_slow_statement_is_ended() {
    let hub = TestHub::start().await;
    let sql = probes::make(&hub).await;
    sql.batch_execute(
        "create function slow() returns int language sql volatile as 'select 1 from pg_sleep(30)';
         grant execute on function slow to hub_app",
    )
    .await
    .expect("made");
    let owner = Rest::owner(&hub).await;
    let started = std::time::Instant::now();
    let answers =
        futures_util::future::join_all((0..14).map(|n| {
            let owner = owner.clone();
            async move {
                if n % 2 == 0 { owner.post("rpc/slow", "", &json!({})).await } else { owner.get("rpc/slow").await }
            }
        }))
        .await;
    for answer in &answers {
        assert!(matches!((answer.status, answer.code().as_str()), (504, "57014" | "PGRST003")), "{answer:?}");
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(15), "{:?}", started.elapsed());
    assert_eq!(owner.rows("probes?select=n&n=eq.1").await, json!([{"n": 1}]));
}

/// F275: tokens that are none, or altered, or of another key or algorithm, or over, or somebody else's, open no table.
#[tokio::test]
async fn tokens_are_judged() {
    let hub = TestHub::start().await;
    probes::make(&hub).await;
    let good = hub.token(TestHub::OWNER).await;
    let tokens = &hub.server.node.store.tokens;
    let key = hub.server.node.store.keyring.master().derive("access tokens");
    let parts: Vec<&str> = good.split('.').collect();
    let claims: Value = jsonwebtoken::dangerous::insecure_decode::<Value>(&good).expect("a JWT").claims;
    let sign = |algorithm, claims: &Value, key: &[u8]| {
        jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).expect("claims are JSON")
    };
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
    let none = format!("{}.{}.", encode(r#"{"alg":"none","typ":"JWT"}"#), parts[1]);
    let other = hub.other_house().await;
    let now = claims["iat"].as_i64().expect("epoch seconds");
    for (what, token) in [
        ("words", "let me in".to_owned()),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("none, with the signature", format!("{none}{}", parts[2])),
        ("alg none", none),
        ("another key", sign(Algorithm::HS256, &claims, &[7; 32])),
        ("no key", sign(Algorithm::HS256, &claims, b"")),
        ("another algorithm", sign(Algorithm::HS512, &claims, &key)),
        ("expired", tokens.sign(&with("exp", json!(now - 1)))),
        ("without an end", tokens.sign(&with("exp", Value::Null))),
        ("of nobody", tokens.sign(&with("sub", json!(Uuid::from_u128(9))))),
        ("of another house", tokens.sign(&with("org", json!(other.organization_id)))),
        ("with a role", tokens.sign(&json!({"role": "service_role", "exp": now + 99}))),
        ("a device of nobody", "d.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
    ] {
        let answer = Rest::new(&hub, Some(&token)).get("probes").await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "PGRST301"), "{what}: {}", answer.body);
        let key = [("apikey", token.as_str())];
        let answer = Rest::new(&hub, None).ask(Method::GET, "probes", &key, None).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.body);
        let both = Rest::new(&hub, Some(&token)).ask(Method::GET, "rpc/add?a=1", &key, None).await;
        assert_eq!(both.status, 401, "{what}: {}", both.body);
    }
    for rest in [Rest::new(&hub, None), Rest::new(&hub, Some(""))] {
        for path in ["", "probes", "rpc/add"] {
            let answer = rest.get(path).await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "PGRST302"), "{path}: {}", answer.body);
        }
    }
    let publishable = [("apikey", "sb_publishable_x"), ("authorization", "Bearer sb_publishable_x")];
    let answer = Rest::new(&hub, None).ask(Method::GET, "probes", &publishable, None).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "PGRST302"));
    let signed_in = [("apikey", "sb_publishable_x")];
    let answer = Rest::new(&hub, Some(&good)).ask(Method::GET, "probes?select=n&n=eq.1", &signed_in, None).await;
    assert_eq!(answer.json(), json!([{"n": 1}]));
    let answer = Rest::new(&hub, None).ask(Method::GET, "probes?select=n&n=eq.1", &[("apikey", &good)], None).await;
    assert_eq!(answer.json(), json!([{"n": 1}]), "a token in apikey alone is one as well");
    let theirs = Rest::new(&hub, Some(&other.token));
    assert_eq!(theirs.rows("probes").await, json!([]));
    assert_eq!(theirs.rows("events?select=id,registrations(*),users!organizer_id(*)").await, json!([]));
    let sql = hub.database.sql().await;
    sql.batch_execute("update sessions set revoked_at = now()").await.expect("revoked");
    assert_eq!(Rest::new(&hub, Some(&good)).get("probes").await.code(), "PGRST301");
}

/// A browser of any origin may ask, with the headers that supabase-js sends; what it needs to read is exposed.
#[tokio::test]
async fn browsers_of_other_origins_may_ask() {
    let hub = TestHub::start().await;
    let wanted = "accept-profile,apikey,authorization,content-profile,content-type,prefer,x-client-info,x-retry-count";
    let preflight = [
        ("origin", "https://dashboard.example"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", wanted),
    ];
    let nobody = Rest::new(&hub, None);
    for path in ["events?id=eq.1", "rpc/add"] {
        let answer: Answer = nobody.ask(Method::OPTIONS, path, &preflight, None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let allowed = &answer.headers["access-control-allow-headers"];
        assert!(wanted.split(',').all(|name| allowed.contains(name)), "{allowed}");
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert!(answer.headers["access-control-allow-methods"].contains("PATCH"));
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    }
    let answer = nobody.ask(Method::GET, "events", &preflight[..1], None).await;
    assert_eq!(
        (answer.status, answer.headers["access-control-allow-origin"].as_str()),
        (401, "*"),
        "refusals can be read too"
    );
    assert!(answer.headers["access-control-expose-headers"].contains("content-range"));
    assert_eq!(nobody.get("events/1/x").await.code(), "PGRST125");
}
