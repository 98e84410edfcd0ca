//! Requests and answers as a recording writes them down: text as text, other bytes in base64. Credentials are not in them:
//! they are added outside the sandbox, and taken out of answers before the sandbox or a recording sees those.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::contract::{Authorization, Body, Content, Effect, FileRange, Part, Request, Response};

/// Bytes that a person can read where they are text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Octets(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Base64 { base64: String },
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Written::Text(text.to_owned()),
            Err(_) => Written::Base64 { base64: BASE64_STANDARD.encode(&self.0) },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Octets, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(Octets(text.into_bytes())),
            Written::Base64 { base64 } => BASE64_STANDARD.decode(base64).map(Octets).map_err(serde::de::Error::custom),
        }
    }
}

/// A request as the plugin made it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRequest {
    pub method: String,
    pub url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "RecordedBody::is_none")]
    pub body: RecordedBody,
    #[serde(default = "no_authorization")]
    pub authorization: Authorization,
    #[serde(default = "reads")]
    pub effect: Effect,
    #[serde(default)]
    pub cost: u32,
}

fn no_authorization() -> Authorization {
    Authorization::None
}

fn reads() -> Effect {
    Effect::Read
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedBody {
    #[default]
    None,
    Content(RecordedContent),
    Multipart(Vec<RecordedPart>),
}

impl RecordedBody {
    fn is_none(&self) -> bool {
        matches!(self, RecordedBody::None)
    }
}

/// Bytes, or a stretch of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedContent {
    Bytes(Octets),
    File(FileRange),
}

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedPart {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    pub content: RecordedContent,
}

/// An answer, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedResponse {
    pub status: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default)]
    pub body: Octets,
}

impl From<&Request> for RecordedRequest {
    fn from(request: &Request) -> RecordedRequest {
        let content = |content: &Content| match content {
            Content::Bytes(bytes) => RecordedContent::Bytes(Octets(bytes.clone())),
            Content::File(range) => RecordedContent::File(range.clone()),
        };
        let part = |part: &Part| RecordedPart {
            name: part.name.clone(),
            filename: part.filename.clone(),
            content_type: part.content_type.clone(),
            content: content(&part.content),
        };
        RecordedRequest {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: match &request.body {
                Body::None => RecordedBody::None,
                Body::Content(one) => RecordedBody::Content(content(one)),
                Body::Multipart(parts) => RecordedBody::Multipart(parts.iter().map(part).collect()),
            },
            authorization: request.authorization.clone(),
            effect: request.effect.clone(),
            cost: request.cost,
        }
    }
}

impl From<&Response> for RecordedResponse {
    fn from(response: &Response) -> RecordedResponse {
        RecordedResponse {
            status: response.status,
            headers: response.headers.clone(),
            body: Octets(response.body.clone()),
        }
    }
}

impl From<RecordedResponse> for Response {
    fn from(response: RecordedResponse) -> Response {
        Response { status: response.status, headers: response.headers, body: response.body.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_they_were_written() {
        for bytes in [b"plain words".to_vec(), vec![0xff, 0x00, 0x80], Vec::new()] {
            let written = serde_json::to_string(&Octets(bytes.clone())).expect("JSON");
            assert_eq!(serde_json::from_str::<Octets>(&written).expect("octets").0, bytes, "{written}");
        }
        assert_eq!(serde_json::to_string(&Octets(b"plain".to_vec())).expect("JSON"), "\"plain\"");
    }
}
