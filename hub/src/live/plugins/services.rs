use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use domain::table_query::TableQuery;
use futures_util::TryStreamExt as _;
use plugin_host::contract::{File, Response};
use plugin_host::{Begun, Manifest, Secret, ServiceError, Services};
use serde_json::json;
use uuid::Uuid;

use super::orders::pairs;
use super::runner::Plugins;
use super::tokens;
use crate::store::plugins::connections::Opened;
use crate::store::plugins::effects::{self, Effect};
use crate::store::plugins::queue::Claimed;
use crate::store::plugins::{PluginError, files, finish, kv, scopes};
use crate::store::rest::{self, Asker, RestError, Shape};
use crate::store::storage::{Person, links};

/// How often the progress of a run is written down, at most.
const PROGRESS: Duration = Duration::from_millis(500);
/// Bytes of a file that are given at once, at most: those that the hub itself streams to a vendor.
const MOST_BYTES: u64 = 64 << 20;
/// Refusals that a run keeps in its log.
const MOST_REFUSALS: usize = 50;

/// What the hub does for one run. It only reads, but for effects; everything else is written with the run's end.
pub(super) struct RunServices {
    pub(super) plugins: Arc<Plugins>,
    pub(super) run: Claimed,
    pub(super) manifest: Arc<Manifest>,
    /// None for a job without a connection.
    pub(super) account: Option<tokio::sync::Mutex<Opened>>,
    pub(super) shown: Mutex<Option<Instant>>,
    /// What was refused, for the run's log.
    pub(super) refused: Mutex<Vec<String>>,
    pub(super) stop: tokio::sync::watch::Receiver<bool>,
}

impl RunServices {
    /// Asks at home; the words of what goes wrong there are the hub's.
    async fn ask<T: Send + 'static>(
        &self,
        asking: impl Future<Output = Result<T, PluginError>> + Send + 'static,
    ) -> Result<T, ServiceError> {
        match self.plugins.at_home(asking).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(self.told(error)),
            None => Err(ServiceError::Unavailable("the hub stops".into())),
        }
    }

    fn told(&self, error: PluginError) -> ServiceError {
        match error {
            PluginError::Store(_) | PluginError::LeaseLost | PluginError::NotNow(_) => {
                ServiceError::Unavailable(error.to_string())
            }
            refusal => {
                self.note(&format!("{}: {refusal}", refusal.code()));
                ServiceError::refused(refusal.code(), refusal.to_string())
            }
        }
    }

    fn note(&self, words: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < MOST_REFUSALS {
            refused.push(words.chars().take(500).collect());
        }
    }

    fn refuse<T>(&self, code: &str, words: String) -> Result<T, ServiceError> {
        self.note(&format!("{code}: {words}"));
        Err(ServiceError::refused(code, words))
    }

    async fn asset(&self, file: &str) -> Result<files::AssetFile, ServiceError> {
        let Ok(asset) = file.parse::<Uuid>() else {
            return self.refuse("not_found", "a file is named by its asset's id".into());
        };
        let (store, run) = (Arc::clone(&self.plugins.node.store), self.run.clone());
        self.ask(async move { files::of_asset(&store, &run, asset).await }).await
    }
}

#[async_trait]
impl Services for RunServices {
    async fn select(&self, query: &str) -> Result<String, ServiceError> {
        let (table, filters) = query.split_once('?').unwrap_or((query, ""));
        let table = table.trim_start_matches('/').to_owned();
        let query = match TableQuery::parse(&pairs(filters)) {
            Ok(query) => query,
            Err(error) => return self.refuse(error.code(), error.to_string()),
        };
        let (store, run) = (Arc::clone(&self.plugins.node.store), self.run.clone());
        let named = table.clone();
        if !self.ask(async move { scopes::allow(&store, &run, &named, "select").await }).await? {
            return self.refuse("scope_missing", format!("the plugin was not granted to read {table}"));
        }
        let (store, run) = (Arc::clone(&self.plugins.node.store), self.run.clone());
        self.ask(async move {
            let asker = Asker::plugin(run.install_id, run.organization_id);
            rest::read(&store, &asker, &table, &query, Shape::default()).await.map(|answer| answer.body).map_err(judged)
        })
        .await
    }

    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ServiceError> {
        let (store, run, key) = (Arc::clone(&self.plugins.node.store), self.run.clone(), key.to_owned());
        self.ask(async move { kv::get(&store, &run, &key).await }).await
    }

    async fn kv_keys(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, ServiceError> {
        let (store, run) = (Arc::clone(&self.plugins.node.store), self.run.clone());
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        self.ask(async move { kv::keys(&store, &run, &prefix, after.as_deref(), limit).await }).await
    }

    async fn file(&self, file: &str) -> Result<File, ServiceError> {
        let found = self.asset(file).await?;
        Ok(File {
            name: found.file.filename,
            content_type: found.file.media_type,
            bytes: found.file.size,
            sha256: found.file.sha256,
            width: found.width,
            height: found.height,
        })
    }

    async fn file_bytes(&self, file: &str, offset: u64, length: u64) -> Result<Bytes, ServiceError> {
        let found = self.asset(file).await?;
        let end = offset.saturating_add(length).min(found.file.size);
        if offset > found.file.size || end - offset.min(end) > MOST_BYTES {
            return self.refuse("out_of_range", format!("the file has {} bytes", found.file.size));
        }
        let objects = Arc::clone(&self.plugins.objects);
        let read = self.plugins.at_home(async move {
            let mut bytes = BytesMut::new();
            let mut pieces = Box::pin(objects.read(&found.file.parts, offset..end));
            while let Some(piece) = pieces.try_next().await? {
                bytes.extend_from_slice(&piece);
            }
            Ok::<_, crate::objects::ObjectsError>(bytes.freeze())
        });
        match read.await {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(error)) => Err(ServiceError::Unavailable(error.to_string())),
            None => Err(ServiceError::Unavailable("the hub stops".into())),
        }
    }

