/// Why a request about files is refused. Codes are those of Supabase Storage, where it has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable.
    pub code: Code,
    /// In words.
    pub message: String,
}

/// The kinds of refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A body, header or parameter that is not understood.
    InvalidRequest,
    /// A name that no bucket has.
    InvalidBucketName,
    /// A name that no file has.
    InvalidKey,
    /// No such bucket, or not in sight.
    NoSuchBucket,
    /// No such file, or not in sight.
    NoSuchKey,
    /// No such resumable upload, or somebody else's.
    NoSuchUpload,
    /// There is one already.
    Duplicate,
    /// Not while something is in it, or refers to it.
    Conflict,
    /// The caller may not.
    AccessDenied,
    /// Nobody is signed in, or the token is not valid.
    InvalidJwt,
    /// A signed address that was altered, or is of something else.
    InvalidSignature,
    /// A signed address that has expired or was taken back.
    ExpiredToken,
    /// More bytes than the bucket or the hub takes.
    EntityTooLarge,
    /// A type that the bucket does not take, or that the bytes are not.
    InvalidMimeType,
    /// No byte of the file is in this range.
    InvalidRange,
    /// A picture that cannot be read, or has more pixels than are made smaller here.
    UnprocessableImage,
    /// The sender stopped in the middle.
    IncompleteBody,
    /// The bytes do not go on where the upload stopped.
    OffsetMismatch,
    /// Another version of the protocol for resumable uploads.
    UnsupportedVersion,
    /// Too much at once.
    SlowDown,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl Code {
    /// As it is spelt in an answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "InvalidRequest",
            Self::InvalidBucketName => "InvalidBucketName",
            Self::InvalidKey => "InvalidKey",
            Self::NoSuchBucket => "NoSuchBucket",
            Self::NoSuchKey => "NoSuchKey",
            Self::NoSuchUpload => "NoSuchUpload",
            Self::Duplicate => "Duplicate",
            Self::Conflict => "Conflict",
            Self::AccessDenied => "AccessDenied",
            Self::InvalidJwt => "InvalidJWT",
            Self::InvalidSignature => "InvalidSignature",
            Self::ExpiredToken => "ExpiredToken",
            Self::EntityTooLarge => "EntityTooLarge",
            Self::InvalidMimeType => "InvalidMimeType",
            Self::InvalidRange => "InvalidRange",
            Self::UnprocessableImage => "UnprocessableImage",
            Self::IncompleteBody => "IncompleteBody",
            Self::OffsetMismatch => "OffsetMismatch",
            Self::UnsupportedVersion => "UnsupportedVersion",
            Self::SlowDown => "SlowDown",
        }
    }

    /// The status of HTTP that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidRequest
            | Self::InvalidBucketName
            | Self::InvalidKey
            | Self::IncompleteBody
            | Self::InvalidSignature
            | Self::ExpiredToken => 400,
            Self::InvalidJwt => 401,
            Self::AccessDenied => 403,
            Self::NoSuchBucket | Self::NoSuchKey | Self::NoSuchUpload => 404,
            Self::Duplicate | Self::Conflict | Self::OffsetMismatch => 409,
            Self::UnsupportedVersion => 412,
            Self::EntityTooLarge => 413,
            Self::InvalidMimeType => 415,
            Self::InvalidRange => 416,
            Self::UnprocessableImage => 422,
            Self::SlowDown => 503,
        }
    }
}
