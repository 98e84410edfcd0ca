use serde_json::{Map, Value, json};

use super::RestError;
use super::schema::{Column, Kind, Returns};
use crate::store::Store;

/// What there is, as an OpenAPI 2.0 document: tables, the columns that a role sees or (`None`) that any role sees, and
/// functions.
///
/// # Errors
/// When the database cannot be reached.
pub async fn document(store: &Store, role: Option<&str>) -> Result<Value, RestError> {
    let schema = store.tables.schema(store).await?;
    let (mut paths, mut definitions) = (Map::new(), Map::new());
    let mut names: Vec<&String> = schema.relations.keys().collect();
    names.sort_unstable();
    for name in names {
        let relation = &schema.relations[name];
        let columns: Vec<&Column> = relation
            .columns
            .iter()
            .filter(|c| c.readable && !role.is_some_and(|role| c.masked_for.contains(role)))
            .collect();
        let properties: Map<String, Value> = columns.iter().map(|c| (c.name.clone(), property(c, relation))).collect();
        let required: Vec<&str> = columns
            .iter()
            .filter(|c| !c.nullable && c.default.is_none() && !c.generated)
            .map(|c| c.name.as_str())
            .collect();
        definitions.insert(
            name.clone(),
            json!({ "type": "object", "description": relation.comment, "properties": properties, "required": required }),
        );
        let rows = json!({ "200": {
            "description": "OK",
            "schema": { "type": "array", "items": { "$ref": format!("#/definitions/{name}") } },
        }});
        let body = json!([{ "in": "body", "name": name, "schema": { "$ref": format!("#/definitions/{name}") } }]);
        let mut verbs = Map::from_iter([(
            "get".to_owned(),
            json!({ "summary": relation.comment, "tags": [name], "responses": rows }),
        )]);
        if relation.columns.iter().any(|c| c.insertable) {
            verbs.insert(
                "post".into(),
                json!({ "tags": [name], "parameters": body, "responses": { "201": { "description": "Created" } } }),
            );
        }
        if relation.columns.iter().any(|c| c.updatable) {
            verbs.insert(
                "patch".into(),
                json!({ "tags": [name], "parameters": body, "responses": { "204": { "description": "No Content" } } }),
            );
        }
        paths.insert(format!("/{name}"), Value::Object(verbs));
    }
    for (name, forms) in &schema.functions {
        for form in forms {
            let arguments: Map<String, Value> =
                form.arguments.iter().map(|a| (a.name.clone(), type_of(&a.type_name, &Kind::Plain))).collect();
            let required: Vec<&str> = form.arguments.iter().filter(|a| a.required).map(|a| a.name.as_str()).collect();
            let schema = json!({ "type": "object", "properties": arguments, "required": required });
            let status = if matches!(form.returns, Returns::Nothing) { "204" } else { "200" };
            let operation = json!({
                "summary": form.comment, "tags": [format!("(rpc) {name}")],
                "parameters": [{ "in": "body", "name": "args", "required": true, "schema": schema }],
                "responses": { status: { "description": "OK" } },
            });
            let mut verbs = Map::from_iter([("post".to_owned(), operation)]);
            if form.reads_only {
                verbs.insert(
                    "get".into(),
                    json!({ "tags": [format!("(rpc) {name}")], "responses": { status: { "description": "OK" } } }),
                );
            }
            paths.insert(format!("/rpc/{name}"), Value::Object(verbs));
        }
    }
    Ok(json!({
        "swagger": "2.0",
        "info": { "title": "FashionOS Hub", "description": "Tables in the dialect of PostgREST", "version": env!("CARGO_PKG_VERSION") },
        "basePath": "/rest/v1",
        "consumes": ["application/json", "application/vnd.pgrst.object+json"],
        "produces": ["application/json", "application/vnd.pgrst.object+json"],
        "securityDefinitions": { "bearer": { "type": "apiKey", "in": "header", "name": "Authorization" } },
        "paths": paths,
        "definitions": definitions,
    }))
}

fn property(column: &Column, relation: &super::schema::Relation) -> Value {
    let key = relation.primary.contains(&column.name).then_some("Note:\nThis is a Primary Key.<pk/>");
    let description: Vec<&str> = column.comment.as_deref().into_iter().chain(key).collect();
    let mut made = type_of(&column.type_name, &column.kind);
    if !description.is_empty() {
        made["description"] = Value::String(description.join("\n\n"));
    }
    if let Some(default) = &column.default {
        made["default"] = Value::String(default.clone());
    }
    made
}

/// A type of Postgres as a schema. JSON is anything, which is a schema without a type.
fn type_of(type_name: &str, kind: &Kind) -> Value {
    if matches!(kind, Kind::Json | Kind::Jsonb) || matches!(type_name, "json" | "jsonb") {
        return json!({ "format": type_name });
    }
    let plain = |name: &str| match name {
        "smallint" | "integer" | "bigint" => "integer",
        "boolean" => "boolean",
        "amount" | "real" | "double precision" => "number",
        name if name.starts_with("numeric") => "number",
        _ => "string",
    };
    match type_name.strip_suffix("[]") {
        Some(element) => json!({ "format": type_name, "type": "array", "items": { "type": plain(element) } }),
        None => json!({ "format": type_name, "type": plain(type_name) }),
    }
}
