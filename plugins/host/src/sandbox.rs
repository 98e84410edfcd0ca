//! What the host keeps for one run, and the calls that a plugin may make of it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::contract::fashionos::plugin as imports;
use crate::contract::{Connected, Failure, Fault, File, HttpError, Level, QueuedJob, Request, Response};
use crate::end::{Bound, End};
use crate::engine::MAX_TABLE_ELEMENTS;
use crate::live::Live;
use crate::log::Log;
use crate::manifest::Manifest;
use crate::meter::Meter;
use crate::order::Order;
use crate::question::{Answer, Call, Question};
use crate::random::Random;
use crate::recorded::Octets;
use crate::staged::{MAX_JOBS, MAX_RECORD_WRITES, MAX_STAGED_BYTES, RecordWrite, Staged};

/// Most random bytes of one call.
const MAX_RANDOM: u32 = 1_024;
/// Longest key of the connection's store, bytes.
const MAX_KEY: usize = 512;
/// Most keys of one call.
const MAX_KEYS: u32 = 1_000;
/// Most bytes of a file in one call.
const MAX_FILE_READ: u32 = 1 << 20;
/// Longest a public address lives, seconds.
const MAX_ADDRESS_SECONDS: u32 = 86_400;
/// Most bytes that a recording holds; a run that needs more goes on unrecorded.
const MAX_RECORDED: usize = 16 << 20;

/// Who answers the calls.
pub(crate) enum World {
    /// `describe` is a constant: it has no world.
    None,
    Hub(Box<Live>),
    Recording {
        calls: VecDeque<Call>,
        at: usize,
    },
}

/// The state of one run.
pub(crate) struct Sandbox {
    pub(crate) manifest: Option<Arc<Manifest>>,
    pub(crate) order: Order,
    pub(crate) world: World,
    pub(crate) staged: Staged,
    pub(crate) log: Log,
    pub(crate) calls: u32,
    pub(crate) recording: Option<Vec<Call>>,
    pub(crate) recorded_bytes: usize,
    pub(crate) bounds: Bounds,
    pub(crate) meter: Arc<Meter>,
    staged_bytes: usize,
    random: Random,
}

/// Where a run's time, calls and memory end.
pub(crate) struct Bounds {
    pub(crate) compute: Duration,
    pub(crate) memory: usize,
    pub(crate) calls: u32,
    /// Largest memory so far.
    pub(crate) peak: usize,
}

/// An end that is carried through the sandbox as a trap.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Halt(pub(crate) End);

fn halt(end: End) -> wasmtime::Error {
    wasmtime::Error::new(Halt(end))
}

fn refused(code: &str, message: impl Into<String>) -> Failure {
    Failure::Permanent(Fault::new(code, message))
}

impl Sandbox {
    pub(crate) fn new(manifest: Option<Arc<Manifest>>, order: Order, world: World, record: bool) -> Sandbox {
        let limits = manifest.as_ref().map(|manifest| manifest.limits).unwrap_or_default();
        Sandbox {
            random: Random::new(order.seed),
            manifest,
            order,
            world,
            staged: Staged::default(),
            log: Log::default(),
            calls: 0,
            recording: record.then(Vec::new),
            recorded_bytes: 0,
            bounds: Bounds {
                compute: Duration::from_millis(limits.compute_ms.into()),
                memory: (limits.memory_mib as usize) << 20,
                calls: limits.calls,
                peak: 0,
            },
            meter: Meter::new(),
            staged_bytes: 0,
        }
    }

    /// Every call of the hub begins here.
    fn called(&mut self) -> wasmtime::Result<()> {
        if matches!(self.world, World::None) {
            return Err(halt(End::Trap("`describe` called the hub".into())));
        }
        if self.calls >= self.bounds.calls {
            return Err(halt(End::Bound(Bound::Calls)));
        }
        self.calls += 1;
        Ok(())
    }

    fn stage(&mut self, bytes: usize) -> wasmtime::Result<()> {
        self.staged_bytes = self.staged_bytes.saturating_add(bytes);
        if self.staged_bytes > MAX_STAGED_BYTES
            || self.staged.records.len() >= MAX_RECORD_WRITES
            || self.staged.jobs.len() >= MAX_JOBS
        {
            return Err(halt(End::Bound(Bound::Staged)));
        }
        Ok(())
    }

    /// Asks the world: the hub, or a recording of it.
    async fn ask(&mut self, question: Question) -> wasmtime::Result<Answer> {
        let answer = match &mut self.world {
            World::None => return Err(halt(End::Trap("`describe` called the hub".into()))),
            World::Recording { calls, at } => {
                *at += 1;
                match calls.pop_front() {
                    Some(call) if call.question == question => call.answer,
                    other => {
                        return Err(halt(End::Diverged {
                            at: *at,
                            expected: other.map_or("the end".into(), |call| brief(&call.question)),
                            asked: brief(&question),
                        }));
                    }
                }
            }
            World::Hub(live) => {
                self.meter.answer(live.answer(&question)).await.map_err(|error| halt(End::HubUnavailable(error)))?
            }
        };
        if let Some(recording) = &mut self.recording {
            self.recorded_bytes += weight(&question) + weight_of(&answer);
            if self.recorded_bytes > MAX_RECORDED {
                self.recording = None;
            } else {
                recording.push(Call { question, answer: answer.clone() });
            }
        }
        Ok(answer)
    }
}

