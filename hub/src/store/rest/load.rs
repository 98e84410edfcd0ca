use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::catalogue::{COLUMNS, FUNCTIONS, KINDS, LINKS, RELATIONS, RULES, VERSION};
use super::schema::{Argument, Column, Function, Kind, Link, Relation, Returns, Schema, Sealed, Subject};
use crate::postgres::Pools;
use crate::store::StoreError;

#[derive(Deserialize)]
struct RawRelation {
    name: String,
    is_view: bool,
    comment: Option<String>,
    uniques: Vec<String>,
    has_primary: bool,
    omitted: Vec<String>,
}

#[derive(Deserialize)]
struct RawColumn {
    relation: String,
    name: String,
    type_name: String,
    declared: String,
    base: String,
    not_null: bool,
    default: Option<String>,
    generated: bool,
    comment: Option<String>,
    readable: bool,
    insertable: bool,
    updatable: bool,
    sources: Vec<String>,
    origin: Option<String>,
    origin_column: Option<String>,
}

#[derive(Deserialize, Clone)]
struct RawLink {
    name: String,
    from: String,
    from_columns: Vec<String>,
    to: String,
    to_columns: Vec<String>,
}

#[derive(Deserialize)]
struct RawRule {
    rule: String,
    table_name: String,
    column_name: String,
    detail: String,
}

#[derive(Deserialize)]
struct RawFunction {
    name: String,
    comment: Option<String>,
    reads_only: bool,
    many: bool,
    returned: String,
    composite: bool,
    record: bool,
    relation: Option<String>,
    names: Vec<String>,
    modes: Vec<String>,
    types: Vec<String>,
    required: usize,
}

#[derive(Deserialize)]
struct RawKinds {
    kinds: Vec<String>,
}

/// What tells one state of the catalogue from another.
pub(super) async fn version(pools: &Pools) -> Result<String, StoreError> {
    Ok(pools.worker().await?.query_one(VERSION, &[]).await?.get(0))
}

/// Reads the catalogue.
pub(super) async fn load(pools: &Pools) -> Result<Schema, StoreError> {
    let relations: Vec<RawRelation> = rows(pools, RELATIONS).await?;
    let columns: Vec<RawColumn> = rows(pools, COLUMNS).await?;
    let links: Vec<RawLink> = rows(pools, LINKS).await?;
    let rules = Rules::new(rows(pools, RULES).await?, &columns);
    let functions: Vec<RawFunction> = rows(pools, FUNCTIONS).await?;
    let kinds: Vec<RawKinds> = rows(pools, KINDS).await?;
    let kinds: Vec<String> = kinds.into_iter().flat_map(|row| row.kinds).collect();
    let mut by_relation: HashMap<&str, Vec<&RawColumn>> = HashMap::new();
    for column in &columns {
        by_relation.entry(&column.relation).or_default().push(column);
    }
    let mut schema = Schema::default();
    for relation in relations {
        let raw = by_relation.remove(relation.name.as_str()).unwrap_or_default();
        let made = rules.relation(relation, &raw, &kinds);
        schema.relations.insert(made.name.clone(), made);
    }
    schema.links = with_views(links, &columns)
        .into_iter()
        .filter_map(|link| {
            let from = schema.relations.get(&link.from)?;
            schema.relations.get(&link.to)?;
            let is_unique = from.uniques.iter().any(|unique| unique.iter().all(|c| link.from_columns.contains(c)));
            let RawLink { name, from, from_columns, to, to_columns } = link;
            Some(Link { name, from, from_columns, to, to_columns, is_unique })
        })
        .collect();
    for raw in functions {
        if let Some(function) = function(raw, &schema) {
            schema.functions.entry(function.name.clone()).or_default().push(function);
        }
    }
    Ok(schema)
}

async fn rows<T: DeserializeOwned>(pools: &Pools, sql: &str) -> Result<Vec<T>, StoreError> {
    let sql = format!("select coalesce(jsonb_agg(to_jsonb(r)), '[]')::text from ({sql}) r");
    let text: String = pools.worker().await?.query_one(&sql, &[]).await?.get(0);
    serde_json::from_str(&text).map_err(|error| StoreError::Internal(format!("the catalogue: {error}")))
}

