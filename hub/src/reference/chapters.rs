use std::collections::BTreeMap;

use crate::store::data_model::{DataModel, Relation};

/// Tables that belong together, as the migrations bring them.
pub(super) struct Chapter<'a> {
    pub(super) title: String,
    pub(super) relations: Vec<&'a Relation>,
}

/// The chapters in the order of the migrations, views after all tables. `migrations`: the topic of each file, and its SQL.
pub(super) fn chapters<'a>(
    model: &'a DataModel,
    migrations: impl Iterator<Item = (&'static str, &'static str)>,
) -> Vec<Chapter<'a>> {
    let mut rest: BTreeMap<&str, &Relation> =
        model.relations.iter().map(|relation| (relation.name.as_str(), relation)).collect();
    let (mut chapters, mut views) = (Vec::new(), Vec::new());
    for (topic, sql) in migrations {
        let mut made = Vec::new();
        for name in sql.lines().filter_map(created) {
            match rest.remove(name) {
                Some(view) if view.is_view => views.push(view),
                Some(table) => made.push(table),
                None => {}
            }
        }
        if !made.is_empty() {
            chapters.push(Chapter { title: capitalized(topic), relations: made });
        }
    }
    // What somebody made with psql.
    let (others, tables): (Vec<&Relation>, Vec<&Relation>) = rest.into_values().partition(|relation| relation.is_view);
    views.extend(others);
    for (title, relations) in [("Others", tables), ("Views", views)] {
        if !relations.is_empty() {
            chapters.push(Chapter { title: title.to_owned(), relations });
        }
    }
    chapters
}

/// The table or view that a line of SQL begins to make.
fn created(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("create ")?;
    let rest = rest.strip_prefix("or replace ").unwrap_or(rest);
    let rest = rest.strip_prefix("table ").or_else(|| rest.strip_prefix("view "))?;
    rest.split([' ', '(', ';']).next()
}

/// A topic as a title.
fn capitalized(topic: &str) -> String {
    let (first, rest) = topic.split_at(topic.find(' ').unwrap_or(topic.len()));
    if matches!(first, "ai" | "crm") {
        return first.to_uppercase() + rest;
    }
    let mut letters = topic.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
