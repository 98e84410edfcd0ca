use std::fmt::Write as _;

use super::chapters::{Chapter, chapters};
use super::rights::{SCOPES, allowed};
use crate::postgres::migrations;
use crate::store::data_model::{Column, DataModel, Reference, Relation};

const HEAD: &str = "# Tables

Written by `make generate` from the database; do not edit. `migrations/README.md` says how a table is added.

Every table that requests may name has row security: a request sees and changes rows of its own organization only, and of
those what the rules of its role allow. Roles stand alone for all rows, or as `role@scope` for some:

";
const AFTER_SCOPES: &str = "
`any` is everybody with a role, `plugin@crm:read` a plugin that was granted `crm:read`, `the hub` its own work that no request
does. A paired device is `staff` of its event, a wall `wall`.

Of a column: **key** is in the primary key, **not null** is required unless there is a default, **filled** gets its value from
a trigger where an insert has none, **generated** and **derived** are written by the database only, **personal** is about a
person, **sealed** is stored as an envelope and read under its name without `_enc`, **secret** is never shown to anybody.
*Live* says whose screens hear of every change: `event:event_id` those of the event that the column names, `org` those of the
organization if no column names another, `org!` those of the organization as well.
";

/// The page of tables and rights, in Markdown.
pub fn tables(model: &DataModel) -> String {
    let mut out = HEAD.to_owned();
    for (scope, meaning) in SCOPES {
        let _ = writeln!(out, "- `@{scope}`: {meaning}");
    }
    out.push_str(AFTER_SCOPES);
    let chapters = chapters(model, migrations());
    out.push('\n');
    for (number, Chapter { title, relations }) in (1..).zip(&chapters) {
        let names: Vec<String> = relations.iter().map(|relation| format!("[{0}](#{0})", relation.name)).collect();
        let _ = writeln!(out, "{number}. {title}: {}", names.join(", "));
    }
    for (number, Chapter { title, relations }) in (1..).zip(&chapters) {
        // The number keeps a chapter's anchor apart from that of a table of its name.
        let _ = writeln!(out, "\n## {number}. {title}");
        for relation in relations {
            describe(&mut out, model, relation);
        }
    }
    out
}

fn describe(out: &mut String, model: &DataModel, relation: &Relation) {
    let _ = writeln!(out, "\n### {}\n", relation.name);
    if let Some(comment) = &relation.comment {
        let _ = writeln!(out, "{}\n", plain(comment));
    }
    out.push_str("| column | type | default | |\n|---|---|---|---|\n");
    for column in &relation.columns {
        let default = column.default.as_deref().filter(|text| !text.is_empty());
        let default = default.map_or_else(String::new, code);
        let notes = notes(relation, column).join(", ");
        let _ = writeln!(out, "| {} | {} | {default} | {notes} |", column.name, code(&column.declared));
    }
    out.push('\n');
    keys(out, model, relation);
    rights(out, relation);
}

fn notes(relation: &Relation, column: &Column) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(text.to_owned());
    if relation.primary.contains(&column.name) {
        note("key");
    } else if column.not_null {
        note("not null");
    }
    if column.is_generated {
        note("generated");
    } else if relation.derived.contains(&column.name) {
        note("derived");
    } else if column.is_filled && column.not_null && column.default.is_none() {
        note("filled");
    }
    if let Some(class) = &column.class {
        note(class);
    }
    if !column.words.is_empty() {
        note(&column.words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" "));
    }
    if let (Some(table), Some(of)) = (&column.origin, &column.origin_column) {
        note(&format!("{table}.{of}"));
    }
    if !column.masked_for.is_empty() {
        note(&format!("hidden from {}", column.masked_for.join(" ")));
    }
    notes
}

fn keys(out: &mut String, model: &DataModel, relation: &Relation) {
    // A primary key is told by its columns.
    for unique in relation.uniques.iter().filter(|unique| **unique != relation.primary) {
        let _ = writeln!(out, "- unique: {}", unique.join(", "));
    }
    for condition in &relation.conditions {
        let _ = writeln!(out, "- {}", code(condition));
    }
    // A view's are those of its tables.
    for reference in model.references.iter().filter(|reference| reference.from == relation.name && !relation.is_view) {
        let Reference { from_columns, to, to_columns, on_delete, .. } = reference;
        if model.relation(to).is_none_or(|to| to.is_view) {
            continue;
        }
        let to_columns = to_columns.join(", ");
        let on_delete = on_delete.as_ref().map_or_else(String::new, |action| format!(", on delete {action}"));
        let _ = writeln!(out, "- {} → [{to}](#{to}) ({to_columns}){on_delete}", from_columns.join(", "));
    }
}

fn rights(out: &mut String, relation: &Relation) {
    if relation.rules.is_empty() {
        let rights = if relation.is_view { "those of its tables" } else { "no request may name it" };
        let _ = writeln!(out, "- rights: {rights}");
    } else {
        for (verb, name) in [("select", "read"), ("insert", "insert"), ("update", "update"), ("delete", "delete")] {
            let _ = writeln!(out, "- {name}: {}", allowed(relation, verb));
        }
        for (role, columns) in relation.limits.iter().flatten() {
            // Words for the search follow what they are made of.
            let columns = columns.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
            let columns: Vec<&str> = columns.filter(|name| *name != "search").collect();
            let _ = writeln!(out, "- {role} updates only: {}", columns.join(", "));
        }
    }
    if relation.refuses_devices {
        out.push_str("- closed to paired devices\n");
    }
    if let Some(topics) = &relation.topics {
        let _ = writeln!(out, "- live: {}", topics.replace(',', ", "));
    }
    let omitted: Vec<&str> = relation.omitted.iter().map(String::as_str).filter(|name| *name != "search").collect();
    if !omitted.is_empty() {
        let _ = writeln!(out, "- not in the journal, nor shown to requests: {}", omitted.join(", "));
    }
}

/// A text of one line that holds no table of its own.
fn plain(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace('<', "&lt;")
}

/// SQL in a cell.
fn code(sql: &str) -> String {
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let fence = if sql.contains('`') { "``" } else { "`" };
    format!("{fence}{sql}{fence}")
}
