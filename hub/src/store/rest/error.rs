use domain::table_query::QueryError;

use crate::store::StoreError;

/// Why a request to a table is not answered with rows: `{code, message, details, hint}`. Codes are those of PostgREST and
/// of Postgres; `HUB...` where neither has one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct RestError {
    /// Stable.
    pub code: String,
    /// In words.
    pub message: String,
    /// More of them.
    pub details: Option<String>,
    /// What would help.
    pub hint: Option<String>,
}

impl RestError {
    /// An error without details.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), details: None, hint: None }
    }

    /// With details.
    #[must_use]
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Parts that are good each for itself and mean nothing together. PostgREST's code for what it does not combine.
    pub(super) fn senseless(what: &str) -> Self {
        Self::new("PGRST127", what)
    }

    /// A column that the caller's role does not see, in a place where its values would show.
    pub(super) fn masked(relation: &str, column: &str) -> Self {
        Self::new("42501", format!("permission denied for column {column} of {relation}"))
    }

    /// A column that is not there, or that nobody sees.
    pub(super) fn no_column(relation: &str, column: &str) -> Self {
        Self::new("42703", format!("column {relation}.{column} does not exist"))
    }

    /// The request asks for something that changed under it: the schema is to be read again.
    pub(super) fn is_stale_schema(&self) -> bool {
        matches!(self.code.as_str(), "42P01" | "42703" | "42883" | "42804" | "XX000")
    }
}

impl From<QueryError> for RestError {
    fn from(error: QueryError) -> Self {
        let plain = Self::new(error.code(), error.to_string());
        match error {
            QueryError::Syntax { expected, .. } => plain.details(format!("expecting {expected}")),
            QueryError::NotEmbedded(name) => {
                plain.hint(format!("Verify that '{name}' is included in the 'select' query parameter."))
            }
            QueryError::TooMany { .. } => plain,
        }
    }
}

impl From<tokio_postgres::Error> for RestError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return StoreError::from(error).into();
        };
        let code = db.code().code();
        if code == "57014" {
            return Self::new(code, "the statement took too long")
                .hint("Ask for less, or filter by an indexed column.");
        }
        if code.starts_with("XX") || code.starts_with("58") {
            tracing::error!(%error, "a request to a table failed");
            return Self::new(code, "a fault of the database; it is in the hub's log under x-request-id");
        }
        Self {
            code: code.to_owned(),
            message: db.message().to_owned(),
            details: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
        }
    }
}

impl From<StoreError> for RestError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => {
                tracing::warn!(%error, "a request met a database that is away");
                Self::new("PGRST000", "the database is not available; try again")
            }
            StoreError::Denied => Self::new("42501", "permission denied"),
            StoreError::Constraint { message, .. } => Self::new("23514", message),
            StoreError::Invalid(message) => Self::new("22023", message),
            StoreError::Internal(_) => {
                tracing::error!(%error, "a request to a table failed");
                Self::new("XX000", "a fault of the hub; it is in its log under x-request-id")
            }
        }
    }
}

impl From<deadpool_postgres::PoolError> for RestError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        StoreError::from(error).into()
    }
}
