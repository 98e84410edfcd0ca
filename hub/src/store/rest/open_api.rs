use serde_json::{Map, Value, json};

use super::RestError;
use super::schema::{Column, Kind, Returns};
use crate::store::Store;
use crate::store::identity::Identity;

/// What there is, as an OpenAPI 2.0 document: tables and columns that the caller's role sees, and functions.
///
/// # Errors
/// When the database cannot be reached.
pub async fn document(store: &Store, by: &Identity) -> Result<Value, RestError> {
    let schema = store.tables.schema(store).await?;
    let (mut paths, mut definitions) = (Map::new(), Map::new());
    let mut names: Vec<&String> = schema.relations.keys().collect();
    names.sort_unstable();
    for name in names {
        let relation = &schema.relations[name];
        let columns: Vec<&Column> =
            relation.columns.iter().filter(|c| c.readable && !c.masked_for.contains(by.role())).collect();
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
            let arguments: Map<String, Value> = form
                .arguments
                .iter()
                .map(|a| {
                    (a.name.clone(), json!({ "format": a.type_name, "type": json_type(&a.type_name, &Kind::Plain) }))
                })
                .collect();
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
    let mut made = json!({ "format": column.type_name, "type": json_type(&column.type_name, &column.kind) });
    if !description.is_empty() {
        made["description"] = Value::String(description.join("\n\n"));
    }
    if let Some(default) = &column.default {
        made["default"] = Value::String(default.clone());
    }
    made
}

fn json_type(type_name: &str, kind: &Kind) -> Value {
    let plain = match (kind, type_name) {
        (Kind::Json | Kind::Jsonb, _) | (_, "json" | "jsonb") => return Value::Null,
        (_, name) if name.ends_with("[]") => "array",
        (_, "smallint" | "integer" | "bigint") => "integer",
        (_, "boolean") => "boolean",
        (_, "amount" | "real" | "double precision") => "number",
        (_, name) if name.starts_with("numeric") => "number",
        _ => "string",
    };
    Value::String(plain.to_owned())
}
