//! Just enough of tables for plugins under test: the filters that they use, and writes as the hub commits them.

use std::collections::BTreeMap;

use plugin_host::RecordWrite;
use serde_json::{Map, Value, json};

/// Tables by name.
#[derive(Debug, Default)]
pub struct Tables(BTreeMap<String, Vec<Map<String, Value>>>);

impl Tables {
    pub fn of(&self, table: &str) -> Vec<Value> {
        self.0.get(table).into_iter().flatten().cloned().map(Value::Object).collect()
    }

    pub fn add(&mut self, table: &str, row: Value) {
        let Value::Object(row) = row else { panic!("a row is an object") };
        self.0.entry(table.into()).or_default().push(row);
    }

    /// Answers a query with the columns that it selects.
    pub fn select(&self, query: &str) -> Value {
        let (table, parameters) = query.split_once('?').expect("a query with parameters");
        let fields = fields(parameters);
        let columns =
            fields.iter().find(|(name, _)| name == "select").map(|(_, columns)| columns.clone()).expect("columns");
        let rows = self.0.get(table).into_iter().flatten().filter(|row| fits(row, &fields));
        rows.map(|row| {
            columns
                .split(',')
                .map(|column| (column.to_owned(), row.get(column).cloned().unwrap_or(Value::Null)))
                .collect::<Value>()
        })
        .collect()
    }

    /// Carries a write out. Answers how many rows it changed.
    pub fn write(&mut self, write: &RecordWrite) -> usize {
        match write {
            RecordWrite::Upsert { table, on_conflict, rows } => {
                let rows: Vec<Map<String, Value>> = serde_json::from_str(rows).expect("rows");
                let there = self.0.entry(table.clone()).or_default();
                let mut changed = 0;
                for row in rows {
                    let same = |other: &Map<String, Value>| {
                        !on_conflict.is_empty() && on_conflict.iter().all(|column| other.get(column) == row.get(column))
                    };
                    match there.iter_mut().find(|other| same(other)) {
                        Some(other) if row.iter().all(|(column, value)| other.get(column) == Some(value)) => {}
                        Some(other) => {
                            other.extend(row);
                            changed += 1;
                        }
                        None => {
                            there.push(row);
                            changed += 1;
                        }
                    }
                }
                changed
            }
            RecordWrite::Update { table, query, values } => {
                let values: Map<String, Value> = serde_json::from_str(values).expect("values");
                let fields = fields(query);
                let rows = self.0.entry(table.clone()).or_default().iter_mut().filter(|row| fits(row, &fields));
                rows.map(|row| row.extend(values.clone())).count()
            }
            RecordWrite::Delete { table, query } => {
                let fields = fields(query);
                let rows = self.0.entry(table.clone()).or_default();
                let before = rows.len();
                rows.retain(|row| !fits(row, &fields));
                before - rows.len()
            }
        }
    }
}

fn fields(parameters: &str) -> Vec<(String, String)> {
    vendors::fields::decode(parameters)
}

fn fits(row: &Map<String, Value>, fields: &[(String, String)]) -> bool {
    fields.iter().filter(|(name, _)| name != "select").all(|(column, filter)| {
        let value = row.get(column).unwrap_or(&Value::Null);
        let plain = value.to_string();
        let is = |text: &str| *value == json!(text) || plain == text;
        if let Some(wanted) = filter.strip_prefix("eq.") {
            is(wanted)
        } else if let Some(list) = filter.strip_prefix("in.(").and_then(|list| list.strip_suffix(')')) {
            list.split(',').any(|wanted| is(wanted.trim_matches('"')))
        } else {
            panic!("a filter that the tests do not know: {column}={filter}")
        }
    })
}