/// Masks, secrets and what is sealed, by table and column.
struct Rules {
    masks: HashMap<(String, String), HashSet<String>>,
    secret: HashSet<(String, String)>,
    subjects: HashMap<String, String>,
    origins: HashMap<(String, String), (String, String)>,
}

impl Rules {
    fn new(rules: Vec<RawRule>, columns: &[RawColumn]) -> Self {
        let mut made =
            Self { masks: HashMap::new(), secret: HashSet::new(), subjects: HashMap::new(), origins: HashMap::new() };
        for rule in rules {
            let key = (rule.table_name.clone(), rule.column_name);
            match rule.rule.as_str() {
                "mask" => drop(made.masks.entry(key).or_default().insert(rule.detail)),
                "secret" => drop(made.secret.insert(key)),
                _ => drop(made.subjects.entry(rule.table_name).or_insert(rule.detail)),
            }
        }
        for column in columns {
            if let (Some(table), Some(of)) = (&column.origin, &column.origin_column) {
                made.origins.insert((column.relation.clone(), column.name.clone()), (table.clone(), of.clone()));
            }
        }
        made
    }

    /// A column, and those that it shows: a view's column shows its table's.
    fn lineage(&self, relation: &str, column: &str) -> Vec<(String, String)> {
        let mut line = vec![(relation.to_owned(), column.to_owned())];
        while let Some(next) = self.origins.get(&line[line.len() - 1]).filter(|next| !line.contains(next)) {
            line.push(next.clone());
        }
        line
    }

    fn is_hidden(&self, relation: &RawRelation, column: &RawColumn) -> bool {
        column.declared == "blind_index"
            || relation.omitted.contains(&column.name) && column.base != "tsvector"
            || self.lineage(&column.relation, &column.name).iter().any(|at| self.secret.contains(at))
    }

    fn masked_for(&self, relation: &str, column: &str, plain: &str) -> HashSet<String> {
        let mut line = self.lineage(relation, column);
        line.extend(self.lineage(relation, plain));
        let plain_of = |(table, column): (String, String)| (table, column.trim_end_matches("_enc").to_owned());
        line.into_iter().map(plain_of).filter_map(|at| self.masks.get(&at)).flatten().cloned().collect()
    }

    fn relation(&self, raw: RawRelation, columns: &[&RawColumn], kinds: &[String]) -> Relation {
        let mut made = Vec::with_capacity(columns.len());
        for column in columns {
            // What is computed from something hidden or masked shows it.
            let hidden = |name: &str| columns.iter().any(|c| c.name == name && self.is_hidden(&raw, c));
            if self.is_hidden(&raw, column) || column.sources.iter().any(|source| hidden(source)) {
                continue;
            }
            let sealed = column.declared == "sealed";
            let plain = if sealed { column.name.trim_end_matches("_enc") } else { &column.name };
            let mut masked_for = self.masked_for(&raw.name, &column.name, plain);
            for source in &column.sources {
                masked_for.extend(self.masked_for(&raw.name, source, source.trim_end_matches("_enc")));
            }
            let kind = match column.base.as_str() {
                _ if sealed => Kind::Sealed(self.sealed(&raw.name, column, plain, columns)),
                "json" => Kind::Json,
                "jsonb" => Kind::Jsonb,
                "tsvector" => Kind::Words,
                _ => Kind::Plain,
            };
            made.push(Column {
                name: plain.to_owned(),
                comment: column.comment.clone(),
                kind,
                type_name: if sealed { "text".to_owned() } else { column.type_name.clone() },
                nullable: !column.not_null,
                default: column.default.clone().filter(|_| !column.generated),
                generated: column.generated,
                readable: column.readable,
                insertable: column.insertable,
                updatable: column.updatable,
                masked_for,
            });
        }
        let names = |text: &String| -> Vec<String> {
            text.trim_matches(['{', '}']).split(',').map(|name| name.trim_matches('"').to_owned()).collect()
        };
        let uniques: Vec<Vec<String>> = raw.uniques.iter().map(names).collect();
        let primary = if raw.has_primary { uniques.first().cloned().unwrap_or_default() } else { Vec::new() };
        let subject = self.subjects.get(&raw.name).and_then(|path| subject(&raw.name, path, kinds));
        let mut relation = Relation::new(raw.name, raw.comment, raw.is_view, made, primary, uniques);
        relation.subject = subject;
        relation
    }

