//! The query strings of `/rest/v1`: what a client asks of a table, in PostgREST's words. Text goes in, a tree comes out;
//! whether its tables and columns exist, and who may see them, is asked elsewhere.

mod condition;
mod key;
mod placement;
mod scan;
mod selection;
#[cfg(test)]
mod tests;

pub use condition::{Condition, Is, Operator, Quantifier, Search, Test, of_columns};
pub use selection::{Aggregate, Embed, Field, Function, Item, Join, Pick, Step};

/// How much one query may ask for. Past it, nothing is looked up.
pub mod bounds {
    /// Embeds below one another.
    pub const DEPTH: usize = 5;
    /// Embeds in all.
    pub const EMBEDS: usize = 20;
    /// Conditions in all, `and` and `or` included.
    pub const CONDITIONS: usize = 100;
    /// `and` and `or` below one another.
    pub const NESTING: usize = 8;
    /// Values of one `in` list.
    pub const LIST: usize = 1_000;
    /// Columns and embeds that are selected.
    pub const ITEMS: usize = 300;
    /// Terms of one order.
    pub const ORDER: usize = 20;
    /// Steps of one JSON path.
    pub const STEPS: usize = 16;
}

/// Why a query string is not understood. Each has a stable code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It does not parse.
    #[error("\"failed to parse {what} ({text})\"")]
    Syntax {
        /// Which parameter.
        what: String,
        /// What it said, cut to 200 characters.
        text: String,
        /// What was expected instead.
        expected: &'static str,
    },
    /// A filter or order names an embed that is not selected.
    #[error("'{0}' is not an embedded resource in this request")]
    NotEmbedded(String),
    /// More than [`bounds`] allow.
    #[error("too many {what}: at most {at_most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The bound.
        at_most: usize,
    },
}

impl QueryError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "PGRST100",
            Self::NotEmbedded(_) => "PGRST108",
            Self::TooMany { .. } => "HUB101",
        }
    }

    fn syntax(what: &str, text: &str, expected: &'static str) -> Self {
        let cut = |text: &str| text.chars().take(200).collect();
        Self::Syntax { what: cut(what), text: cut(text), expected }
    }
}

/// What is read of one relation: the table of the request, or an embed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// Columns and embeds, in order.
    pub items: Vec<Item>,
    /// All of these hold.
    pub conditions: Vec<Condition>,
    /// First things first.
    pub order: Vec<Order>,
    /// At most so many rows.
    pub limit: Option<u64>,
    /// Without the first so many.
    pub offset: u64,
}

/// One term of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The embed whose column it is, when it is not the relation's own.
    pub embed: Option<String>,
    /// The column.
    pub field: Field,
    /// From large to small.
    pub descending: bool,
    /// Nulls first, last, or where Postgres puts them.
    pub nulls_first: Option<bool>,
}

/// A whole query string.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableQuery {
    /// What is read.
    pub root: Node,
    /// The columns of a write; others in the body are ignored.
    pub columns: Option<Vec<String>>,
    /// The columns that decide whether a row is there already.
    pub on_conflict: Option<Vec<String>>,
}

impl TableQuery {
    /// Reads decoded pairs of a query string.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub fn parse<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> Result<Self, QueryError> {
        let find = |name: &str| pairs.iter().find(|(key, _)| key.as_ref() == name).map(|(_, value)| value.as_ref());
        let mut query = Self {
            root: Node { items: selection::parse(find("select").unwrap_or("*"))?, ..Node::default() },
            columns: find("columns").map(|text| scan::names("columns", text)).transpose()?,
            on_conflict: find("on_conflict").map(|text| scan::names("on_conflict", text)).transpose()?,
        };
        let mut budget = bounds::CONDITIONS;
        for (key, value) in pairs {
            match key.as_ref() {
                "select" | "columns" | "on_conflict" => {}
                key => placement::place(&mut query.root, key, value.as_ref(), &mut budget)?,
            }
        }
        Ok(query)
    }
}

impl Node {
    /// The embed that goes by this name: its alias, or its relation where it has none.
    pub fn embed(&self, name: &str) -> Option<&Embed> {
        self.items.iter().find_map(|item| match item {
            Item::Embed(embed) if embed.is_called(name) => Some(embed),
            _ => None,
        })
    }

    fn embed_mut(&mut self, name: &str) -> Option<&mut Embed> {
        self.items.iter_mut().find_map(|item| match item {
            Item::Embed(embed) if embed.is_called(name) => Some(embed),
            _ => None,
        })
    }
}
