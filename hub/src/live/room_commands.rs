use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use deadpool_postgres::Transaction;
use schemas::{About, Answer, Command, Done, ErrorCode, Outcome, PrincipalKind, Query, ServerFrame, Topic};
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use super::asker::Asker;
use super::room::Room;
use super::session;
use super::shard::{AnswerKind, Seat};
use crate::postgres::{Acting, begin};
use crate::store::check_in::{self, ScanRequest};
use crate::store::commands::{self, Answered, Author};
use crate::store::identity::Identity;
use crate::store::{Store, StoreError, run_of_show, show_floor};
use crate::telemetry;

/// A command, from somebody who may send it.
pub struct Perform {
    /// Where the answer goes.
    pub asker: Asker,
    /// Who asks.
    pub identity: Arc<Identity>,
    /// The command's id.
    pub command_id: Uuid,
    /// What.
    pub command: Command,
    /// Its way through the hub.
    pub span: Span,
}

/// A question, from a session that may ask it.
pub struct Ask {
    /// Where the answer goes.
    pub seat: Seat,
    /// Returned with the answer.
    pub query_id: u32,
    /// What.
    pub query: Query,
}

/// Scans that wait for the batch before theirs to be committed.
#[derive(Default)]
pub struct ScanQueue {
    waiting: Vec<((Asker, Span), ScanRequest)>,
    in_flight: bool,
    /// How many the batch before answered: in a rush, as many are on their way again.
    expected: usize,
    /// They are being waited for.
    gathering: bool,
}

/// All other commands, one at a time: their order is the order in which they came.
#[derive(Default)]
pub struct CommandQueue {
    waiting: VecDeque<Perform>,
    in_flight: bool,
}

/// Scans in one transaction.
const BATCH: usize = 256;
/// From how many scans in a batch on it is a rush.
const RUSH: usize = 8;
/// How long those who were just answered are waited for in a rush. Half of a batch's cost is the same for one scan and for
/// a hundred: two half batches, one behind the other, would keep everybody waiting longer than this.
const GATHER: Duration = Duration::from_millis(2);
/// Scans that may wait; more are told to come again.
const WAITING: usize = 4096;

impl ScanQueue {
    /// Something is being committed or waits for it.
    pub fn is_busy(&self) -> bool {
        self.in_flight || !self.waiting.is_empty()
    }

    /// Whether to wait a moment for those who were just answered.
    fn is_worth_a_wait(&self) -> bool {
        self.expected >= RUSH && self.waiting.len() < self.expected
    }
}

impl CommandQueue {
    /// Something is being done or waits for it.
    pub fn is_busy(&self) -> bool {
        self.in_flight || !self.waiting.is_empty()
    }
}

impl Room {
    pub(super) fn perform(&mut self, perform: Perform, ctx: &mut Context<Self>) {
        let full = self.scans.waiting.len() >= WAITING || self.commands.waiting.len() >= WAITING;
        if full {
            let about = Some(About::Command(perform.command_id));
            let frame = session::error(ErrorCode::Busy, "the event is busy; try again".into(), about);
            return self.reply(vec![(perform.asker, frame)]);
        }
        if let Command::Scan { .. } = perform.command {
            self.scans.waiting.push(scan_request(self.topic, perform));
            self.node.metrics.scans_waiting.increment(1.0);
            self.next_scans(ctx);
        } else {
            self.commands.waiting.push_back(perform);
            self.node.metrics.commands_waiting.increment(1.0);
            self.next_command(ctx);
        }
    }

    fn next_scans(&mut self, ctx: &mut Context<Self>) {
        if self.scans.in_flight || self.scans.waiting.is_empty() {
            return;
        }
        if self.scans.is_worth_a_wait() {
            if !self.scans.gathering {
                self.scans.gathering = true;
                ctx.run_later(GATHER, |room, ctx| {
                    room.scans.gathering = false;
                    room.scans.expected = 0;
                    room.next_scans(ctx);
                });
            }
            return;
        }
        self.scans.in_flight = true;
        let take = self.scans.waiting.len().min(BATCH);
        let (askers, batch): (Vec<(Asker, Span)>, Vec<ScanRequest>) = self.scans.waiting.drain(..take).unzip();
        let (askers, spans): (Vec<Asker>, Vec<Span>) = askers.into_iter().unzip();
        let traced = telemetry::batch(&spans);
        let transaction = telemetry::transaction(&traced);
        let metrics = &self.node.metrics;
        #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
        let scans = take as f64;
        metrics.scans_waiting.decrement(scans);
        metrics.batch_scans.record(scans);
        let began = Instant::now();
        let (node, organization_id, event_id) = (Arc::clone(&self.node), self.organization_id, self.topic.id);
        let admit = async move {
            let admitted =
                check_in::admit(&node.store, organization_id, event_id, &batch).instrument(transaction).await;
            (admitted, batch)
        };
        ctx.spawn(admit.into_actor(self).map(move |(admitted, batch), room, ctx| {
            room.scans.in_flight = false;
            room.scans.expected = batch.len();
            room.node.metrics.scans.increment(batch.len() as u64);
            room.node.metrics.batch_seconds.record(began.elapsed());
            match admitted {
                Ok(admitted) => {
                    let answers: Vec<_> = askers
                        .into_iter()
                        .zip(batch.iter().map(|scan| scan.command_id))
                        .zip(admitted.answers)
                        .map(|((asker, id), answered)| (asker, id, answered))
                        .collect();
                    room.trace_delta(&traced, &answers);
                    room.answer_commands(answers, ctx);
                }
                Err(error) => {
                    let failed = askers.into_iter().zip(batch.iter().map(|scan| scan.command_id)).collect();
                    room.commands_failed(&error, failed);
                }
            }
            // They end with their answers.
            drop(spans);
            room.next_scans(ctx);
        }));
    }

