use std::fmt::Write as _;

use super::values::{key, text};
use crate::store::data_model::{DataModel, Relation};

const HEAD: &str = r"
/**
 * What lists need to know of tables beyond their types, for those whose rows one column tells apart.
 * `key`: that column. `topics`: the rows of a live topic are those whose column, named here, holds the topic's id; of an
 * organization they are all but those with something in one of the columns listed. `sealed`: columns that can be found by
 * equality only, and not be sorted by.
 */
export const TABLE_FACTS = {
";

/// The part of the types that programs need at run time.
pub(super) fn write(out: &mut String, model: &DataModel) {
    out.push_str(HEAD);
    for relation in model.relations.iter().filter(|relation| relation.is_served && !relation.is_view) {
        let [only] = &relation.primary[..] else { continue };
        let row_key = relation.row_key.as_ref().unwrap_or(only);
        let is_readable = relation.columns.iter().any(|column| column.name == *row_key && column.is_readable);
        if !is_readable {
            continue;
        }
        let topics = topics(relation);
        let sealed: Vec<String> = relation
            .columns
            .iter()
            .filter(|column| column.is_sealed() && column.is_readable && !column.is_hidden)
            .map(|column| text(column.plain_name()))
            .collect();
        let _ = writeln!(
            out,
            "  {}: {{ key: {}, topics: {{{}}}, sealed: [{}] }},",
            key(&relation.name),
            text(row_key),
            topics,
            sealed.join(", ")
        );
    }
    out.push_str("} as const;\n");
}

/// `live.track`'s terms: the first that fits a kind of topic says which rows belong to it.
fn topics(relation: &Relation) -> String {
    let mut kinds: Vec<(&str, String)> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for term in relation.topics.iter().flat_map(|terms| terms.split(',')).map(str::trim) {
        let (kind, rows) = match term.split_once(':') {
            Some((kind, column)) => {
                others.push(text(column));
                (if kind == "org" { "organization" } else { kind }, text(column))
            }
            None if term == "org" => ("organization", format!("[{}]", others.join(", "))),
            None if term == "org!" => ("organization", "[]".to_owned()),
            None => continue,
        };
        if kinds.iter().all(|(known, _)| *known != kind) {
            kinds.push((kind, rows));
        }
    }
    let kinds: Vec<String> = kinds.into_iter().map(|(kind, rows)| format!("{kind}: {rows}")).collect();
    if kinds.is_empty() { String::new() } else { format!(" {} ", kinds.join(", ")) }
}
