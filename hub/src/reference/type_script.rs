use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::table_facts;
use super::values::{key, text, type_of, type_of_column};
use crate::store::data_model::{Argument, Column, DataModel, Function, Reference, Relation};

const HEAD: &str = r#"// Written by `make generate` from the database; do not edit.

/** What a column of JSON holds. */
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

/** A row of a table or view as requests read it: `Tables<"events">`. */
export type Tables<Name extends keyof (Public["Tables"] & Public["Views"])> = (Public["Tables"] &
  Public["Views"])[Name] extends { Row: infer Row }
  ? Row
  : never;

/** What an insert into a table takes. */
export type TablesInsert<Name extends keyof Public["Tables"]> = Public["Tables"][Name]["Insert"];

/** What an update of a table takes. */
export type TablesUpdate<Name extends keyof Public["Tables"]> = Public["Tables"][Name]["Update"];

type Public = Database["public"];

/**
 * The tables that requests may name, for `createClient<Database>()` of supabase-js.
 *
 * A column that is masked for the caller's role is absent from its rows. A sealed column reads as null once its person's data
 * were erased. `never` is what no request may write.
 */
"#;
const NOTHING: &str = "{ [_ in never]: never }";
const WIDTH: usize = 120;

/// Which half of a relation's type is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Row,
    Insert,
    Update,
}

/// The TypeScript of the data model: a module that exports `Database`.
pub fn types(model: &DataModel) -> String {
    let mut out = HEAD.to_owned();
    out.push_str("export interface Database {\n  public: {\n");
    section(&mut out, "Tables", model, false);
    section(&mut out, "Views", model, true);
    functions(&mut out, model);
    let _ = writeln!(out, "    Enums: {NOTHING};");
    let _ = writeln!(out, "    CompositeTypes: {NOTHING};");
    out.push_str("  };\n}\n");
    table_facts::write(&mut out, model);
    out
}

fn section(out: &mut String, name: &str, model: &DataModel, views: bool) {
    let relations: Vec<&Relation> =
        model.relations.iter().filter(|relation| relation.is_served && relation.is_view == views).collect();
    if relations.is_empty() {
        let _ = writeln!(out, "    {name}: {NOTHING};");
        return;
    }
    let _ = writeln!(out, "    {name}: {{");
    for relation in relations {
        if let Some(comment) = &relation.comment {
            comment_line(out, 6, comment);
        }
        let _ = writeln!(out, "      {}: {{", key(&relation.name));
        shape(out, relation, Shape::Row);
        // A view that takes nothing has no such halves; a table has, for whoever writes generically.
        if relation.takes_inserts || !relation.is_view {
            shape(out, relation, Shape::Insert);
        }
        if relation.takes_updates || !relation.is_view {
            shape(out, relation, Shape::Update);
        }
        relationships(out, model, relation);
        out.push_str("      };\n");
    }
    out.push_str("    };\n");
}

fn shape(out: &mut String, relation: &Relation, shape: Shape) {
    let (name, is_open) = match shape {
        Shape::Row => ("Row", true),
        Shape::Insert => ("Insert", relation.takes_inserts),
        Shape::Update => ("Update", relation.takes_updates),
    };
    let columns: Vec<String> = relation.columns.iter().filter_map(|column| property(column, shape)).collect();
    if !is_open || columns.is_empty() {
        let _ = writeln!(out, "        {name}: {};", if shape == Shape::Row { NOTHING } else { "never" });
        return;
    }
    let _ = writeln!(out, "        {name}: {{\n{}        }};", columns.concat());
}

/// One column as a property, or nothing if this half of the type has no such column.
fn property(column: &Column, shape: Shape) -> Option<String> {
    let is_there = match shape {
        Shape::Row => column.is_readable,
        Shape::Insert => column.is_insertable && !column.is_generated,
        Shape::Update => column.is_updatable && !column.is_generated,
    };
    if column.is_hidden || !is_there {
        return None;
    }
    // Whose data were erased has no name any more, not even where one was required.
    let is_null = !column.not_null || column.is_sealed() && shape == Shape::Row;
    let is_optional = match shape {
        Shape::Row => false,
        Shape::Insert => !column.not_null || column.default.is_some() || column.is_filled,
        Shape::Update => true,
    };
    let name = format!("{:10}{}{}:", "", key(column.plain_name()), if is_optional { "?" } else { "" });
    let kind = type_of_column(column);
    let or_null = if is_null && kind != "unknown" { " | null" } else { "" };
    let line = format!("{name} {kind}{or_null};\n");
    if line.chars().count() <= WIDTH || column.words.is_empty() || column.base.starts_with('_') {
        return Some(line);
    }
    let mut words: Vec<String> = column.words.iter().map(|word| text(word)).collect();
    words.extend(is_null.then(|| "null".to_owned()));
    Some(format!("{name}\n            | {};\n", words.join("\n            | ")))
}