    fn next_command(&mut self, ctx: &mut Context<Self>) {
        if self.commands.in_flight {
            return;
        }
        let Some(perform) = self.commands.waiting.pop_front() else { return };
        self.commands.in_flight = true;
        self.node.metrics.commands_waiting.decrement(1.0);
        let began = Instant::now();
        let (node, topic) = (Arc::clone(&self.node), self.topic);
        let Perform { asker, identity, command_id, command, span } = perform;
        let transaction = telemetry::transaction(&span);
        let work = async move {
            let author = identity.author();
            commands::execute(&node.store, &author, topic, command_id, &command, async |transaction| {
                decide(transaction, &author, topic.id, &command).await
            })
            .await
        };
        ctx.spawn(work.instrument(transaction).into_actor(self).map(move |answered, room, ctx| {
            room.commands.in_flight = false;
            room.node.metrics.commands.increment(1);
            room.node.metrics.command_seconds.record(began.elapsed());
            match answered {
                Ok(answered) => {
                    let answers = vec![(asker, command_id, answered)];
                    room.trace_delta(&span, &answers);
                    room.answer_commands(answers, ctx);
                }
                Err(error) => room.commands_failed(&error, vec![(asker, command_id)]),
            }
            room.next_command(ctx);
        }));
    }

    /// Until the commit of these answers has been handed to the sockets, which may have happened already.
    fn trace_delta(&mut self, of: &Span, answers: &[(Asker, Uuid, Answered)]) {
        let delta = telemetry::delta(of);
        if delta.is_disabled() {
            return;
        }
        let seqs = answers.iter().filter_map(|(_, _, answered)| match answered {
            Answered::Outcome { seq, duplicate: false, .. } => *seq,
            _ => None,
        });
        if let Some(seq) = seqs.max().filter(|seq| self.published < Some(*seq)) {
            self.traced.push((seq, delta));
        }
    }

    /// Sends outcomes; verdicts go by the room's memory of guests for the names that are stored nowhere readable.
    fn answer_commands(&mut self, answers: Vec<(Asker, Uuid, Answered)>, ctx: &mut Context<Self>) {
        let unknown: Vec<Uuid> = answers.iter().filter_map(|(_, _, answered)| guest_in(answered)).collect();
        if !self.guests.have_all(&unknown) {
            return self.with_guests(ctx, move |room, ctx| room.answer_commands(answers, ctx));
        }
        let mut head = 0;
        let frames = answers
            .into_iter()
            .map(|(asker, command_id, answered)| {
                let frame = match answered {
                    Answered::Outcome { mut outcome, seq, duplicate } => {
                        head = head.max(seq.unwrap_or(0));
                        self.guests.name_in(&mut outcome);
                        ServerFrame::Outcome { command_id, seq, outcome, duplicate }
                    }
                    Answered::IdReused => session::error(
                        ErrorCode::CommandIdReused,
                        "this id belongs to another command".into(),
                        Some(About::Command(command_id)),
                    ),
                };
                (asker, frame)
            })
            .collect();
        self.reply(frames);
        self.follow(head, ctx);
    }

    fn commands_failed(&mut self, error: &StoreError, failed: Vec<(Asker, Uuid)>) {
        let code = match error {
            StoreError::Unavailable(_) => ErrorCode::Unavailable,
            StoreError::Constraint { .. } => ErrorCode::Conflict,
            StoreError::Invalid(_) => ErrorCode::InvalidArgument,
            StoreError::Denied => ErrorCode::Forbidden,
            StoreError::Internal(_) => ErrorCode::Internal,
        };
        self.node.metrics.failed.increment(failed.len() as u64);
        tracing::error!(topic = %self.topic, %error, commands = failed.len(), "commands failed");
        let message = match code {
            ErrorCode::Internal => "a fault of the hub; it is in its log".to_owned(),
            _ => error.to_string(),
        };
        let frames = failed
            .into_iter()
            .map(|(asker, id)| {
                let frame = session::error(code, message.clone(), Some(About::Command(id)));
                (asker, frame)
            })
            .collect();
        self.reply(frames);
    }

