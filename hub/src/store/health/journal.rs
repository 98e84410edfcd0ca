use tokio_postgres::Client;

use super::{Examined, Severity, StoreError};

/// How much older than its window the journal may be, seconds: it is archived once an hour, in batches.
const LATE: f64 = 3.0 * 3600.0;

/// How far back the journal goes, how large it is, and whether its numbers are without gaps.
pub(super) async fn examine(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    let row = client
        .query_one(
            "select (select count(*) from live.topics) as topics,
                    (select count(*) from live.commits) as commits,
                    pg_total_relation_size('live.journal') + pg_total_relation_size('live.commits') as bytes,
                    (select extract(epoch from now() - min(committed_at))::float8 from live.commits) as oldest,
                    (select extract(epoch from keep)::float8 from hub.retention where name = 'journal') as keep,
                    (select count(*) from live.commits where seq is null) as unnumbered,
                    (select count(*) from hub.audit_chains) as chains,
                    (select coalesce(sum(entries), 0)::bigint from hub.audit_chains) as entries",
            &[],
        )
        .await?;
    examined.note("topics", row.get::<_, i64>("topics"));
    examined.note("journal_commits", row.get::<_, i64>("commits"));
    examined.note("journal_bytes", row.get::<_, i64>("bytes"));
    examined.note("audit_chains", row.get::<_, i64>("chains"));
    examined.note("audit_entries", row.get::<_, i64>("entries"));
    let (oldest, keep): (Option<f64>, Option<f64>) = (row.get("oldest"), row.get("keep"));
    if let Some(oldest) = oldest {
        examined.note("journal_oldest_seconds", oldest.round());
    }
    match (oldest, keep) {
        (_, None) => examined.find(
            Severity::Error,
            "journal.rule",
            "there is no rule of how long the journal is kept: it grows without end",
            "insert into hub.retention the rule 'journal' with action 'archive'",
        ),
        (Some(oldest), Some(keep)) if oldest > keep + LATE => {
            let days = oldest / 86_400.0;
            let what = format!("the oldest commit is {days:.1} days old, and {:.1} are kept", keep / 86_400.0);
            examined.find(Severity::Warning, "journal.late", what, "hub maintenance run archive; see upkeep.failed");
        }
        _ => {}
    }
    let unnumbered: i64 = row.get("unnumbered");
    if unnumbered > 0 {
        let what = format!("{unnumbered} commits have no number: no screen has heard of them");
        examined.find(
            Severity::Error,
            "journal.unnumbered",
            what,
            "see journal.numbering; screens have to be reloaded",
        );
    }
    let row = client
        .query_one(
            "select count(*), min(c.topic)
               from (select topic, max(seq) as last, max(seq) - min(seq) + 1 - count(*) as gaps
                       from live.commits where seq is not null group by topic) c
               join live.topics t using (topic)
              where c.gaps <> 0 or c.last <> t.seq",
            &[],
        )
        .await?;
    let broken: i64 = row.get(0);
    if broken > 0 {
        let what = format!("{broken} topics have gaps in their numbers, {} for one", row.get::<_, String>(1));
        examined.find(
            Severity::Error,
            "journal.gap",
            what,
            "restore a backup, or find out who deleted from live.commits",
        );
    }
    Ok(())
}
