//! Invitations: into which roles, for whom, once; and going from house to house.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::{Answer, http, supabase};
use crate::support::{Show, TestHub};

const GUEST: &str = "guest@elsewhere.example";

async fn invite(hub: &TestHub, token: &str, email: &str, role: &str) -> Answer {
    let body = json!({"email": email, "role": role});
    http(hub.server.address, "POST", "/v1/invitations", Some(token), Some(&body)).await
}

async fn follow(hub: &TestHub, link: &str) -> Answer {
    let body = json!({"type": "invite", "token_hash": link});
    supabase(hub.server.address, "POST", "/auth/v1/verify", None, Some(&body)).await
}

/// F005, F011: an invitation by mail makes the account and the membership, once, with the event; the link is good for the address it
/// was sent to.
#[tokio::test]
async fn a_new_person_joins() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let owner = hub.token(TestHub::OWNER).await;
    let body = json!({"email": GUEST, "data": {"role": "staff", "event_id": show.event_id}});
    let made = supabase(hub.server.address, "POST", "/auth/v1/invite", Some(&owner), Some(&body)).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!((made.text("email").as_str(), made.text("role").as_str()), (GUEST, "staff"));
    let mail = hub.mailbox().nth(GUEST, 1).await;
    assert!(mail.text.contains("Maison Test invites you"), "{mail:?}");
    let joined = follow(&hub, &mail.link()).await;
    assert_eq!(joined.status, 200, "{joined:?}");
    let token = joined.text("access_token");
    assert_eq!(joined.json()["organization"]["role"], json!("staff"));
    let seen = http(hub.server.address, "GET", "/v1/events", Some(&token), None).await;
    assert_eq!(seen.json()["events"].as_array().map(Vec::len), Some(1), "their event is in sight: {seen:?}");
    assert_eq!(follow(&hub, &mail.link()).await.error_code(), "invite_not_found", "once");
    // They choose a password and come back with it.
    let password = json!({"password": "chosen by the guest", "data": {"full_name": "Gala Guest"}});
    assert_eq!(supabase(hub.server.address, "PUT", "/auth/v1/user", Some(&token), Some(&password)).await.status, 200);
    let credentials = json!({"email": GUEST, "password": "chosen by the guest"});
    let back =
        supabase(hub.server.address, "POST", "/auth/v1/token?grant_type=password", None, Some(&credentials)).await;
    assert_eq!(back.json()["user"]["full_name"], json!("Gala Guest"));
    let listed = http(hub.server.address, "GET", "/v1/invitations", Some(&owner), None).await.json();
    let invitation = &listed["invitations"][0];
    assert!(invitation["email"] == json!(GUEST) && invitation["accepted_at"].is_string(), "{listed}");
    assert_eq!(
        http(hub.server.address, "GET", "/v1/invitations", Some(&token), None).await.json()["invitations"],
        json!([])
    );
}

/// Somebody who has an account joins with it; whoever is signed in with another address does not, and a member keeps the role
/// they have.
#[tokio::test]
async fn an_invitation_is_for_its_address() {
    let hub = TestHub::start().await;
    let owner = hub.token(TestHub::OWNER).await;
    let other = hub.other_house().await;
    let sql = hub.database.sql().await;
    let email: String = {
        let body = http(hub.server.address, "GET", "/auth/v1/user", Some(&other.token), None).await.json();
        body["user"]["email"].as_str().expect("an address").to_owned()
    };
    assert_eq!(invite(&hub, &owner, &email.to_uppercase(), "admin").await.status, 201);
    let mail = hub.mailbox().nth(&email.to_uppercase(), 1).await;
    let accept = async |token: &str, link: &str| {
        let body = json!({"token_hash": link});
        http(hub.server.address, "POST", "/v1/invitations/accept", Some(token), Some(&body)).await
    };
    hub.member("third@maison.example", "staff").await;
    let third = hub.token("third@maison.example").await;
    let refused = accept(&third, &mail.link()).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "for somebody else: {refused:?}");
    assert_eq!(accept(&other.token, "o.AAAA").await.status, 404);
    let link = mail.link();
    let (one, two) = tokio::join!(accept(&other.token, &link), accept(&other.token, &link));
    assert_eq!([one.status, two.status].iter().filter(|status| **status == 200).count(), 1, "{one:?} {two:?}");
    // They work in both houses and go from one to the other as supabase-js can: by updateUser and a refresh.
    let token = hub.token(&email).await;
    let both = http(hub.server.address, "GET", "/auth/v1/user", Some(&token), None).await.json();
    assert_eq!(both["organizations"].as_array().map(Vec::len), Some(2));
    let go = json!({"data": {"organization_id": hub.organization_id}});
    let gone = supabase(hub.server.address, "PUT", "/auth/v1/user", Some(&token), Some(&go)).await;
    assert_eq!(gone.json()["app_metadata"]["organization_role"], json!("admin"), "{gone:?}");
    let switch = json!({"organization_id": other.organization_id});
    let back = supabase(hub.server.address, "POST", "/auth/v1/organization", Some(&token), Some(&switch)).await;
    assert_eq!(back.json()["organization"]["role"], json!("owner"));
    let nowhere = json!({"data": {"organization_id": Uuid::from_u128(7)}});
    assert_eq!(supabase(hub.server.address, "PUT", "/auth/v1/user", Some(&token), Some(&nowhere)).await.status, 403);

    // Invited again into less, a member keeps what they have; a suspended one comes back in the new role.
    for (status, role) in [("active", "admin"), ("suspended", "client")] {
        let update = "update memberships set status = $3 where user_id = $1 and organization_id = $2";
        sql.execute(update, &[&other.owner_id, &hub.organization_id, &status]).await.expect("set");
        assert_eq!(invite(&hub, &owner, &email, "client").await.status, 201);
        let count = hub.mailbox().mails(&email).len();
        let mail = hub.mailbox().nth(&email, count.max(if status == "active" { 1 } else { 2 })).await;
        assert_eq!(follow(&hub, &mail.link()).await.status, 200);
        let kept = "select role from memberships where user_id = $1 and organization_id = $2 and status = 'active'";
        let kept = sql.query_one(kept, &[&other.owner_id, &hub.organization_id]).await.expect("a member");
        assert_eq!(kept.get::<_, &str>(0), role);
    }
}

