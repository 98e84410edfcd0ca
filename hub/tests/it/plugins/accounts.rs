//! Accounts that are connected by the code flow, and their tokens.

use serde_json::{Value, json};
use uuid::Uuid;
use vendors::Shopify;

use super::guest::SOON;
use super::workshop::Workshop;
use crate::support::http::{Answer, http, raw};

const SHOP: &str = "vale.myshopify.com";

struct Flow {
    shop: Shopify,
    hub: Workshop,
    install: Uuid,
}

/// Where a browser was sent, and what it keeps.
struct Going {
    url: String,
    cookie: String,
}

impl Flow {
    async fn begin() -> Self {
        let shop = Shopify::start().await;
        shop.accounts.require_app("fashionos-app", "app-secret-81c2");
        let hub = Workshop::routed(&shop.routes()).await;
        let install = hub.guest("shopify", json!({ "client_id": "fashionos-app" })).await;
        let secret = json!({ "client_secret": "app-secret-81c2" });
        let set = hub.ask("PATCH", &format!("/v1/plugins/installs/{install}"), Some(secret)).await;
        assert_eq!(set.status, 200, "{set:?}");
        Self { shop, hub, install }
    }

    async fn go(&self, token: &str) -> Going {
        let path = format!("/v1/plugins/installs/{}/connections/oauth", self.install);
        let answer = http(self.hub.address(), "POST", &path, Some(token), Some(&json!({ "account": SHOP }))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.headers["set-cookie"].split(';').next().unwrap_or_default().to_owned();
        Going { url: answer.text("url"), cookie }
    }

    /// The person agrees at the vendor; where the browser is sent then, below the hub.
    async fn agree(&self, going: &Going) -> String {
        let path = going.url.strip_prefix(&format!("https://{SHOP}")).expect("the shop's own page");
        let address = self.shop.running.url();
        let address = address.trim_start_matches("http://").parse().expect("an address");
        let answer = http(address, "GET", path, None, None).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        let back = &answer.headers["location"];
        back.strip_prefix(&self.hub.hub.url()).unwrap_or_else(|| panic!("back to the hub: {back}")).to_owned()
    }

    async fn come_back(&self, path: &str, cookie: Option<&str>) -> Answer {
        let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let head = format!("GET {path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n{cookie}\r\n");
        raw(self.hub.address(), head.as_bytes()).await
    }

    async fn connections(&self) -> Vec<Value> {
        self.hub.rows("plugin_connections?select=id,status,external_account_id,scopes,last_error").await
    }

    /// An account by the whole flow.
    async fn connect(&self) -> Uuid {
        let going = self.go(&self.hub.token).await;
        let back = self.agree(&going).await;
        let answer = self.come_back(&back, Some(&going.cookie)).await;
        let place = answer.headers.get("location").cloned().unwrap_or_default();
        let id = place.strip_prefix("/plugins?connected=").unwrap_or_else(|| panic!("{answer:?}"));
        id.parse().expect("an id")
    }
}

/// Why nothing was connected: what the console is told where the browser is sent back to it, else what the hub says itself.
fn refusal(answer: &Answer) -> String {
    match answer.headers.get("location").filter(|_| answer.status == 303) {
        Some(place) => place.strip_prefix("/plugins?refused=").unwrap_or_else(|| panic!("{answer:?}")).to_owned(),
        None => answer.text("code"),
    }
}

/// F162, F164, F166, F169, F280: an account is connected by the code flow with PKCE. A state is good once, for the browser that began, and
/// for ten minutes; whoever is handed the address alone connects nothing.
#[tokio::test]
async fn a_state_is_good_once_for_the_browser_that_began() {
    let flow = Flow::begin().await;
    let going = flow.go(&flow.hub.token).await;
    for wanted in ["response_type=code", "client_id=fashionos-app", "code_challenge_method=S256", "code_challenge="] {
        assert!(going.url.contains(wanted), "{wanted}: {}", going.url);
    }
    assert!(!going.url.contains("app-secret"), "{}", going.url);
    let back = flow.agree(&going).await;
    // Another person's browser: none at all, one that has begun something else, one that guesses.
    flow.hub.hub.member("paula@maison.example", "producer").await;
    let paula = flow.hub.hub.token("paula@maison.example").await;
    let hers = flow.go(&paula).await;
    let forged = going.cookie.split('=').next().map(|name| format!("{name}=guess")).expect("a name");
    for cookie in [None, Some(hers.cookie.as_str()), Some(forged.as_str())] {
        let refused = flow.come_back(&back, cookie).await;
        let why = if cookie.is_some() { "not_found" } else { "invalid_argument" };
        assert_eq!(refusal(&refused), why, "{cookie:?}: {refused:?}");
    }
    assert_eq!(flow.connections().await, Vec::<Value>::new());
    let hostile = back.replace("state=", "state=x");
    assert_eq!(refusal(&flow.come_back(&hostile, Some(&going.cookie)).await), "not_found");
    let answer = flow.come_back(&back, Some(&going.cookie)).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(flow.connections().await.len(), 1);
    // The same again, by whoever has seen the address and the cookie.
    assert_eq!(refusal(&flow.come_back(&back, Some(&going.cookie)).await), "not_found");

    let late = flow.go(&flow.hub.token).await;
    let back = flow.agree(&late).await;
    let sql = flow.hub.hub.database.sql().await;
    sql.execute("update hub.plugin_authorizations set expires_at = now() - interval '1 second'", &[])
        .await
        .expect("late");
    assert_eq!(refusal(&flow.come_back(&back, Some(&late.cookie)).await), "not_found");

    // A right that ended on the way connects nothing.
    let hers = flow.go(&paula).await;
    let back = flow.agree(&hers).await;
    sql.execute("update memberships set role = 'staff' where user_id = (select id from users where full_name = 'paula@maison.example')", &[])
        .await
        .expect("demoted");
    assert_eq!(refusal(&flow.come_back(&back, Some(&hers.cookie)).await), "forbidden");
    // Or somebody who says no on the vendor's page.
    let no = flow.go(&flow.hub.token).await;
    let back = flow.agree(&no).await.replace("code=", "error=");
    assert_eq!(refusal(&flow.come_back(&back, Some(&no.cookie)).await), "declined");
    assert_eq!(flow.connections().await.len(), 1);
    let shown = flow.hub.ask("GET", "/v1/plugins", None).await.body;
    assert!(!shown.contains("token-") && !shown.contains("refresh-"), "{shown}");
}

/// F162, F166: a token that is about to end is renewed before it is used; one that the vendor does not know any more is renewed once;
/// when that does not help, the connection has expired and its jobs wait until somebody connects it again.
#[tokio::test]
async fn a_token_is_renewed_once_and_then_somebody_is_asked() {
    let flow = Flow::begin().await;
    let connection = flow.connect().await;
    let (install, hub) = (flow.install, &flow.hub);
    hub.does(install, connection, "check", json!({})).await;
    assert_eq!(flow.shop.accounts.renewals(), 0);
    let sql = hub.hub.database.sql().await;
    sql.execute("update plugin_connections set token_expires_at = now() + interval '20 seconds'", &[])
        .await
        .expect("soon");
    hub.does(install, connection, "check", json!({})).await;
    assert_eq!(flow.shop.accounts.renewals(), 1);
    hub.does(install, connection, "check", json!({})).await;
    assert_eq!(flow.shop.accounts.renewals(), 1, "the new one is used");

    // The shop forgets it: one renewal, and the very job goes on.
    flow.shop.accounts.expire_tokens();
    flow.shop.put_product(1, "Coat", "ACTIVE");
    hub.does(install, connection, "pull", json!({ "full": true })).await;
    assert_eq!((flow.shop.accounts.renewals(), flow.connections().await[0]["status"].as_str()), (2, Some("active")));

    // Somebody has removed the app from the shop.
    flow.shop.accounts.disconnect();
    let job = hub.order(install, connection, "pull", json!({ "full": true })).await;
    hub.until(SOON, async || (flow.connections().await[0]["status"] == "expired").then_some(())).await;
    let waits = hub
        .until(SOON, async || {
            let job = hub.job(job).await;
            (job["status"] == "queued").then_some(job)
        })
        .await;
    assert_eq!(waits["attempts"], 0, "it waits as if nobody had tried: {waits}");
    let told = flow.connections().await[0]["last_error"].to_string();
    assert!(!told.contains("refresh-") && !told.contains("token-"), "{told}");
    let again = flow.connect().await;
    assert_eq!(again, connection, "the same account is the same connection");
    assert_eq!(hub.ended(job).await["status"], "succeeded");
}

/// F280: what was connected stays with whoever connected it: no other organization sees or uses it.
#[tokio::test]
async fn another_house_begins_nothing_here() {
    let flow = Flow::begin().await;
    let house = flow.hub.hub.other_house().await;
    let path = format!("/v1/plugins/installs/{}/connections/oauth", flow.install);
    let refused = http(flow.hub.address(), "POST", &path, Some(&house.token), Some(&json!({ "account": SHOP }))).await;
    assert_eq!(refused.status, 404, "{refused:?}");
    flow.hub.hub.member("stefan@maison.example", "staff").await;
    let staff = flow.hub.hub.token("stefan@maison.example").await;
    let refused = http(flow.hub.address(), "POST", &path, Some(&staff), Some(&json!({ "account": SHOP }))).await;
    assert_eq!(refused.status, 403, "{refused:?}");
}
