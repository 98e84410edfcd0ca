use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::schema::{Argument, Column, Function, Kind, Link, Relation, Returns, Schema, Sealed, Subject};
use crate::postgres::Pools;
use crate::store::StoreError;

/// Changes whenever something does that [`load`] reads.
const VERSION: &str = "
    select md5(concat_ws(' ',
      (select string_agg(concat_ws('.', c.oid, c.xmin), ',' order by c.oid)
         from pg_class c where c.relnamespace = 'public'::regnamespace),
      (select string_agg(concat_ws('.', a.attrelid, a.attnum, a.xmin), ',' order by a.attrelid, a.attnum)
         from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'public'::regnamespace and a.attnum > 0),
      (select string_agg(concat_ws('.', f.oid, f.xmin), ',' order by f.oid)
         from pg_constraint f where f.connamespace = 'public'::regnamespace),
      (select string_agg(concat_ws('.', p.oid, p.xmin), ',' order by p.oid)
         from pg_proc p where p.pronamespace = 'public'::regnamespace),
      (select string_agg(concat_ws('.', d.oid, d.xmin), ',' order by d.oid) from pg_attrdef d),
      (select string_agg(concat_ws('.', m.*), ',' order by m.*) from app.masks m),
      (select string_agg(concat_ws('.', s.table_name, s.column_name, s.class, s.subject_path), ',' order by s.table_name, s.column_name)
         from data_classes s),
      (select string_agg(concat_ws('.', t.table_name, t.omitted), ',' order by t.table_name) from live.tracked t)))";

/// Tables with row security and views that look through their reader's eyes; nothing else is served.
const RELATIONS: &str = "
    select c.relname as name, c.relkind = 'v' as is_view, obj_description(c.oid, 'pg_class') as comment,
           array(select array(select a.attname from unnest(i.indkey) with ordinality k (no, nth)
                                join pg_attribute a on a.attrelid = c.oid and a.attnum = k.no order by k.nth)::text
                   from pg_index i
                  where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
                  order by i.indisprimary desc, i.indexrelid) as uniques,
           exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary) as has_primary,
           coalesce((select t.omitted from live.tracked t where t.table_name = c.relname), '{}') as omitted
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and not c.relispartition
       and has_any_column_privilege('hub_app', c.oid, 'select, insert, update')
       and case c.relkind
             when 'v' then coalesce((select bool_or(o.option_value::boolean) from pg_options_to_table(c.reloptions) o
                                      where o.option_name = 'security_invoker'), false)
             else c.relkind in ('r', 'p') and c.relrowsecurity and c.relforcerowsecurity
           end";

const COLUMNS: &str = r"
    with targets as (
      select distinct on (c.oid, t.found[1]) c.oid as relation, t.found[1]::int as no, t.found[2] as name,
             t.found[3]::oid as origin, t.found[4]::int as origin_no
        from pg_class c
        join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN',
             regexp_matches(r.ev_action::text,
               ':resno (\d+) :resname (\S+) :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+)', 'g')
               with ordinality t (found, nth)
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
       order by c.oid, t.found[1], t.nth desc
    )
    select c.relname as relation, a.attname as name, format_type(a.atttypid, a.atttypmod) as type_name,
           t.typname as declared, coalesce(b.typname, t.typname) as base, a.attnotnull as not_null,
           pg_get_expr(d.adbin, d.adrelid) as default, a.attgenerated <> '' or a.attidentity = 'a' as generated,
           col_description(c.oid, a.attnum) as comment,
           has_column_privilege('hub_app', c.oid, a.attnum, 'select') as readable,
           has_column_privilege('hub_app', c.oid, a.attnum, 'insert') as insertable,
           has_column_privilege('hub_app', c.oid, a.attnum, 'update') as updatable,
           array(select s.attname from pg_depend p join pg_attribute s on s.attrelid = c.oid and s.attnum = p.refobjsubid
                  where a.attgenerated <> '' and p.classid = 'pg_attrdef'::regclass and p.objid = d.oid
                    and p.refclassid = 'pg_class'::regclass and p.refobjid = c.oid and s.attnum <> a.attnum) as sources,
           o.relname as origin, oa.attname as origin_column
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
      left join pg_type b on b.oid = nullif(t.typbasetype, 0)
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      left join targets g on g.relation = c.oid and g.no = a.attnum and g.name = a.attname
      left join pg_class o on o.oid = g.origin and o.relnamespace = 'public'::regnamespace
      left join pg_attribute oa on oa.attrelid = o.oid and oa.attnum = g.origin_no
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
     order by c.relname, a.attnum";

const LINKS: &str = r#"
    select f.conname as name, c.relname as "from", r.relname as "to",
           array(select a.attname from unnest(f.conkey) with ordinality k (no, nth)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = k.no order by k.nth) as from_columns,
           array(select a.attname from unnest(f.confkey) with ordinality k (no, nth)
                   join pg_attribute a on a.attrelid = r.oid and a.attnum = k.no order by k.nth) as to_columns
      from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_class r on r.oid = f.confrelid
     where f.contype = 'f' and f.conparentid = 0
       and c.relnamespace = 'public'::regnamespace and r.relnamespace = 'public'::regnamespace
     order by f.conname"#;

const RULES: &str = "
    select 'mask' as rule, table_name, column_name, role as detail from app.masks
    union all
    select class, table_name, column_name, subject_path from data_classes where class in ('secret', 'sealed')";

/// Functions that somebody granted to hub_app by name; what everybody may execute by default does not count, nor what an
/// extension brought along.
const FUNCTIONS: &str = "
    select p.proname as name, obj_description(p.oid, 'pg_proc') as comment, p.provolatile <> 'v' as reads_only,
           p.proretset as many, t.typname as returned, t.typtype = 'c' as composite, p.prorettype = 'record'::regtype as record,
           (select c.relname from pg_class c where c.oid = t.typrelid and c.relnamespace = 'public'::regnamespace) as relation,
           coalesce(p.proargnames, '{}') as names,
           coalesce(p.proargmodes::text[], '{}') as modes,
           array(select format_type(y, null) from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality u (y, n)
                  order by n) as types,
           p.pronargs - p.pronargdefaults as required
      from pg_proc p join pg_type t on t.oid = p.prorettype
     where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and p.provariadic = 0
       and t.typname not in ('trigger', 'event_trigger')
       and exists (select from aclexplode(p.proacl) x where x.grantee = 'hub_app'::regrole and x.privilege_type = 'EXECUTE')
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
     order by p.oid";

const KINDS: &str = "
    select array(select m[1] from pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') m
                  where c.conrelid = 'encryption_keys'::regclass and c.contype = 'c'
                    and pg_get_constraintdef(c.oid) like '%subject_kind%') as kinds";

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
    let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
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
