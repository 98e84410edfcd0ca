//! Rows of the organization.

use crate::contract::fashionos::plugin::records;
use crate::{Failure, Value, form, permanent};

/// Asks for rows, as `/rest/v1` is asked: `products?select=id,sku&sku=eq.A-1`.
pub fn select(query: &str) -> Result<Vec<Value>, Failure> {
    let text = records::select(query)?;
    serde_json::from_str(&text).map_err(|error| permanent("rows_malformed", error.to_string()))
}

/// Adds rows; rows that are there by the columns of `on_conflict` are changed where they differ. Nothing happens without
/// rows.
pub fn upsert(table: &str, on_conflict: &[&str], rows: &[Value]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns: Vec<String> = on_conflict.iter().map(|column| (*column).to_owned()).collect();
    records::upsert(table, &columns, &Value::from(rows.to_vec()).to_string())
}

/// Adds rows that are new in any case.
pub fn insert(table: &str, rows: &[Value]) -> Result<(), Failure> {
    upsert(table, &[], rows)
}

/// Sets values in the rows of a filter: `id=eq.7`.
pub fn update(table: &str, filter: &str, values: &Value) -> Result<(), Failure> {
    records::update(table, filter, &values.to_string())
}

/// Deletes the rows of a filter.
pub fn delete(table: &str, filter: &str) -> Result<(), Failure> {
    records::delete(table, filter)
}

/// The filter for one value.
pub fn is(column: &str, value: &str) -> String {
    format!("{column}=eq.{}", form::escape(value))
}

/// The filter for any of several values.
pub fn is_one_of<'a>(column: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = values
        .into_iter()
        .map(|value| form::escape(&format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))))
        .collect();
    format!("{column}=in.({})", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::{is, is_one_of};

    #[test]
    fn values_cannot_leave_their_filter() {
        assert_eq!(is("sku", "a&id=gt.0"), "sku=eq.a%26id%3Dgt.0");
        assert_eq!(is_one_of("sku", ["a,b", "c\"d"]), "sku=in.(%22a%2Cb%22,%22c%5C%22d%22)");
    }
}
