use tokio_postgres::error::SqlState;

/// Why the store could not do something. A rule's "no" is not here: that is a value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is restarting, or chose this transaction to break a deadlock. Nothing is known to
    /// have been committed; a command is looked up by its id before it is tried again.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A constraint of the model said no.
    #[error("{message}")]
    Constraint {
        /// The constraint's name, where it has one.
        name: String,
        /// In words.
        message: String,
    },
    /// A value that no column can hold: a text with a NUL, a date before history.
    #[error("{0}")]
    Invalid(String),
    /// Row security or a grant said no.
    #[error("not permitted")]
    Denied,
    /// A statement failed in a way that no input should be able to cause.
    #[error("the database refused a statement: {0}")]
    Internal(String),
}

impl StoreError {
    /// For programs. Never renamed.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "unavailable",
            Self::Constraint { .. } => "constraint",
            Self::Invalid(_) => "invalid",
            Self::Denied => "denied",
            Self::Internal(_) => "internal",
        }
    }

    /// The same thing may succeed in a moment.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            let io = std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>());
            return match error.is_closed() || io {
                true => Self::Unavailable(error.to_string()),
                false => Self::Internal(error.to_string()),
            };
        };
        let code = db.code();
        if [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::DISK_FULL,
            // Statements that are sent one behind the other: the answer to a later one may be seen before the error of the one
            // that failed, and says nothing but this. The next try fails with the error itself, or finds what was done.
            SqlState::IN_FAILED_SQL_TRANSACTION,
        ]
        .contains(code)
            || code.code().starts_with("08")
        {
            return Self::Unavailable(db.message().to_owned());
        }
        if code == &SqlState::INSUFFICIENT_PRIVILEGE {
            return Self::Denied;
        }
        if code.code().starts_with("23") {
            return Self::Constraint {
                name: db.constraint().unwrap_or_default().to_owned(),
                message: db.message().to_owned(),
            };
        }
        if code.code().starts_with("22") {
            return Self::Invalid(db.message().to_owned());
        }
        Self::Internal(format!("{} ({})", db.message(), code.code()))
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(backend) => match Self::from(backend) {
                // A login that is refused right now is as unavailable as a server that is down.
                Self::Internal(message) => Self::Unavailable(message),
                other => other,
            },
            other => Self::Unavailable(other.to_string()),
        }
    }
}
