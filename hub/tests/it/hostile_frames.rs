//! Bytes that no honest client sends. Each gets a stable code, and neither the hub nor another session notices.

use schemas::{
    About, ClientFrame, ClientInfo, DeviceProfile, Done, Encoding, ErrorCode, MAX_FRAME_BYTES, Outcome, Query,
    ServerFrame, VerdictKind,
};
use uuid::Uuid;

use crate::support::bare::{Bare, Heard};
use crate::support::show::{scan, verdict};
use crate::support::wire::join;
use crate::support::{Show, TestHub, Wire};

/// A tablet that must go on scanning whatever others send.
async fn bystander(hub: &TestHub, show: &Show) -> hub_client::Room {
    show.tablet(hub, "Bystander", show.gate_id, false, &["event_counters"]).await
}

fn error_code(heard: Heard) -> (ErrorCode, bool, Option<About>) {
    match heard {
        Heard::Frame(frame) => match *frame {
            ServerFrame::Error { code, fatal, about, .. } => (code, fatal, about),
            other => panic!("{other:?} instead of an error"),
        },
        other => panic!("{other:?} instead of an error"),
    }
}

/// Frames that are none are answered by what is wrong with them and, where it can be read, to whom; the socket goes on.
#[tokio::test]
async fn malformed_frames_are_answered_and_the_socket_goes_on() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let tablet = bystander(&hub, &show).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut bare = Bare::hello(hub.server.address, None, &token).await;
    let topic = show.topic.to_string();
    let id = Uuid::now_v7();
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let presence = |state: &str| format!(r#"{{"type":"presence","topic":"{topic}","state":{state}}}"#);
    let malformed: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "null",
        "[]",
        "42",
        "\"hello\"",
        "{}",
        "not json",
        "\u{feff}{}",
        r#"{"type":"ping"}"#,
        r#"{"type":"ping","sent":"now"}"#,
        r#"{"type":"ping","sent":1e400}"#,
        r#"{"type":"ping","sent":99999999999999999999}"#,
        r#"{"type":"ping","sent":1}{"type":"ping","sent":2}"#,
        r#"{"type":"ping","sent":1,"more":true}"#,
        r#"{"type":"PING","sent":1}"#,
        r#"{"type":"exec","sent":1}"#,
        r#"{"type":["ping"],"sent":1}"#,
        r#"{"type":"welcome"}"#,
        r#"{"type":"join"}"#,
        r#"{"type":"join","topic":"event"}"#,
        r#"{"type":"join","topic":"event:1"}"#,
        r#"{"type":"join","topic":"event:../../etc/passwd"}"#,
        r#"{"type":"leave","topic":null}"#,
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([
        b"{\"type\":\"ping\",\"sent\":\xff}".to_vec(),
        b"\xc3\x28".to_vec(),
        vec![0; 100],
        format!(r#"{{"type":"join","topic":"{}"}}"#, topic.to_uppercase()).into_bytes(),
        format!(r#"{{"type":"join","topic":"{topic}","tables":"event_gates"}}"#).into_bytes(),
        format!(r#"{{"type":"join","topic":"{topic}","since":{{"epoch":"x","seq":1}}}}"#).into_bytes(),
        format!(r#"{{"type":"join","topic":"{topic}","since":{{"epoch":"{id}","seq":-1}}}}"#).into_bytes(),
    ])
    .collect();
    for bytes in &malformed {
        bare.write(&Bare::frame(Bare::TEXT, bytes)).await.expect("the socket is open");
        let told = error_code(bare.hear().await);
        assert_eq!(told, (ErrorCode::MalformedFrame, false, None), "{}", String::from_utf8_lossy(bytes));
    }
    for deep in [nested(17), nested(30_000), "[".repeat(60_000), presence(&nested(16)), r#"{"a":"#.repeat(10_000)] {
        bare.write(&Bare::frame(Bare::TEXT, deep.as_bytes())).await.expect("the socket is open");
        assert_eq!(error_code(bare.hear().await), (ErrorCode::NestedTooDeep, false, None));
    }
    // Whoever waits for an answer to its id gets one.
    let scan_with = |fields: &str| {
        format!(r#"{{"type":"command","command_id":"{id}","topic":"{topic}","command":{{"name":"scan",{fields}}}}}"#)
    };
    for (frame, code) in [
        (scan_with(r#""code":"x""#), ErrorCode::MalformedFrame),
        (scan_with(r#""code":7,"scanned_at":0"#), ErrorCode::MalformedFrame),
        (scan_with(r#""code":"x","scanned_at":0,"admin":true"#), ErrorCode::MalformedFrame),
        (scan_with(r#""code":"x","scanned_at":0,"people":-1"#), ErrorCode::MalformedFrame),
        (scan_with(r#""code":"x","scanned_at":0,"people":70000"#), ErrorCode::MalformedFrame),
        (scan_with(r#""code":"x","scanned_at":0,"people":0"#), ErrorCode::InvalidArgument),
        (scan_with(r#""code":"x","scanned_at":-1"#), ErrorCode::InvalidArgument),
        (scan_with(r#""code":"x","scanned_at":9223372036854775807"#), ErrorCode::InvalidArgument),
        (scan_with(r#""code":"a\u0000b","scanned_at":0"#), ErrorCode::InvalidArgument),
        (scan_with(&format!(r#""code":"{}","scanned_at":0"#, "x".repeat(513))), ErrorCode::InvalidArgument),
        (scan_with(&format!(r#""code":"x","registration_id":"{id}","scanned_at":0"#)), ErrorCode::InvalidArgument),
        (scan_with(r#""code":"x","scanned_at":0,"override_reason":"a\u0000b""#), ErrorCode::InvalidArgument),
        (
            format!(r#"{{"type":"command","command_id":"{id}","topic":"{topic}","command":{{"name":"drop"}}}}"#),
            ErrorCode::MalformedFrame,
        ),
    ] {
        bare.write(&Bare::frame(Bare::TEXT, frame.as_bytes())).await.expect("the socket is open");
        assert_eq!(error_code(bare.hear().await), (code, false, Some(About::Command(id))), "{frame}");
    }
    let query = format!(r#"{{"type":"query","query_id":9,"topic":"{topic}","query":{{"name":"sql"}}}}"#);
    bare.write(&Bare::frame(Bare::TEXT, query.as_bytes())).await.expect("the socket is open");
    assert_eq!(error_code(bare.hear().await), (ErrorCode::MalformedFrame, false, Some(About::Query(9))));

    bare.send(&join(show.topic, None, Some(&["event_gates"]))).await;
    bare.hear_where(|frame| matches!(frame, ServerFrame::Snapshot { .. }).then_some(())).await;
    assert_eq!(verdict(&tablet, scan(&show.guests[0].1)).await.result, VerdictKind::Admitted);
}

/// MessagePack that is cut off anywhere, or is something else, is answered; every prefix of a good frame.
#[tokio::test]
async fn truncated_and_twisted_messagepack_is_answered() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut wire = Wire::hello(hub.server.address, Encoding::MessagePack, &token).await;
    let good = Encoding::MessagePack.encode(&ClientFrame::Command {
        command_id: Uuid::now_v7(),
        topic: show.topic,
        command: scan("FH1.nothing"),
    });
    for end in 0..good.len() {
        wire.send_bytes(good[..end].to_vec()).await;
        assert_eq!(wire.error().await.0, ErrorCode::MalformedFrame, "the first {end} bytes");
    }
    let mut longer = good.clone();
    longer.push(0xc0);
    // 2^32-1 elements, a map of 2^31, bytes of 4 GB, an extension, and the reserved byte: claims without substance.
    let claims: [&[u8]; 7] = [
        &longer,
        &[0xdd, 0xff, 0xff, 0xff, 0xff],
        &[0xdf, 0x7f, 0xff, 0xff, 0xff],
        &[0xc6, 0xff, 0xff, 0xff, 0xff],
        &[0xc9, 0xff, 0xff, 0xff, 0xff, 1],
        &[0xc1],
        &[0xa3, 0xff, 0xfe, 0xfd],
    ];
    for bytes in claims {
        wire.send_bytes(bytes.to_vec()).await;
        assert_eq!(wire.error().await.0, ErrorCode::MalformedFrame, "{bytes:02x?}");
    }
    wire.send_bytes(vec![0x91; 60_000]).await;
    let code = wire.error().await.0;
    assert!(matches!(code, ErrorCode::NestedTooDeep | ErrorCode::MalformedFrame), "{code:?}");
    wire.settle().await;
}

/// Before hello only hello and ping make sense; a socket that says nothing is ended.
#[tokio::test]
async fn hello_comes_first_and_soon() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 0).await;
    let mut silent = Wire::open(hub.server.address, Encoding::Json).await;
    let mut wire = Wire::open(hub.server.address, Encoding::Json).await;
    wire.settle().await;
    let topic = show.topic;
    let query = Query::FindGuests { text: "abc".into(), limit: 1 };
    for frame in [
        join(topic, None, None),
        ClientFrame::Leave { topic },
        ClientFrame::Command { command_id: Uuid::now_v7(), topic, command: scan("x") },
        ClientFrame::Query { query_id: 1, topic, query },
        ClientFrame::Presence { topic, state: None },
    ] {
        wire.send(&frame).await;
        let (code, fatal, _) = wire.error().await;
        assert_eq!((code, fatal), (ErrorCode::OutOfOrder, false), "{frame:?}");
    }
    let client = ClientInfo { name: "wire".into(), version: "0".into() };
    wire.send(&ClientFrame::Hello { token: hub.token(TestHub::OWNER).await, client }).await;
    wire.receive_where(|frame| matches!(frame, ServerFrame::Welcome { .. }).then_some(())).await;
    assert_eq!(silent.end().await, Some(ErrorCode::OutOfOrder));
    wire.settle().await;
}

/// 100 MB are refused at the header, whole or in pieces, before anything is kept of them.
#[tokio::test]
async fn too_large_is_found_in_the_header() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 1).await;
    let tablet = bystander(&hub, &show).await;
    let token = hub.token(TestHub::OWNER).await;
    let large = (100 * 1024 * 1024) as u64;
    for length in [MAX_FRAME_BYTES as u64 + 1, large, u64::MAX] {
        for first in [Bare::TEXT, 0x82, 0x01] {
            let mut bare = Bare::hello(hub.server.address, None, &token).await;
            bare.write(&Bare::header(first, length)).await.expect("the socket is open");
            assert_eq!(error_code(bare.hear().await), (ErrorCode::FrameTooLarge, true, None));
            assert_eq!((bare.hear().await, bare.hear().await), (Heard::Close(1009), Heard::End));
        }
    }
    // Really sent, all of it, before anything is read.
    let mut bare = Bare::open(hub.server.address, None).await;
    let chunk = vec![b'x'; 1024 * 1024];
    bare.write(&Bare::header(Bare::TEXT, large)).await.expect("the socket is open");
    for _ in 0..100 {
        if bare.write(&chunk).await.is_err() {
            break;
        }
    }
    match bare.hear().await {
        Heard::End => {}
        heard => assert_eq!(error_code(heard), (ErrorCode::FrameTooLarge, true, None)),
    }
    // In pieces that are small each.
    let mut bare = Bare::hello(hub.server.address, None, &token).await;
    bare.write(&Bare::frame(0x01, &[b'x'; 40_000])).await.expect("the socket is open");
    bare.write(&Bare::frame(0x80, &[b'x'; 40_000])).await.expect("the socket is open");
    assert_eq!(error_code(bare.hear().await), (ErrorCode::FrameTooLarge, true, None));
    // As large as it may be.
    let mut bare = Bare::hello(hub.server.address, None, &token).await;
    bare.write(&Bare::frame(Bare::TEXT, &vec![b' '; MAX_FRAME_BYTES])).await.expect("the socket is open");
    assert_eq!(error_code(bare.hear().await), (ErrorCode::MalformedFrame, false, None));
    assert_eq!(verdict(&tablet, scan(&show.guests[0].1)).await.result, VerdictKind::Admitted);
}

/// A message in fragments, with pings between them, is a message; what breaks RFC 6455 ends the socket.
#[tokio::test]
async fn fragments_are_put_together_and_broken_rules_end_the_socket() {
    let hub = TestHub::start().await;
    let token = hub.token(TestHub::OWNER).await;
    let mut bare = Bare::hello(hub.server.address, None, &token).await;
    let ping = Encoding::Json.encode(&ClientFrame::Ping { sent: 7 });
    let mut bytes = Bare::frame(0x01, &ping[..3]);
    bytes.extend(Bare::frame(0x89, b"there?"));
    bytes.extend(Bare::frame(0x00, &ping[3..5]));
    bytes.extend(Bare::frame(0x00, b""));
    bytes.extend(Bare::frame(0x80, &ping[5..]));
    for byte in bytes {
        bare.write(&[byte]).await.expect("the socket is open");
    }
    assert_eq!(bare.hear().await, Heard::Pong);
    assert!(matches!(bare.hear().await, Heard::Frame(frame) if matches!(*frame, ServerFrame::Pong { sent: 7, .. })));

    let mut unmasked = vec![0x81, 2];
    unmasked.extend(b"{}");
    for (what, bytes) in [
        ("unmasked", unmasked),
        ("a continuation of nothing", Bare::frame(0x80, b"x")),
        ("a reserved bit", Bare::frame(0xc1, b"x")),
        ("a reserved opcode", Bare::frame(0x83, b"x")),
        ("a long ping", Bare::frame(0x89, &[0; 126])),
        ("a ping in pieces", Bare::frame(0x09, b"x")),
        ("a message in a message", [Bare::frame(0x01, b"x"), Bare::frame(0x81, b"y")].concat()),
    ] {
        let mut bare = Bare::hello(hub.server.address, None, &token).await;
        bare.write(&bytes).await.expect("the socket is open");
        assert_eq!(error_code(bare.hear().await), (ErrorCode::MalformedFrame, true, None), "{what}");
        assert_eq!((bare.hear().await, bare.hear().await), (Heard::Close(1002), Heard::End), "{what}");
    }
    let mut bare = Bare::hello(hub.server.address, None, &token).await;
    bare.write(&Bare::frame(0x88, &1000u16.to_be_bytes())).await.expect("the socket is open");
    assert_eq!((bare.hear().await, bare.hear().await), (Heard::Close(1000), Heard::End));
}

/// Sockets that ping as fast as they can, read or not, stop nobody from working.
#[tokio::test]
async fn a_flood_of_pings_stops_nobody() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 20).await;
    let token = hub.token(TestHub::OWNER).await;
    let mut floods = tokio::task::JoinSet::new();
    for payload in [Bare::frame(0x89, b""), Bare::frame(Bare::TEXT, br#"{"type":"ping","sent":1}"#)] {
        for _ in 0..2 {
            let mut bare = Bare::hello(hub.server.address, Some(4096), &token).await;
            let burst = payload.repeat(2000);
            floods.spawn(async move { while bare.write(&burst).await.is_ok() {} });
        }
    }
    let tablet = bystander(&hub, &show).await;
    for (_, code) in &show.guests {
        assert_eq!(verdict(&tablet, scan(code)).await.result, VerdictKind::Admitted);
    }
    floods.shutdown().await;
}

/// One hostile scan does not take down the batch that it shares with others.
#[tokio::test]
async fn a_poisoned_scan_harms_no_other() {
    let hub = TestHub::start().await;
    let show = Show::with_guests(&hub, 40).await;
    let (_, token) = show.pair(&hub, "Tablet", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let mut tablet = Wire::hello(hub.server.address, Encoding::Json, &token).await;
    let (_, token) = show.pair(&hub, "Hostile", DeviceProfile::Scan, Some(show.gate_id), false).await;
    let mut hostile = Wire::hello(hub.server.address, Encoding::MessagePack, &token).await;
    let topic = show.topic;
    let poison =
        ["a\0b", "\u{10ffff}\u{200b}", "'; drop table registrations; --", "{1,2}", "\\", "\u{1}\u{7f}", "NULL"];
    // Two batches are under way and wait for this lock; what comes now shares the third.
    let mut psql = hub.database.sql().await;
    let lock = psql.transaction().await.expect("begun");
    lock.batch_execute("lock table check_ins in access exclusive mode").await.expect("locked");
    for code in ["first", "second"].into_iter().chain(poison) {
        hostile.send(&ClientFrame::Command { command_id: Uuid::now_v7(), topic, command: scan(code) }).await;
    }
    hostile.settle().await;
    for (_, code) in &show.guests {
        tablet.send(&ClientFrame::Command { command_id: Uuid::now_v7(), topic, command: scan(code) }).await;
    }
    tablet.settle().await;
    lock.rollback().await.expect("unlocked");
    for _ in &show.guests {
        let result = tablet
            .receive_where(|frame| match frame {
                ServerFrame::Outcome { outcome: Outcome::Done { done: Done::Verdict { verdict } }, .. } => {
                    Some(verdict.result)
                }
                ServerFrame::Error { code, message, .. } => panic!("{code:?}: {message}"),
                _ => None,
            })
            .await;
        assert_eq!(result, VerdictKind::Admitted);
    }
}
