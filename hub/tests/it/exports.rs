use std::io::{Cursor, Read as _};

use hub::office::tickets::{TicketFormat, TicketsError, write_folder};
use hub_client::JoinOptions;
use schemas::DeviceProfile;
use uuid::Uuid;

use crate::support::show::{scan, verdict};
use crate::support::{Show, TestHub};

/// F077: the guest list is taken away and brought back without a change, whatever guests are called.
#[tokio::test]
async fn the_guest_list_comes_back_as_it_was() {
    let hub = TestHub::start().await;
    let api = hub.owner().await;
    let mut show = Show::with_guests(&hub, 2).await;
    let sql = hub.database.sql().await;
    for (name, party, status) in [
        ("=cmd|' /C calc'!A0", 1, "confirmed"),
        ("@home, \"the\" 'one'", 3, "pending"),
        ("'=quoted", 1, "cancelled"),
        ("Żółć 王小明 <b>", 50, "confirmed"),
    ] {
        show.add_guest(&hub, &sql, name, party, status).await;
    }
    sql.execute(
        "update registrations set door_note = E'-1\\n+2', seat = '+A1', vip = true, external_ref = '@7' where id = $1",
        &[&show.guests[0].0],
    )
    .await
    .expect("noted");
    for file in ["guests.csv", "guests.xlsx"] {
        let bytes = api.export(show.event_id, file).await.expect("a file");
        let report = api.import(show.event_id, "guests", file, bytes, None, true).await.expect("a report");
        assert_eq!(report.errors, [], "{file}");
        assert_eq!((report.added, report.changed, report.unchanged), (0, 0, 6), "{file}: {:?}", report.diff);
    }
    let csv = api.export(show.event_id, "guests.csv").await.expect("a file");
    let mut reader = csv::Reader::from_reader(&csv[3..]);
    assert_eq!(csv[..3], *b"\xef\xbb\xbf", "Excel needs the mark");
    for record in reader.records() {
        for cell in &record.expect("whole") {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
}

/// Erased guests have no name any more, and are not on the list that is taken away.
#[tokio::test]
async fn erased_guests_are_not_exported() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 2).await;
    hub.database
        .sql()
        .await
        .execute(
            "update encryption_keys set wrapped_key = null, destroyed_at = now() where subject_id = $1",
            &[&show.guests[0].0],
        )
        .await
        .expect("shredded");
    let csv = hub.owner().await.export(show.event_id, "guests.csv").await.expect("a file");
    let text = String::from_utf8(csv.to_vec()).expect("UTF-8");
    assert!(text.contains("Guest Number1") && !text.contains("Number0") && !text.contains("erased"), "{text}");
}

/// F079: the arrivals list holds every scan, refused ones too, with who, where and when.
#[tokio::test]
async fn arrivals_hold_every_scan() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let (_, _, tablet) = show.device(&hub, DeviceProfile::Scan, false).await;
    let room = tablet.join(show.topic, JoinOptions::tables(["event_counters"])).await.expect("a tablet joins");
    let admitted = verdict(&room, scan(&show.guests[0].1)).await;
    verdict(&room, scan(&show.guests[0].1)).await;
    verdict(&room, scan("a code of nobody")).await;
    let api = hub.owner().await;
    let csv = api.export(show.event_id, "arrivals.csv").await.expect("a file");
    let rows: Vec<Vec<String>> = csv::Reader::from_reader(&csv[3..])
        .records()
        .map(|row| row.expect("whole").iter().map(str::to_owned).collect())
        .collect();
    let told: Vec<[&str; 6]> =
        rows.iter().map(|row| [&row[1], &row[2], &row[3], &row[4], &row[5], &row[7]].map(String::as_str)).collect();
    assert_eq!(
        told,
        [
            ["North", "in", "accepted", "1", "Guest Number0", "Scan"],
            ["North", "in", "duplicate", "0", "Guest Number0", "Scan"],
            ["North", "in", "unknown", "0", "", "Scan"],
        ]
    );
    assert_eq!(rows[0][8], admitted.scan_id.to_string());
    let (by_device, by_hub) = (&rows[0][0], &rows[0][13]);
    assert_eq!(by_device, "1970-01-01 01:00:00", "the device's clock is told as it was, in the event's time zone");
    assert!(by_hub.starts_with("20") && by_hub.len() >= 19, "{by_hub}");
    assert!(api.export(show.event_id, "arrivals.xlsx").await.expect("a file").starts_with(b"PK"));
}

/// F078: a folder of printable tickets, one a guest who may come, and the same as an archive.
#[tokio::test]
async fn tickets_are_printed_for_those_who_may_come() {
    let hub = TestHub::start().await;
    let mut show = Show::with_guests(&hub, 3).await;
    let sql = hub.database.sql().await;
    show.add_guest(&hub, &sql, "Not Coming", 1, "cancelled").await;
    show.add_guest(&hub, &sql, "Not Yet", 1, "pending").await;
    let store = &hub.server.node.store;
    let out = std::env::temp_dir().join(format!("hub-tickets-{}", Uuid::now_v7().simple()));
    for (format, magic) in [(TicketFormat::Png, b"\x89PNG".as_slice()), (TicketFormat::Pdf, b"%PDF")] {
        for _ in 0..2 {
            let written = write_folder(store, hub.organization_id, show.event_id, &out, format).await.expect("written");
            assert_eq!(written, 3);
        }
        let files: Vec<_> =
            std::fs::read_dir(&out).expect("the folder").map(|file| file.expect("a file").path()).collect();
        assert_eq!(files.len(), 3, "{files:?}");
        for file in files {
            assert!(std::fs::read(&file).expect("readable").starts_with(magic), "{}", file.display());
        }
        std::fs::remove_dir_all(&out).expect("removed");
    }
    let missing = write_folder(store, hub.organization_id, Uuid::now_v7(), &out, TicketFormat::Pdf).await;
    assert!(matches!(missing, Err(TicketsError::NoEvent)) && !out.exists());

    let login = hub.owner().await.sign_in(TestHub::OWNER, TestHub::PASSWORD).await.expect("the password is right");
    let bytes =
        download(&hub, &format!("/v1/events/{}/tickets.zip?format=pdf", show.event_id), &login.access_token).await;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a whole archive");
    assert_eq!(archive.len(), 3);
    for index in 0..3 {
        let mut content = Vec::new();
        archive.by_index(index).expect("a file").read_to_end(&mut content).expect("whole");
        assert!(content.starts_with(b"%PDF"));
    }
}

/// A file as bytes, whatever way it is cut into chunks.
async fn download(hub: &TestHub, path: &str, token: &str) -> Vec<u8> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(hub.server.address).await.expect("the hub listens");
    // HTTP/1.0 knows no chunks: the body ends with the connection.
    let request = format!("GET {path} HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    assert!(head.starts_with("http/1.0 200") && !head.contains("content-encoding"), "{head}");
    answer.split_off(end)
}
