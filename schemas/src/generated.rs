//! What is written into `generated/` and `vectors/`, so that the writer and the test that diffs agree.

use std::fmt::Write as _;

use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    About, Answer, Attention, Change, ClientFrame, ClientInfo, Command, Commit, CueVerb, Cursor, DeviceProfile,
    Direction, Done, EarlierScan, Encoding, ErrorCode, GuestCard, GuestHit, Limits, Op, Outcome, PresenceMember,
    Principal, PrincipalKind, Query, Refusal, RefusalCode, RunKind, ServerFrame, Severity, SnapshotReason, Topic,
    Verdict, VerdictKind, WriterKind,
};

/// Every generated file: its path below this crate, and its content.
pub fn files() -> Vec<(String, String)> {
    let mut files = vec![schema::<ClientFrame>("client_frame"), schema::<ServerFrame>("server_frame")];
    files.extend(client_frames().iter().map(|(name, frame)| vector(name, frame)));
    files.extend(server_frames().iter().map(|(name, frame)| vector(name, frame)));
    files
}

fn schema<T: JsonSchema>(name: &str) -> (String, String) {
    let mut text = serde_json::to_string_pretty(&schema_for!(T)).expect("a schema is JSON");
    text.push('\n');
    (format!("generated/{name}.schema.json"), text)
}

fn vector<T: Serialize>(name: &str, frame: &T) -> (String, String) {
    let mut hex = String::new();
    for byte in Encoding::MessagePack.encode(frame) {
        write!(hex, "{byte:02x}").expect("writing to a string");
    }
    let mut text = serde_json::to_string_pretty(&json!({ "frame": frame, "msgpack": hex })).expect("frames are JSON");
    text.push('\n');
    (format!("vectors/{name}.json"), text)
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0197_b5a0_0000_7000_8000_0000_0000_0000 + n)
}

fn row(value: serde_json::Value) -> crate::Row {
    match value {
        serde_json::Value::Object(row) => row,
        other => panic!("not a row: {other}"),
    }
}

/// One frame of each kind that a client sends.
pub fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    let topic = Topic::event(id(1));
    let command = |n, command| ClientFrame::Command { command_id: id(n), topic, command };
    vec![
        (
            "client_hello",
            ClientFrame::Hello {
                token: "d.c2VjcmV0".into(),
                client: ClientInfo { name: "console".into(), version: "0.1.0".into() },
            },
        ),
        (
            "client_join",
            ClientFrame::Join {
                topic,
                since: Some(Cursor { epoch: id(2), seq: 41 }),
                tables: Some(vec!["events".into(), "event_counters".into()]),
                rate: Some(10.0),
            },
        ),
        ("client_leave", ClientFrame::Leave { topic }),
        (
            "client_scan",
            command(
                10,
                Command::Scan {
                    code: "FH1.Zm9v".into(),
                    registration_id: None,
                    direction: Direction::In,
                    people: Some(2),
                    gate_id: None,
                    scanned_at: 1_790_000_000_000,
                    offline: false,
                    override_reason: None,
                },
            ),
        ),
        ("client_cue_next", command(11, Command::Cue { expect: 7, verb: CueVerb::Next })),
        (
            "client_cue_start",
            command(12, Command::Cue { expect: 0, verb: CueVerb::Start { kind: RunKind::Rehearsal, cue_id: None } }),
        ),
        (
            "client_post_message",
            command(
                13,
                Command::PostMessage {
                    text: "Five minutes".into(),
                    severity: Severity::Warning,
                    audience: vec![DeviceProfile::Wall],
                    expires_at: None,
                },
            ),
        ),
        (
            "client_query",
            ClientFrame::Query { query_id: 3, topic, query: Query::FindGuests { text: "ada lov".into(), limit: 20 } },
        ),
        ("client_presence", ClientFrame::Presence { topic, state: Some(json!({ "screen": "command" })) }),
        ("client_ping", ClientFrame::Ping { sent: 1_790_000_000_000 }),
    ]
}

