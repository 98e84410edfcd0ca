use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use domain::realtime::Notation;
use jiff::Timestamp;
use schemas::Row;
use serde_json::{Value, json};

use super::class::Seen;
use super::judge::Judge;
use crate::live::outbox::{Frame, Of, Outbox, SubscriptionId};
use crate::store::changes::{Bound, ChangeTable, Image};
use crate::store::rest::SCHEMA;

/// What subscribers of a class share when they receive the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlanKey {
    /// The channel, as it stands in frames.
    pub topic: String,
    /// How frames are written.
    pub notation: Notation,
    /// Their filters, each once, in order.
    pub bindings: Vec<u64>,
}

/// The subscribers of a class who ask the same.
pub(super) struct Plan {
    pub(super) bound: Vec<Arc<Bound>>,
    pub(super) members: Vec<PlanMember>,
}

#[derive(Clone)]
pub(super) struct PlanMember {
    pub(super) subscription: SubscriptionId,
    pub(super) outbox: Arc<Outbox>,
    /// It is told how far it has come.
    pub(super) cursors: bool,
}

/// What a change is to somebody who filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Insert,
    Update,
    Delete,
    /// It is there, but not for them any more: they learn its key.
    Exit,
}

/// Filters that make the same of a change: what it is to them, the columns that they want, and their ids.
type Group<'b> = (Kind, Option<&'b Vec<String>>, Vec<u64>);

/// Rows as a role is shown them, written once a batch.
pub(super) struct Writer<'r> {
    role: &'r str,
    columns: HashMap<(String, Option<Vec<String>>), String>,
}

impl<'r> Writer<'r> {
    pub(super) fn new(role: &'r str) -> Self {
        Self { role, columns: HashMap::new() }
    }

    /// The frames that tell of changes.
    pub(super) fn frames(&mut self, key: &PlanKey, bound: &[Arc<Bound>], seen: &[Seen], judge: &Judge) -> Vec<Bytes> {
        let mut frames = Vec::new();
        for change in seen {
            // Filters that make the same of it share a frame.
            let mut groups: Vec<Group<'_>> = Vec::new();
            for bound in bound {
                let Some(kind) = kind(bound, change, judge) else { continue };
                let select = bound.select.as_ref();
                match groups.iter_mut().find(|(of, selected, _)| (*of, *selected) == (kind, select)) {
                    Some((_, _, ids)) if ids.contains(&bound.id) => {}
                    Some((_, _, ids)) => ids.push(bound.id),
                    None => groups.push((kind, select, vec![bound.id])),
                }
            }
            for (kind, select, ids) in groups {
                if let Some(payload) = self.payload(change, kind, select, &ids) {
                    frames.push(Bytes::from(key.notation.write(&key.topic, "postgres_changes", &payload)));
                }
            }
        }
        frames
    }

    /// `None` when nothing that they are shown has changed.
    fn payload(&mut self, change: &Seen, kind: Kind, select: Option<&Vec<String>>, ids: &[u64]) -> Option<String> {
        let table = &change.table;
        let mut data = json!({
            "schema": SCHEMA,
            "table": table.name,
            "commit_timestamp": Timestamp::from_millisecond(change.at).map(|at| at.to_string()).unwrap_or_default(),
            "errors": null,
        });
        let row = |image: &Option<Arc<Image>>| {
            image.as_ref().map(|image| shown(table, image, self.role, select)).unwrap_or_default()
        };
        let key_of = |row: &Row| row.iter().filter(|(name, _)| **name == table.key).map(own).collect::<Row>();
        let (name, record, old) = match kind {
            Kind::Insert => ("INSERT", Some(row(&change.after)), None),
            Kind::Update => {
                let (before, after) = (row(&change.before), row(&change.after));
                if change.before.is_some() && before == after {
                    return None;
                }
                let differs =
                    |(name, value): &(&String, &Value)| after.get(*name) != Some(*value) || **name == table.key;
                let old: Row = before.iter().filter(differs).map(own).collect();
                ("UPDATE", Some(after), Some(old))
            }
            Kind::Delete => ("DELETE", None, Some(row(&change.before))),
            Kind::Exit => {
                let image = change.before.as_ref()?;
                ("DELETE", None, Some(key_of(&shown(table, image, self.role, None))))
            }
        };
        let data = data.as_object_mut()?;
        data.insert("type".to_owned(), Value::from(name));
        if let Some(record) = record {
            data.insert("record".to_owned(), Value::Object(record));
        }
        if let Some(old) = old {
            data.insert("old_record".to_owned(), Value::Object(old));
        }
        let columns = self.columns(table, select);
        let data = serde_json::to_string(data).ok()?;
        // The columns are text already, and last.
        let open = data.strip_suffix('}')?;
        Some(format!("{{\"ids\":{},\"data\":{open},\"columns\":{columns}}}}}", json!(ids)))
    }

