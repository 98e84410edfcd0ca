use serde_json::{Map, Value};

use super::bounds;

/// How frames are written: `vsn` of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// 1.0.0: objects.
    Objects,
    /// 2.0.0: lists, and binary frames for broadcasts.
    Lists,
}

/// A frame of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Which of its joins of the channel it is about.
    pub join_ref: Option<String>,
    /// What its answer is to be called by.
    pub reference: Option<String>,
    /// The channel, or `phoenix`.
    pub topic: String,
    /// What it wants.
    pub event: String,
    /// With what.
    pub payload: Payload,
}

/// What a frame brings along.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// An object.
    Json(Map<String, Value>),
    /// A broadcast that came as a binary frame.
    Broadcast(Broadcast),
}

/// A message to everybody in a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Broadcast {
    /// What its sender calls it.
    pub event: String,
    /// What clients' libraries add to it.
    pub meta: Option<Value>,
    /// JSON, or bytes that are nobody's business.
    pub body: Result<Value, Vec<u8>>,
}

/// Why a frame is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It does not parse.
    #[error("the frame is not understood")]
    Malformed,
    /// Something in it is longer than it may be.
    #[error("the frame is too large")]
    TooLarge,
    /// A binary frame of another kind.
    #[error("binary frames carry broadcasts only")]
    UnknownKind,
}

impl FrameError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_frame",
            Self::TooLarge => "frame_too_large",
            Self::UnknownKind => "unknown_frame",
        }
    }
}

/// The kind of binary frame that brings a client's broadcast.
const PUSHED: u8 = 3;
/// The kind that takes it to the others.
const SENT: u8 = 4;

impl Notation {
    /// The notation that the address asks for; the first one if it does not say.
    ///
    /// # Errors
    /// The version, where it is neither.
    pub fn parse(version: Option<&str>) -> Result<Self, String> {
        match version {
            None | Some("1.0.0") => Ok(Self::Objects),
            Some("2.0.0") => Ok(Self::Lists),
            Some(other) => Err(other.chars().take(40).collect()),
        }
    }

    /// Reads a text frame.
    ///
    /// # Errors
    /// See [`FrameError`].
    pub fn read(self, text: &str) -> Result<Incoming, FrameError> {
        if text.len() > bounds::FRAME {
            return Err(FrameError::TooLarge);
        }
        let value: Value = serde_json::from_str(text).map_err(|_| FrameError::Malformed)?;
        let [join_ref, reference, topic, event, payload] = match (self, value) {
            (Self::Lists, Value::Array(fields)) => fields.try_into().map_err(|_| FrameError::Malformed)?,
            (Self::Objects, Value::Object(mut fields)) => {
                ["join_ref", "ref", "topic", "event", "payload"].map(|name| fields.remove(name).unwrap_or(Value::Null))
            }
            _ => return Err(FrameError::Malformed),
        };
        let payload = match payload {
            Value::Object(payload) => payload,
            Value::Null => Map::new(),
            _ => return Err(FrameError::Malformed),
        };
        Ok(Incoming {
            join_ref: word(join_ref)?,
            reference: word(reference)?,
            topic: name(topic)?,
            event: name(event)?,
            payload: Payload::Json(payload),
        })
    }

    /// A frame of the hub. `payload` is JSON, an object.
    pub fn write(self, topic: &str, event: &str, payload: &str) -> String {
        self.write_all(None, None, topic, event, payload)
    }

    /// A frame that answers another or belongs to one join.
    pub fn write_all(
        self,
        join_ref: Option<&str>,
        reference: Option<&str>,
        topic: &str,
        event: &str,
        payload: &str,
    ) -> String {
        let quoted = |text: Option<&str>| text.map_or("null".to_owned(), |text| Value::from(text).to_string());
        let (join_ref, reference) = (quoted(join_ref), quoted(reference));
        let (topic, event) = (quoted(Some(topic)), quoted(Some(event)));
        match self {
            Self::Lists => format!("[{join_ref},{reference},{topic},{event},{payload}]"),
            Self::Objects => format!(
                "{{\"join_ref\":{join_ref},\"ref\":{reference},\"topic\":{topic},\"event\":{event},\"payload\":{payload}}}"
            ),
        }
    }
}

/// The payload of an answer.
pub fn reply(ok: bool, response: &Value) -> String {
    format!("{{\"status\":\"{}\",\"response\":{response}}}", if ok { "ok" } else { "error" })
}

