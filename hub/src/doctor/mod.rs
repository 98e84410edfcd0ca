//! `hub doctor`: whether an installation is healthy. It changes nothing, but for an object that it writes and removes again to
//! see whether files can be kept. What is asked of the database stands in [`crate::store::health`].

mod configuration;
mod files;
mod report;

pub use report::Report;

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use tokio_postgres::{Client, NoTls};

use crate::config::Config;
use crate::objects::{Digest, Objects, ObjectsError};
use crate::postgres::EmbeddedPostgres;
use crate::sealing::MasterKey;
use crate::server::open_objects;
use crate::store::health::{self, Examined, Finding, Severity};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far the clocks may be apart, milliseconds: commits are stamped by the database, tokens by the hub.
const APART: i64 = 1_000;
/// The same, when tokens of one are expired for the other.
const FAR_APART: i64 = 60_000;

/// Looks at everything that an installation is made of.
pub async fn examine(config: &Config) -> Report {
    let mut findings = configuration::examine(config);
    let (of_files, master) = files::examine(config);
    findings.extend(of_files);
    let mut examined = Examined { findings, ..Examined::default() };
    let mut embedded = None;
    let master = match database_url(config, &mut embedded).await {
        Ok(Some(url)) => database(&url, master.as_ref(), &mut examined).await,
        Ok(None) => {
            let what = format!("{} holds no database", config.data.display());
            let remedy = "start a hub, or set DATABASE_URL or HUB_DATA";
            examined.findings.push(Finding::new(Severity::Error, "database.none", what, remedy));
            None
        }
        Err(why) => unreachable_database(&mut examined, why),
    };
    // Where files are follows from the root that the database keeps.
    if let Some(master) = &master {
        objects(config, master, &mut examined).await;
    }
    if let Some(mut server) = embedded.take() {
        let _ = tokio::task::spawn_blocking(move || EmbeddedPostgres::stop(&mut server)).await;
    }
    Report::new(examined)
}

/// Where the database is. One that is embedded, and that no hub has started, is started for as long as it is looked at.
async fn database_url(config: &Config, embedded: &mut Option<EmbeddedPostgres>) -> Result<Option<String>, String> {
    if let Some(url) = &config.database_url {
        return Ok(Some(url.clone()));
    }
    if !EmbeddedPostgres::is_in(&config.data) {
        return Ok(None);
    }
    if let Some(url) = EmbeddedPostgres::running(&config.data) {
        return Ok(Some(url));
    }
    let data = config.data.clone();
    let started = tokio::task::spawn_blocking(move || EmbeddedPostgres::start(&data)).await;
    let server = started.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    let url = server.url();
    *embedded = Some(server);
    Ok(Some(url))
}

/// Asks the database; returns the key with the root that it keeps.
async fn database(url: &str, master: Option<&MasterKey>, examined: &mut Examined) -> Option<MasterKey> {
    let Ok(owner) = url.parse::<tokio_postgres::Config>() else {
        return unreachable_database(examined, "DATABASE_URL is not understood".to_owned());
    };
    let connected = tokio::time::timeout(PATIENCE, owner.connect(NoTls)).await;
    let (client, connection) = match connected {
        Ok(Ok(connected)) => connected,
        Ok(Err(error)) => {
            return unreachable_database(examined, error.as_db_error().map_or(error.to_string(), ToString::to_string));
        }
        Err(_) => return unreachable_database(examined, format!("no answer within {} s", PATIENCE.as_secs())),
    };
    tokio::spawn(connection);
    let asked = async {
        // What is slow must not keep somebody waiting who wants to know whether it is.
        client.batch_execute("set statement_timeout = '20s'; set lock_timeout = '2s'").await?;
        let found = health::examine(&client).await?;
        examined.findings.extend(found.findings);
        examined.facts.extend(found.facts);
        clock(&client, examined).await?;
        health::logins(&client, &owner, master, examined).await
    };
    let error = match asked.await {
        Ok(master) => return master,
        Err(error) => error,
    };
    examined.findings.push(Finding::new(
        Severity::Error,
        "database.question",
        format!("the database did not answer a question: {error}"),
        "DATABASE_URL names the owner of the database; see what the server's log says",
    ));
    None
}

fn unreachable_database(examined: &mut Examined, why: String) -> Option<MasterKey> {
    let remedy = "is it running? see postgres.log in the data folder, or check DATABASE_URL";
    examined.findings.push(Finding::new(Severity::Error, "database.unreachable", why, remedy));
    None
}

/// This machine's clock against the database's.
async fn clock(client: &Client, examined: &mut Examined) -> Result<(), tokio_postgres::Error> {
    let asked = Instant::now();
    let before = jiff::Timestamp::now().as_millisecond();
    let row = client.query_one("select (extract(epoch from clock_timestamp()) * 1000)::bigint", &[]).await?;
    let half = i64::try_from(asked.elapsed().as_millis() / 2).unwrap_or(0);
    let apart = row.get::<_, i64>(0) - before - half;
    examined.facts.insert("clock_offset_ms".to_owned(), apart.into());
    if apart.abs() > APART {
        let severity = if apart.abs() > FAR_APART { Severity::Error } else { Severity::Warning };
        let what = format!("the database's clock is {apart} ms from this machine's");
        examined.findings.push(Finding::new(severity, "clock.apart", what, "run NTP on both machines"));
    }
    Ok(())
}

/// Files can be kept, read and removed.
async fn objects(config: &Config, master: &MasterKey, examined: &mut Examined) {
    let kept = async {
        let objects: Objects = open_objects(config, master)?;
        let content = Bytes::from_static(b"hub doctor");
        let mut incoming = objects.incoming(Digest::default()).await?;
        incoming.write(content.clone()).await?;
        let (part, _) = incoming.finish().await?;
        let read: Result<Vec<Bytes>, ObjectsError> = objects.read(&[part], 0..part.size).try_collect().await;
        let gone = objects.delete(vec![part.key]).await;
        match read?.concat() == content && gone.len() == 1 {
            true => Ok(()),
            false => Err(ObjectsError::Unavailable("what was written was not read or not removed".into())),
        }
    };
    let failed = match tokio::time::timeout(PATIENCE * 2, kept).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer within 10 s".to_owned(),
    };
    let remedy = "check HUB_OBJECTS, HUB_S3_... and the rights of the folder or bucket";
    examined.findings.push(Finding::new(Severity::Error, "objects.unreachable", failed, remedy));
}
