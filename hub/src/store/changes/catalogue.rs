use std::collections::{HashMap, HashSet};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use domain::realtime::ColumnKind;

use crate::store::rest::Schema;
use crate::store::{Store, StoreError};

/// The tables whose changes are told, as the schema and its policies are now.
pub struct ChangeTables {
    tables: HashMap<String, Arc<ChangeTable>>,
}

/// One of them.
#[derive(Debug)]
pub struct ChangeTable {
    /// Its name.
    pub name: String,
    /// The column that the journal knows its rows by.
    pub key: String,
    /// The columns that may leave the hub.
    pub columns: Vec<Shown>,
    /// Roles of persons that see every row in their organization.
    whole: HashSet<String>,
    /// Functions without arguments that its policies ask about whoever reads: `app.my_events`.
    pub probes: Vec<String>,
    /// Tables that those functions look at.
    deciders: HashSet<String>,
    /// Tables that the policies look at themselves.
    looked_at: HashSet<String>,
}

/// A column that may leave the hub.
#[derive(Debug)]
pub struct Shown {
    /// By which clients know it.
    pub name: String,
    /// The column that holds it.
    pub stored: String,
    /// `pg_type.typname`, of a domain its base: what the dialect calls a type.
    pub type_name: String,
    /// As SQL writes its type.
    pub sql_type: String,
    /// How it is compared.
    pub kind: ColumnKind,
    /// Of a sealed column: for what it is sealed.
    pub label: Option<String>,
    /// Of a sealed column: where its blind index is.
    pub index: Option<String>,
    /// Roles that do not see it.
    pub masked_for: HashSet<String>,
}

/// The tables as they were read last.
#[derive(Default)]
pub struct Tables {
    known: RwLock<Option<Known>>,
    reading: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Known {
    tables: Arc<ChangeTables>,
    schema: Arc<Schema>,
    version: Arc<str>,
    checked: Instant,
}

/// For how long they are believed. Whoever needs them then waits until half the catalogue is read; see [`Tables::renew`].
const BELIEVED: Duration = Duration::from_secs(1);
/// How old they may be to need no renewal.
const FRESH: Duration = Duration::from_millis(700);

const VERSION: &str = "
    select concat_ws(' ',
      (select sum(hashint8extended(p.oid::bigint << 32 | p.xmin::text::bigint, 0)) from pg_policy p),
      (select sum(hashint8extended(f.oid::bigint << 32 | f.xmin::text::bigint, 0)) from pg_proc f
        where f.pronamespace = 'app'::regnamespace),
      (select sum(hashtextextended(t::text, 0)) from live.tracked t),
      (select sum(hashtextextended(a::text, 0)) from app.access a where a.verb = 'select'))";

/// A restrictive policy that is not about the tenant or about devices could hide rows from anybody.
const TRACKED: &str = "
    with tracked as (select t.*, format('public.%I', t.table_name)::regclass as of_table from live.tracked t)
    select t.table_name, t.row_key,
           coalesce((select string_agg(pg_get_expr(p.polqual, p.polrelid), ' ') from pg_policy p
                      where p.polrelid = t.of_table and p.polcmd in ('r', '*')), '') as policies,
           not exists (select from pg_policy p where p.polrelid = t.of_table and p.polcmd in ('r', '*')
                          and not p.polpermissive and p.polname not in ('tenant', 'no_devices')) as plain,
           array(select a.role from app.access a
                  where a.table_name = t.table_name and a.verb = 'select' and a.scope = 'all') as whole,
           array(select a.attname::text || ' ' || coalesce(b.typname, y.typname)
                   from pg_attribute a join pg_type y on y.oid = a.atttypid
                   left join pg_type b on b.oid = nullif(y.typbasetype, 0)
                  where a.attrelid = t.of_table and a.attnum > 0 and not a.attisdropped) as types
      from tracked t";

const FUNCTIONS: &str = "
    select p.proname::text as name, p.pronargs = 0 as without_arguments,
           coalesce(p.prosrc, '') || ' ' || coalesce(pg_get_function_sqlbody(p.oid), '') as source
      from pg_proc p where p.pronamespace = 'app'::regnamespace and p.prokind = 'f'";

impl Tables {
    /// The tables as they are now, at most a second old.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn now(&self, store: &Store) -> Result<Arc<ChangeTables>, StoreError> {
        self.not_older_than(store, BELIEVED).await
    }