impl Incoming {
    /// Reads a binary frame: only a broadcast may come as one.
    ///
    /// # Errors
    /// See [`FrameError`].
    pub fn read_binary(bytes: &[u8]) -> Result<Self, FrameError> {
        if bytes.len() > bounds::FRAME {
            return Err(FrameError::TooLarge);
        }
        let (&kind, rest) = bytes.split_first().ok_or(FrameError::Malformed)?;
        if kind != PUSHED {
            return Err(FrameError::UnknownKind);
        }
        let (lengths, mut rest) = rest.split_at_checked(6).ok_or(FrameError::Malformed)?;
        let mut field = |length: u8| {
            let (taken, after) = rest.split_at_checked(usize::from(length)).ok_or(FrameError::Malformed)?;
            rest = after;
            Ok::<_, FrameError>(characters(taken))
        };
        let (join_ref, reference) = (field(lengths[0])?, field(lengths[1])?);
        let (topic, event, meta) = (field(lengths[2])?, field(lengths[3])?, field(lengths[4])?);
        let meta = match meta.as_str() {
            "" => None,
            text => Some(serde_json::from_str(text).map_err(|_| FrameError::Malformed)?),
        };
        let body = match lengths[5] {
            0 => Err(rest.to_vec()),
            1 => Ok(serde_json::from_slice(rest).map_err(|_| FrameError::Malformed)?),
            _ => return Err(FrameError::Malformed),
        };
        let some = |text: String| if text.is_empty() { None } else { Some(text) };
        if topic.is_empty() {
            return Err(FrameError::Malformed);
        }
        Ok(Self {
            join_ref: some(join_ref),
            reference: some(reference),
            topic,
            event: "broadcast".to_owned(),
            payload: Payload::Broadcast(Broadcast { event, meta, body }),
        })
    }
}

impl Broadcast {
    /// The broadcast in a text frame's payload: `{type, event, payload}`.
    ///
    /// # Errors
    /// [`FrameError::Malformed`] without an event.
    pub fn of(mut payload: Map<String, Value>) -> Result<Self, FrameError> {
        let Some(Value::String(event)) = payload.remove("event") else { return Err(FrameError::Malformed) };
        let body = payload.remove("payload").unwrap_or_else(|| Value::Object(Map::new()));
        Ok(Self { event, meta: payload.remove("meta"), body: Ok(body) })
    }

    /// The payload of the frame that takes it to others; `None` for bytes, which no text holds.
    pub fn text(&self) -> Option<String> {
        let body = self.body.as_ref().ok()?;
        let event = Value::from(self.event.as_str());
        let meta = self.meta.as_ref().map_or(String::new(), |meta| format!(",\"meta\":{meta}"));
        Some(format!("{{\"type\":\"broadcast\",\"event\":{event},\"payload\":{body}{meta}}}"))
    }
}

/// A broadcast of bytes as the binary frame that takes it to others.
///
/// # Errors
/// [`FrameError::TooLarge`] when its names do not fit.
pub fn binary_broadcast(topic: &str, event: &str, meta: Option<&Value>, body: &[u8]) -> Result<Vec<u8>, FrameError> {
    let meta = meta.map(Value::to_string).unwrap_or_default();
    let length = |text: &str| u8::try_from(text.len()).map_err(|_| FrameError::TooLarge);
    let mut bytes = vec![SENT, length(topic)?, length(event)?, length(&meta)?, 0];
    for part in [topic.as_bytes(), event.as_bytes(), meta.as_bytes(), body] {
        bytes.extend_from_slice(part);
    }
    Ok(bytes)
}

/// Older clients write one byte a character, newer ones UTF-8.
fn characters(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// A reference: a text or a number.
fn word(value: Value) -> Result<Option<String>, FrameError> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => return Err(FrameError::Malformed),
    };
    if text.len() > bounds::JOIN_WORD { Err(FrameError::TooLarge) } else { Ok(Some(text)) }
}

