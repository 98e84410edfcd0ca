use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Column, Reference, Relation};

type At = (String, String);

/// Gives a view's columns what is known of those they show, and finds what nobody sees.
pub(super) fn inherit(relations: &[Relation], columns: &mut [Column]) {
    let by_place: HashMap<At, Column> =
        columns.iter().map(|column| ((column.relation.clone(), column.name.clone()), column.clone())).collect();
    let omitted: HashSet<At> = relations
        .iter()
        .flat_map(|relation| relation.omitted.iter().map(|column| (relation.name.clone(), column.clone())))
        .collect();
    let is_hidden = |column: &Column| {
        let line = lineage(&by_place, column);
        column.type_name == "blind_index"
            || line.iter().any(|shown| {
                shown.class.as_deref() == Some("secret")
                    || shown.base != "tsvector" && omitted.contains(&(shown.relation.clone(), shown.name.clone()))
            })
    };
    for column in columns {
        // What is computed from something hidden shows it.
        column.is_hidden = is_hidden(column)
            || column
                .sources
                .iter()
                .any(|source| by_place.get(&(column.relation.clone(), source.clone())).is_some_and(is_hidden));
        for shown in lineage(&by_place, column).into_iter().skip(1) {
            if column.words.is_empty() {
                column.words.clone_from(&shown.words);
            }
            column.class = column.class.take().or_else(|| shown.class.clone());
            column.masked_for.extend(shown.masked_for.iter().cloned());
        }
        column.masked_for.sort_unstable();
        column.masked_for.dedup();
    }
}

/// A column, and those that it shows: a view's column shows its table's.
fn lineage<'a>(by_place: &'a HashMap<At, Column>, column: &Column) -> Vec<&'a Column> {
    let mut line: Vec<&Column> = Vec::new();
    let mut place = Some((column.relation.clone(), column.name.clone()));
    while let Some(next) = place.and_then(|place| by_place.get(&place)) {
        // A view cannot show itself, but nothing here should hang if one did.
        if line.iter().any(|seen| seen.relation == next.relation && seen.name == next.name) {
            break;
        }
        line.push(next);
        place = next.origin.clone().zip(next.origin_column.clone());
    }
    line
}

/// Foreign keys, and the same ones through the views that show all of their columns on either side.
pub(super) fn seen_through_views(references: Vec<Reference>, columns: &[Column]) -> Vec<Reference> {
    // (table, view) -> the table's column -> the view's
    let mut views: BTreeMap<(&str, &str), HashMap<&str, &str>> = BTreeMap::new();
    for column in columns {
        if let (Some(table), Some(of)) = (&column.origin, &column.origin_column) {
            views.entry((table, &column.relation)).or_default().entry(of).or_insert(&column.name);
        }
    }
    let shown = |table: &str, columns: &[String]| {
        let mut names = vec![(table.to_owned(), columns.to_vec())];
        for ((of, view), map) in &views {
            let all: Option<Vec<String>> =
                columns.iter().map(|column| map.get(column.as_str()).map(|name| (*name).to_owned())).collect();
            if let (true, Some(all)) = (*of == table, all) {
                names.push(((*view).to_owned(), all));
            }
        }
        names
    };
    let mut all = Vec::with_capacity(references.len());
    for reference in references {
        let targets = shown(&reference.to, &reference.to_columns);
        for (from, from_columns) in shown(&reference.from, &reference.from_columns) {
            for (to, to_columns) in targets.clone() {
                let (from, from_columns) = (from.clone(), from_columns.clone());
                let (name, on_delete) = (reference.name.clone(), reference.on_delete.clone());
                all.push(Reference { name, from, from_columns, to, to_columns, on_delete });
            }
        }
    }
    all
}
