use serde_json::json;
use uuid::Uuid;

use crate::support::http::http;
use crate::support::{Show, TestHub};

/// F033: each version of a call sheet is a PDF file for whoever sees the sheet, as it was issued; nobody else learns that there
/// is one.
#[tokio::test]
async fn a_sheet_is_printed_for_whoever_sees_it() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let address = hub.server.address;
    let owner = hub.token(TestHub::OWNER).await;
    let issue = async |id: Uuid, content| {
        let row = json!({"id": id, "event_id": show.event_id, "sheet_date": "2026-11-27", "status": "issued", "content": content});
        let answer = http(address, "POST", "/rest/v1/call_sheets", Some(&owner), Some(&row)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    };
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let shot = json!({"number": "1.1", "description": "Coat", "models": [{"name": "Ann"}], "products": []});
    let scenes = json!([{"number": "1", "title": "Panes", "minutes": 20, "shots": vec![shot; 200]}]);
    issue(first, json!({"title": "Nocturne", "calls": [], "cast": [], "location": {}, "scenes": scenes})).await;
    issue(second, json!({"radio": "Channel 3"})).await;

    let path = |id: Uuid| format!("/v1/call-sheets/{id}/sheet.pdf");
    for (id, version, pages) in [(first, 1, "/Count 5"), (second, 2, "/Count 1")] {
        let answer = http(address, "GET", &path(id), Some(&owner), None).await;
        assert_eq!(
            (answer.status, answer.headers["content-type"].as_str()),
            (200, "application/pdf"),
            "{}",
            answer.body
        );
        let file = format!("attachment; filename=\"call-sheet-2026-11-27-v{version}.pdf\"");
        assert_eq!(
            (&answer.headers["content-disposition"], answer.headers["cache-control"].as_str()),
            (&file, "no-store")
        );
        let text = answer.body;
        assert!(text.starts_with("%PDF-") && text.trim_end().ends_with("%%EOF"), "{version}");
        assert!(text.contains(pages), "{version}: {:?}", text.find("/Count").map(|at| text[at..at + 12].to_owned()));
    }

    hub.member("sponsor@maison.example", "sponsor").await;
    let sponsor = hub.token("sponsor@maison.example").await;
    let other = hub.other_house().await;
    for token in [&sponsor, &other.token] {
        let answer = http(address, "GET", &path(first), Some(token), None).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{}", answer.body);
    }
    assert_eq!(http(address, "GET", &path(first), None, None).await.status, 401);
    assert_eq!(http(address, "GET", &path(Uuid::now_v7()), Some(&owner), None).await.status, 404);
    let endless = Uuid::now_v7();
    issue(endless, json!({"radio": "word\n".repeat(60_000)})).await;
    let answer = http(address, "GET", &path(endless), Some(&owner), None).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_argument"), "{}", answer.body);
}