fn name(value: Value) -> Result<String, FrameError> {
    match value {
        Value::String(text) if text.len() > bounds::TOPIC => Err(FrameError::TooLarge),
        Value::String(text) if !text.is_empty() && !text.contains('\0') => Ok(text),
        _ => Err(FrameError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn both_notations_say_the_same() {
        let lists = Notation::Lists.read(r#"["1","2","realtime:a","phx_join",{"config":{}}]"#).expect("a frame");
        let objects = r#"{"join_ref":"1","ref":2,"topic":"realtime:a","event":"phx_join","payload":{"config":{}}}"#;
        assert_eq!(Notation::Objects.read(objects), Ok(lists.clone()));
        for notation in [Notation::Lists, Notation::Objects] {
            let Payload::Json(payload) = &lists.payload else { panic!("it was text") };
            let text = Value::Object(payload.clone()).to_string();
            let written = notation.write_all(Some("1"), Some("2"), "realtime:a", "phx_join", &text);
            assert_eq!(notation.read(&written), Ok(lists.clone()));
        }
        let heartbeat = Notation::Lists.read(r#"[null,"7","phoenix","heartbeat",{}]"#).expect("a frame");
        assert_eq!((heartbeat.join_ref, heartbeat.reference.as_deref()), (None, Some("7")));
    }

    #[test]
    fn versions_are_two() {
        assert_eq!(Notation::parse(None), Ok(Notation::Objects));
        assert_eq!(Notation::parse(Some("2.0.0")), Ok(Notation::Lists));
        assert_eq!(Notation::parse(Some("3.0.0")), Err("3.0.0".to_owned()));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let code = |text: &str| Notation::Lists.read(text).expect_err(text).code();
        for text in [
            "",
            "3",
            "{}",
            "[]",
            "[1,2,3,4]",
            r#"["1","2","t","e",[]]"#,
            r#"["1","2","","e",{}]"#,
            r#"["1","2",null,"e",{}]"#,
            r#"[{},"2","t","e",{}]"#,
            r#"["1","2","a\u0000b","e",{}]"#,
        ] {
            assert_eq!(code(text), "malformed_frame", "{text}");
        }
        assert_eq!(code(&format!(r#"["1","2","{}","e",{{}}]"#, "t".repeat(256))), "frame_too_large");
        assert_eq!(code(&format!(r#"["{}","2","t","e",{{}}]"#, "1".repeat(256))), "frame_too_large");
        assert_eq!(code(&" ".repeat(bounds::FRAME + 1)), "frame_too_large");
        assert_eq!(code(&"[".repeat(100_000)), "malformed_frame", "nesting has a bound");
    }

    fn pushed(topic: &str, event: &[u8], meta: &str, encoding: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![3, 1, 1, topic.len() as u8, event.len() as u8, meta.len() as u8, encoding];
        for part in [b"1", b"2", topic.as_bytes(), event, meta.as_bytes(), body] {
            bytes.extend_from_slice(part);
        }
        bytes
    }

    #[test]
    fn binary_broadcasts_are_read_and_written() {
        let frame = Incoming::read_binary(&pushed("realtime:a", b"cue", r#"{"x":1}"#, 1, br#"{"n":2}"#)).expect("one");
        let Payload::Broadcast(broadcast) = frame.payload else { panic!("a broadcast") };
        let text = r#"{"type":"broadcast","event":"cue","payload":{"n":2},"meta":{"x":1}}"#;
        assert_eq!(broadcast.text().as_deref(), Some(text));
        let bytes = Incoming::read_binary(&pushed("realtime:a", b"\xe9", "", 0, &[0, 255])).expect("one");
        let Payload::Broadcast(broadcast) = bytes.payload else { panic!("a broadcast") };
        assert_eq!((broadcast.event.as_str(), &broadcast.body), ("é", &Err(vec![0, 255])));
        assert_eq!(broadcast.text(), None);
        let sent = binary_broadcast("realtime:a", "é", None, &[0, 255]).expect("short");
        assert_eq!(sent, [&[4, 10, 2, 0, 0][..], b"realtime:a", "é".as_bytes(), &[0, 255]].concat());
        assert_eq!(binary_broadcast("t", &"e".repeat(256), None, &[]), Err(FrameError::TooLarge));
    }

    #[test]
    fn broadcasts_of_text_frames_have_an_event() {
        let of = |value: Value| Broadcast::of(value.as_object().expect("an object").clone());
        assert_eq!(of(json!({"payload": {}})), Err(FrameError::Malformed));
        let broadcast = of(json!({"type": "broadcast", "event": "cue", "payload": {"a": 1}})).expect("one");
        assert_eq!(broadcast.body, Ok(json!({"a": 1})));
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_refused_or_read(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0u8..6) {
            if let Some(first) = bytes.first_mut() {
                *first = kind;
            }
            if let Ok(frame) = Incoming::read_binary(&bytes) {
                prop_assert!(!frame.topic.is_empty() && kind == PUSHED);
            }
        }

        #[test]
        fn hostile_text_is_refused_or_read(text in r#"[\[\]\{\}",:a-z0-9\\ ]{0,80}"#) {
            for notation in [Notation::Lists, Notation::Objects] {
                if let Ok(frame) = notation.read(&text) {
                    prop_assert!(!frame.topic.is_empty() && !frame.event.is_empty());
                }
            }
        }

        #[test]
        fn what_is_written_is_read(topic in "[^\0]{1,60}", event in "[^\0]{1,60}", reference in ".{0,20}") {
            for notation in [Notation::Lists, Notation::Objects] {
                let text = notation.write_all(None, Some(&reference), &topic, &event, "{\"a\":[1]}");
                let frame = notation.read(&text).expect("our own frame");
                prop_assert_eq!((frame.topic, frame.event), (topic.clone(), event.clone()));
                prop_assert_eq!(frame.reference, Some(reference.clone()));
            }
        }
    }
}