/// A question in a line, for whoever compares a replay.
fn brief(question: &Question) -> String {
    let mut text = serde_json::to_string(question).unwrap_or_default();
    if let Some((end, _)) = text.char_indices().nth(300) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn weight(question: &Question) -> usize {
    match question {
        Question::Send { request } => serde_json::to_vec(request).map_or(0, |bytes| bytes.len()),
        Question::Select { query } => query.len(),
        _ => 100,
    }
}

fn weight_of(answer: &Answer) -> usize {
    match answer {
        Answer::Response(response) => response.body.0.len(),
        Answer::Text(text) => text.len(),
        Answer::Value(Some(value)) => value.0.len(),
        Answer::Keys(keys) => keys.iter().map(String::len).sum(),
        _ => 50,
    }
}

fn unexpected<T>(answer: &Answer) -> wasmtime::Result<T> {
    let text = serde_json::to_string(answer).unwrap_or_default();
    Err(halt(End::Diverged {
        at: 0,
        expected: "an answer of the question's kind".into(),
        asked: text.chars().take(300).collect(),
    }))
}

impl imports::failures::Host for Sandbox {}

impl imports::host::Host for Sandbox {
    fn log(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        self.called()?;
        self.log.say(level, &message);
        Ok(())
    }

    fn now_ms(&mut self) -> wasmtime::Result<u64> {
        self.called()?;
        Ok(self.order.now_ms)
    }

    fn setting(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        self.called()?;
        Ok(self.order.settings.get(&key).map(serde_json::Value::to_string))
    }

    fn account(&mut self) -> wasmtime::Result<String> {
        self.called()?;
        Ok(self.order.account.clone())
    }

    fn connection(&mut self) -> wasmtime::Result<Option<Connected>> {
        self.called()?;
        Ok(self.order.connection.clone().map(|connection| Connected {
            id: connection.id,
            account: self.order.account.clone(),
            marketplace: connection.marketplace,
        }))
    }

    fn random(&mut self, count: u32) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        self.called()?;
        if count > MAX_RANDOM {
            return Ok(Err(refused("too_many", format!("at most {MAX_RANDOM} bytes at once"))));
        }
        Ok(Ok(self.random.bytes(count as usize)))
    }

    async fn progress(&mut self, done: u64, total: Option<u64>, note: String) -> wasmtime::Result<bool> {
        self.called()?;
        let note = note.chars().take(200).collect();
        match self.ask(Question::Progress { done, total, note }).await? {
            Answer::Go(go) => Ok(go),
            answer => unexpected(&answer),
        }
    }
}

impl imports::http::Host for Sandbox {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, HttpError>> {
        self.called()?;
        match self.ask(Question::Send { request: Box::new((&request).into()) }).await? {
            Answer::Response(response) => Ok(Ok(response.into())),
            Answer::NoResponse(error) => Ok(Err(error)),
            answer => unexpected(&answer),
        }
    }

    async fn not_done(&mut self, key: String) -> wasmtime::Result<()> {
        self.called()?;
        match self.ask(Question::NotDone { key }).await? {
            Answer::Done => Ok(()),
            answer => unexpected(&answer),
        }
    }
}

impl imports::kv::Host for Sandbox {
    async fn get(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        self.called()?;
        if let Some(own) = self.staged.kv.get(&key) {
            return Ok(own.clone());
        }
        match self.ask(Question::KvGet { key }).await? {
            Answer::Value(value) => Ok(value.map(|Octets(bytes)| bytes)),
            answer => unexpected(&answer),
        }
    }

    fn put(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        if key.is_empty() || key.len() > MAX_KEY || key.contains('\0') {
            return Ok(Err(refused("key_invalid", format!("a key has 1 to {MAX_KEY} bytes, none of them zero"))));
        }
        let quota = self.manifest.as_ref().map_or(0, |manifest| manifest.limits.kv_bytes as usize);
        if key.len() + value.len() > quota {
            return Ok(Err(refused("kv_full", format!("a connection keeps at most {quota} bytes"))));
        }
        self.stage(key.len() + value.len())?;
        self.staged.kv.insert(key, Some(value));
        Ok(Ok(()))
    }

    fn delete(&mut self, key: String) -> wasmtime::Result<()> {
        self.called()?;
        self.stage(key.len())?;
        self.staged.kv.insert(key, None);
        Ok(())
    }

