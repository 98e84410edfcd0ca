use hub::store::organizations;
use schemas::DeviceProfile;
use uuid::Uuid;

use super::{GUESTS, count, empty_event, import};
use crate::support::http::http;
use crate::support::{Show, TestHub};

const PATHS: [&str; 9] = [
    "export/guests.csv",
    "export/guests.xlsx",
    "export/rundown.csv",
    "export/rundown.xlsx",
    "export/rundown.json",
    "export/arrivals.csv",
    "export/arrivals.xlsx",
    "tickets.zip?format=png",
    "tickets.zip?format=pdf",
];

/// Invariant 4: guest lists are for owners, admins and producers; nobody else takes them away or brings one.
#[tokio::test]
async fn staff_and_devices_neither_bring_nor_take() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let (_, device, _) = show.device(&hub, DeviceProfile::Scan, true).await;
    let mut tokens = vec![("device", device)];
    for role in ["staff", "client", "designer", "model", "sponsor", "attendee"] {
        let email = format!("{role}@maison.example");
        hub.member(&email, role).await;
        let api = hub_client::Api::new(&hub.url()).expect("a URL");
        let login = api.sign_in(&email, TestHub::PASSWORD).await.expect("the password is right");
        tokens.push((role, login.access_token));
    }
    for (who, token) in &tokens {
        for path in PATHS {
            let path = format!("/v1/events/{}/{path}", show.event_id);
            let answer = http(hub.server.address, "GET", &path, Some(token), None).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{who} {path}");
        }
        let api = hub.owner().await.with_token(token);
        for what in ["guests", "rundown"] {
            let refused = api.import(show.event_id, what, "f.csv", "Name\nAnn\n", None, true).await.expect_err(who);
            assert!(refused.to_string().contains("(forbidden, HTTP 403)"), "{who}: {refused}");
        }
    }
    assert_eq!(count(&hub, GUESTS, show.event_id).await, 1);
    let answer =
        http(hub.server.address, "GET", &format!("/v1/events/{}/export/guests.csv", show.event_id), None, None).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_token"));
}

/// Invariant 4: another house's event is as if it were not there.
#[tokio::test]
async fn another_houses_event_is_not_there() {
    let hub = TestHub::start().await;
    let event = empty_event(&hub.owner().await, "ours").await;
    import(&hub.owner().await, event, "guests", "Name\nAnn\n").await;
    let store = &hub.server.node.store;
    let stranger =
        organizations::create_user(store, "s@other.example", "Stranger", TestHub::PASSWORD).await.expect("made");
    organizations::create(store, stranger, "Other", "other-house", "UTC").await.expect("made");
    let api = hub_client::Api::new(&hub.url()).expect("a URL");
    let login = api.sign_in("s@other.example", TestHub::PASSWORD).await.expect("the password is right");
    for event in [event, Uuid::now_v7()] {
        for path in PATHS {
            let path = format!("/v1/events/{event}/{path}");
            let answer = http(hub.server.address, "GET", &path, Some(&login.access_token), None).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
        }
        for what in ["guests", "rundown"] {
            let api = api.with_token(&login.access_token);
            let refused = api.import(event, what, "f.csv", "Name\nEve\n", None, true).await.expect_err("not theirs");
            assert!(refused.to_string().contains("(not_found, HTTP 404)"), "{refused}");
        }
    }
    assert_eq!(count(&hub, GUESTS, event).await, 1);
}
