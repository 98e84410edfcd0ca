use std::collections::HashSet;

use schemas::Row;

/// What the journal says of one row in one topic.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The transaction.
    pub(super) xid: u64,
    pub(super) topic: String,
    pub(super) op: Op,
    /// The whole row of an insert.
    pub(super) new: Row,
    /// The whole row of a delete, the changed columns of an update as they were.
    pub(super) old: Row,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Insert,
    Update,
    Delete,
}

/// What one transaction made of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) xid: u64,
    pub(super) before: Option<Row>,
    pub(super) after: Option<Row>,
}

/// Walks back from a row as it is now (`None`: it is gone) through everything that the journal says of it, oldest first, and
/// tells what each transaction found and left. A row stands in as many topics as it belongs to, and moves between them: an
/// entry that only brings it into another topic makes no row, one that takes it out of a topic unmakes none.
///
/// `None` when the row as it was cannot be told: it is there, and `now` does not show it.
pub(super) fn walk(entries: &[Entry], now: Option<Row>) -> Option<Vec<Step>> {
    let mut groups: Vec<&[Entry]> = entries.chunk_by(|a, b| a.xid == b.xid).collect();
    let mut state = now;
    let mut steps = Vec::with_capacity(groups.len());
    groups.reverse();
    for (nth, group) in groups.into_iter().enumerate() {
        let (existed, made, exists) = presence(group);
        if !exists {
            state = None;
        } else if state.is_none() {
            // Only ever the newest one: it was there when the transaction ended, and is not shown.
            state = Some(if nth == 0 { forward(group, &made)? } else { return None });
        }
        let after = state.clone();
        for (entry, made) in group.iter().zip(&made).rev() {
            match entry.op {
                Op::Update => {
                    if let Some(row) = &mut state {
                        row.extend(entry.old.clone());
                    }
                }
                Op::Delete => state = Some(entry.old.clone()),
                Op::Insert if *made => state = None,
                Op::Insert => {}
            }
        }
        if !existed {
            state = None;
        }
        steps.push(Step { xid: group[0].xid, before: state.clone(), after });
    }
    steps.reverse();
    Some(steps)
}

/// Whether the row was there before a transaction, which of its entries made it, and whether it was there afterwards.
fn presence(group: &[Entry]) -> (bool, Vec<bool>, bool) {
    let mut first: HashSet<&str> = HashSet::new();
    let mut topics: HashSet<&str> = HashSet::new();
    for entry in group {
        if first.insert(&entry.topic) && entry.op != Op::Insert {
            topics.insert(&entry.topic);
        }
    }
    let existed = !topics.is_empty();
    let made = group
        .iter()
        .map(|entry| match entry.op {
            Op::Insert => {
                let made = topics.is_empty();
                topics.insert(&entry.topic);
                made
            }
            Op::Update => false,
            Op::Delete => {
                topics.remove(entry.topic.as_str());
                false
            }
        })
        .collect();
    (existed, made, !topics.is_empty())
}

/// The row as the transaction left it, if it made it whole and only then did not touch it any more.
fn forward(group: &[Entry], made: &[bool]) -> Option<Row> {
    let at = made.iter().rposition(|made| *made)?;
    let untouched = group[at..].iter().all(|entry| entry.op == Op::Insert);
    untouched.then(|| group[at].new.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn row(value: Value) -> Row {
        match value {
            Value::Object(row) => row,
            _ => Row::new(),
        }
    }

    fn entry(xid: u64, topic: &str, op: Op, new: Value, old: Value) -> Entry {
        Entry { xid, topic: topic.into(), op, new: row(new), old: row(old) }
    }

    fn told(entries: &[Entry], now: Value) -> Vec<(u64, Value, Value)> {
        let value = |row: Option<Row>| row.map_or(Value::Null, Value::Object);
        let now = (!now.is_null()).then(|| row(now));
        walk(entries, now)
            .expect("it can be told")
            .into_iter()
            .map(|step| (step.xid, value(step.before), value(step.after)))
            .collect()
    }

    #[test]
    fn updates_are_told_with_the_whole_row() {
        let entries = [
            entry(1, "a", Op::Insert, json!({"x": 1, "y": 1}), json!(null)),
            entry(2, "a", Op::Update, json!({"x": 2}), json!({"x": 1})),
            entry(2, "a", Op::Update, json!({"x": 3}), json!({"x": 2})),
            entry(3, "a", Op::Update, json!({"y": 2}), json!({"y": 1})),
        ];
        assert_eq!(
            told(&entries, json!({"x": 3, "y": 2})),
            [
                (1, json!(null), json!({"x": 1, "y": 1})),
                (2, json!({"x": 1, "y": 1}), json!({"x": 3, "y": 1})),
                (3, json!({"x": 3, "y": 1}), json!({"x": 3, "y": 2})),
            ]
        );
    }

    #[test]
    fn a_row_in_two_topics_changes_once() {
        let entries = [
            entry(1, "event", Op::Update, json!({"x": 2}), json!({"x": 1})),
            entry(1, "house", Op::Update, json!({"x": 2}), json!({"x": 1})),
            entry(2, "event", Op::Delete, json!(null), json!({"x": 2})),
            entry(2, "house", Op::Delete, json!(null), json!({"x": 2})),
        ];
        assert_eq!(
            told(&entries, json!(null)),
            [(1, json!({"x": 1}), json!({"x": 2})), (2, json!({"x": 2}), json!(null))]
        );
    }

    #[test]
    fn a_move_between_topics_is_an_update() {
        let entries = [
            entry(1, "b", Op::Insert, json!({"in": "b"}), json!(null)),
            entry(1, "a", Op::Delete, json!(null), json!({"in": "a"})),
        ];
        assert_eq!(told(&entries, json!({"in": "b"})), [(1, json!({"in": "a"}), json!({"in": "b"}))]);
        let with_house = [
            entry(1, "house", Op::Update, json!({"in": "b"}), json!({"in": "a"})),
            entry(1, "b", Op::Insert, json!({"in": "b"}), json!(null)),
            entry(1, "a", Op::Delete, json!(null), json!({"in": "a"})),
        ];
        assert_eq!(told(&with_house, json!({"in": "b"})), [(1, json!({"in": "a"}), json!({"in": "b"}))]);
    }

    #[test]
    fn rows_that_come_and_go_within_a_transaction() {
        let back = [
            entry(1, "a", Op::Delete, json!(null), json!({"x": 1})),
            entry(1, "a", Op::Insert, json!({"x": 2}), json!(null)),
        ];
        assert_eq!(told(&back, json!({"x": 2})), [(1, json!({"x": 1}), json!({"x": 2}))]);
        let gone = [
            entry(1, "a", Op::Insert, json!({"x": 1}), json!(null)),
            entry(1, "a", Op::Update, json!({"x": 2}), json!({"x": 1})),
            entry(1, "a", Op::Delete, json!(null), json!({"x": 2})),
        ];
        assert_eq!(told(&gone, json!(null)), [(1, json!(null), json!(null))]);
    }

    #[test]
    fn what_cannot_be_told_is_not_made_up() {
        let updated = [entry(1, "a", Op::Update, json!({"x": 2}), json!({"x": 1}))];
        assert_eq!(walk(&updated, None), None);
        let inserted = [entry(1, "a", Op::Insert, json!({"x": 1}), json!(null))];
        assert_eq!(told(&inserted, json!(null)), [(1, json!(null), json!({"x": 1}))]);
    }
}
