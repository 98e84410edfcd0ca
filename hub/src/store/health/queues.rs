use tokio_postgres::Client;

use super::{Examined, Severity, StoreError, listed};

/// From when on a mail is stuck, seconds. A mail server that greylists takes a quarter of an hour.
const STUCK: f64 = 3600.0;

/// Mails that wait, asked as the hub: nobody else sees them, not even the owner of the table.
pub(super) async fn mails(worker: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    worker.query_one("select set_config('app.system', 'on', false)", &[]).await?;
    let row = worker
        .query_one(
            "select count(*) filter (where given_up_at is null) as waiting,
                    count(*) filter (where given_up_at is null and created_at < now() - make_interval(secs => $1)) as stuck,
                    count(*) filter (where given_up_at is not null) as given_up
               from mail_outbox",
            &[&STUCK],
        )
        .await?;
    examined.note("mails_waiting", row.get::<_, i64>("waiting"));
    let (stuck, given_up): (i64, i64) = (row.get("stuck"), row.get("given_up"));
    if stuck > 0 {
        let what = format!("{stuck} mails have waited for more than an hour");
        examined.find(
            Severity::Warning,
            "mail.stuck",
            what,
            "see mail_outbox.last_error; is the mail server reachable?",
        );
    }
    if given_up > 0 {
        let what = format!("{given_up} mails could not be sent for a day and were given up");
        examined.find(Severity::Warning, "mail.given_up", what, "see mail_outbox.last_error; they are sent no more");
    }
    Ok(())
}

/// What the hub does by itself, and did not manage the last time.
pub(super) async fn upkeep(client: &Client, examined: &mut Examined) -> Result<(), StoreError> {
    let failed: Vec<String> = client
        .query(
            "select distinct on (kind) kind, status from hub.maintenance_runs order by kind, started_at desc, id desc",
            &[],
        )
        .await?
        .iter()
        .filter(|row| row.get::<_, String>("status") == "failed")
        .map(|row| row.get("kind"))
        .collect();
    if !failed.is_empty() {
        let what = format!("the last run failed: {}", listed(&failed));
        examined.find(Severity::Warning, "upkeep.failed", what, "see details in hub.maintenance_runs");
    }
    Ok(())
}
