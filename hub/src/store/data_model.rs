use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::StoreError;
use crate::postgres::Pools;

mod lineage;
mod queries;

/// The tables, views and functions of schema `public` as those who use them are told of them: types for programs, a page
/// for people. Read from the database's own catalogue and the rules that its policies were made from.
#[derive(Debug, Default)]
pub struct DataModel {
    /// In the order of their names.
    pub relations: Vec<Relation>,
    /// Foreign keys, in the order of their names.
    pub references: Vec<Reference>,
    /// Functions that were granted to requests by name.
    pub functions: Vec<Function>,
}

/// A table or view.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// A view.
    pub is_view: bool,
    /// What it is for.
    pub comment: Option<String>,
    /// Requests may name it: it has row security, and the login that answers them was granted something.
    pub is_served: bool,
    /// Some request may insert: by its grants and, of a table, by the rules of somebody else than the hub.
    pub takes_inserts: bool,
    /// Some request may update.
    pub takes_updates: bool,
    /// A device's request finds nothing in it.
    pub refuses_devices: bool,
    /// Columns of the primary key.
    pub primary: Vec<String>,
    /// Columns of each key that is unique for all rows, the primary one first.
    pub uniques: Vec<Vec<String>>,
    /// What else is unique or excluded, as the catalogue writes it.
    pub conditions: Vec<String>,
    /// `live.track`'s terms; none where changes reach no screen.
    pub topics: Option<String>,
    /// The column that tells its rows apart in deltas; none where changes reach no screen.
    pub row_key: Option<String>,
    /// Columns that the journal leaves out.
    pub omitted: Vec<String>,
    /// Columns that only the database writes.
    pub derived: Vec<String>,
    /// For each narrow role, the columns that it may change.
    pub limits: Option<serde_json::Map<String, Value>>,
    /// In the order of the catalogue.
    pub rules: Vec<Rule>,
    /// In their order.
    #[serde(skip)]
    pub columns: Vec<Column>,
}

/// Who may do what to a table's rows.
#[derive(Debug, Deserialize)]
pub struct Rule {
    /// `select`, `insert`, `update` or `delete`.
    pub verb: String,
    /// The role, or `any`.
    pub role: String,
    /// Of which rows.
    pub scope: String,
}

/// A column as it is stored.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Column {
    /// The relation's name.
    pub relation: String,
    /// Its stored name.
    pub name: String,
    /// Its type with its bounds, as SQL writes it.
    pub declared: String,
    /// The name of its type.
    pub type_name: String,
    /// The name of its type, of a domain that of what it is a domain of. An array's begins with `_`.
    pub base: String,
    /// Never null. Nothing is known of a view's.
    pub not_null: bool,
    /// SQL; empty where the database numbers the rows that bring no number.
    pub default: Option<String>,
    /// Cannot be written: computed, or numbered by the database.
    pub is_generated: bool,
    /// A trigger gives it a value where an insert has none.
    pub is_filled: bool,
    /// Requests may read it.
    pub is_readable: bool,
    /// Requests may give it in an insert.
    pub is_insertable: bool,
    /// Requests may give it in an update.
    pub is_updatable: bool,
    /// The words that it may hold, where it is bound to a list; of an array, those of its elements.
    pub words: Vec<String>,
    /// `personal`, `sealed` or `secret`.
    pub class: Option<String>,
    /// Roles that do not see it.
    pub masked_for: Vec<String>,
    /// Columns that it is computed from.
    pub sources: Vec<String>,
    /// The table that a view's column shows.
    pub origin: Option<String>,
    /// The column that a view's column shows.
    pub origin_column: Option<String>,
    /// Nobody sees it, under whatever name: secrets, blind indexes, and what is kept out of the journal.
    #[serde(skip)]
    pub is_hidden: bool,
}

/// A foreign key, or what a view shows of one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reference {
    /// The constraint.
    pub name: String,
    /// The relation that refers.
    pub from: String,
    /// Its columns.
    pub from_columns: Vec<String>,
    /// The relation that is referred to.
    pub to: String,
    /// Its columns.
    pub to_columns: Vec<String>,
    /// What happens to the row when the one it refers to is deleted; none where that is refused.
    pub on_delete: Option<String>,
}

/// A function.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Function {
    /// Its name; several have one name where it is overloaded.
    pub name: String,
    /// What it does.
    pub comment: Option<String>,
    /// What it takes.
    pub arguments: Vec<Argument>,
    /// It answers any number of rows.
    pub is_set: bool,
    /// The name of the type it answers, of a domain that of what it is a domain of.
    pub returned: String,
    /// The relation whose rows it answers.
    pub relation: Option<String>,
    /// The columns of the rows it answers, if they are of its own making.
    pub made: Vec<Argument>,
}

/// An argument, or a column of a function's own making.
#[derive(Debug, Deserialize)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// The name of its type, as [`Column::base`].
    pub base: String,
    /// It can be left out.
    pub is_optional: bool,
}

impl DataModel {
    /// Reads it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn read(pools: &Pools) -> Result<Self, StoreError> {
        let mut relations: Vec<Relation> = rows(pools, queries::RELATIONS).await?;
        let mut columns: Vec<Column> = rows(pools, queries::COLUMNS).await?;
        lineage::inherit(&relations, &mut columns);
        let references = lineage::seen_through_views(rows(pools, queries::REFERENCES).await?, &columns);
        let functions = rows(pools, queries::FUNCTIONS).await?;
        for column in columns {
            if let Ok(at) = relations.binary_search_by(|relation| relation.name.cmp(&column.relation)) {
                relations[at].columns.push(column);
            }
        }
        Ok(Self { relations, references, functions })
    }

    /// A relation by its name.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }
}

impl Column {
    /// Holds an envelope; requests see what is in it.
    pub fn is_sealed(&self) -> bool {
        self.type_name == "sealed"
    }

    /// The name that requests know it by: `attendee_email` for `attendee_email_enc`.
    pub fn plain_name(&self) -> &str {
        match self.is_sealed() {
            true => self.name.strip_suffix("_enc").unwrap_or(&self.name),
            false => &self.name,
        }
    }
}

/// What a query answers, by way of JSON: the fields of `T` are its columns.
async fn rows<T: DeserializeOwned>(pools: &Pools, query: &str) -> Result<Vec<T>, StoreError> {
    let query = format!("select coalesce(jsonb_agg(to_jsonb(r)), '[]')::text from ({query}) r");
    let text: String = pools.worker().await?.query_one(&query, &[]).await?.get(0);
    serde_json::from_str(&text).map_err(|error| StoreError::Internal(format!("the catalogue: {error}")))
}
