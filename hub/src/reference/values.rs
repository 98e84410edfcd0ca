use crate::store::data_model::Column;

/// What a value of a Postgres type is in TypeScript, once it has come as JSON. `base` is the name of the type, of a domain
/// that of what it is a domain of.
pub(super) fn type_of(base: &str) -> String {
    if let Some(element) = base.strip_prefix('_') {
        return array(&type_of(element));
    }
    match base {
        "bool" => "boolean",
        "int2" | "int4" | "int8" | "float4" | "float8" | "numeric" | "oid" => "number",
        "json" | "jsonb" => "Json",
        "bpchar" | "bytea" | "char" | "cidr" | "citext" | "date" | "inet" | "interval" | "macaddr" | "name"
        | "text" | "time" | "timestamp" | "timestamptz" | "timetz" | "uuid" | "varchar" => "string",
        "daterange" | "int4range" | "int8range" | "numrange" | "tsrange" | "tstzrange" => "string",
        "void" => "undefined",
        // Words for full-text search, and whatever else the database may come to hold.
        _ => "unknown",
    }
    .to_owned()
}

/// The type of a column that is not null.
pub(super) fn type_of_column(column: &Column) -> String {
    if column.is_sealed() {
        return "string".to_owned();
    }
    if column.words.is_empty() {
        return type_of(&column.base);
    }
    let words: Vec<String> = column.words.iter().map(|word| text(word)).collect();
    let union = words.join(" | ");
    if column.base.starts_with('_') { array(&union) } else { union }
}

fn array(element: &str) -> String {
    if element.contains(" | ") { format!("({element})[]") } else { format!("{element}[]") }
}

/// A text as TypeScript writes it. JSON's is the same, but for two line ends, which a type should not hold raw.
pub(super) fn text(value: &str) -> String {
    let json = serde_json::Value::from(value).to_string();
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// A name as the key of an object type: itself if it can stand there, else a text.
pub(super) fn key(name: &str) -> String {
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, '_' | '$'));
    if begins && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$')) {
        name.to_owned()
    } else {
        text(name)
    }
}
