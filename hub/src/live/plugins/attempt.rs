use std::sync::{Arc, Mutex, PoisonError};

use domain::plugin_retry::pause;
use plugin_host::contract::{Failure, Level};
use plugin_host::{Client, Connected, End, Order, Plugin, Run};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::orders;
use super::runner::Plugins;
use super::services::RunServices;
use super::tokens::{self, TokenError};
use crate::store::plugins::connections::{self, Opened};
use crate::store::plugins::finish::{self, Then, Trace};
use crate::store::plugins::queue::Claimed;
use crate::store::plugins::{PluginError, webhooks};

/// When the hub could not do its part, the job comes again after so long, ms.
const HUB_PAUSE: u64 = 2_000;
/// The longest recording that is kept, bytes of JSON.
const MOST_RECORDED: usize = 4 << 20;

/// What is to become of the job.
struct Verdict {
    code: String,
    message: String,
    then: Then,
}

impl Verdict {
    fn new(code: &str, message: impl Into<String>, then: Then) -> Self {
        Self { code: code.to_owned(), message: message.into(), then }
    }
}

/// Makes one attempt of a job and ends it, well or not.
pub(super) async fn make(plugins: &Arc<Plugins>, run: Claimed, stopped: watch::Receiver<bool>) {
    let mut trace = Trace::default();
    let verdict = match attempt(plugins, &run, &stopped, &mut trace).await {
        Ok(()) => return,
        Err(verdict) => verdict,
    };
    let (store, job, lease) = (Arc::clone(&plugins.node.store), run.job_id, run.lease);
    let ended = plugins
        .at_home(
            async move { finish::badly(&store, &run, &verdict.code, &verdict.message, verdict.then, &trace).await },
        )
        .await;
    match ended {
        Some(Ok(())) => {}
        Some(Err(PluginError::LeaseLost)) => {
            tracing::info!(%job, run = %lease, "a run ended whose job was taken from it")
        }
        Some(Err(error)) => tracing::warn!(%job, run = %lease, %error, "the end of a run could not be written down"),
        None => {}
    }
}

async fn attempt(
    plugins: &Arc<Plugins>,
    run: &Claimed,
    stopped: &watch::Receiver<bool>,
    trace: &mut Trace,
) -> Result<(), Verdict> {
    let plugin = plugins
        .loaded
        .get(&plugins.host, &plugins.node.store, run.organization_id, run.package_id)
        .await
        .map_err(|error| Verdict::new(error.code(), error.to_string(), Then::Dead))?;
    let manifest = Arc::clone(plugin.manifest());
    if manifest.job(&run.kind).is_none() {
        return Err(Verdict::new("job_unknown", format!("the plugin has no job `{}`", run.kind), Then::Dead));
    }
    let mut renewed = false;
    loop {
        let account = open(plugins, run).await?;
        let rev = account.as_ref().map(|account| account.token_rev);
        let (ended, refused) = once(plugins, run, &plugin, account, stopped).await?;
        *trace = traced(&ended, &refused);
        let end = match ended.outcome {
            Ok(result) => return well(plugins, run, &plugin, ended.staged, result, trace).await,
            Err(end) => end,
        };
        // The vendor does not know the token any more: a new one, once.
        if let (End::Failure(Failure::Unauthorized(fault)), Some(connection), Some(rev)) =
            (&end, run.connection_id, rev)
        {
            if !renewed {
                let (at_home, for_run, of) = (Arc::clone(plugins), run.clone(), Arc::clone(&manifest));
                let new =
                    plugins.at_home(async move { tokens::renew(&at_home, &for_run, connection, &of, rev).await }).await;
                match new {
                    Some(Ok(_)) => {
                        renewed = true;
                        continue;
                    }
                    Some(Err(TokenError::Unreachable(why))) => {
                        return Err(Verdict::new("vendor_unreachable", why, again(run, None)));
                    }
                    _ => {}
                }
            }
            let (store, organization, why) =
                (Arc::clone(&plugins.node.store), run.organization_id, fault.message.clone());
            let marked = plugins
                .at_home(
                    async move { connections::mark(&store, organization, connection, "expired", Some(&why)).await },
                )
                .await;
            if let Some(Err(error)) = marked {
                tracing::warn!(%connection, %error, "an account whose token ended could not be marked");
            }
            // It waits until somebody connects the account again.
            return Err(Verdict::new(&fault.code, fault.message.clone(), Then::Back(0)));
        }
        return Err(judged(plugins, run, &end));
    }
}

