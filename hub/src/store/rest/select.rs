use std::collections::HashMap;

use domain::table_query::{Field, Function, Item, Node, Pick, QueryError};

use super::RestError;
use super::embed::Embedded;
use super::parts::{Output, Select};
use super::revealed::Seals;
use super::schema::{Column, Kind, Relation, Schema, quoted};
use crate::postgres::Untyped;
use crate::sealing::MasterKey;

/// Rows of one answer, and of one embed in it, at most.
pub const ROW_CAP: u64 = 1_000;

/// Types that a client may turn a column into.
const CASTS: [&str; 29] = [
    "bigint",
    "bool",
    "boolean",
    "char",
    "citext",
    "date",
    "decimal",
    "double precision",
    "float",
    "float4",
    "float8",
    "int",
    "int2",
    "int4",
    "int8",
    "integer",
    "interval",
    "json",
    "jsonb",
    "numeric",
    "real",
    "smallint",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "varchar",
];

/// Turns a query into SQL, for one role. Every name comes from the schema, every value is bound.
pub(super) struct Builder<'a> {
    pub(super) schema: &'a Schema,
    pub(super) role: &'a str,
    pub(super) master: &'a MasterKey,
    pub(super) values: Vec<Untyped>,
    pub(super) seals: Seals,
    aliases: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(schema: &'a Schema, role: &'a str, master: &'a MasterKey) -> Self {
        Self { schema, role, master, values: Vec::new(), seals: Seals::new(), aliases: 0 }
    }

    pub(super) fn bind(&mut self, value: impl Into<String>) -> String {
        self.values.push(Untyped(Some(value.into())));
        format!("${}", self.values.len())
    }

    pub(super) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    /// What a node selects from `source`, which has the columns of `relation`.
    pub(super) fn select(&mut self, node: &Node, relation: &Relation, source: &str) -> Result<Select, RestError> {
        let alias = self.alias();
        let mut select = Select {
            outputs: Vec::new(),
            aggregated: node.is_aggregated(),
            from: format!("{source} as {alias}"),
            joins: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
            limit: node.limit,
            offset: node.offset,
        };
        self.fill(&mut select, node, relation, &alias)?;
        Ok(select)
    }

    pub(super) fn fill(
        &mut self,
        select: &mut Select,
        node: &Node,
        relation: &Relation,
        alias: &str,
    ) -> Result<(), RestError> {
        let mut embeds: HashMap<&str, Embedded> = HashMap::new();
        for item in &node.items {
            match item {
                Item::Star => {
                    let columns = relation.columns.iter().filter(|column| {
                        column.readable && !matches!(column.kind, Kind::Words) && !column.masked_for.contains(self.role)
                    });
                    for column in columns {
                        let sql = self.output(column, alias);
                        select.outputs.push(Output { name: column.name.clone(), sql, groups: true });
                    }
                }
                Item::Pick(pick) => {
                    let output = self.pick(pick, relation, alias)?;
                    select.aggregated |= !output.groups && pick.aggregate.is_none() && is_count(pick, relation);
                    select.outputs.push(output);
                }
                Item::Embed(embed) => {
                    let embedded = self.embed(select, embed, relation, alias, node)?;
                    embeds.insert(embed.name(), embedded);
                }
            }
        }
        if select.aggregated
            && node.items.iter().any(|item| matches!(item, Item::Embed(e) if !e.spread && !e.node.items.is_empty()))
        {
            return Err(RestError::senseless("An embed cannot stand beside an aggregate; spread it (...) instead."));
        }
        for condition in &node.conditions {
            let mut needed = Vec::new();
            let mut by_name = |name: &str| {
                embeds.get(name).map(|embedded| {
                    needed.push(embedded.alias.clone());
                    format!("{}.j", embedded.alias)
                })
            };
            let sql = self.condition(condition, relation, alias, &mut by_name)?;
            select.conditions.push(sql);
            for join in &mut select.joins {
                join.decides |= needed.iter().any(|alias| join.sql.contains(&format!(") {alias} on ")));
            }
        }
        for term in &node.order {
            let sql = match &term.embed {
                None => self.ordering(&term.field, relation, alias)?,
                Some(name) => {
                    let embedded = embeds
                        .get(name.as_str())
                        .ok_or_else(|| RestError::from(QueryError::NotEmbedded(name.clone())))?;
                    if embedded.many {
                        let message = format!("A related order on '{name}' is not possible");
                        return Err(RestError::new("PGRST118", message).details(format!(
                            "'{}' and '{name}' do not form a many-to-one or one-to-one relationship",
                            relation.name
                        )));
                    }
                    let nth = node.order.iter().filter(|o| o.embed.as_ref() == Some(name)).position(|o| o == term);
                    format!("{}.{}", embedded.alias, embedded.shown[nth.unwrap_or_default()])
                }
            };
            let direction = if term.descending { " desc" } else { "" };
            let nulls = match term.nulls_first {
                Some(true) => " nulls first",
                Some(false) => " nulls last",
                None => "",
            };
            select.order.push(format!("{sql}{direction}{nulls}"));
        }
        Ok(())
    }

    /// A column as it is answered. What is sealed leaves Postgres in a wrapping that is taken off before anybody sees it.
    pub(super) fn output(&mut self, column: &Column, alias: &str) -> String {
        match &column.kind {
            Kind::Sealed(sealed) => {
                let mark = self.seals.mark(&sealed.label);
                let mark = self.bind(mark);
                format!("{mark}::text || encode({alias}.{}::bytea, 'hex')", quoted(&sealed.stored))
            }
            _ => format!("{alias}.{}", quoted(&column.name)),
        }
    }

    fn pick(&mut self, pick: &Pick, relation: &Relation, alias: &str) -> Result<Output, RestError> {
        if is_count(pick, relation) {
            let cast = pick.aggregate.as_ref().and_then(|a| a.cast.as_ref()).or(pick.cast.as_ref());
            let sql = casted("count(*)".to_owned(), cast)?;
            return Ok(Output { name: pick.alias.clone().unwrap_or_else(|| "count".into()), sql, groups: false });
        }
        let Some(field) = &pick.field else { return Err(RestError::no_column(&relation.name, "count")) };
        let name = |default: &str| pick.alias.clone().unwrap_or_else(|| default.to_owned());
        let last = field.path.last().map_or(&field.column, |step| &step.key);
        if let Some(aggregate) = &pick.aggregate {
            let column = relation.visible(&field.column, self.role)?;
            if matches!(column.kind, Kind::Sealed(_)) {
                return Err(sealed(&column.name, "nothing is computed over it"));
            }
            let sql = self.field(field, relation, alias)?;
            let sql = casted(sql, pick.cast.as_ref())?;
            let sql = casted(format!("{}({sql})", aggregate.function.as_str()), aggregate.cast.as_ref())?;
            return Ok(Output { name: name(aggregate.function.as_str()), sql, groups: false });
        }
        let column =
            relation.column(&field.column).ok_or_else(|| RestError::no_column(&relation.name, &field.column))?;
        // Named, it is there and says nothing: dashboards name all their columns for everybody.
        if column.masked_for.contains(self.role) {
            return Ok(Output { name: name(last), sql: "null".to_owned(), groups: false });
        }
        if matches!(column.kind, Kind::Sealed(_)) {
            if !field.path.is_empty() || pick.cast.as_deref().is_some_and(|cast| cast != "text") {
                return Err(sealed(&column.name, "it is a text and nothing else"));
            }
            let sql = self.output(column, alias);
            return Ok(Output { name: name(last), sql, groups: true });
        }
        let sql = self.field(field, relation, alias)?;
        Ok(Output { name: name(last), sql: casted(sql, pick.cast.as_ref())?, groups: true })
    }

    /// A column that the role sees, or something inside its JSON.
    pub(super) fn field(&mut self, field: &Field, relation: &Relation, alias: &str) -> Result<String, RestError> {
        let column = relation.visible(&field.column, self.role)?;
        let mut sql = format!("{alias}.{}", quoted(column.stored()));
        if field.path.is_empty() {
            return Ok(sql);
        }
        if matches!(column.kind, Kind::Sealed(_)) {
            return Err(sealed(&column.name, "it is a text and nothing else"));
        }
        if !matches!(column.kind, Kind::Json | Kind::Jsonb) {
            sql = format!("to_jsonb({sql})");
        }
        for step in &field.path {
            let arrow = if step.as_text { "->>" } else { "->" };
            let key = match step.key.parse::<i32>() {
                Ok(index) => format!("({index})"),
                Err(_) => format!("{}::text", self.bind(step.key.as_str())),
            };
            sql = format!("{sql} {arrow} {key}");
        }
        Ok(format!("({sql})"))
    }

    pub(super) fn ordering(&mut self, field: &Field, relation: &Relation, alias: &str) -> Result<String, RestError> {
        let column = relation.visible(&field.column, self.role)?;
        if matches!(column.kind, Kind::Sealed(_)) {
            return Err(sealed(&column.name, "rows are not ordered by it"));
        }
        self.field(field, relation, alias)
    }
}

/// `count()`, or `count` where no column is called so.
fn is_count(pick: &Pick, relation: &Relation) -> bool {
    match (&pick.field, &pick.aggregate) {
        (None, Some(aggregate)) => aggregate.function == Function::Count,
        (Some(field), None) => field.column == "count" && field.path.is_empty() && relation.column("count").is_none(),
        _ => false,
    }
}

fn casted(sql: String, cast: Option<&String>) -> Result<String, RestError> {
    let Some(cast) = cast else { return Ok(sql) };
    let (base, list) = cast.strip_suffix("[]").map_or((cast.as_str(), ""), |base| (base, "[]"));
    match CASTS.binary_search(&base) {
        Ok(_) => Ok(format!("cast({sql} as {base}{list})")),
        Err(_) => Err(RestError::new("42704", format!("type \"{cast}\" does not exist"))),
    }
}

pub(super) fn sealed(column: &str, why: &str) -> RestError {
    RestError::new("HUB106", format!("the column {column} is sealed: {why}"))
        .hint("A sealed column can be selected, and filtered by eq, neq, in and is.null.")
}
