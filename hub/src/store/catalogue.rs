use std::collections::{HashMap, HashSet};

use schemas::TopicKind;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::StoreError;
use crate::postgres::Pools;

/// What the schema says about itself: which tables feed which topic, who may read them, what is masked. Read once at the
/// start, from the very rows that the policies were made from.
pub struct Catalogue {
    epoch: Uuid,
    place: String,
    tables: HashMap<&'static str, Table>,
}

/// One tracked table.
pub struct Table {
    /// Its name; lives as long as the process, so that every change can carry it for nothing.
    pub name: &'static str,
    /// The column that is the row's key in deltas.
    pub key: String,
    /// The columns that may leave the hub, under their stored names.
    pub columns: Vec<String>,
    /// Sealed columns: stored name and plain name (`attendee_name_enc`, `attendee_name`).
    pub sealed: Vec<(String, String)>,
    /// How its rows find their topics.
    topics: Vec<Term>,
    /// role -> scopes of its select rule
    readers: HashMap<String, HashSet<String>>,
    /// plain column -> roles that do not see it
    masks: HashMap<String, HashSet<String>>,
}

/// One term of `live.track`'s `topics`.
enum Term {
    /// Rows belong to the topic that a column names.
    Column(TopicKind, String),
    /// Rows without any other topic belong to their organization's.
    OrganizationElse,
    /// Rows belong to their organization's topic as well.
    OrganizationToo,
}

/// What a database says of which there is only a part.
const ABSENT: [SqlState; 3] = [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME, SqlState::UNDEFINED_FUNCTION];
/// Which journal this is, and on which server, database and timeline.
const IDENTITY: &str = "select epoch, live.here() from live.identity";

impl Catalogue {
    /// Whether a connection is one to the database that this was read from, of the same epoch.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn is_of(&self, client: &tokio_postgres::Client) -> Result<bool, tokio_postgres::Error> {
        match client.query_opt(IDENTITY, &[]).await {
            Ok(row) => {
                Ok(row.is_some_and(|row| row.get::<_, Uuid>(0) == self.epoch && row.get::<_, &str>(1) == self.place))
            }
            // Nothing of a hub's is there, or not yet.
            Err(error) if error.code().is_some_and(|code| ABSENT.contains(code)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn load(pools: &Pools) -> Result<Self, StoreError> {
        let client = pools.worker().await?;
        let identity = client.query_one(IDENTITY, &[]).await?;
        let (epoch, place) = (identity.get(0), identity.get(1));
        let mut tables = HashMap::new();
        let rows = client
            .query(
                "select t.table_name, t.topics, t.row_key, t.omitted,
                        array(select a.attname::text from pg_attribute a
                               where a.attrelid = t.table_name::regclass and a.attnum > 0 and not a.attisdropped
                               order by a.attnum) as columns,
                        array(select c.column_name from data_classes c
                               where c.table_name = t.table_name and c.class = 'secret') as secret,
                        array(select a.attname::text from pg_attribute a join pg_type ty on ty.oid = a.atttypid
                               where a.attrelid = t.table_name::regclass and a.attnum > 0 and not a.attisdropped
                                 and ty.typname = 'sealed') as sealed,
                        array(select a.attname::text from pg_attribute a join pg_type ty on ty.oid = a.atttypid
                               where a.attrelid = t.table_name::regclass and a.attnum > 0 and not a.attisdropped
                                 and ty.typname in ('blind_index', 'tsvector')) as inner_columns
                   from live.tracked t",
                &[],
            )
            .await?;
        for row in rows {
            let name: &'static str = row.get::<_, String>("table_name").leak();
            let hidden: HashSet<String> = ["omitted", "secret", "inner_columns"]
                .into_iter()
                .flat_map(|column| row.get::<_, Vec<String>>(column))
                .collect();
            let columns = row.get::<_, Vec<String>>("columns").into_iter().filter(|c| !hidden.contains(c)).collect();
            let sealed = row
                .get::<_, Vec<String>>("sealed")
                .into_iter()
                .map(|stored| (stored.clone(), stored.trim_end_matches("_enc").to_owned()))
                .collect();
            let topics = row.get::<_, String>("topics").split(',').filter_map(Term::parse).collect();
            let table = Table {
                name,
                key: row.get("row_key"),
                columns,
                sealed,
                topics,
                readers: HashMap::new(),
                masks: HashMap::new(),
            };
            tables.insert(name, table);
        }
        for row in client.query("select table_name, role, scope from app.access where verb = 'select'", &[]).await? {
            if let Some(table) = tables.get_mut(row.get::<_, &str>("table_name")) {
                table.readers.entry(row.get("role")).or_default().insert(row.get("scope"));
            }
        }
        for row in client.query("select table_name, column_name, role from app.masks", &[]).await? {
            if let Some(table) = tables.get_mut(row.get::<_, &str>("table_name")) {
                table.masks.entry(row.get("column_name")).or_default().insert(row.get("role"));
            }
        }
        Ok(Self { epoch, place, tables })
    }

    /// The journal's epoch.
    pub fn epoch(&self) -> Uuid {
        self.epoch
    }

    /// A tracked table by its name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Tables of which somebody of this role who was admitted to a topic of this kind sees every row, in the order of
    /// their names. Tables of which a role sees only its own rows are not delivered live.
    pub fn visible(&self, kind: TopicKind, role: &str) -> Vec<&Table> {
        let mut tables: Vec<&Table> =
            self.tables.values().filter(|table| table.feeds(kind) && table.is_whole_for(kind, role)).collect();
        tables.sort_unstable_by_key(|table| table.name);
        tables
    }
}

impl Term {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("event", column)) => Some(Self::Column(TopicKind::Event, column.to_owned())),
            Some(("project", column)) => Some(Self::Column(TopicKind::Project, column.to_owned())),
            Some(("org", column)) => Some(Self::Column(TopicKind::Organization, column.to_owned())),
            None if text == "org" => Some(Self::OrganizationElse),
            None if text == "org!" => Some(Self::OrganizationToo),
            _ => None,
        }
    }
}

impl Table {
    /// Whether a role is not shown a column (by its plain name).
    pub fn is_masked(&self, column: &str, role: &str) -> bool {
        self.masks.get(column).is_some_and(|roles| roles.contains(role))
    }

    /// The condition that picks the rows of a topic, with the topic's id as `$1`.
    pub fn topic_condition(&self, kind: TopicKind) -> Option<String> {
        let mut others = Vec::new();
        for term in &self.topics {
            match term {
                Term::Column(of, column) if *of == kind => return Some(format!("{column} = $1")),
                Term::Column(_, column) => others.push(format!("{column} is null")),
                Term::OrganizationToo if kind == TopicKind::Organization => return Some("organization_id = $1".into()),
                Term::OrganizationElse if kind == TopicKind::Organization => {
                    others.push("organization_id = $1".into());
                    return Some(others.join(" and "));
                }
                Term::OrganizationElse | Term::OrganizationToo => {}
            }
        }
        None
    }

    fn feeds(&self, kind: TopicKind) -> bool {
        self.topic_condition(kind).is_some()
    }

    fn is_whole_for(&self, kind: TopicKind, role: &str) -> bool {
        self.readers.get(role).is_some_and(|scopes| {
            // Whoever was admitted to the topic of an event or a project sees what "own events" or "own projects" lets
            // them see, all of it.
            scopes.contains("all")
                || (kind == TopicKind::Event && scopes.contains("event"))
                || (kind == TopicKind::Project && scopes.contains("project"))
        })
    }
}
