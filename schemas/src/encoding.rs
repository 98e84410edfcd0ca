use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ErrorCode;

/// Largest frame that the hub takes from a client, bytes.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// Deepest nesting of arrays and maps in a frame.
pub const MAX_NESTING: usize = 16;

/// How frames are written, chosen by the WebSocket subprotocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// Text frames; `hub.v1.json`.
    Json,
    /// Binary frames, structs as maps, ids as texts; `hub.v1.msgpack`.
    MessagePack,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// See [`ErrorCode::NestedTooDeep`].
    #[error("nested deeper than {MAX_NESTING} levels")]
    TooDeep,
    /// See [`ErrorCode::MalformedFrame`].
    #[error("{0}")]
    Malformed(String),
}

impl DecodeError {
    /// The code to answer with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::TooDeep => ErrorCode::NestedTooDeep,
            Self::Malformed(_) => ErrorCode::MalformedFrame,
        }
    }
}

impl Encoding {
    /// Both, the preferred one first.
    pub const ALL: [Self; 2] = [Self::MessagePack, Self::Json];

    /// The name in `Sec-WebSocket-Protocol`.
    pub fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "hub.v1.json",
            Self::MessagePack => "hub.v1.msgpack",
        }
    }

    /// Writes a frame.
    ///
    /// # Panics
    /// Never for the types of this crate: they hold no map keys that are not texts and no failing serializers.
    pub fn encode<T: Serialize>(self, frame: &T) -> Vec<u8> {
        match self {
            Self::Json => serde_json::to_vec(frame).expect("frames have only text keys"),
            Self::MessagePack => {
                let mut bytes = Vec::with_capacity(128);
                let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map().with_human_readable();
                frame.serialize(&mut serializer).expect("frames have known lengths");
                bytes
            }
        }
    }

    /// Reads a frame. Nothing may follow it.
    ///
    /// # Errors
    /// [`DecodeError`] with a message that names what is wrong.
    pub fn decode<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, DecodeError> {
        match self {
            Self::Json => {
                if json_depth(bytes) > MAX_NESTING {
                    return Err(DecodeError::TooDeep);
                }
                serde_json::from_slice(bytes).map_err(|error| DecodeError::Malformed(error.to_string()))
            }
            Self::MessagePack => {
                let mut rest = bytes;
                let mut deserializer = rmp_serde::Deserializer::new(&mut rest).with_human_readable();
                deserializer.set_max_depth(MAX_NESTING);
                let frame = T::deserialize(&mut deserializer).map_err(|error| match error {
                    rmp_serde::decode::Error::DepthLimitExceeded => DecodeError::TooDeep,
                    other => DecodeError::Malformed(other.to_string()),
                })?;
                if !rest.is_empty() {
                    return Err(DecodeError::Malformed("bytes after the end of the frame".into()));
                }
                Ok(frame)
            }
        }
    }
}

/// Deepest level of brackets outside strings; serde_json's own limit (128) is not adjustable.
fn json_depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in bytes {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
