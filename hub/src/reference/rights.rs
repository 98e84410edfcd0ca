use crate::store::data_model::Relation;

/// Roles from the widest to the narrowest; one that is not here comes last.
const ROLES: [&str; 13] = [
    "owner", "admin", "producer", "staff", "wall", "designer", "model", "sponsor", "client", "attendee", "any",
    "plugin", "system",
];

/// Of which rows a rule speaks. A scope with a colon is one that a plugin was granted.
pub(super) const SCOPES: [(&str, &str); 22] = [
    ("event", "rows of events that they are on, or of what those events use"),
    ("project", "rows of projects that they are on"),
    ("edited", "rows of projects that they edit"),
    ("shoot", "rows of shoots that they are on"),
    ("shot", "models in a shot of projects that they are on"),
    ("own", "rows that name them, their card or their company"),
    ("self", "the row that is about them"),
    ("member", "people of the organization"),
    ("published", "what is published"),
    ("shown", "what is published or has left draft, of their events and projects"),
    ("draft", "what is still a draft"),
    ("featured", "what is featured, of their events"),
    ("bucket", "of buckets that are open to their role"),
    ("gallery", "what a gallery shows that they see"),
    ("shared", "what was shared with them, to see, edit or delete"),
    ("parent", "rows whose parent they see"),
    ("account", "rows of their company"),
    ("card", "rows about their own card"),
    ("collection", "rows of their own collections"),
    ("subject", "what is said about them"),
    ("install", "rows of the plugin's own install"),
    ("uploaded", "what they put into a bucket that their role writes to"),
];

/// Who may do `verb`: `owner, admin, staff@event`. `system` is named `the hub`.
pub(super) fn allowed(relation: &Relation, verb: &str) -> String {
    let mut rules: Vec<(usize, &str, &str)> = relation
        .rules
        .iter()
        .filter(|rule| rule.verb == verb)
        .map(|rule| {
            let rank = ROLES.iter().position(|role| *role == rule.role).unwrap_or(ROLES.len());
            (rank, rule.role.as_str(), rule.scope.as_str())
        })
        .collect();
    rules.sort_unstable();
    if rules.is_empty() {
        return "nobody".to_owned();
    }
    let written: Vec<String> = rules
        .into_iter()
        .map(|(_, role, scope)| match (role, scope) {
            ("system", "all") => "the hub".to_owned(),
            (role, "all") => role.to_owned(),
            (role, scope) => format!("{role}@{scope}"),
        })
        .collect();
    written.join(", ")
}
