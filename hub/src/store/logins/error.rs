use schemas::ErrorCode;

use crate::store::StoreError;

/// Why somebody is not signed in, or an account is not changed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No such account, or another password: nobody learns which.
    #[error("the e-mail address or the password is wrong")]
    Credentials,
    /// Too many wrong passwords.
    #[error("too many wrong passwords; try again in a few minutes")]
    Locked,
    /// The person does not belong to this organization (any more).
    #[error("the account does not belong to this organization")]
    NoOrganization,
    /// The refresh token is not good (any more); sign in again.
    #[error("the refresh token is not valid; sign in again")]
    RefreshToken,
    /// The refresh token was exchanged before; its login has ended.
    #[error("the refresh token was used before; sign in again")]
    RefreshTokenUsed,
    /// A link or code from a mail that is wrong, used, or too old: nobody learns which.
    #[error("the link or code is wrong or has expired")]
    Code,
    /// A code of an address that is wrong, was exchanged, or is too old.
    #[error("invalid flow state, no valid flow state found")]
    ExchangeCode,
    /// The code belongs to somebody else's challenge.
    #[error("code challenge does not match previously saved code verifier")]
    Verifier,
    /// The account has a second factor, which this login has not given.
    #[error("a code of the second factor is needed first")]
    SecondFactor,
    /// The login is too old for this change.
    #[error("prove again who you are: the current password, a code by mail, or a new login")]
    NotFresh,
    /// The new password is the old one.
    #[error("the new password is the old one")]
    SamePassword,
    /// The address has an account at a provider linked to somebody else, or the person has linked it before.
    #[error("this identity is linked already")]
    IdentityTaken,
    /// Nobody has linked this outside account.
    #[error("no account is linked to this identity")]
    IdentityUnknown,
    /// The last way to sign in stays.
    #[error("this is the only way to sign in; set a password first")]
    LastWayIn,
    /// No such factor of this person.
    #[error("no such factor")]
    FactorUnknown,
    /// Two factors of a person have two names.
    #[error("another factor has this name")]
    FactorName,
    /// Ten factors are enough.
    #[error("ten factors are enough")]
    FactorCount,
    /// The challenge is unknown, used, or older than five minutes.
    #[error("the challenge has expired; ask for another")]
    ChallengeExpired,
    /// Not the code of now, or one that was used.
    #[error("the code is wrong, or was used before")]
    FactorCode,
    /// Too many wrong codes.
    #[error("too many wrong codes; try again in a few minutes")]
    FactorLocked,
    /// The invitation is unknown, used, withdrawn, or too old.
    #[error("there is no such invitation (any more)")]
    InvitationUnknown,
    /// The invitation was sent to another address.
    #[error("the invitation was sent to another address")]
    InvitationForAnother,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoginError {
    /// The code to answer with.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Credentials | Self::RefreshToken | Self::RefreshTokenUsed | Self::IdentityUnknown => {
                ErrorCode::InvalidToken
            }
            Self::Locked | Self::FactorLocked => ErrorCode::RateLimited,
            Self::NoOrganization | Self::SecondFactor | Self::NotFresh | Self::InvitationForAnother => {
                ErrorCode::Forbidden
            }
            Self::FactorUnknown | Self::InvitationUnknown | Self::ExchangeCode => ErrorCode::NotFound,
            Self::IdentityTaken | Self::FactorName | Self::FactorCount | Self::LastWayIn => ErrorCode::Conflict,
            Self::Code | Self::Verifier | Self::SamePassword | Self::ChallengeExpired | Self::FactorCode => {
                ErrorCode::InvalidArgument
            }
            Self::Store(error) if error.is_transient() => ErrorCode::Unavailable,
            Self::Store(_) => ErrorCode::Internal,
        }
    }
}

impl From<tokio_postgres::Error> for LoginError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<deadpool_postgres::PoolError> for LoginError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Store(error.into())
    }
}