/// Runs the plugin once, in a fresh sandbox.
async fn once(
    plugins: &Arc<Plugins>,
    run: &Claimed,
    plugin: &Plugin,
    account: Option<Opened>,
    stopped: &watch::Receiver<bool>,
) -> Result<(Run, Vec<String>), Verdict> {
    let manifest = Arc::clone(plugin.manifest());
    let name = account.as_ref().map(|account| account.account.clone()).unwrap_or_default();
    let connection = run.connection_id.map(|id| Connected {
        id: id.to_string(),
        marketplace: account.as_ref().and_then(|account| account.marketplace_id.clone()),
    });
    let (store, for_run, of) = (Arc::clone(&plugins.node.store), run.clone(), Arc::clone(&manifest));
    let ordered = plugins
        .at_home(async move {
            let body = webhooks::body(&store, &for_run).await?;
            orders::order(&store, &for_run, &of, name, body).await
        })
        .await;
    let order = match ordered {
        Some(Ok(order)) => Order { connection, ..order },
        Some(Err(error @ (PluginError::NotFound(_) | PluginError::Sealed))) => {
            return Err(Verdict::new(error.code(), error.to_string(), Then::Dead));
        }
        Some(Err(error)) => return Err(Verdict::new("hub_unavailable", error.to_string(), Then::Back(HUB_PAUSE))),
        None => return Err(Verdict::new("hub_stopped", "the hub was stopped", Then::Back(0))),
    };
    let services = Arc::new(RunServices {
        plugins: Arc::clone(plugins),
        run: run.clone(),
        manifest,
        account: account.map(tokio::sync::Mutex::new),
        shown: Mutex::new(None),
        refused: Mutex::new(Vec::new()),
        stop: stopped.clone(),
    });
    let client = Client {
        services: Arc::clone(&services) as Arc<dyn plugin_host::Services>,
        connection: run.connection_id.unwrap_or(run.install_id).to_string(),
        stop: stopped.clone(),
        record: run.payload.get("record").and_then(Value::as_bool).unwrap_or(false),
    };
    let ended = plugins.host.run(plugin, order, client).await;
    let refused = std::mem::take(&mut *services.refused.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((ended, refused))
}

/// The account of the job, opened.
async fn open(plugins: &Arc<Plugins>, run: &Claimed) -> Result<Option<Opened>, Verdict> {
    let Some(connection) = run.connection_id else { return Ok(None) };
    let (store, organization) = (Arc::clone(&plugins.node.store), run.organization_id);
    match plugins.at_home(async move { connections::opened(&store, organization, connection).await }).await {
        Some(Ok(account)) => Ok(Some(account)),
        Some(Err(error @ (PluginError::NotFound(_) | PluginError::Sealed))) => {
            Err(Verdict::new(error.code(), error.to_string(), Then::Dead))
        }
        Some(Err(error)) => Err(Verdict::new("hub_unavailable", error.to_string(), Then::Back(HUB_PAUSE))),
        None => Err(Verdict::new("hub_stopped", "the hub was stopped", Then::Back(0))),
    }
}

/// Commits what a run that went well wants, or says why not.
async fn well(
    plugins: &Arc<Plugins>,
    run: &Claimed,
    plugin: &Plugin,
    staged: plugin_host::Staged,
    result: String,
    trace: &mut Trace,
) -> Result<(), Verdict> {
    let refused = |error: &PluginError| Verdict::new(error.code(), error.to_string(), Then::Dead);
    let wishes = orders::wishes(staged, plugin.manifest()).map_err(|error| refused(&error))?;
    let result: Value = serde_json::from_str(&result).unwrap_or(Value::Null);
    let (store, for_run, kept) = (Arc::clone(&plugins.node.store), run.clone(), trace.clone());
    let ended = plugins.at_home(async move { finish::well(&store, &for_run, &wishes, &result, &kept).await }).await;
    match ended {
        Some(Ok(())) => {
            if let Some(connection) = run.connection_id {
                let (store, organization) = (Arc::clone(&plugins.node.store), run.organization_id);
                let noted = async move { connections::worked(&store, organization, connection).await };
                if let Some(Err(error)) = plugins.at_home(noted).await {
                    tracing::debug!(%connection, %error, "that an account works could not be noted");
                }
            }
            Ok(())
        }
        Some(Err(error @ (PluginError::Refused(_) | PluginError::Quota(_)))) => {
            say(trace, "error", &format!("{}: {error}", error.code()));
            Err(refused(&error))
        }
        Some(Err(PluginError::LeaseLost)) => {
            Err(Verdict::new("lease_lost", "the job was taken from the run", Then::Back(0)))
        }
        // Whether it was committed is not known. The end that follows finds out: it finds the job running, or ended.
        Some(Err(error)) => Err(Verdict::new("hub_unavailable", error.to_string(), Then::Back(HUB_PAUSE))),
        None => Err(Verdict::new("hub_stopped", "the hub was stopped", Then::Back(0))),
    }
}

fn judged(plugins: &Plugins, run: &Claimed, end: &End) -> Verdict {
    let then = match end {
        End::Failure(Failure::RetryAfter(later)) => again(run, Some(later.after_ms)),
        End::Failure(Failure::Unauthorized(_)) => Then::Dead,
        End::Failure(Failure::Permanent(_) | Failure::Conflict(_)) => Then::Dead,
        End::Failure(Failure::Cancelled) => Then::Cancelled,
        End::Stopped if plugins.is_closed() => Then::Back(0),
        // Cancelled, or switched off; if the latter, it waits with its attempts.
        End::Stopped => Then::Back(0),
        End::HubUnavailable(_) => Then::Back(HUB_PAUSE),
        End::Bound(_) | End::Trap(_) => again(run, None),
        End::Diverged { .. } => Then::Dead,
    };
    Verdict::new(end.code(), end.to_string(), then)
}

fn again(run: &Claimed, asked: Option<u64>) -> Then {
    let mut byte = [0u8; 1];
    // Without randomness they come back together.
    let chance = getrandom::fill(&mut byte).map_or(0.5, |()| f64::from(byte[0]) / 255.0);
    // Counted from when somebody began it again.
    let attempt = run.attempt.saturating_sub(run.max_attempts.saturating_sub(8)).max(1);
    Then::Again(pause(attempt, asked, chance))
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

fn traced(run: &Run, refused: &[String]) -> Trace {
    let mut lines: Vec<Value> =
        run.log.lines.iter().map(|line| json!({ "level": word(line.level), "message": line.message })).collect();
    lines.extend(refused.iter().map(|words| json!({ "level": "warn", "message": words, "by": "hub" })));
    if run.log.dropped > 0 {
        let words = format!("{} more lines were not kept", run.log.dropped);
        lines.push(json!({ "level": "warn", "message": words, "by": "hub" }));
    }
    let recording = run.recording.as_ref().map(|recording| recording.to_json());
    Trace {
        compute_ms: i32::try_from(run.used.compute_us / 1_000).unwrap_or(i32::MAX),
        calls: i32::try_from(run.used.calls).unwrap_or(i32::MAX),
        log: Value::Array(lines),
        recording: recording.filter(|json| json.len() <= MOST_RECORDED).and_then(|json| String::from_utf8(json).ok()),
    }
}

fn say(trace: &mut Trace, level: &str, words: &str) {
    if let Value::Array(lines) = &mut trace.log {
        lines.push(json!({ "level": level, "message": words, "by": "hub" }));
    }
}