fn relationships(out: &mut String, model: &DataModel, relation: &Relation) {
    let is_served = |name: &str| model.relation(name).is_some_and(|other| other.is_served);
    let found: Vec<&Reference> = model
        .references
        .iter()
        .filter(|reference| reference.from == relation.name && is_served(&reference.to))
        .collect();
    if found.is_empty() {
        out.push_str("        Relationships: [];\n");
        return;
    }
    out.push_str("        Relationships: [\n");
    for Reference { name, from_columns, to, to_columns, .. } in found {
        // At most one row refers to each.
        let is_one = relation.uniques.iter().any(|unique| unique.iter().all(|column| from_columns.contains(column)));
        let (name, to) = (text(name), text(to));
        let (from_columns, to_columns) = (list(from_columns), list(to_columns));
        // One line each, however long: nobody reads them but the compiler.
        let _ = writeln!(
            out,
            "          {{ foreignKeyName: {name}; columns: {from_columns}; isOneToOne: {is_one}; \
             referencedRelation: {to}; referencedColumns: {to_columns} }},"
        );
    }
    out.push_str("        ];\n");
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| text(name)).collect();
    format!("[{}]", names.join(", "))
}

fn functions(out: &mut String, model: &DataModel) {
    let mut by_name: BTreeMap<&str, Vec<&Function>> = BTreeMap::new();
    for function in &model.functions {
        by_name.entry(&function.name).or_default().push(function);
    }
    if by_name.is_empty() {
        let _ = writeln!(out, "    Functions: {NOTHING};");
        return;
    }
    out.push_str("    Functions: {\n");
    for (name, overloads) in by_name {
        if let Some(comment) = overloads.iter().find_map(|function| function.comment.as_ref()) {
            comment_line(out, 6, comment);
        }
        let kinds: Vec<String> = overloads.iter().map(|function| signature(function, model)).collect();
        let _ = writeln!(out, "      {}: {};", key(name), kinds.join(" | "));
    }
    out.push_str("    };\n");
}

fn signature(function: &Function, model: &DataModel) -> String {
    let arguments = match function.arguments.is_empty() {
        true => "Record<PropertyKey, never>".to_owned(),
        false => object(&function.arguments, ""),
    };
    let one = match (&function.relation, function.made.is_empty()) {
        (Some(name), _) => match model.relation(name).filter(|relation| relation.is_served) {
            Some(relation) => {
                let section = if relation.is_view { "Views" } else { "Tables" };
                format!("Database[\"public\"][\"{section}\"][{}][\"Row\"]", text(name))
            }
            None => "unknown".to_owned(),
        },
        // Nothing is known of what a function puts into its rows.
        (None, false) => object(&function.made, " | null"),
        (None, true) => type_of(&function.returned),
    };
    let answer = if function.is_set { format!("{one}[]") } else { one };
    format!("{{ Args: {arguments}; Returns: {answer} }}")
}

fn object(fields: &[Argument], or: &str) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|Argument { name, base, is_optional }| {
            let or = if type_of(base) == "unknown" { "" } else { or };
            format!("{}{}: {}{or}", key(name), if *is_optional { "?" } else { "" }, type_of(base))
        })
        .collect();
    format!("{{ {} }}", fields.join("; "))
}

/// A comment in one piece: whatever it says, it cannot end early.
fn comment_line(out: &mut String, indent: usize, comment: &str) {
    let comment = comment.split_whitespace().collect::<Vec<_>>().join(" ").replace("*/", "* /");
    let _ = writeln!(out, "{:indent$}/** {comment} */", "");
}
