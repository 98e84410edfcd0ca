use bytes::Bytes;
use schemas::{Commit, Encoding, ServerFrame, Topic};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio_tungstenite::tungstenite::Message;

use crate::HubError;

/// How a frame that is a delta begins: its tag is written first.
const DELTA_JSON: &[u8] = br#"{"type":"delta","#;
const DELTA_MESSAGE_PACK: &[u8] = b"\x85\xa4type\xa5delta";

/// The fields of [`ServerFrame::Delta`]. Reading them directly is about three times cheaper than
/// through the tagged enum, which first collects every value; deltas are nearly all there is to read.
#[derive(Deserialize)]
struct Delta {
    topic: Topic,
    after: u64,
    seq: u64,
    commits: Vec<Commit>,
}

/// Reads a frame of the hub. Unlike the hub, which bounds what clients may nest, it takes any
/// depth that the codecs do: documents in rows may be deep.
pub(crate) fn server_frame(encoding: Encoding, bytes: &[u8]) -> Result<ServerFrame, HubError> {
    let is_delta = match encoding {
        Encoding::Json => bytes.starts_with(DELTA_JSON),
        Encoding::MessagePack => bytes.starts_with(DELTA_MESSAGE_PACK),
    };
    if is_delta {
        let Delta { topic, after, seq, commits } = decode(encoding, bytes)?;
        return Ok(ServerFrame::Delta { topic, after, seq, commits });
    }
    decode(encoding, bytes)
}

pub(crate) fn decode<T: DeserializeOwned>(encoding: Encoding, bytes: &[u8]) -> Result<T, HubError> {
    match encoding {
        Encoding::Json => serde_json::from_slice(bytes).map_err(|error| HubError::Protocol(error.to_string())),
        Encoding::MessagePack => {
            let mut deserializer = rmp_serde::Deserializer::new(bytes).with_human_readable();
            T::deserialize(&mut deserializer).map_err(|error| HubError::Protocol(error.to_string()))
        }
    }
}

/// The bytes of a frame as the WebSocket message of its encoding.
pub(crate) fn message<T: serde::Serialize>(encoding: Encoding, frame: &T) -> Message {
    let bytes = encoding.encode(frame);
    match encoding {
        Encoding::MessagePack => Message::Binary(Bytes::from(bytes)),
        Encoding::Json => Message::Text(String::from_utf8(bytes).expect("JSON is UTF-8").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The short way and the long way read the same from every golden frame of the hub.
    #[test]
    fn golden_frames_are_read_as_the_contract_reads_them() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/vectors");
        let mut deltas = 0;
        for entry in std::fs::read_dir(folder).expect("vectors") {
            let path = entry.expect("entry").path();
            if !path.file_name().expect("name").to_string_lossy().starts_with("server_") {
                continue;
            }
            let golden: serde_json::Value =
                serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
            let expected: ServerFrame = serde_json::from_value(golden["frame"].clone()).expect("a frame");
            deltas += usize::from(matches!(expected, ServerFrame::Delta { .. }));
            for encoding in Encoding::ALL {
                let bytes = encoding.encode(&expected);
                assert_eq!(server_frame(encoding, &bytes).expect("readable"), expected, "{}", path.display());
                let cut = &bytes[..bytes.len() - 1];
                assert_eq!(server_frame(encoding, cut).expect_err("cut off").code(), "protocol");
            }
        }
        assert!(deltas > 0, "no delta among the golden frames");
    }

    #[test]
    fn deltas_take_the_short_way() {
        let delta =
            ServerFrame::Delta { topic: Topic::event(uuid::Uuid::nil()), after: 1, seq: 2, commits: Vec::new() };
        assert!(Encoding::Json.encode(&delta).starts_with(DELTA_JSON));
        assert!(Encoding::MessagePack.encode(&delta).starts_with(DELTA_MESSAGE_PACK));
    }

    #[test]
    fn a_row_may_hold_a_deep_document() {
        let mut deep = serde_json::Value::Null;
        for _ in 0..60 {
            deep = serde_json::json!([deep]);
        }
        let frame = ServerFrame::Snapshot {
            topic: Topic::event(uuid::Uuid::nil()),
            cursor: schemas::Cursor { epoch: uuid::Uuid::nil(), seq: 1 },
            reason: schemas::SnapshotReason::Joined,
            tables: [("show_lineup".to_owned(), vec![serde_json::Map::from_iter([("outfit".to_owned(), deep)])])]
                .into(),
        };
        for encoding in Encoding::ALL {
            assert_eq!(server_frame(encoding, &encoding.encode(&frame)).expect("readable"), frame);
        }
    }
}
