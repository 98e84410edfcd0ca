use hub_client::Room;
use schemas::{Command, CueVerb, Done, Outcome, Refusal, RunKind};
use tokio_postgres::Client;
use uuid::Uuid;

use super::scan::outcome;
use super::{Show, TestHub};

/// A cue of a rundown: title, seconds from now to its start, seconds it lasts, linked or hard.
pub type Cue<'a> = (&'a str, i32, i32, &'a str);

impl Show {
    /// Writes a rundown by SQL, as an import would. Returns the cues' ids, in order.
    pub async fn rundown(&self, hub: &TestHub, sql: &Client, cues: &[Cue<'_>]) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for (place, (title, starts, lasts, mode)) in cues.iter().enumerate() {
            let row = sql
                .query_one(
                    "insert into event_schedules (organization_id, event_id, title, start_time, end_time, start_mode, order_index)
                     values ($1, $2, $3, date_trunc('second', now()) + $4::int * interval '1 s',
                             date_trunc('second', now()) + ($4::int + $5::int) * interval '1 s', $6, $7) returning id",
                    &[
                        &hub.organization_id,
                        &self.event_id,
                        title,
                        starts,
                        lasts,
                        mode,
                        &i32::try_from(place).expect("few"),
                    ],
                )
                .await
                .expect("a cue is planned");
            ids.push(row.get(0));
        }
        ids
    }
}

/// What a cue command comes to: the run and its revision, or the rule that refused it.
pub async fn cue(room: &Room, expect: u64, verb: CueVerb) -> Result<(Uuid, u64), Refusal> {
    match outcome(room, Command::Cue { expect, verb }).await {
        Outcome::Done { done: Done::Run { run_id, revision } } => Ok((run_id, revision)),
        Outcome::Refused { refusal } => Err(refusal),
        other => panic!("not about a run: {other:?}"),
    }
}

/// Begins a run with its first cue.
pub fn start(kind: RunKind) -> CueVerb {
    CueVerb::Start { kind, cue_id: None }
}
