use hub_client::schemas::DeviceProfile;
use hub_client::{Api, NewPairing};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Answers one request with a status and a body, and returns what was asked.
async fn one_call(listener: &TcpListener, status: &str, body: &str) -> String {
    let (mut stream, _) = listener.accept().await.expect("a call");
    let mut request = Vec::new();
    let length = loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.expect("readable");
        assert!(read > 0, "cut off: {}", String::from_utf8_lossy(&request));
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next()?.parse().ok());
            break end + 4 + length.unwrap_or(0usize);
        }
    };
    while request.len() < length {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.expect("readable");
        assert!(read > 0, "body cut off");
        request.extend_from_slice(&chunk[..read]);
    }
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.expect("written");
    stream.write_all(body.as_bytes()).await.expect("written");
    String::from_utf8(request).expect("text")
}

async fn api() -> (TcpListener, Api) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let api = Api::new(&format!("http://{}", listener.local_addr().expect("bound"))).expect("an address");
    (listener, api)
}

/// F273: a code made by a producer is claimed by a device that has no token yet.
#[tokio::test]
async fn a_person_signs_in_and_pairs_a_tablet() {
    let (listener, api) = api().await;
    let id = Uuid::from_u128(7);
    let login = json!({
        "access_token": "a", "token_type": "bearer", "expires_in": 3600, "expires_at": 1_790_003_600, "refresh_token": "r",
        "user": {"id": id, "email": "ada@example.com", "full_name": "Ada"},
        "organization": {"id": id, "name": "Maison", "slug": "maison", "role": "owner"},
    });
    let login = login.to_string();
    let (signed_in, asked) =
        tokio::join!(api.sign_in("ada@example.com", "s3cret"), one_call(&listener, "200 OK", &login));
    assert!(asked.starts_with("POST /auth/v1/token?grant_type=password HTTP/1.1\r\n"), "{asked}");
    assert!(asked.ends_with(r#"{"email":"ada@example.com","password":"s3cret"}"#), "{asked}");
    let signed_in = signed_in.expect("a login");
    assert_eq!(signed_in.organization.map(|o| o.role), Some("owner".into()));

    let owner = api.with_token(signed_in.access_token);
    let tablet =
        NewPairing { name: "North".into(), profile: DeviceProfile::Scan, gate_id: Some(id), supervisor: false };
    let pairing =
        json!({"code": "ABCD-2345", "expires_at": "2026-11-20T20:00:00Z", "url": "/pair#ABCD-2345"}).to_string();
    let (pairing, asked) = tokio::join!(owner.pair(id, &tablet), one_call(&listener, "200 OK", &pairing));
    assert!(asked.to_lowercase().contains("authorization: bearer a\r\n"), "{asked}");
    assert!(asked.contains(r#""profile":"scan""#), "{asked}");

    let device =
        json!({"id": id, "name": "North", "profile": "scan", "event_id": id, "gate_id": null, "supervisor": false});
    let claim = json!({"token": "d", "device": device}).to_string();
    let code = pairing.expect("a code").code;
    let (claim, asked) = tokio::join!(api.claim(&code), one_call(&listener, "200 OK", &claim));
    assert!(!asked.to_lowercase().contains("authorization"), "{asked}");
    assert_eq!(claim.expect("a token").device.profile, DeviceProfile::Scan);
}

#[tokio::test]
async fn an_import_uploads_the_file_and_its_mapping() {
    let (listener, api) = api().await;
    let report = json!({
        "format": "csv", "columns": [{"header": "Name", "field": "attendee_name", "guessed": true, "samples": ["Ada"]}],
        "fields": [{"name": "attendee_name", "label": "Name", "required": true}], "rows": 1, "added": 1, "changed": 0,
        "unchanged": 0, "errors": [{"row": 2, "column": null, "code": "missing", "message": "no tier"}],
        "diff": [{"row": 2, "kind": "added", "label": "Ada", "fields": {"attendee_name": [null, "Ada"]}}], "applied": false,
    });
    let report = report.to_string();
    let mapping = [("Phone".to_owned(), None)].into();
    let event = Uuid::from_u128(7);
    let importing = api.import(event, "guests", "guests.csv", "Name\nAda\n", Some(&mapping), false);
    let (report, asked) = tokio::join!(importing, one_call(&listener, "200 OK", &report));
    assert!(asked.starts_with(&format!("POST /v1/events/{event}/import/guests?apply=false ")), "{asked}");
    for part in ["filename=\"guests.csv\"", "Name\nAda\n", r#"{"Phone":null}"#] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
    let report = report.expect("a report");
    assert_eq!((report.added, report.errors[0].row, report.diff[0].kind.as_str()), (1, 2, "added"));
}

#[tokio::test]
async fn errors_keep_the_hubs_code_and_foreign_answers_are_said_to_be_foreign() {
    let (listener, api) = api().await;
    let body = json!({"code": "rate_limited", "message": "too many attempts", "retryable": true}).to_string();
    let (failed, _) = tokio::join!(api.sign_in("a", "b"), one_call(&listener, "429 Too Many Requests", &body));
    let failed = failed.expect_err("refused");
    assert_eq!((failed.code(), failed.retryable()), ("rate_limited", true));

    let (failed, _) = tokio::join!(api.events(), one_call(&listener, "502 Bad Gateway", "<html>proxy</html>"));
    let failed = failed.expect_err("not the hub");
    assert!(failed.retryable() && failed.to_string().contains("<html>proxy"), "{failed}");

    let (failed, _) = tokio::join!(api.events(), one_call(&listener, "200 OK", "[]"));
    assert_eq!(failed.expect_err("not events").code(), "protocol");

    drop(listener);
    assert!(!api.is_ready().await);
}
