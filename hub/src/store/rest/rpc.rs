use std::collections::{BTreeSet, HashSet};

use domain::table_query::{Node, TableQuery};

use super::rows::{self, Rows};
use super::schema::{Argument, Column, Function, Kind, Relation, Returns, SCHEMA, Schema, quoted};
use super::select::Builder;
use super::{Answer, ROW_CAP, RestError, Shape, TIMEOUT, bounded, not_single, told};
use crate::postgres::{as_principal, read_once};
use crate::store::Store;
use crate::store::identity::Identity;

/// With what a function is called.
pub enum Call<'a> {
    /// POST: an object of arguments, or the one argument itself.
    Body(&'a str),
    /// GET: names and values. Nothing may change.
    Pairs(&'a [(String, String)]),
}

/// The names of a function's arguments, in any of its forms: what else a query string holds are filters.
///
/// # Errors
/// PGRST202 when there is no such function.
pub async fn argument_names(store: &Store, name: &str) -> Result<HashSet<String>, RestError> {
    let schema = store.tables.schema(store).await?;
    let forms = schema.functions.get(name).ok_or_else(|| unknown(name, &[]))?;
    Ok(forms.iter().flat_map(|form| &form.arguments).map(|argument| argument.name.clone()).collect())
}

/// Calls a function.
///
/// # Errors
/// See [`RestError`].
pub async fn call(
    store: &Store,
    by: &Identity,
    name: &str,
    call: &Call<'_>,
    query: &TableQuery,
    shape: Shape,
) -> Result<Answer, RestError> {
    let schema = store.tables.schema(store).await?;
    let mut builder = Builder::new(&schema, by.role(), store.keyring.master());
    let (function, source) = match call {
        Call::Pairs(pairs) => {
            let given: BTreeSet<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
            let function = choose(&schema, name, &given)?;
            let mut arguments = Vec::with_capacity(given.len());
            for argument in function.arguments.iter().filter(|a| given.contains(a.name.as_str())) {
                let value = pairs.iter().find(|(name, _)| *name == argument.name).map_or("", |(_, value)| value);
                let value = builder.bind(value);
                arguments.push(format!("{} => cast({value} as {})", quoted(&argument.name), argument.type_name));
            }
            (function, format!("{}.{}({})", quoted(SCHEMA), quoted(name), arguments.join(", ")))
        }
        Call::Body(body) => with_body(&schema, &mut builder, name, body)?,
    };
    let sql = bounded(&statement(&mut builder, function, &source, query, shape)?);
    let acting = by.acting();
    let _turn = store.tables.turn().await?;
    let mut client = store.pools.get(&acting).await?;
    let rows = match call {
        Call::Pairs(_) => read_once(&client, &acting, TIMEOUT, &sql, &builder.values).await,
        Call::Body(_) => {
            let transaction = client.transaction().await?;
            let rows = as_principal(&transaction, &acting, TIMEOUT, &sql, &builder.values).await;
            let one = |rows: &Vec<tokio_postgres::Row>| rows.first().is_some_and(|row| row.get::<_, i64>(1) == 1);
            match rows {
                Ok(rows) if shape.single && !one(&rows) => Ok(rows),
                Ok(rows) => transaction.commit().await.map(|()| rows),
                Err(error) => Err(error),
            }
        }
    };
    drop(client);
    let rows = rows.map_err(|error| store.tables.judge(error.into()))?;
    let (body, rows, total) = told(&rows)?;
    let body = builder.seals.reveal(store, body).await?;
    let answer = Answer { body, rows, total, offset: query.root.offset, made: false };
    if shape.single && answer.rows != 1 && !matches!(function.returns, Returns::Nothing) {
        return Err(not_single(answer.rows));
    }
    Ok(answer)
}

fn unknown(name: &str, given: &[&str]) -> RestError {
    let with = if given.is_empty() {
        "without parameters".to_owned()
    } else {
        format!("with parameters {}", given.join(", "))
    };
    RestError::new("PGRST202", format!("Could not find the function {SCHEMA}.{name} {with} in the schema cache"))
        .hint("Only functions that are granted to hub_app by name can be called.")
}

fn choose<'s>(schema: &'s Schema, name: &str, given: &BTreeSet<&str>) -> Result<&'s Function, RestError> {
    let names: Vec<&str> = given.iter().copied().collect();
    let forms = schema.functions.get(name).ok_or_else(|| unknown(name, &names))?;
    let fits = |form: &&Function| {
        given.iter().all(|name| !name.is_empty() && form.arguments.iter().any(|a| a.name == *name))
            && form.arguments.iter().all(|a| !a.required || given.contains(a.name.as_str()))
    };
    let mut fitting = forms.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(form), None) => Ok(form),
        (Some(_), Some(_)) => Err(RestError::new(
            "PGRST203",
            format!("Could not choose the best candidate function between the forms of {SCHEMA}.{name}"),
        )
        .hint("Give the forms different parameter names.")),
        (None, _) => Err(unknown(name, &names)),
    }
}

