use domain::table_query::Embed;

use super::RestError;
use super::schema::{Link, Relation, SCHEMA, Schema};

/// How the rows of one relation lead to those of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relationship {
    pub(super) target: String,
    /// At most one row is found.
    pub(super) to_one: bool,
    pub(super) way: Way,
    /// What a hint may call it: the constraint; of a table between, the table and the constraint that leads there.
    names: Vec<String>,
}

/// Pairs of columns that are equal: left where one stands, right where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    Direct(Vec<(String, String)>),
    Through { table: String, there: Vec<(String, String)>, on: Vec<(String, String)> },
}

/// Finds the one relationship that an embed means.
///
/// # Errors
/// PGRST200 when there is none, PGRST201 when there are several and no hint says which.
pub(super) fn resolve(schema: &Schema, from: &Relation, embed: &Embed) -> Result<Relationship, RestError> {
    let name = embed.relation.as_str();
    let mut found = between(schema, from, |target| target == name);
    if found.is_empty() {
        // `organizer_id(full_name)`: by the column or the constraint that leads there.
        found = between(schema, from, |_| true);
        found.retain(|r| r.to_one && matches!(r.way, Way::Direct(_)) && (r.starts_at(name) || r.names[0] == name));
        // The same key leads to a table and to the views that show it; the table is meant.
        if found.iter().any(|r| !schema.relations[&r.target].is_view) {
            found.retain(|r| !schema.relations[&r.target].is_view);
        }
    }
    if let Some(hint) = &embed.hint {
        found.retain(|r| r.answers_to(hint, &from.name));
    }
    if found.len() > 1 && found.iter().any(|r| matches!(r.way, Way::Direct(_))) {
        found.retain(|r| matches!(r.way, Way::Direct(_)));
    }
    // A tenant's key and an event's key to the same row say the same, twice.
    found.dedup_by(|a, b| a.is_as_good_as(b));
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let message =
                format!("Could not find a relationship between '{}' and '{name}' in the schema cache", from.name);
            let plain = RestError::new("PGRST200", message);
            let details = match &embed.hint {
                Some(hint) => format!(
                    "Searched for a foreign key relationship between '{}' and '{name}' using the hint '{hint}' in the schema '{SCHEMA}', but no matches were found.",
                    from.name
                ),
                None => format!(
                    "Searched for a foreign key relationship between '{}' and '{name}' in the schema '{SCHEMA}', but no matches were found.",
                    from.name
                ),
            };
            Err(plain.details(details))
        }
        _ => {
            let hints: Vec<String> =
                found.iter().filter_map(|r| r.names.last()).map(|hint| format!("'{name}!{hint}'")).collect();
            let message = format!(
                "Could not embed because more than one relationship was found for '{}' and '{name}'",
                from.name
            );
            Err(RestError::new("PGRST201", message)
                .hint(format!("Try changing '{name}' to one of the following: {}.", hints.join(", "))))
        }
    }
}

fn between(schema: &Schema, from: &Relation, wanted: impl Fn(&str) -> bool) -> Vec<Relationship> {
    let mut found = Vec::new();
    for link in &schema.links {
        if link.from == from.name && wanted(&link.to) {
            let way = Way::Direct(pairs(&link.from_columns, &link.to_columns));
            found.push(Relationship { target: link.to.clone(), to_one: true, way, names: vec![link.name.clone()] });
        }
        if link.to == from.name && wanted(&link.from) {
            let way = Way::Direct(pairs(&link.to_columns, &link.from_columns));
            let (target, to_one) = (link.from.clone(), link.is_unique);
            found.push(Relationship { target, to_one, way, names: vec![link.name.clone()] });
        }
        if link.to == from.name {
            found.extend(through(schema, link, &wanted));
        }
    }
    found
}

/// Tables between: those that refer to both sides with what makes their rows unique.
fn through<'a>(
    schema: &'a Schema,
    near: &'a Link,
    wanted: &'a impl Fn(&str) -> bool,
) -> impl Iterator<Item = Relationship> + 'a {
    let table = schema.relations.get(&near.from);
    schema.links.iter().filter_map(move |far| {
        let table = table.filter(|table| !table.is_view && !near.is_unique)?;
        if far.from != near.from || far.name == near.name || !wanted(&far.to) || far.is_unique {
            return None;
        }
        let is_between = table.uniques.iter().any(|unique| {
            unique.iter().all(|c| near.from_columns.contains(c) || far.from_columns.contains(c))
                && unique.iter().any(|c| near.from_columns.contains(c) && !far.from_columns.contains(c))
                && unique.iter().any(|c| far.from_columns.contains(c) && !near.from_columns.contains(c))
        });
        is_between.then(|| Relationship {
            target: far.to.clone(),
            to_one: false,
            way: Way::Through {
                table: near.from.clone(),
                there: pairs(&near.to_columns, &near.from_columns),
                on: pairs(&far.from_columns, &far.to_columns),
            },
            names: vec![near.from.clone(), near.name.clone()],
        })
    })
}

fn pairs(left: &[String], right: &[String]) -> Vec<(String, String)> {
    left.iter().cloned().zip(right.iter().cloned()).collect()
}

impl Relationship {
    fn starts_at(&self, column: &str) -> bool {
        match &self.way {
            // A composite key is known by the column that it does not share with every other one.
            Way::Direct(pairs) => {
                pairs.iter().any(|(left, _)| left == column) && (pairs.len() == 1 || column != "organization_id")
            }
            Way::Through { .. } => false,
        }
    }

    fn answers_to(&self, hint: &str, from: &str) -> bool {
        if self.names.iter().any(|name| name == hint) {
            return true;
        }
        match &self.way {
            // Inside one table a column leads up from where it stands: the other way is meant by the key that it refers to.
            Way::Direct(pairs) if self.target == from => pairs.iter().any(|(left, _)| left == hint),
            Way::Direct(pairs) => pairs.iter().any(|(left, right)| left == hint || right == hint),
            Way::Through { .. } => false,
        }
    }

    /// Both lead from the same column of one's own to the same column there.
    fn is_as_good_as(&self, other: &Self) -> bool {
        let last = |way: &Way| match way {
            Way::Direct(pairs) => pairs.last().cloned(),
            Way::Through { .. } => None,
        };
        self.target == other.target
            && self.to_one == other.to_one
            && last(&self.way).is_some_and(|l| Some(l) == last(&other.way))
    }
}
