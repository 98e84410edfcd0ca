use std::collections::{HashMap, HashSet};

use super::RestError;

/// The only schema that is served.
pub const SCHEMA: &str = "public";

/// What the catalogue says of the tables, views and functions that requests may name. No name of a client reaches SQL
/// unless it was found in here.
#[derive(Default)]
pub struct Schema {
    pub(super) relations: HashMap<String, Relation>,
    pub(super) links: Vec<Link>,
    /// Functions by name; several where a name is overloaded.
    pub(super) functions: HashMap<String, Vec<Function>>,
}

/// A table or view.
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) is_view: bool,
    pub(super) columns: Vec<Column>,
    by_name: HashMap<String, usize>,
    pub(super) primary: Vec<String>,
    pub(super) uniques: Vec<Vec<String>>,
    /// Whose data key seals its sealed columns.
    pub(super) subject: Option<Subject>,
}

/// A column, by the name that clients know it by.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) kind: Kind,
    /// As SQL writes it; of a sealed column, `text`.
    pub(super) type_name: String,
    pub(super) nullable: bool,
    /// SQL.
    pub(super) default: Option<String>,
    pub(super) generated: bool,
    pub(super) readable: bool,
    pub(super) insertable: bool,
    pub(super) updatable: bool,
    /// Roles that do not see it.
    pub(super) masked_for: HashSet<String>,
}

/// How a column is stored.
#[derive(Clone)]
pub(super) enum Kind {
    Plain,
    Json,
    Jsonb,
    /// Words for full-text search: not part of `*`.
    Words,
    Sealed(Sealed),
}

/// A sealed column: in which columns it is stored, and for which name it is sealed.
#[derive(Clone)]
pub(super) struct Sealed {
    pub(super) stored: String,
    pub(super) index: Option<String>,
    /// `table.column`: authenticated with the value.
    pub(super) label: String,
}

/// Whose data key seals a row.
#[derive(Clone)]
pub(super) struct Subject {
    /// As `encryption_keys.subject_kind` names it.
    pub(super) kind: String,
    /// The column that holds the subject's id.
    pub(super) column: String,
}

/// A foreign key.
pub(super) struct Link {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) from_columns: Vec<String>,
    pub(super) to: String,
    pub(super) to_columns: Vec<String>,
    /// At most one row refers to each.
    pub(super) is_unique: bool,
}

/// A function that is granted to `hub_app` by name.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) comment: Option<String>,
    pub(super) arguments: Vec<Argument>,
    pub(super) returns: Returns,
    /// Changes nothing: may be called by GET.
    pub(super) reads_only: bool,
}

pub(super) struct Argument {
    /// Empty when it has none.
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) required: bool,
}

/// What a function answers.
pub(super) enum Returns {
    Nothing,
    Scalar {
        many: bool,
    },
    /// Rows of a relation that clients know.
    Rows {
        relation: String,
        many: bool,
    },
    /// Rows of its own making: names and types.
    Record {
        columns: Vec<(String, String)>,
        many: bool,
    },
}

/// A column as those hear of it who are told of changes.
pub struct Told {
    /// By which clients know it.
    pub name: String,
    /// The column that holds it.
    pub stored: String,
    /// As SQL writes its type; of a sealed column, `text`.
    pub type_name: String,
    /// Of a sealed column: `table.column`, authenticated with the value.
    pub label: Option<String>,
    /// Of a sealed column: the column that holds its blind index.
    pub index: Option<String>,
    /// Roles that do not see it.
    pub masked_for: HashSet<String>,
}

impl Schema {
    /// The columns of a table that requests may read, those for searching aside. None if there is no such table.
    pub fn told(&self, table: &str) -> Option<Vec<Told>> {
        let relation = self.relations.get(table).filter(|relation| !relation.is_view)?;
        let columns = relation.columns.iter().filter(|column| column.readable && !matches!(column.kind, Kind::Words));
        let told = columns.map(|column| {
            let sealed = match &column.kind {
                Kind::Sealed(sealed) => Some(sealed),
                _ => None,
            };
            Told {
                name: column.name.clone(),
                stored: column.stored().to_owned(),
                type_name: column.type_name.clone(),
                label: sealed.map(|sealed| sealed.label.clone()),
                index: sealed.and_then(|sealed| sealed.index.clone()),
                masked_for: column.masked_for.clone(),
            }
        });
        Some(told.collect())
    }

    /// A relation by its name.
    pub(super) fn relation(&self, name: &str) -> Result<&Relation, RestError> {
        self.relations.get(name).ok_or_else(|| {
            let plain =
                RestError::new("PGRST205", format!("Could not find the table '{SCHEMA}.{name}' in the schema cache"));
            match self.nearest(name) {
                Some(near) => plain.hint(format!("Perhaps you meant the table '{SCHEMA}.{near}'")),
                None => plain,
            }
        })
    }

    /// A name that shares its beginning.
    fn nearest(&self, name: &str) -> Option<&str> {
        let beginning: String = name.chars().take(4).collect();
        if beginning.chars().count() < 4 {
            return None;
        }
        self.relations.keys().map(String::as_str).filter(|known| known.starts_with(&beginning)).min()
    }
}

impl Relation {
    pub(super) fn new(
        name: String,
        comment: Option<String>,
        is_view: bool,
        columns: Vec<Column>,
        primary: Vec<String>,
        uniques: Vec<Vec<String>>,
    ) -> Self {
        let by_name = columns.iter().enumerate().map(|(at, column)| (column.name.clone(), at)).collect();
        Self { name, comment, is_view, columns, by_name, primary, uniques, subject: None }
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.by_name.get(name).map(|at| &self.columns[*at]).filter(|column| column.readable)
    }

    /// A column that may be written.
    pub(super) fn writable(&self, name: &str, role: &str) -> Result<&Column, RestError> {
        let column = self.by_name.get(name).map(|at| &self.columns[*at]).ok_or_else(|| {
            let message = format!("Could not find the '{name}' column of '{}' in the schema cache", self.name);
            RestError::new("PGRST204", message)
        })?;
        // Whoever may not see a value could find it out by writing it: a change of nothing leaves no trace.
        if column.masked_for.contains(role) {
            return Err(RestError::masked(&self.name, name));
        }
        if column.generated {
            let message = format!("cannot write \"{name}\": it is a generated column");
            return Err(RestError::new("428C9", message));
        }
        Ok(column)
    }

    /// A column whose values the role sees.
    pub(super) fn visible(&self, name: &str, role: &str) -> Result<&Column, RestError> {
        let column = self.column(name).ok_or_else(|| RestError::no_column(&self.name, name))?;
        if column.masked_for.contains(role) {
            return Err(RestError::masked(&self.name, name));
        }
        Ok(column)
    }
}

impl Column {
    /// The column as Postgres has it.
    pub(super) fn stored(&self) -> &str {
        match &self.kind {
            Kind::Sealed(sealed) => &sealed.stored,
            _ => &self.name,
        }
    }
}

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
