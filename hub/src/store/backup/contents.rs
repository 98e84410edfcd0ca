use serde::{Deserialize, Serialize};
use tokio_postgres::Client;

use crate::store::StoreError;

/// What a database holds, table by table: equal here and there if and only if the rows are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Every table, partitions one by one, by name.
    pub tables: Vec<Table>,
    /// Every sequence, with the number that it has reached at least.
    pub sequences: Vec<(String, i64)>,
    /// Topics of the journal.
    pub topics: i64,
    /// Their heads, added up.
    pub commits: i64,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Schema and name, quoted.
    pub name: String,
    /// Rows.
    pub rows: i64,
    /// The sum of 64 bits of each row's SHA-256: whatever the order of the rows.
    pub hash: String,
}

/// Counts and hashes all that the transaction of this connection sees.
///
/// # Errors
/// When the database cannot be reached, or a table not be read.
pub async fn contents(client: &Client) -> Result<Contents, StoreError> {
    let relations = client
        .query(
            "select format('%I.%I', n.nspname, c.relname), c.relkind = 'S'
               from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relkind in ('r', 'S') and c.relpersistence = 'p' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'hub_restore')
                and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
              order by 1",
            &[],
        )
        .await?;
    let mut contents = Contents::default();
    for relation in relations {
        let name: String = relation.get(0);
        // The catalogue has quoted it.
        if relation.get(1) {
            let row = client.query_one(&format!("select last_value from {name}"), &[]).await?;
            contents.sequences.push((name, row.get(0)));
        } else {
            let counted = format!(
                "select count(*), coalesce(sum(('x' || left(encode(sha256(convert_to(this_row::text, 'UTF8')), 'hex'), 16))
                          ::bit(64)::bigint::numeric), 0)::text from {name} this_row"
            );
            let row = client.query_one(&counted, &[]).await?;
            contents.tables.push(Table { name, rows: row.get(0), hash: row.get(1) });
        }
    }
    let heads = client.query_one("select count(*), coalesce(sum(seq), 0)::bigint from live.topics", &[]).await?;
    (contents.topics, contents.commits) = (heads.get(0), heads.get(1));
    Ok(contents)
}

/// In words, what differs between the database that was backed up and the one that was restored; nothing if nothing does.
/// Sequences may be further: they are read while the hub writes.
pub fn differences(was: &Contents, is: &Contents) -> Vec<String> {
    let mut found = Vec::new();
    for table in &was.tables {
        match is.tables.iter().find(|other| other.name == table.name) {
            Some(other) if other == table => {}
            Some(other) if other.rows == table.rows => found.push(format!("{}: rows differ", table.name)),
            Some(other) => found.push(format!("{}: {} rows instead of {}", table.name, other.rows, table.rows)),
            None => found.push(format!("{}: missing", table.name)),
        }
    }
    for table in is.tables.iter().filter(|table| was.tables.iter().all(|other| other.name != table.name)) {
        found.push(format!("{}: was not there", table.name));
    }
    for (name, reached) in &was.sequences {
        match is.sequences.iter().find(|(other, _)| other == name) {
            Some((_, here)) if here >= reached => {}
            Some((_, here)) => found.push(format!("{name}: at {here}, was at {reached}")),
            None => found.push(format!("{name}: missing")),
        }
    }
    if (was.topics, was.commits) != (is.topics, is.commits) {
        found.push(format!(
            "the journal: {} commits of {} topics instead of {} of {}",
            is.commits, is.topics, was.commits, was.topics
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, rows: i64, hash: &str) -> Table {
        Table { name: name.into(), rows, hash: hash.into() }
    }

    #[test]
    fn every_difference_is_told_and_none_invented() {
        let was = Contents {
            tables: vec![table("a", 1, "5"), table("b", 2, "6"), table("c", 0, "0")],
            sequences: vec![("s".into(), 4), ("t".into(), 4)],
            topics: 1,
            commits: 9,
        };
        let mut later = was.clone();
        later.sequences[0].1 = 5;
        assert_eq!(differences(&was, &later), Vec::<String>::new());
        let is = Contents {
            tables: vec![table("a", 1, "7"), table("b", 3, "6"), table("d", 0, "0")],
            sequences: vec![("s".into(), 3)],
            topics: 1,
            commits: 8,
        };
        assert_eq!(
            differences(&was, &is),
            [
                "a: rows differ",
                "b: 3 rows instead of 2",
                "c: missing",
                "d: was not there",
                "s: at 3, was at 4",
                "t: missing",
                "the journal: 8 commits of 1 topics instead of 9 of 1"
            ]
        );
    }
}