/// One frame of each kind that the hub sends.
pub fn server_frames() -> Vec<(&'static str, ServerFrame)> {
    let topic = Topic::event(id(1));
    let cursor = Cursor { epoch: id(2), seq: 42 };
    vec![
        (
            "server_welcome",
            ServerFrame::Welcome {
                session_id: id(20),
                epoch: id(2),
                server_time: 1_790_000_000_123,
                heartbeat_ms: 1000,
                principal: Principal {
                    kind: PrincipalKind::Device,
                    id: id(21),
                    organization_id: id(22),
                    name: "North tablet".into(),
                    role: "staff".into(),
                    event_id: Some(id(1)),
                    gate_id: Some(id(23)),
                    profile: Some(DeviceProfile::Scan),
                    supervisor: false,
                },
                limits: Limits { frame_bytes: 65536, commands_in_flight: 64, topics: 8 },
                expires_at: None,
            },
        ),
        (
            "server_snapshot",
            ServerFrame::Snapshot {
                topic,
                cursor,
                reason: SnapshotReason::Joined,
                tables: [
                    ("events".to_owned(), vec![row(json!({ "id": id(1), "title": "Nocturne", "live_state": "idle" }))]),
                    ("event_alerts".to_owned(), vec![]),
                ]
                .into(),
            },
        ),
        ("server_resumed", ServerFrame::Resumed { topic, cursor }),
        (
            "server_delta",
            ServerFrame::Delta {
                topic,
                after: 42,
                seq: 44,
                commits: vec![Commit {
                    seq: 44,
                    at: 1_790_000_000_456,
                    by: WriterKind::System,
                    changes: vec![
                        Change {
                            table: "event_counters".into(),
                            key: id(1),
                            op: Op::Update,
                            row: row(json!({ "checked_in_count": 17 })),
                        },
                        Change { table: "event_alerts".into(), key: id(30), op: Op::Delete, row: crate::Row::new() },
                    ],
                }],
            },
        ),
        (
            "server_verdict",
            ServerFrame::Outcome {
                command_id: id(10),
                seq: Some(44),
                outcome: Outcome::Done {
                    done: Done::Verdict {
                        verdict: Box::new(Verdict {
                            scan_id: id(10),
                            result: VerdictKind::AlreadyIn,
                            direction: Direction::In,
                            people: 0,
                            still_expected: 0,
                            reentry: false,
                            overridden: None,
                            at: 1_790_000_000_400,
                            gate_id: Some(id(23)),
                            guest: Some(GuestCard {
                                registration_id: id(40),
                                name: "Ada Lovelace".into(),
                                tier: "Front row".into(),
                                seat: Some("A-12".into()),
                                party_size: 2,
                                arrived: 2,
                                attention: Some(Attention { vip: true, note: None }),
                            }),
                            earlier: Some(EarlierScan {
                                scan_id: id(9),
                                at: 1_789_999_999_000,
                                gate: Some("North".into()),
                                by: Some("North tablet".into()),
                            }),
                            right_gates: vec![],
                        }),
                    },
                },
                duplicate: false,
            },
        ),
        (
            "server_refused",
            ServerFrame::Outcome {
                command_id: id(11),
                seq: None,
                outcome: Outcome::Refused {
                    refusal: Refusal {
                        code: RefusalCode::StaleRevision,
                        message: "the run is at revision 8".into(),
                        current_revision: Some(8),
                    },
                },
                duplicate: true,
            },
        ),
        (
            "server_answer",
            ServerFrame::Answer {
                query_id: 3,
                answer: Answer::Guests {
                    guests: vec![GuestHit {
                        registration_id: id(40),
                        name: "Ada Lovelace".into(),
                        tier: "Front row".into(),
                        seat: None,
                        status: "confirmed".into(),
                        vip: true,
                        party_size: 2,
                        arrived: 0,
                    }],
                },
            },
        ),
        (
            "server_presence",
            ServerFrame::Presence {
                topic,
                full: true,
                members: vec![PresenceMember {
                    session_id: id(20),
                    name: "North tablet".into(),
                    kind: PrincipalKind::Device,
                    profile: Some(DeviceProfile::Scan),
                    state: Some(json!({ "screen": "check-in" })),
                }],
                left: vec![],
            },
        ),
        ("server_pong", ServerFrame::Pong { sent: 1_790_000_000_000, server_time: 1_790_000_000_003 }),
        ("server_resync", ServerFrame::Resync { dropped: 12 }),
        (
            "server_error",
            ServerFrame::Error {
                code: ErrorCode::UnknownTopic,
                message: "no such topic".into(),
                retryable: false,
                fatal: false,
                about: Some(About::Topic(topic)),
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DecodeError;

    #[test]
    fn checked_in_files_are_what_the_types_say() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (path, content) in files() {
            let found = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
            assert!(found == content, "{path} is not up to date: run `cargo run -p schemas --bin generate`");
        }
    }

    #[test]
    fn every_frame_survives_both_encodings() {
        for encoding in Encoding::ALL {
            for (name, frame) in client_frames() {
                assert_eq!(encoding.decode::<ClientFrame>(&encoding.encode(&frame)).as_ref(), Ok(&frame), "{name}");
            }
            for (name, frame) in server_frames() {
                assert_eq!(encoding.decode::<ServerFrame>(&encoding.encode(&frame)).as_ref(), Ok(&frame), "{name}");
            }
        }
    }

    #[test]
    fn a_cut_or_extended_frame_is_malformed() {
        for encoding in Encoding::ALL {
            let whole = encoding.encode(&client_frames()[3].1);
            for end in 0..whole.len() {
                assert!(encoding.decode::<ClientFrame>(&whole[..end]).is_err(), "{encoding:?} cut at {end}");
            }
            let mut longer = whole.clone();
            longer.push(b'1');
            assert!(matches!(encoding.decode::<ClientFrame>(&longer), Err(DecodeError::Malformed(_))));
        }
    }

    #[test]
    fn deep_nesting_has_its_own_code() {
        let deep = format!(
            r#"{{"type":"presence","topic":"{}","state":{}{}}}"#,
            Topic::event(id(1)),
            "[".repeat(1000),
            "]".repeat(1000)
        );
        assert_eq!(Encoding::Json.decode::<ClientFrame>(deep.as_bytes()), Err(DecodeError::TooDeep));
        let mut nested = json!(1);
        for _ in 0..40 {
            nested = json!([nested]);
        }
        let frame = ClientFrame::Presence { topic: Topic::event(id(1)), state: Some(nested) };
        let bytes = Encoding::MessagePack.encode(&frame);
        assert_eq!(Encoding::MessagePack.decode::<ClientFrame>(&bytes), Err(DecodeError::TooDeep));
    }

    #[test]
    fn unknown_fields_and_wrong_types_are_named() {
        let frame = r#"{"type":"ping","sent":1,"colour":"red"}"#;
        let Err(DecodeError::Malformed(message)) = Encoding::Json.decode::<ClientFrame>(frame.as_bytes()) else {
            panic!("accepted an unknown field");
        };
        assert!(message.contains("colour"), "{message}");
        let frame = r#"{"type":"ping","sent":"now"}"#;
        assert!(Encoding::Json.decode::<ClientFrame>(frame.as_bytes()).is_err());
    }
}
