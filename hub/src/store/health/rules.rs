use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::{Examined, Severity, StoreError, listed};

/// The rules that the tests of the schema hold every migration to.
const HOUSE_RULES: &str = include_str!("house_rules.sql");

/// What a broken rule means, and what to do. A rule that is not here is told of all the same.
const MEANINGS: [(&str, Severity, &str, &str); 20] = [
    (
        "rights.row_security",
        Severity::Error,
        "row security is not enabled and forced",
        "alter table ... enable row level security, force row level security",
    ),
    (
        "rights.tenant_policy",
        Severity::Error,
        "the policy that keeps tenants apart is missing or was changed",
        "write it again as app.secure() does, and find out who dropped it",
    ),
    (
        "rights.verb_policy",
        Severity::Error,
        "a policy of the table's rules is missing",
        "write it again as app.secure() does, and find out who dropped it",
    ),
    (
        "rights.recorded",
        Severity::Error,
        "the rules are not recorded in app.access, so live screens do not know them",
        "secure the table with app.secure()",
    ),
    (
        "rights.devices",
        Severity::Error,
        "closed to devices, and on a topic that devices may join",
        "track it on another topic",
    ),
    (
        "rights.definer",
        Severity::Error,
        "looks past row security without belonging to app_definer, or without pinning its search path",
        "alter function ... owner to app_definer, set search_path = public, pg_temp",
    ),
    (
        "rights.view",
        Severity::Error,
        "a view that reads with its owner's rights shows everybody everything",
        "alter view ... set (security_invoker = true)",
    ),
    (
        "rights.truncate",
        Severity::Error,
        "a login of the hub may truncate it, which no journal would tell of",
        "revoke truncate on the table from the login",
    ),
    (
        "journal.tracking",
        Severity::Error,
        "changes do not enter the journal: no screen and no audit log hears of them",
        "alter table ... enable trigger, or select live.retrack('the table')",
    ),
    (
        "journal.numbering",
        Severity::Error,
        "commits are not numbered: no screen hears of any change",
        "alter table live.commits enable trigger number_commit",
    ),
    (
        "keys.organization",
        Severity::Error,
        "rows would outlive their organization",
        "add the key to organizations with ON DELETE CASCADE",
    ),
    (
        "keys.pairs",
        Severity::Error,
        "rows may hang under a parent of another organization",
        "refer to the pair (organization_id, id)",
    ),
    (
        "keys.restrict",
        Severity::Warning,
        "keeps an organization from being deleted",
        "use NO ACTION instead of RESTRICT",
    ),
    (
        "indexes.foreign_key",
        Severity::Warning,
        "a reference without an index reads the whole table at every delete of its parent",
        "create index concurrently on its columns",
    ),
    (
        "privacy.unregistered",
        Severity::Error,
        "a personal column that an export leaves out and an erasure forgets",
        "add a row to data_classes",
    ),
    (
        "privacy.undecided",
        Severity::Warning,
        "could hold words about somebody, and nobody has said whether it does",
        "add a row to data_classes, or the column to app.impersonal",
    ),
    (
        "privacy.missing",
        Severity::Error,
        "registered in data_classes and not there: erasures fail on it",
        "delete the row of data_classes, or bring the column back",
    ),
    (
        "privacy.domain",
        Severity::Error,
        "could hold plain text that ought to be sealed",
        "give the column the domain sealed or blind_index",
    ),
    (
        "privacy.journal",
        Severity::Error,
        "a secret that enters the journal",
        "track the table again and omit the column",
    ),
    ("tables.comment", Severity::Note, "does not say what it is for", "comment on table"),
];

/// The rules of the house, as the schema has them now.
pub(super) async fn examine(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    let mut broken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in client.query(HOUSE_RULES, &[]).await? {
        broken.entry(row.get("rule")).or_default().push(row.get("object"));
    }
    for (rule, objects) in broken {
        let names = listed(&objects);
        match MEANINGS.iter().find(|(name, ..)| *name == rule) {
            Some((code, severity, meaning, remedy)) => {
                examined.find(*severity, code, format!("{names}: {meaning}"), remedy);
            }
            None => examined.find(Severity::Error, "rules.broken", format!("{rule}: {names}"), "see house_rules.sql"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_meaning() {
        for line in HOUSE_RULES.lines().filter(|line| line.starts_with("select '")) {
            let rule = line.split('\'').nth(1).expect("a name");
            assert!(MEANINGS.iter().any(|(name, ..)| *name == rule), "{rule}");
        }
        for (name, ..) in MEANINGS {
            assert!(HOUSE_RULES.contains(&format!("select '{name}'")), "{name}");
        }
    }
}
