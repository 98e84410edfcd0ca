use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{GUESTS, count, empty_event};
use crate::support::TestHub;
use crate::support::http::raw;

/// A workbook whose sheet is small when packed and 300 MB when not.
fn bomb() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).expect("a part");
    let block = vec![b'0'; 1 << 20];
    for _ in 0..300 {
        zip.write_all(&block).expect("memory");
    }
    zip.finish().expect("an archive").into_inner()
}

/// Files that mean harm, or are broken, get a stable code; nothing is stored and the hub goes on.
#[tokio::test]
async fn hostile_files_get_a_code() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "hostile").await;
    let junk: Vec<u8> = (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let long_cell = format!("Name,Seat\nAnn,\"{}\n", "x".repeat(100_000));
    let files: [(&str, Vec<u8>, &str); 13] = [
        ("nothing", Vec::new(), "empty_file"),
        ("spaces", b" \r\n \r\n".to_vec(), "empty_file"),
        ("zip bomb", bomb(), "bad_file"),
        ("binary junk", junk.clone(), "bad_file"),
        ("junk behind a ZIP mark", [b"PK\x03\x04".as_slice(), &junk].concat(), "bad_file"),
        ("old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxx".to_vec(), "bad_file"),
        ("NUL in text", b"Name,Seat\nAnn\0,A\n".to_vec(), "bad_file"),
        ("10,000 columns", vec!["Name"; 10_000].join(",").into_bytes(), "bad_file"),
        ("60,000 rows", "Ann\n".repeat(60_000).into_bytes(), "bad_file"),
        ("a quotation mark that is not closed", long_cell.into_bytes(), "bad_file"),
        ("deep JSON", format!("{{\"rundown\":{}", "[".repeat(50_000)).into_bytes(), "bad_file"),
        ("JSON of another kind", b"{\"hello\":1}".to_vec(), "bad_file"),
        ("broken UTF-8 behind a mark", b"\xef\xbb\xbfName\n\xff\xff\n".to_vec(), "bad_file"),
    ];
    for what in ["guests", "rundown"] {
        for (name, bytes, code) in &files {
            let report = api.import(event, what, "list.csv", bytes.clone(), None, true).await.expect(name);
            assert_eq!(
                report.errors.first().map(|error| (error.row, error.code.as_str())),
                Some((0, *code)),
                "{what}: {name}"
            );
            assert!(!report.applied && !report.fields.is_empty(), "{what}: {name}");
        }
    }
    assert_eq!(count(&hub, GUESTS, event).await, 0);
    assert!(api.is_ready().await);
}

/// Invariant 8: what is too large, half sent or no form at all is refused by status and code.
#[tokio::test]
async fn broken_uploads_get_a_status() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let event = empty_event(&api, "uploads").await;
    let login = api.sign_in(TestHub::OWNER, TestHub::PASSWORD).await.expect("the password is right");
    let part = "Content-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\nName\nAnn\r\n";
    let mapping = "Content-Disposition: form-data; name=\"mapping\"\r\n\r\n[1,2]\r\n";
    let form = "multipart/form-data; boundary=b";
    for (name, query, media_type, body, status, code) in [
        (
            "21 MB",
            "",
            form,
            format!("--b\r\n{}\r\n--b--", part.replace("Ann", &"x".repeat(21 << 20))),
            413,
            "frame_too_large",
        ),
        ("cut off", "", form, format!("--b\r\n{part}"), 400, "invalid_argument"),
        (
            "no file",
            "",
            form,
            "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--b--".into(),
            400,
            "invalid_argument",
        ),
        ("a mapping that is none", "", form, format!("--b\r\n{part}--b\r\n{mapping}--b--"), 400, "invalid_argument"),
        ("no form", "", "text/csv", "Name\nAnn\n".into(), 400, "invalid_argument"),
        ("perhaps", "?apply=maybe", form, format!("--b\r\n{part}--b--"), 400, "invalid_argument"),
    ] {
        let head = format!(
            "POST /v1/events/{event}/import/guests{query} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            login.access_token,
            body.len()
        );
        let answer = raw(hub.server.address, [head.as_bytes(), body.as_bytes()].concat().as_slice()).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{name}: {}", answer.body);
    }
    assert_eq!(count(&hub, GUESTS, event).await, 0);
}
