use std::collections::{BTreeMap, HashMap};

use schemas::{Change, Commit, Cursor, Op, Principal, Row};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The column that holds a table's key: `id`, but for the counters, which have the key of what they count.
pub fn key_column(table: &str) -> &'static str {
    match table {
        "event_counters" => "event_id",
        "tier_counters" => "ticket_tier_id",
        "gate_counters" => "gate_id",
        _ => "id",
    }
}

/// What the hub's database held of a topic at a position of its journal, as far as the principal
/// may see it. May be stored and given to [`JoinOptions::since`](crate::JoinOptions::since) later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoomState {
    /// Whose sight it is. A state that was stored without one is nobody's.
    #[serde(default)]
    audience: Option<Audience>,
    cursor: Cursor,
    tables: BTreeMap<String, HashMap<Uuid, Row>>,
}

/// For whom the hub picks rows and columns: a principal, whatever it is called. The same person in another role sees others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Audience(Principal);

impl From<&Principal> for Audience {
    fn from(principal: &Principal) -> Self {
        Self(Principal { name: String::new(), ..principal.clone() })
    }
}

/// What a delta did to a state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Applied {
    /// These commits were new.
    Commits(Vec<Commit>),
    /// It held nothing new.
    Nothing,
    /// Something before it is missing.
    Gap,
    /// It changes a row that the state does not hold: the state is not what the hub thinks it is.
    Torn,
}

impl RoomState {
    /// The state that a snapshot shows; `None` when a row has no key.
    pub(crate) fn from_snapshot(
        audience: Option<Audience>,
        cursor: Cursor,
        tables: BTreeMap<String, Vec<Row>>,
    ) -> Option<Self> {
        let tables = tables
            .into_iter()
            .map(|(table, rows)| {
                let column = key_column(&table);
                let rows = rows.into_iter().map(|row| Some((key_of(&row, column)?, row))).collect::<Option<_>>()?;
                Some((table, rows))
            })
            .collect::<Option<_>>()?;
        Some(Self { audience, cursor, tables })
    }

    /// The position to go on from, for an audience that sees what this state shows.
    pub(crate) fn position_for(&self, audience: Option<&Audience>) -> Option<Cursor> {
        (self.audience.is_some() && self.audience.as_ref() == audience).then_some(self.cursor)
    }

    /// The position of the journal that this state shows.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The rows of a table by key. A table that was not joined, or that the principal may not see, has none.
    pub fn table(&self, table: &str) -> impl Iterator<Item = (&Uuid, &Row)> {
        self.tables.get(table).into_iter().flatten()
    }

    /// One row.
    pub fn row(&self, table: &str, key: Uuid) -> Option<&Row> {
        self.tables.get(table)?.get(&key)
    }

    /// All tables, also those without rows.
    pub fn tables(&self) -> &BTreeMap<String, HashMap<Uuid, Row>> {
        &self.tables
    }

    /// The rule of [`schemas::ServerFrame::Delta`]: applies what is new of it, all or (when it does not fit) nothing.
    pub(crate) fn apply(&mut self, after: u64, seq: u64, commits: Vec<Commit>) -> Applied {
        if self.cursor.seq < after {
            return Applied::Gap;
        }
        if seq <= self.cursor.seq {
            return Applied::Nothing;
        }
        let seen = self.cursor.seq;
        let fresh: Vec<Commit> = commits.into_iter().filter(|commit| commit.seq > seen).collect();
        if !self.fits(&fresh) {
            return Applied::Torn;
        }
        for change in fresh.iter().flat_map(|commit| &commit.changes) {
            self.change(change);
        }
        self.cursor.seq = seq;
        Applied::Commits(fresh)
    }

    /// Whether every update finds its row, counting what the same commits insert and delete before it.
    fn fits(&self, commits: &[Commit]) -> bool {
        let mut touched: HashMap<(&str, Uuid), bool> = HashMap::new();
        commits.iter().flat_map(|commit| &commit.changes).all(|change| {
            let row = (change.table.as_str(), change.key);
            match change.op {
                Op::Insert => touched.insert(row, true),
                Op::Delete => touched.insert(row, false),
                Op::Update => {
                    return touched.get(&row).copied().unwrap_or_else(|| self.row(row.0, row.1).is_some());
                }
            };
            true
        })
    }