    async fn keys(&mut self, prefix: String, after: Option<String>, limit: u32) -> wasmtime::Result<Vec<String>> {
        self.called()?;
        let limit = limit.min(MAX_KEYS);
        // Keys that this run deleted may be among the first: as many more are asked for.
        let asked = limit.saturating_add(self.staged.kv.len() as u32);
        let question = Question::KvKeys { prefix: prefix.clone(), after: after.clone(), limit: asked };
        match self.ask(question).await? {
            Answer::Keys(stored) => {
                let mut keys: std::collections::BTreeSet<String> = stored.into_iter().collect();
                for (key, value) in &self.staged.kv {
                    if value.is_none() {
                        keys.remove(key);
                    } else if key.starts_with(&prefix) && after.as_ref().is_none_or(|after| key > after) {
                        keys.insert(key.clone());
                    }
                }
                Ok(keys.into_iter().take(limit as usize).collect())
            }
            answer => unexpected(&answer),
        }
    }
}

impl imports::records::Host for Sandbox {
    async fn select(&mut self, query: String) -> wasmtime::Result<Result<String, Failure>> {
        self.called()?;
        match self.ask(Question::Select { query }).await? {
            Answer::Text(rows) => Ok(Ok(rows)),
            Answer::Refused(fault) => Ok(Err(Failure::Permanent(fault))),
            answer => unexpected(&answer),
        }
    }

    fn upsert(
        &mut self,
        table: String,
        on_conflict: Vec<String>,
        rows: String,
    ) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        self.stage(rows.len() + 100)?;
        self.staged.records.push(RecordWrite::Upsert { table, on_conflict, rows });
        Ok(Ok(()))
    }

    fn update(&mut self, table: String, query: String, values: String) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        if query.is_empty() {
            return Ok(Err(refused("query_empty", "an update names its rows")));
        }
        self.stage(query.len() + values.len() + 100)?;
        self.staged.records.push(RecordWrite::Update { table, query, values });
        Ok(Ok(()))
    }

    fn delete(&mut self, table: String, query: String) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        if query.is_empty() {
            return Ok(Err(refused("query_empty", "a delete names its rows")));
        }
        self.stage(query.len() + 100)?;
        self.staged.records.push(RecordWrite::Delete { table, query });
        Ok(Ok(()))
    }
}

impl imports::files::Host for Sandbox {
    async fn stat(&mut self, file: String) -> wasmtime::Result<Result<File, Failure>> {
        self.called()?;
        match self.ask(Question::File { file }).await? {
            Answer::File(file) => Ok(Ok(file)),
            Answer::Refused(fault) => Ok(Err(Failure::Permanent(fault))),
            answer => unexpected(&answer),
        }
    }

    async fn read(&mut self, file: String, offset: u64, length: u32) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        self.called()?;
        let length = length.min(MAX_FILE_READ);
        match self.ask(Question::FileBytes { file, offset, length }).await? {
            Answer::Value(Some(Octets(bytes))) => Ok(Ok(bytes)),
            Answer::Refused(fault) => Ok(Err(Failure::Permanent(fault))),
            answer => unexpected(&answer),
        }
    }

    async fn public_url(&mut self, file: String, seconds: u32) -> wasmtime::Result<Result<String, Failure>> {
        self.called()?;
        let seconds = seconds.clamp(1, MAX_ADDRESS_SECONDS);
        match self.ask(Question::FileAddress { file, seconds }).await? {
            Answer::Text(address) => Ok(Ok(address)),
            Answer::Refused(fault) => Ok(Err(Failure::Permanent(fault))),
            answer => unexpected(&answer),
        }
    }
}

impl imports::queue::Host for Sandbox {
    fn enqueue(&mut self, job: QueuedJob) -> wasmtime::Result<Result<(), Failure>> {
        self.called()?;
        if self.manifest.as_ref().is_none_or(|manifest| manifest.job(&job.name).is_none()) {
            return Ok(Err(refused("job_unknown", format!("`{}` is no job of this plugin", job.name))));
        }
        if job.key.is_empty() || job.key.len() > 200 {
            return Ok(Err(refused("key_invalid", "the key of a job has 1 to 200 bytes")));
        }
        if serde_json::from_str::<serde::de::IgnoredAny>(&job.payload).is_err() {
            return Ok(Err(refused("payload_invalid", "the payload of a job is JSON")));
        }
        self.stage(job.payload.len() + 200)?;
        self.staged.jobs.push(job);
        Ok(Ok(()))
    }
}

impl ResourceLimiter for Sandbox {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.bounds.memory {
            return Err(halt(End::Bound(Bound::Memory)));
        }
        self.bounds.peak = self.bounds.peak.max(desired);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > MAX_TABLE_ELEMENTS {
            return Err(halt(End::Bound(Bound::Tables)));
        }
        Ok(true)
    }
}
