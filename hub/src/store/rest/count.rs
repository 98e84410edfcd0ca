use deadpool_postgres::Object;
use serde_json::Value;

use super::parts::Select;
use super::{ROW_CAP, RestError, TIMEOUT};
use crate::postgres::{Acting, Untyped, read_once};

/// How exactly rows are counted that are not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// One by one.
    Exact,
    /// As the planner supposes: at once, and more or less.
    Planned,
    /// Exactly as far as an answer goes, beyond that as the planner supposes.
    Estimated,
}

/// How far an estimate counts.
const EXACT_TO: u64 = ROW_CAP;

impl Count {
    /// Whether the planner has to be asked, after so many were counted.
    pub(super) fn needs_plan(self, counted: Option<u64>) -> bool {
        match self {
            Self::Exact => false,
            Self::Planned => true,
            Self::Estimated => counted.is_some_and(|counted| counted > EXACT_TO),
        }
    }
}

/// What is counted beside the rows of an answer, as SQL.
pub(super) fn total(count: Option<Count>, select: &Select) -> String {
    match count {
        Some(Count::Exact) => format!("({})", select.count()),
        Some(Count::Estimated) => format!("({})", select.count_to(EXACT_TO + 1)),
        Some(Count::Planned) | None => "null::bigint".to_owned(),
    }
}

/// How many rows the planner supposes that a statement has for its caller, under the caller's own rights.
///
/// # Errors
/// Those of the database.
pub(super) async fn planned(client: &Object, acting: &Acting, sql: &str, values: &[Untyped]) -> Result<u64, RestError> {
    let rows = read_once(client, acting, TIMEOUT, &format!("explain (format json) {sql}"), values).await?;
    let plan: Value = rows.first().map(|row| row.get(0)).unwrap_or_default();
    let rows = &plan[0]["Plan"]["Plan Rows"];
    rows.as_u64().ok_or_else(|| RestError::new("XX000", "a plan says nothing about rows"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_planner_is_asked_where_counting_stopped() {
        assert!(!Count::Exact.needs_plan(Some(1_000_000)));
        assert!(Count::Planned.needs_plan(None));
        assert!(!Count::Estimated.needs_plan(Some(EXACT_TO)) && Count::Estimated.needs_plan(Some(EXACT_TO + 1)));
    }
}
