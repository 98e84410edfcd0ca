//! Requests to vendors.

use crate::contract::fashionos::plugin::http::{
    Authorization, Body as Content, Content as Leaf, Effect, FileRange, HttpError, Part, Request as Raw, send,
};
use crate::{Answer, Failure, Value, form, later, permanent};

/// How long to wait before a vendor that did not answer is asked again, ms.
const UNREACHABLE_MS: u64 = 5_000;

/// What a request carries.
#[derive(Debug, Clone)]
pub enum Body {
    Json(Value),
    Form(Vec<(String, String)>),
    /// Fields as `multipart/form-data`.
    Fields(Vec<(String, String)>),
    /// A whole file of the organization; its bytes never enter the sandbox.
    File {
        file: String,
        bytes: u64,
        content_type: String,
    },
    /// Fields, and then a file in the field of the given name.
    Upload {
        fields: Vec<(String, String)>,
        field: String,
        file: String,
        filename: String,
        bytes: u64,
        content_type: String,
    },
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Request {
    raw: Raw,
}

/// What became of an effect that must happen once.
#[derive(Debug, Clone)]
pub enum Once {
    Answer(Answer),
    /// It was sent by an earlier attempt, and whether it was done is not known: look, then [`Request::send_checked`].
    Unsettled,
}

impl Request {
    fn new(method: &str, url: impl Into<String>) -> Request {
        let raw = Raw {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Content::None,
            authorization: Authorization::None,
            effect: Effect::Read,
            cost: 1,
        };
        Request { raw }
    }

    pub fn get(url: impl Into<String>) -> Request {
        Request::new("GET", url)
    }

    pub fn post(url: impl Into<String>) -> Request {
        Request::new("POST", url)
    }

    pub fn put(url: impl Into<String>) -> Request {
        Request::new("PUT", url)
    }

    pub fn patch(url: impl Into<String>) -> Request {
        Request::new("PATCH", url)
    }

    pub fn delete(url: impl Into<String>) -> Request {
        Request::new("DELETE", url)
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.raw.headers.push((name.into(), value.into()));
        self
    }

    pub fn body(mut self, body: Body) -> Request {
        let (content, kind) = match body {
            Body::Json(value) => {
                (Content::Content(Leaf::Bytes(value.to_string().into())), Some("application/json".into()))
            }
            Body::Form(fields) => (
                Content::Content(Leaf::Bytes(form::encode(&fields).into())),
                Some("application/x-www-form-urlencoded".into()),
            ),
            Body::Fields(fields) => {
                (Content::Multipart(fields.into_iter().map(|(name, value)| text_part(name, value)).collect()), None)
            }
            Body::File { file, bytes, content_type } => {
                (Content::Content(Leaf::File(FileRange { file, offset: 0, length: bytes })), Some(content_type))
            }
            Body::Upload { fields, field, file, filename, bytes, content_type } => {
                let mut parts: Vec<Part> = fields.into_iter().map(|(name, value)| text_part(name, value)).collect();
                parts.push(Part {
                    name: field,
                    filename: Some(filename),
                    content_type: Some(content_type),
                    content: Leaf::File(FileRange { file, offset: 0, length: bytes }),
                });
                (Content::Multipart(parts), None)
            }
        };
        self.raw.body = content;
        match kind {
            Some(kind) => self.header("content-type", kind),
            None => self,
        }
    }

    /// With `Authorization: Bearer` and the credential of that name.
    pub fn bearer(mut self, credential: &str) -> Request {
        self.raw.authorization = Authorization::Bearer(credential.into());
        self
    }

    /// With the credential in the header that the manifest names for it.
    pub fn in_header(mut self, credential: &str) -> Request {
        self.raw.authorization = Authorization::Header(credential.into());
        self
    }

    /// With the credential in the query parameter that the manifest names for it.
    pub fn in_query(mut self, credential: &str) -> Request {
        self.raw.authorization = Authorization::Query(credential.into());
        self
    }

    /// With `Authorization: Basic`, the account as user and the credential as password.
    pub fn basic(mut self, credential: &str) -> Request {
        self.raw.authorization = Authorization::Basic(credential.into());
        self
    }

    /// With a form field `signature` over the others.
    pub fn signed_form(mut self, credential: &str) -> Request {
        self.raw.authorization = Authorization::SignedForm(credential.into());
        self
    }

    /// What the request costs of the vendor's limit, in the units of the manifest.
    pub fn cost(mut self, units: u32) -> Request {
        self.raw.cost = units;
        self
    }

    /// Sends a request that changes nothing.
    pub fn read(mut self) -> Result<Answer, Failure> {
        self.raw.effect = Effect::Read;
        self.settled()
    }

    /// Sends a request that may be sent again with the same key: the vendor, or what it asks for, makes one of many.
    pub fn send_idempotent(mut self, key: &str) -> Result<Answer, Failure> {
        self.raw.effect = Effect::Idempotent(key.into());
        self.settled()
    }

    /// Sends a request that must happen once.
    pub fn send_once(mut self, key: &str) -> Result<Once, Failure> {
        self.raw.effect = Effect::Once(key.into());
        match send(&self.raw) {
            Ok(response) => Ok(Once::Answer(Answer::from(response))),
            Err(HttpError::Unsettled) => Ok(Once::Unsettled),
            Err(error) => Err(failure(error)),
        }
    }

    /// Sends a request that must happen once, after a look that did not find it.
    pub fn send_checked(mut self, key: &str) -> Result<Answer, Failure> {
        self.raw.effect = Effect::OnceChecked(key.into());
        self.settled()
    }

    fn settled(self) -> Result<Answer, Failure> {
        send(&self.raw).map(Answer::from).map_err(failure)
    }
}

fn text_part(name: String, value: String) -> Part {
    Part { name, filename: None, content_type: None, content: Leaf::Bytes(value.into()) }
}

fn failure(error: HttpError) -> Failure {
    match error {
        HttpError::Denied(fault) => Failure::Permanent(fault),
        HttpError::Unreachable(fault) => later(UNREACHABLE_MS, &fault.code, fault.message),
        HttpError::TooLarge(fault) => Failure::Permanent(fault),
        HttpError::Unsettled => permanent("unsettled", "whether an earlier attempt was done is not known"),
        HttpError::Throttled(after_ms) => {
            later(after_ms, "throttled", "the limit that the manifest declares is used up")
        }
    }
}