fn with_body<'s>(
    schema: &'s Schema,
    builder: &mut Builder<'_>,
    name: &str,
    body: &str,
) -> Result<(&'s Function, String), RestError> {
    let function_name = format!("{}.{}", quoted(SCHEMA), quoted(name));
    let alone = schema.functions.get(name).into_iter().flatten().find(|form| {
        matches!(form.arguments.as_slice(), [Argument { name, type_name, .. }]
                 if name.is_empty() && matches!(type_name.as_str(), "json" | "jsonb"))
    });
    if let Some(form) = alone {
        rows::shallow(body)?;
        let value = builder.bind(if body.trim().is_empty() { "null" } else { body });
        return Ok((form, format!("{function_name}({value}::{})", form.arguments[0].type_name)));
    }
    let body = if body.trim().is_empty() { "{}" } else { body };
    let given = Rows::parse(body)?;
    if !given.one {
        return Err(RestError::new("PGRST102", "Empty or invalid json").details("parameters are one object"));
    }
    let names: BTreeSet<&str> = given.rows[0].keys().map(String::as_str).collect();
    let form = choose(schema, name, &names)?;
    if names.is_empty() {
        return Ok((form, format!("{function_name}()")));
    }
    let used: Vec<&Argument> = form.arguments.iter().filter(|a| names.contains(a.name.as_str())).collect();
    let columns: Vec<String> = used.iter().map(|a| format!("{} {}", quoted(&a.name), a.type_name)).collect();
    let arguments: Vec<String> = used.iter().map(|a| format!("{0} => a.{0}", quoted(&a.name))).collect();
    let value = builder.bind(given.json(&names));
    let source = format!(
        "jsonb_to_recordset({value}::jsonb) a({}) cross join lateral {function_name}({})",
        columns.join(", "),
        arguments.join(", ")
    );
    Ok((form, source))
}

/// `select ... as body, ... as rows, ... as total`.
fn statement(
    builder: &mut Builder<'_>,
    function: &Function,
    source: &str,
    query: &TableQuery,
    shape: Shape,
) -> Result<String, RestError> {
    let root = &query.root;
    let (relation, many);
    let made;
    match &function.returns {
        Returns::Nothing => {
            return Ok(format!(
                "select '' as body, count(*)::bigint as rows, null::bigint as total from {source} as v"
            ));
        }
        Returns::Scalar { many } => {
            if !root.conditions.is_empty() || !root.order.is_empty() {
                return Err(RestError::senseless("A plain value has no columns."));
            }
            let value = if *many { "coalesce(json_agg(v.v), '[]'::json)" } else { "json_agg(v.v) -> 0" };
            let rows = format!("select v.v from {source} as v(v) limit {}", ROW_CAP);
            return Ok(format!(
                "select coalesce(({value})::text, 'null') as body, count(*)::bigint as rows, count(*)::bigint as total from ({rows}) v"
            ));
        }
        Returns::Rows { relation: name, many: several } => {
            relation = builder.schema.relation(name)?;
            many = *several;
        }
        Returns::Record { columns, many: several } => {
            made = record(&function.name, columns);
            relation = &made;
            many = *several;
        }
    }
    let node = Node { limit: Some(root.limit.unwrap_or(ROW_CAP).min(ROW_CAP)), ..root.clone() };
    let select = builder.select(&node, relation, source)?;
    // What a function answers has to be made before anybody knows how much it is: it is counted, however it was asked.
    let total = if shape.count.is_some() { format!("({})", select.count()) } else { "null::bigint".to_owned() };
    let shape = Shape { single: shape.single || !many, ..shape };
    Ok(format!(
        "select {} as body, count(*)::bigint as rows, {total}::bigint as total from ({}) s",
        shape.body(),
        select.rows("")
    ))
}

/// The rows of a function that makes its own, as if they were a table's.
fn record(name: &str, columns: &[(String, String)]) -> Relation {
    let columns = columns
        .iter()
        .map(|(name, type_name)| Column {
            name: name.clone(),
            comment: None,
            kind: match type_name.as_str() {
                "json" => Kind::Json,
                "jsonb" => Kind::Jsonb,
                "tsvector" => Kind::Words,
                _ => Kind::Plain,
            },
            type_name: type_name.clone(),
            nullable: true,
            default: None,
            generated: false,
            readable: true,
            insertable: false,
            updatable: false,
            masked_for: HashSet::new(),
        })
        .collect();
    Relation::new(name.to_owned(), None, true, columns, Vec::new(), Vec::new())
}
