//! Whether a database is fit to run a house on: asked over the owner's login, changing nothing, without the hub's own
//! connections, which may be what is broken.

mod finding;
mod indexes;
mod journal;
mod logins;
mod queues;
mod rules;
mod schema;
mod settings;
mod statements;

pub use finding::{Finding, Severity};
pub use logins::logins;

use serde_json::{Map, Value};
use tokio_postgres::Client;

use super::StoreError;

/// What was found of a database: what is wrong, and numbers that somebody who looks after it asks for.
#[derive(Debug, Default)]
pub struct Examined {
    /// What is wrong, or might be.
    pub findings: Vec<Finding>,
    /// Numbers by name: versions, sizes in bytes, counts, ages in seconds.
    pub facts: Map<String, Value>,
}

impl Examined {
    fn find(&mut self, severity: Severity, code: &'static str, what: impl Into<String>, remedy: &'static str) {
        self.findings.push(Finding::new(severity, code, what, remedy));
    }

    fn note(&mut self, name: &'static str, fact: impl Into<Value>) {
        self.facts.insert(name.to_owned(), fact.into());
    }
}

/// Asks the database everything. A schema that is not the one that this program knows is asked for its settings only: the
/// other questions might not be understood.
///
/// # Errors
/// When the connection is lost, or the login is not the owner's.
pub async fn examine(client: &Client) -> Result<Examined, StoreError> {
    let mut examined = Examined::default();
    settings::examine(client, &mut examined).await?;
    if !schema::examine(client, &mut examined).await? {
        return Ok(examined);
    }
    rules::examine(client, &mut examined).await?;
    indexes::examine(client, &mut examined).await?;
    statements::examine(client, &mut examined).await?;
    journal::examine(client, &mut examined).await?;
    queues::upkeep(client, &mut examined).await?;
    Ok(examined)
}

/// At most so many names are listed in a finding.
const NAMED: usize = 8;

/// Names, separated by commas, the first few of them.
fn listed(names: &[String]) -> String {
    let mut text = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let names: Vec<String> = (0..10).map(|n| format!("t{n}")).collect();
        assert_eq!(listed(&names[..2]), "t0, t1");
        assert_eq!(listed(&names), "t0, t1, t2, t3, t4, t5, t6, t7 and 2 more");
    }
}