/// F011: nobody invites above themselves, or into another house; what was withdrawn, has expired, was sent again, or was sent by somebody
/// who may no longer, opens nothing.
#[tokio::test]
async fn invitations_that_open_nothing() {
    let hub = TestHub::start().await;
    let sql = hub.database.sql().await;
    let owner = hub.token(TestHub::OWNER).await;
    let producer_id = hub.member("producer@maison.example", "producer").await;
    hub.member("staff@maison.example", "staff").await;
    let producer = hub.token("producer@maison.example").await;
    let staff = hub.token("staff@maison.example").await;
    for (token, role, status) in [
        (&owner, "owner", 403),
        (&owner, "attendee", 403),
        (&owner, "root", 400),
        (&producer, "admin", 403),
        (&producer, "producer", 403),
        (&staff, "staff", 403),
        (&staff, "client", 403),
    ] {
        assert_eq!(invite(&hub, token, GUEST, role).await.status, status, "{role}");
    }
    let foreign = hub.other_house().await;
    let elsewhere = json!({"email": GUEST, "role": "staff", "event_id": Uuid::from_u128(5)});
    assert_eq!(http(hub.server.address, "POST", "/v1/invitations", Some(&owner), Some(&elsewhere)).await.status, 404);
    assert_eq!(invite(&hub, &owner, "no address", "staff").await.status, 400);
    assert_eq!(hub.mailbox().count().await, 0, "no mail for what was refused");

    let first = invite(&hub, &producer, GUEST, "staff").await;
    let mail = hub.mailbox().nth(GUEST, 1).await;
    let withdraw = async |token: &str, id: &str| {
        http(hub.server.address, "DELETE", &format!("/v1/invitations/{id}"), Some(token), None).await.status
    };
    assert_eq!(withdraw(&foreign.token, &first.text("id")).await, 404);
    assert_eq!(withdraw(&owner, "nonsense").await, 404);
    assert_eq!(invite(&hub, &producer, GUEST, "staff").await.status, 201);
    let second = hub.mailbox().nth(GUEST, 2).await;
    assert_eq!(follow(&hub, &mail.link()).await.error_code(), "invite_not_found", "the second mail replaces the first");
    sql.batch_execute("update invitations set expires_at = now()").await.expect("a week later");
    assert_eq!(follow(&hub, &second.link()).await.error_code(), "invite_not_found");
    sql.batch_execute("update invitations set expires_at = now() + interval '1 day'").await.expect("not yet");
    sql.execute("update memberships set role = 'staff' where user_id = $1", &[&producer_id]).await.expect("demoted");
    assert_eq!(follow(&hub, &second.link()).await.error_code(), "invite_not_found", "the inviter may no longer");
    sql.execute("update memberships set role = 'admin' where user_id = $1", &[&producer_id]).await.expect("promoted");
    let wrong_kind = json!({"type": "recovery", "token_hash": second.link()});
    assert_eq!(
        supabase(hub.server.address, "POST", "/auth/v1/verify", None, Some(&wrong_kind)).await.error_code(),
        "otp_expired"
    );
    // By SQL, as whoever writes to the tables through the hub: the same rule.
    let listed: Value = http(hub.server.address, "GET", "/v1/invitations", Some(&owner), None).await.json();
    let id = listed["invitations"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(withdraw(&owner, &id).await, 204);
    assert_eq!(follow(&hub, &second.link()).await.error_code(), "invite_not_found", "withdrawn");
    let count = "select count(*) from users where full_name = 'guest'";
    assert_eq!(sql.query_one(count, &[]).await.expect("asked").get::<_, i64>(0), 0, "nobody was made");
}
