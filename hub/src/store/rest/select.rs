use std::collections::HashMap;

use domain::table_query::{Embed, Field, Function, Item, Join, Node, Order, Pick};

use super::RestError;
use super::relationship::{Relationship, Way, resolve};
use super::revealed::Seals;
use super::schema::{Column, Kind, Relation, SCHEMA, Schema, quoted};
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

/// One SELECT, in parts: so that rows and their count can be asked for with the same words.
pub(super) struct Select {
    outputs: Vec<Output>,
    aggregated: bool,
    from: String,
    joins: Vec<Joined>,
    conditions: Vec<String>,
    order: Vec<String>,
    limit: Option<u64>,
    offset: u64,
}

struct Output {
    name: String,
    sql: String,
    /// Rows with the same value form a group.
    groups: bool,
}

struct Joined {
    sql: String,
    /// Decides which rows there are.
    decides: bool,
}

/// An embed that was joined: its alias and the names of what it shows besides its row.
struct Embedded {
    alias: String,
    many: bool,
    shown: Vec<String>,
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

    fn fill(&mut self, select: &mut Select, node: &Node, relation: &Relation, alias: &str) -> Result<(), RestError> {
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
                    let wanted: Vec<&Order> =
                        node.order.iter().filter(|o| o.embed.as_deref() == Some(embed.name())).collect();
                    let joined = self.embed(select, embed, relation, alias, &wanted)?;
                    embeds.insert(embed.name(), joined);
                }
            }
        }
        if select.aggregated
            && node.items.iter().any(|item| matches!(item, Item::Embed(e) if !e.spread && !e.node.items.is_empty()))
        {
            return Err(RestError::new("PGRST127", "Feature not implemented")
                .details("An embed cannot stand beside an aggregate; spread it (...) instead."));
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
                        .ok_or_else(|| RestError::from(domain::table_query::QueryError::NotEmbedded(name.clone())))?;
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

    fn ordering(&mut self, field: &Field, relation: &Relation, alias: &str) -> Result<String, RestError> {
        let column = relation.visible(&field.column, self.role)?;
        if matches!(column.kind, Kind::Sealed(_)) {
            return Err(sealed(&column.name, "rows are not ordered by it"));
        }
        self.field(field, relation, alias)
    }

    fn embed(
        &mut self,
        select: &mut Select,
        embed: &Embed,
        from: &Relation,
        parent: &str,
        order: &[&Order],
    ) -> Result<Embedded, RestError> {
        let schema = self.schema;
        let relationship = resolve(schema, from, embed)?;
        let target = schema.relation(&relationship.target)?;
        let many = !relationship.to_one;
        if many && embed.spread {
            let message = format!("A spread operation on '{}' is not possible", embed.name());
            let details =
                format!("'{}' and '{}' do not form a many-to-one or one-to-one relationship", from.name, embed.name());
            return Err(RestError::new("PGRST119", message).details(details));
        }
        let source = format!("{}.{}", quoted(SCHEMA), quoted(&target.name));
        let child = self.alias();
        let mut inner = Select {
            outputs: Vec::new(),
            aggregated: embed.node.is_aggregated(),
            from: format!("{source} as {child}"),
            joins: Vec::new(),
            conditions: Vec::new(),
            order: Vec::new(),
            limit: if many { Some(embed.node.limit.unwrap_or(ROW_CAP).min(ROW_CAP)) } else { None },
            offset: if many { embed.node.offset } else { 0 },
        };
        self.link(&mut inner, &relationship, from, parent, target, &child)?;
        self.fill(&mut inner, &embed.node, target, &child)?;
        let mut shown = Vec::new();
        let mut more = String::new();
        if !many {
            for (nth, term) in order.iter().enumerate() {
                let sql = self.ordering(&term.field, target, &child)?;
                more.push_str(&format!(", {sql} as o{nth}"));
                shown.push(format!("o{nth}"));
            }
        }
        if inner.aggregated && !more.is_empty() {
            return Err(RestError::new("PGRST127", "Feature not implemented")
                .details("Rows are not ordered by an embed that computes something."));
        }
        let alias = self.alias();
        let (join, condition) = match embed.join {
            Join::Left => ("left join", "true".to_owned()),
            Join::Inner => ("join", format!("{alias}.j is not null")),
        };
        if embed.spread && inner.aggregated {
            return Err(RestError::new("PGRST127", "Feature not implemented")
                .details("An embed that computes something is not spread."));
        }
        if embed.spread {
            for (nth, output) in inner.outputs.iter().enumerate() {
                more.push_str(&format!(", {} as s{nth}", output.sql));
                let (name, sql) = (output.name.clone(), format!("{alias}.s{nth}"));
                select.outputs.push(Output { name, sql, groups: true });
            }
            inner.outputs.clear();
        } else if !embed.node.items.is_empty() {
            let sql = if many { format!("coalesce({alias}.j, '[]'::json)") } else { format!("{alias}.j") };
            select.outputs.push(Output { name: embed.name().to_owned(), sql, groups: false });
        }
        let rows = inner.rows(&more);
        let lateral = if many { format!("select json_agg(s.j) as j from ({rows}) s") } else { rows };
        select.joins.push(Joined {
            sql: format!("{join} lateral ({lateral}) {alias} on {condition}"),
            decides: embed.join == Join::Inner,
        });
        Ok(Embedded { alias, many, shown })
    }

    fn link(
        &mut self,
        inner: &mut Select,
        relationship: &Relationship,
        from: &Relation,
        parent: &str,
        target: &Relation,
        child: &str,
    ) -> Result<(), RestError> {
        let mut equal = |left: (&Relation, &str, &str), right: (&Relation, &str, &str)| -> Result<(), RestError> {
            // What leads by a column that the role does not see would show it.
            let (l, r) = (left.0.visible(left.2, self.role)?, right.0.visible(right.2, self.role)?);
            inner.conditions.push(format!("{}.{} = {}.{}", left.1, quoted(l.stored()), right.1, quoted(r.stored())));
            Ok(())
        };
        match &relationship.way {
            Way::Direct(pairs) => {
                for (left, right) in pairs {
                    equal((target, child, right), (from, parent, left))?;
                }
            }
            Way::Through { table, there, on } => {
                let between = self.schema.relation(table)?;
                self.aliases += 1;
                let alias = format!("t{}", self.aliases);
                for (left, right) in there {
                    equal((between, &alias, right), (from, parent, left))?;
                }
                for (left, right) in on {
                    equal((target, child, right), (between, &alias, left))?;
                }
                inner.from.push_str(&format!(" cross join {}.{} as {alias}", quoted(SCHEMA), quoted(table)));
            }
        }
        Ok(())
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

impl Select {
    /// `select ... as j, ...`: one JSON object a row.
    pub(super) fn rows(&self, more: &str) -> String {
        let columns: Vec<String> =
            self.outputs.iter().map(|output| format!("{} as {}", output.sql, quoted(&output.name))).collect();
        let columns = columns.join(", ");
        let order = if self.order.is_empty() { String::new() } else { format!(" order by {}", self.order.join(", ")) };
        let limit = self.limit.map(|limit| format!(" limit {limit}")).unwrap_or_default();
        let offset = if self.offset == 0 { String::new() } else { format!(" offset {}", self.offset) };
        let from = self.from_where(|_| true);
        if self.aggregated {
            let groups = self.groups();
            format!(
                "select row_to_json(g) as j{more} from (select {columns} from {from}{groups}{order}{limit}{offset}) g"
            )
        } else {
            format!(
                "select (select row_to_json(r) from (select {columns}) r) as j{more} from {from}{order}{limit}{offset}"
            )
        }
    }

    /// `select count(*) ...`: how many there would be without limit and offset.
    pub(super) fn count(&self) -> String {
        let from = self.from_where(|join| join.decides);
        if self.aggregated {
            let groups = self.groups();
            return format!("select count(*) from (select count(*) from {}{groups}) g", self.from_where(|_| true));
        }
        format!("select count(*) from {from}")
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    fn groups(&self) -> String {
        let groups: Vec<&str> =
            self.outputs.iter().filter(|output| output.groups).map(|output| output.sql.as_str()).collect();
        if groups.is_empty() { String::new() } else { format!(" group by {}", groups.join(", ")) }
    }

    fn from_where(&self, wanted: impl Fn(&Joined) -> bool) -> String {
        let mut sql = self.from.clone();
        for join in self.joins.iter().filter(|join| wanted(join)) {
            sql.push(' ');
            sql.push_str(&join.sql);
        }
        if !self.conditions.is_empty() {
            sql.push_str(" where ");
            sql.push_str(&self.conditions.join(" and "));
        }
        sql
    }
}
