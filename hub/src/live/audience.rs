use schemas::{Change, Row, TopicKind};

use crate::store::Catalogue;
use crate::store::journal::JournalChange;

/// Everybody who sees the same of a topic: the same role, admitted to the same topic. What one of them may see is asked
/// once, not once a subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audience {
    /// The role, as policies and masks know it.
    pub role: String,
    /// The tables it sees and asked for, sorted.
    pub tables: Vec<&'static str>,
}

impl Audience {
    /// The audience of a role that asks for some tables (or all it may see) of a topic.
    ///
    /// # Errors
    /// The first table that the topic does not have, or the role may not see: nobody learns which.
    pub fn new(catalogue: &Catalogue, kind: TopicKind, role: &str, wanted: Option<&[String]>) -> Result<Self, String> {
        let visible: Vec<&'static str> = catalogue.visible(kind, role).into_iter().map(|table| table.name).collect();
        let tables = match wanted {
            None => visible,
            Some(wanted) => {
                let mut tables = Vec::with_capacity(wanted.len());
                for name in wanted {
                    match visible.iter().find(|table| *table == name) {
                        Some(table) => tables.push(*table),
                        None => return Err(name.clone()),
                    }
                }
                tables.sort_unstable();
                tables.dedup();
                tables
            }
        };
        Ok(Self { role: role.to_owned(), tables })
    }

    /// Takes the columns out of a presented row that this audience does not see.
    pub fn mask(&self, catalogue: &Catalogue, table: &str, row: &mut Row) {
        if let Some(table) = catalogue.table(table) {
            row.retain(|column, _| !table.is_masked(column, &self.role));
        }
    }

    /// A change as this audience sees it; `None` when there is nothing in it for them.
    pub fn see(&self, catalogue: &Catalogue, change: &JournalChange) -> Option<Change> {
        self.tables.binary_search(&change.table).ok()?;
        let mut row = change.row.clone();
        self.mask(catalogue, change.table, &mut row);
        if change.op == schemas::Op::Update && row.is_empty() {
            return None;
        }
        Some(Change { table: change.table.to_owned(), key: change.key, op: change.op, row })
    }
}