    fn change(&mut self, change: &Change) {
        let rows = match self.tables.get_mut(&change.table) {
            Some(rows) => rows,
            None => self.tables.entry(change.table.clone()).or_default(),
        };
        match change.op {
            Op::Insert => {
                rows.insert(change.key, change.row.clone());
            }
            Op::Update => {
                let row = rows.entry(change.key).or_default();
                row.extend(change.row.iter().map(|(column, value)| (column.clone(), value.clone())));
            }
            Op::Delete => {
                rows.remove(&change.key);
            }
        }
    }
}

fn key_of(row: &Row, column: &str) -> Option<Uuid> {
    row.get(column)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use schemas::WriterKind;
    use serde_json::json;

    use super::*;

    fn row(value: serde_json::Value) -> Row {
        value.as_object().expect("an object").clone()
    }

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn commit(seq: u64, changes: Vec<Change>) -> Commit {
        Commit { seq, at: 0, by: WriterKind::System, changes }
    }

    fn change(op: Op, key: u128, value: serde_json::Value) -> Change {
        Change { table: "event_gates".into(), key: id(key), op, row: row(value) }
    }

    fn at_seq(seq: u64) -> RoomState {
        let rows = vec![row(json!({"id": id(1), "name": "North", "order_index": 0}))];
        let cursor = Cursor { epoch: id(9), seq };
        RoomState::from_snapshot(None, cursor, [("event_gates".to_owned(), rows)].into()).expect("keyed rows")
    }

    #[test]
    fn insert_replaces_update_merges_delete_removes() {
        let mut state = at_seq(5);
        let commits = vec![
            commit(6, vec![change(Op::Update, 1, json!({"name": "Main"}))]),
            commit(7, vec![change(Op::Insert, 2, json!({"id": id(2), "name": "South"}))]),
        ];
        assert_eq!(state.apply(5, 8, commits.clone()), Applied::Commits(commits));
        assert_eq!(state.row("event_gates", id(1)), Some(&row(json!({"id": id(1), "name": "Main", "order_index": 0}))));
        assert_eq!(state.cursor().seq, 8, "commits that are not listed are counted");

        state.apply(
            8,
            9,
            vec![commit(9, vec![change(Op::Insert, 1, json!({"id": id(1)})), change(Op::Delete, 2, json!({}))])],
        );
        assert_eq!(state.row("event_gates", id(1)), Some(&row(json!({"id": id(1)}))));
        assert_eq!(state.table("event_gates").count(), 1);
    }

    #[test]
    fn what_is_known_is_skipped_and_what_is_missing_is_a_gap() {
        let mut state = at_seq(5);
        let rename = |seq, name: &str| commit(seq, vec![change(Op::Update, 1, json!({"name": name}))]);
        assert_eq!(state.apply(3, 5, vec![rename(4, "old"), rename(5, "older")]), Applied::Nothing);
        assert_eq!(state.apply(6, 7, vec![rename(7, "later")]), Applied::Gap);
        assert_eq!(state, at_seq(5), "neither changed anything");

        let overlapping = vec![rename(5, "known"), rename(6, "new")];
        assert_eq!(state.apply(4, 6, overlapping), Applied::Commits(vec![rename(6, "new")]));
        assert_eq!(state.row("event_gates", id(1)).expect("there")["name"], json!("new"));
    }

    #[test]
    fn an_update_of_a_row_that_is_not_there_is_noticed() {
        let mut state = at_seq(5);
        let rename = |key| change(Op::Update, key, json!({"name": "x"}));
        let insert = change(Op::Insert, 7, json!({"id": id(7)}));
        let delete = change(Op::Delete, 1, json!({}));
        for torn in [vec![rename(1), rename(7)], vec![insert.clone(), delete, rename(1)]] {
            assert_eq!(state.apply(5, 6, vec![commit(6, torn)]), Applied::Torn);
            assert_eq!(state, at_seq(5), "nothing of it was applied");
        }
        assert!(matches!(state.apply(5, 6, vec![commit(6, vec![insert, rename(7)])]), Applied::Commits(_)));
        assert_eq!(state.row("event_gates", id(7)).expect("there")["name"], json!("x"));
    }

    #[test]
    fn counters_are_kept_under_what_they_count() {
        let cursor = Cursor { epoch: id(9), seq: 1 };
        let rows = vec![row(json!({"gate_id": id(3), "event_id": id(4), "entries": 2}))];
        let state = RoomState::from_snapshot(None, cursor, [("gate_counters".to_owned(), rows)].into()).expect("keyed");
        assert_eq!(state.row("gate_counters", id(3)).expect("there")["entries"], json!(2));
        let unkeyed = vec![row(json!({"name": "no key"}))];
        assert_eq!(RoomState::from_snapshot(None, cursor, [("event_gates".to_owned(), unkeyed)].into()), None);
    }
}