    /// Asks whether they have changed, if that was not asked just now: whoever follows changes does so from time to time,
    /// and does not wait when there is one.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn renew(&self, store: &Store) -> Result<(), StoreError> {
        self.not_older_than(store, FRESH).await.map(drop)
    }

    async fn not_older_than(&self, store: &Store, age: Duration) -> Result<Arc<ChangeTables>, StoreError> {
        let young = |known: &Known| known.checked.elapsed() < age;
        if let Some(known) = self.known().filter(young) {
            return Ok(known.tables);
        }
        let _reading = self.reading.lock().await;
        let known = self.known();
        if let Some(known) = known.clone().filter(young) {
            return Ok(known.tables);
        }
        let checked = Instant::now();
        let schema = store.tables.fresh(store).await?;
        let version: Arc<str> = store.pools.worker().await?.query_one(VERSION, &[]).await?.get::<_, String>(0).into();
        let same = known.filter(|known| known.version == version && Arc::ptr_eq(&known.schema, &schema));
        let tables = match same {
            Some(known) => known.tables,
            None => Arc::new(ChangeTables::load(store, &schema).await?),
        };
        let known = Known { tables: Arc::clone(&tables), schema, version, checked };
        *self.known.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(known);
        Ok(tables)
    }

    fn known(&self) -> Option<Known> {
        self.known.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl ChangeTables {
    async fn load(store: &Store, schema: &Schema) -> Result<Self, StoreError> {
        let client = store.pools.worker().await?;
        let functions: HashMap<String, Function> = client
            .query(FUNCTIONS, &[])
            .await?
            .into_iter()
            .map(|row| {
                let function = Function { words: words(row.get("source")), is_probe: row.get("without_arguments") };
                (row.get("name"), function)
            })
            .collect();
        let rows = client.query(TRACKED, &[]).await?;
        let policies: HashMap<String, Vec<String>> =
            rows.iter().map(|row| (row.get("table_name"), words(row.get("policies")))).collect();
        let mut tables = HashMap::new();
        for row in rows {
            let name: String = row.get("table_name");
            let Some(told) = schema.told(&name) else { continue };
            let types: HashMap<String, String> = row
                .get::<_, Vec<String>>("types")
                .into_iter()
                .filter_map(|pair| pair.split_once(' ').map(|(column, of)| (column.to_owned(), of.to_owned())))
                .collect();
            let columns = told.into_iter().map(|column| {
                let sealed = column.label.is_some();
                let type_name = if sealed { "text" } else { types.get(&column.stored).map_or("text", String::as_str) };
                Shown {
                    kind: ColumnKind::of_type(type_name),
                    type_name: type_name.to_owned(),
                    name: column.name,
                    stored: column.stored,
                    sql_type: column.type_name,
                    label: column.label,
                    index: column.index,
                    masked_for: column.masked_for,
                }
            });
            let sight = Sight::of(&name, &policies, &functions);
            let table = ChangeTable {
                key: row.get("row_key"),
                columns: columns.collect(),
                whole: match row.get("plain") {
                    true => row.get::<_, Vec<String>>("whole").into_iter().collect(),
                    false => HashSet::new(),
                },
                probes: sight.probes.into_iter().collect(),
                deciders: sight.deciders,
                looked_at: sight.looked_at,
                name: name.clone(),
            };
            tables.insert(name, Arc::new(table));
        }
        Ok(Self { tables })
    }

    /// A table by its name.
    pub fn table(&self, name: &str) -> Option<&Arc<ChangeTable>> {
        self.tables.get(name)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<ChangeTable>> {
        self.tables.values()
    }
}

impl ChangeTable {
    /// Whether all persons of a role see every row of it, so that nobody needs to be asked.
    pub fn is_whole_for(&self, role: &str) -> bool {
        self.whole.contains(role)
    }

    /// Whether its policies look at one of these tables themselves: then nobody can tell without asking who sees what.
    pub fn looked_at(&self, touched: &HashSet<String>) -> bool {
        !self.looked_at.is_disjoint(touched)
    }

    /// Whether its [`probes`](Self::probes) look at one of these tables.
    pub fn decided_by(&self, touched: &HashSet<String>) -> bool {
        !self.deciders.is_disjoint(touched)
    }

    /// A column by the name that clients know.
    pub fn column(&self, name: &str) -> Option<&Shown> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// As SQL writes it.
    pub(super) fn sql(&self) -> String {
        format!("public.{}", quoted(&self.name))
    }
}

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

struct Function {
    words: Vec<String>,
    is_probe: bool,
}

/// On what it depends whether a row is seen, besides the row itself.
#[derive(Debug, Default, PartialEq)]
struct Sight {
    probes: std::collections::BTreeSet<String>,
    deciders: HashSet<String>,
    looked_at: HashSet<String>,
}

impl Sight {
    fn of(table: &str, policies: &HashMap<String, Vec<String>>, functions: &HashMap<String, Function>) -> Self {
        let mut sight = Self::default();
        // A table in a policy is read under its own policies, and so on.
        let mut open = vec![table];
        while let Some(next) = open.pop() {
            for word in policies.get(next).into_iter().flatten() {
                if let Some(function) = functions.get(word) {
                    let tables = Self::reached(word, functions, policies);
                    if function.is_probe {
                        sight.probes.insert(word.clone());
                        sight.deciders.extend(tables);
                    } else {
                        sight.looked_at.extend(tables);
                    }
                } else if let Some((name, _)) = policies.get_key_value(word)
                    && name != table
                    && sight.looked_at.insert(name.clone())
                {
                    open.push(name);
                }
            }
        }
        sight
    }

    /// The tables that a function looks at, and those that it calls.
    fn reached(
        function: &str,
        functions: &HashMap<String, Function>,
        tables: &HashMap<String, Vec<String>>,
    ) -> HashSet<String> {
        let mut seen = HashSet::from([function.to_owned()]);
        let mut open = vec![function.to_owned()];
        let mut reached = HashSet::new();
        while let Some(next) = open.pop() {
            for word in functions.get(&next).map(|function| &function.words).into_iter().flatten() {
                if tables.contains_key(word) {
                    reached.insert(word.clone());
                }
                if functions.contains_key(word) && seen.insert(word.clone()) {
                    open.push(word.clone());
                }
            }
        }
        reached
    }
}

/// The names in a piece of SQL; texts in quotes are none.
fn words(sql: &str) -> Vec<String> {
    let mut words: Vec<String> = sql
        .split('\'')
        .step_by(2)
        .flat_map(|code| code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sight_depends_on_is_read_from_the_policies() {
        let policies = HashMap::from([
            ("guests".to_owned(), words("app.role() = 'staff' and event_id in (select app.my_events())")),
            ("staff".to_owned(), words("app.role() = any ('{owner}'::text[])")),
            ("venues".to_owned(), words("id in (select e.venue_id from events e)")),
            ("events".to_owned(), words("id in (select app.my_events())")),
            ("members".to_owned(), Vec::new()),
            ("links".to_owned(), words("app.opens(id)")),
            ("grants".to_owned(), Vec::new()),
        ]);
        let function = |source: &str, is_probe| Function { words: words(source), is_probe };
        let functions = HashMap::from([
            ("role".to_owned(), function("select m.role from members m where m.status = 'staff'", true)),
            ("my_events".to_owned(), function("select event_id from grants where app.role() is not null", true)),
            ("opens".to_owned(), function("select from grants where id = $1", false)),
        ]);
        let sight = |table: &str| Sight::of(table, &policies, &functions);
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<HashSet<_>>();
        let guests = sight("guests");
        assert_eq!(guests.probes.iter().map(String::as_str).collect::<Vec<_>>(), ["my_events", "role"]);
        assert_eq!((guests.deciders, guests.looked_at), (set(&["grants", "members"]), set(&[])));
        let venues = sight("venues");
        assert_eq!(venues.looked_at, set(&["events"]), "and the events are those of the caller");
        assert!(venues.probes.contains("my_events") && venues.deciders.contains("grants"));
        assert_eq!(sight("links").looked_at, set(&["grants"]));
    }
}