    async fn file_address(&self, file: &str, seconds: u32) -> Result<String, ServiceError> {
        let found = self.asset(file).await?;
        let Some(account) = &self.account else {
            return self.refuse("no_connection", "an address is given for a connection".into());
        };
        // The address shows what whoever connected the account may see; it ends with their right to it.
        let user_id = account.lock().await.user_id;
        let (store, organization_id) = (Arc::clone(&self.plugins.node.store), self.run.organization_id);
        let by = Person { user_id, organization_id, from: None };
        let address = domain::storage::link::address(&found.bucket, &found.key);
        let signed = self.plugins.at_home(async move {
            links::sign(&store, by, &found.bucket, &[found.key], i64::from(seconds.clamp(1, 86_400)), None).await
        });
        match signed.await {
            Some(Ok(tokens)) => match tokens.into_iter().next().flatten() {
                Some(token) => {
                    Ok(format!("{}/storage/v1/object/sign/{address}?token={token}", self.plugins.public_url))
                }
                None => self.refuse("forbidden", "whoever connected the account may not give the file away".into()),
            },
            Some(Err(error)) => Err(ServiceError::Unavailable(error.to_string())),
            None => Err(ServiceError::Unavailable("the hub stops".into())),
        }
    }

    async fn secret(&self, credential: &str) -> Result<Secret, ServiceError> {
        let Some(account) = &self.account else {
            return self.refuse("no_connection", "the job has no connection".into());
        };
        let mut account = account.lock().await;
        if account.expires_in.is_some_and(|seconds| seconds < tokens::SOON_SECONDS)
            && account.refresh_token.is_some()
            && let Some(connection) = self.run.connection_id
        {
            let (plugins, run, manifest) = (Arc::clone(&self.plugins), self.run.clone(), Arc::clone(&self.manifest));
            let rev = account.token_rev;
            let renewed = self
                .plugins
                .at_home(async move { tokens::renew(&plugins, &run, connection, &manifest, rev).await })
                .await;
            match renewed {
                Some(Ok(opened)) => *account = opened,
                Some(Err(error)) => return Err(ServiceError::refused(error.code(), error.to_string())),
                None => return Err(ServiceError::Unavailable("the hub stops".into())),
            }
        }
        match account.credentials.get(credential) {
            Some(value) => Ok(Secret::new(value.clone())),
            None => self.refuse("credential_missing", format!("the connection has no `{credential}`")),
        }
    }

    async fn begin_effect(&self, key: &str, digest: [u8; 32]) -> Result<Begun, ServiceError> {
        let (store, run, key) = (Arc::clone(&self.plugins.node.store), self.run.clone(), key.to_owned());
        let begun = self.ask(async move { effects::begin_one(&store, &run, &key, &digest).await }).await?;
        Ok(match begun {
            Effect::New => Begun::New,
            Effect::Unsettled => Begun::Unsettled,
            Effect::Reused => Begun::Reused,
            Effect::Answered(text) => Begun::Answered(read(&text)?),
        })
    }

    async fn end_effect(&self, key: &str, answer: Option<&Response>) -> Result<(), ServiceError> {
        let (store, run, key) = (Arc::clone(&self.plugins.node.store), self.run.clone(), key.to_owned());
        let answer = answer.map(written);
        self.ask(async move { effects::end_one(&store, &run, &key, answer.as_deref()).await }).await
    }

    async fn progress(&self, done: u64, total: Option<u64>, note: &str) -> bool {
        let due = {
            let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
            let due = shown.is_none_or(|at| at.elapsed() >= PROGRESS);
            if due {
                *shown = Some(Instant::now());
            }
            due
        };
        if due {
            let (store, run, note) = (Arc::clone(&self.plugins.node.store), self.run.clone(), note.to_owned());
            // What cannot be shown is no reason to end.
            let _ = self.ask(async move { finish::progress(&store, &run, done, total, &note).await }).await;
        }
        !*self.stop.borrow()
    }
}

/// An answer as it is kept; bytes do not have to be text.
fn written(response: &Response) -> String {
    json!({ "status": response.status, "headers": response.headers, "body": BASE64_STANDARD.encode(&response.body) })
        .to_string()
}

fn read(text: &str) -> Result<Response, ServiceError> {
    #[derive(serde::Deserialize)]
    struct Kept {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    }
    let damaged = || ServiceError::Unavailable("the answer that was kept cannot be read".into());
    let kept: Kept = serde_json::from_str(text).map_err(|_| damaged())?;
    let body = BASE64_STANDARD.decode(kept.body).map_err(|_| damaged())?;
    Ok(Response { status: kept.status, headers: kept.headers, body })
}

/// What the database could not do now is no refusal.
fn judged(error: RestError) -> PluginError {
    match error.code.as_str() {
        "PGRST000" | "PGRST003" | "XX000" => {
            PluginError::Store(crate::store::StoreError::Unavailable(error.to_string()))
        }
        _ => PluginError::Refused(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_byte_for_byte() {
        let answer = Response { status: 201, headers: vec![("x-id".into(), "7".into())], body: vec![0, 255, 10] };
        assert_eq!(read(&written(&answer)).ok(), Some(answer));
        assert!(read("{}").is_err());
    }
}