    pub(super) fn ask(&mut self, ask: Ask, ctx: &mut Context<Self>) {
        if !self.guests.are_loaded() {
            return self.with_guests(ctx, move |room, ctx| room.ask(ask, ctx));
        }
        let Query::FindGuests { text, limit } = &ask.query;
        let frame = if text.chars().count() > 100 || !(1..=50).contains(limit) {
            let about = Some(About::Query(ask.query_id));
            session::error(ErrorCode::InvalidArgument, "text has 3-100 characters, limit is 1-50".into(), about)
        } else {
            let guests = self.guests.find(text, usize::from(*limit));
            ServerFrame::Answer { query_id: ask.query_id, answer: Answer::Guests { guests } }
        };
        self.answer(vec![(ask.seat, frame, AnswerKind::Other)]);
    }

    /// The rundown was edited while it runs.
    pub(super) fn replan(&mut self, ctx: &mut Context<Self>) {
        let (node, organization_id, event_id) = (Arc::clone(&self.node), self.organization_id, self.topic.id);
        let work = async move {
            as_system(&node.store, organization_id, async |transaction, author| {
                run_of_show::replan(transaction, author, event_id).await
            })
            .await
        };
        ctx.spawn(work.into_actor(self).map(|done, room, ctx| {
            if let Err(error) = done {
                tracing::warn!(topic = %room.topic, %error, "an edited rundown has not reached the run yet");
                if error.is_transient() {
                    ctx.run_later(Duration::from_millis(250), |room, ctx| room.replan(ctx));
                }
            }
        }));
    }

    /// Nobody presses anything while a cue runs over: the room looks by itself.
    pub(super) fn watch_delay(&mut self, ctx: &mut Context<Self>) {
        if self.topic.kind != schemas::TopicKind::Event || self.members.is_empty() {
            return;
        }
        let (node, organization_id, event_id) = (Arc::clone(&self.node), self.organization_id, self.topic.id);
        let work = async move {
            as_system(&node.store, organization_id, async |transaction, author| {
                run_of_show::watch_delay(transaction, author, event_id).await
            })
            .await
        };
        ctx.spawn(work.into_actor(self).map(|done, room, _| {
            if let Err(error) = done {
                tracing::debug!(topic = %room.topic, %error, "the delay could not be looked at");
            }
        }));
    }
}

async fn as_system<F>(store: &Store, organization_id: Uuid, work: F) -> Result<(), StoreError>
where
    F: AsyncFn(&Transaction<'_>, &Author) -> Result<(), StoreError>,
{
    let acting = Acting::System { organization_id };
    let author =
        Author { kind: PrincipalKind::Device, id: Uuid::nil(), name: "hub".to_owned(), organization_id, from: None };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    work(&transaction, &author).await?;
    transaction.commit().await?;
    Ok(())
}

async fn decide(
    transaction: &Transaction<'_>,
    author: &Author,
    event_id: Uuid,
    command: &Command,
) -> Result<Outcome, StoreError> {
    match command {
        Command::Scan { .. } => Err(StoreError::Internal("scans go by the batch".into())),
        Command::Annul { scan_id } => show_floor::annul(transaction, event_id, *scan_id).await,
        Command::Cue { expect, verb } => run_of_show::cue(transaction, author, event_id, *expect, verb).await,
        Command::SetDoors { open } => show_floor::set_doors(transaction, event_id, *open).await,
        Command::PostMessage { text, severity, audience, expires_at } => {
            show_floor::post_message(transaction, author, event_id, text, *severity, audience, *expires_at).await
        }
        Command::ClearMessage { message_id } => show_floor::clear_message(transaction, event_id, *message_id).await,
        Command::AcknowledgeMessage { message_id } => {
            show_floor::acknowledge_message(transaction, author, event_id, *message_id).await
        }
        Command::RaiseAlert { message, severity, dedupe_key } => {
            show_floor::raise_alert(transaction, author, event_id, message, *severity, dedupe_key.as_deref()).await
        }
        Command::AcknowledgeAlert { alert_id } => {
            show_floor::acknowledge_alert(transaction, author, event_id, *alert_id).await
        }
        Command::ResolveAlert { alert_id } => show_floor::resolve_alert(transaction, author, event_id, *alert_id).await,
        Command::MoveLook { look_id, to } => show_floor::move_look(transaction, event_id, *look_id, *to).await,
        Command::SetLookStatus { look_id, status } => {
            show_floor::set_look_status(transaction, event_id, *look_id, status).await
        }
    }
}

fn scan_request(topic: Topic, perform: Perform) -> ((Asker, Span), ScanRequest) {
    let fingerprint = commands::fingerprint(topic, &perform.command);
    let Command::Scan { code, registration_id, direction, people, gate_id, scanned_at, offline, override_reason } =
        perform.command
    else {
        unreachable!("the caller has matched a scan");
    };
    let request = ScanRequest {
        command_id: perform.command_id,
        fingerprint,
        author: perform.identity.author(),
        code,
        registration_id,
        direction,
        people,
        gate_id: gate_id.or(perform.identity.principal.gate_id),
        scanned_at,
        offline,
        override_reason,
    };
    ((perform.asker, perform.span), request)
}

fn guest_in(answered: &Answered) -> Option<Uuid> {
    match answered {
        Answered::Outcome { outcome: Outcome::Done { done: Done::Verdict { verdict } }, .. } => {
            verdict.guest.as_ref().map(|guest| guest.registration_id)
        }
        _ => None,
    }
}