    fn sealed(&self, relation: &str, column: &RawColumn, plain: &str, columns: &[&RawColumn]) -> Sealed {
        let index = format!("{plain}_bidx");
        let line = self.lineage(relation, &column.name);
        let (table, of) = &line[line.len() - 1];
        Sealed {
            stored: column.name.clone(),
            index: columns.iter().any(|c| c.name == index && c.declared == "blind_index").then_some(index),
            label: format!("{table}.{}", of.trim_end_matches("_enc")),
        }
    }
}

/// Whose key seals the rows of a table: the row itself is the subject, or a column names it.
fn subject(table: &str, path: &str, kinds: &[String]) -> Option<Subject> {
    let known = |kind: &str| kinds.iter().any(|known| known == kind);
    if !path.starts_with("self") && path != "-" {
        let kind = path.strip_suffix("_id").filter(|kind| known(kind))?;
        return Some(Subject { kind: kind.to_owned(), column: path.to_owned() });
    }
    let singular = |word: &str| match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).to_owned(),
    };
    let whole = singular(table);
    if let Some(kind) = std::iter::once(whole).chain(table.split('_').map(singular)).find(|kind| known(kind)) {
        return Some(Subject { kind, column: "id".to_owned() });
    }
    (path == "-").then(|| Subject { kind: "organization".to_owned(), column: "organization_id".to_owned() })
}

/// Foreign keys, and the same ones as seen through views that show their columns.
fn with_views(links: Vec<RawLink>, columns: &[RawColumn]) -> Vec<RawLink> {
    // (view, table) -> the table's column -> the view's
    let mut views: HashMap<(&str, &str), HashMap<&str, &str>> = HashMap::new();
    for column in columns {
        if let (Some(table), Some(of)) = (&column.origin, &column.origin_column) {
            views.entry((&column.relation, table)).or_default().insert(of, &column.name);
        }
    }
    let shown = |table: &str, columns: &[String]| -> Vec<(String, Vec<String>)> {
        let mut names = vec![(table.to_owned(), columns.to_vec())];
        for ((view, of), map) in &views {
            let all: Option<Vec<String>> =
                columns.iter().map(|c| map.get(c.as_str()).map(|c| (*c).to_owned())).collect();
            if let (true, Some(all)) = (*of == table, all) {
                names.push(((*view).to_owned(), all));
            }
        }
        names
    };
    let mut all = Vec::new();
    for link in links {
        for (from, from_columns) in shown(&link.from, &link.from_columns) {
            for (to, to_columns) in shown(&link.to, &link.to_columns) {
                let (name, from, from_columns) = (link.name.clone(), from.clone(), from_columns.clone());
                all.push(RawLink { name, from, from_columns, to, to_columns });
            }
        }
    }
    all.sort_by(|a, b| (&a.name, &a.from, &a.to).cmp(&(&b.name, &b.from, &b.to)));
    all
}

/// A function as requests may call it; none if it answers rows that are not served.
fn function(raw: RawFunction, schema: &Schema) -> Option<Function> {
    let sealed = |type_name: &str| matches!(type_name, "sealed" | "blind_index");
    let mode = |at: usize| raw.modes.get(at).map_or("i", String::as_str);
    let name = |at: usize| raw.names.get(at).cloned().unwrap_or_default();
    let inputs = (0..raw.types.len()).filter(|at| matches!(mode(*at), "i" | "b"));
    let arguments = inputs
        .enumerate()
        .map(|(nth, at)| Argument { name: name(at), type_name: raw.types[at].clone(), required: nth < raw.required })
        .collect();
    let outputs: Vec<(String, String)> = (0..raw.types.len())
        .filter(|at| matches!(mode(*at), "o" | "b" | "t") && !sealed(&raw.types[*at]))
        .map(|at| (name(at), raw.types[at].clone()))
        .collect();
    let many = raw.many;
    let returns = match raw.relation {
        Some(relation) if schema.relations.contains_key(&relation) => Returns::Rows { relation, many },
        _ if raw.returned == "void" => Returns::Nothing,
        _ if raw.record && !outputs.is_empty() => Returns::Record { columns: outputs, many },
        _ if raw.record || raw.composite || sealed(&raw.returned) => return None,
        _ => Returns::Scalar { many },
    };
    Some(Function { name: raw.name, comment: raw.comment, arguments, returns, reads_only: raw.reads_only })
}