    fn columns(&mut self, table: &ChangeTable, select: Option<&Vec<String>>) -> &str {
        let role = self.role;
        self.columns.entry((table.name.clone(), select.cloned())).or_insert_with(|| {
            let columns: Vec<Value> = table
                .columns
                .iter()
                .filter(|column| !column.masked_for.contains(role) && is_selected(&column.name, select))
                .map(|column| json!({ "name": column.name, "type": column.type_name }))
                .collect();
            Value::Array(columns).to_string()
        })
    }
}

impl Plan {
    /// Sends frames to all, and says how far they have come with them.
    pub(super) fn deliver(&self, key: &PlanKey, frames: &[Bytes], cursor: &Arc<str>, with_cursor: bool) {
        let told = with_cursor.then(|| cursor_frame(key, cursor));
        for member in &self.members {
            member.deliver(frames, cursor, told.as_ref());
        }
    }
}

impl PlanMember {
    fn deliver(&self, frames: &[Bytes], cursor: &Arc<str>, told: Option<&Bytes>) {
        let of = Of::Subscription(self.subscription);
        for frame in frames.iter().chain(told.filter(|_| self.cursors)) {
            self.outbox.push(Frame::Text(frame.clone()), of);
        }
        self.outbox.push(Frame::Mark(Arc::clone(cursor)), of);
    }

    /// What a subscription begins or goes on with.
    pub(super) fn begin(&self, key: &PlanKey, frames: Vec<Bytes>, cursor: &Arc<str>) {
        let of = Of::Subscription(self.subscription);
        for frame in frames.into_iter().chain(self.cursors.then(|| cursor_frame(key, cursor))) {
            self.outbox.push_kept(Frame::Text(frame), of);
        }
        self.outbox.push_kept(Frame::Mark(Arc::clone(cursor)), of);
    }
}

/// How far a subscription has come, for clients who keep it.
fn cursor_frame(key: &PlanKey, cursor: &str) -> Bytes {
    Bytes::from(key.notation.write(&key.topic, "hub_cursor", &json!({ "cursor": cursor }).to_string()))
}

fn kind(bound: &Bound, change: &Seen, judge: &Judge) -> Option<Kind> {
    if bound.table.as_ref().is_some_and(|table| table.name != change.table.name) {
        return None;
    }
    let passes = |image: &Option<Arc<Image>>| image.as_ref().is_some_and(|image| judge.passes(bound, image));
    let kind = match (passes(&change.before), passes(&change.after)) {
        (false, false) => return None,
        (false, true) if change.existed => Kind::Update,
        (false, true) => Kind::Insert,
        (true, true) => Kind::Update,
        (true, false) if change.exists => Kind::Exit,
        (true, false) => Kind::Delete,
    };
    let name = match kind {
        Kind::Insert => "INSERT",
        Kind::Update => "UPDATE",
        Kind::Delete | Kind::Exit => "DELETE",
    };
    bound.wanted.takes(name).then_some(kind)
}

fn shown(table: &ChangeTable, image: &Image, role: &str, select: Option<&Vec<String>>) -> Row {
    table
        .columns
        .iter()
        .filter(|column| !column.masked_for.contains(role) && is_selected(&column.name, select))
        .filter_map(|column| image.shown.get_key_value(&column.name).map(own))
        .collect()
}

fn is_selected(name: &str, select: Option<&Vec<String>>) -> bool {
    select.is_none_or(|names| names.iter().any(|of| of == name))
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}
