use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use schemas::Topic;
use tokio_postgres::{AsyncMessage, NoTls};
use uuid::Uuid;

use super::node::Node;
use crate::store::{journal, master_keys};

/// How often the topics of open rooms are asked for again; the database rings for 90 s.
const RENEW: Duration = Duration::from_secs(25);
/// How often it is asked whether the database is still the one that was opened.
const RECOGNIZE: Duration = Duration::from_millis(500);

/// Listens for the doorbell for as long as the node lives. While it could not listen, nothing is lost: the journal is
/// read again when it can.
pub async fn listen(node: Arc<Node>) {
    let mut pause = Duration::from_millis(50);
    while !node.is_draining() {
        match listen_once(&node).await {
            Ok(()) => pause = Duration::from_millis(50),
            Err(error) => {
                tracing::warn!(%error, "the doorbell is out of order");
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
        tokio::time::sleep(pause).await;
    }
}

async fn listen_once(node: &Arc<Node>) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = node.store.pools.listener().connect(NoTls).await?;
    let (send, mut receive) = tokio::sync::mpsc::channel(1024);
    let pump = tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(notification) = message
                && send.send(notification.payload().to_owned()).await.is_err()
            {
                break;
            }
        }
    });
    client.batch_execute("listen live").await?;
    // A server that was promoted in another's place, or a database that was filled anew.
    if !node.store.catalogue.is_of(&client).await? {
        node.database_was_replaced();
        return Ok(());
    }
    // What was committed while nobody listened.
    renew(node).await;
    node.ring_all();
    node.feeds.ring_all();
    node.relay.ring_all();
    node.recheck_all();
    node.store.keyring.forget();
    node.plugin_bell.notify_one();
    node.file_bell.notify_one();
    node.store.letter_bell.notify_one();
    let mut recognition = tokio::time::interval(RECOGNIZE);
    recognition.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut renewal = tokio::time::interval(RENEW);
    loop {
        tokio::select! {
            payload = receive.recv() => match payload {
                Some(payload) => heed(node, &payload),
                None => break,
            },
            _ = renewal.tick() => renew(node).await,
            // Another hub has noticed, or somebody has restored beside it.
            _ = recognition.tick() => if !node.store.catalogue.is_of(&client).await? {
                node.database_was_replaced();
                break;
            },
        }
    }
    pump.abort();
    Ok(())
}

fn heed(node: &Arc<Node>, payload: &str) {
    if let Some(person) = payload.strip_prefix("person:").and_then(|id| id.parse::<Uuid>().ok()) {
        node.recheck(person);
        // It may be an install that was switched off.
        node.plugin_bell.notify_one();
        return;
    }
    if payload == "plugins" {
        node.plugin_bell.notify_one();
        return;
    }
    if let Some(said) = payload.strip_prefix("channels ") {
        node.relay.ring(said);
        return;
    }
    if payload == "files" {
        node.file_bell.notify_one();
        return;
    }
    if payload == "letters" {
        node.store.letter_bell.notify_one();
        return;
    }
    if payload == "keys" {
        node.store.keyring.forget();
        let store = Arc::clone(&node.store);
        tokio::spawn(async move {
            if let Err(error) = master_keys::follow(&store).await {
                tracing::warn!(%error, "the current master key is not known; it is asked for again");
            }
        });
        return;
    }
    if let Some(organization) = payload.strip_prefix("feed:").and_then(|id| id.parse::<Uuid>().ok()) {
        node.feeds.ring(organization);
        return;
    }
    let Some((topic, seq)) = payload.split_once(' ') else { return };
    if let Some(document) = topic.strip_prefix("document:").and_then(|id| id.parse::<Uuid>().ok()) {
        node.documents.ring(document, seq.parse().unwrap_or(u64::MAX));
        return;
    }
    if let (Ok(topic), Ok(seq)) = (topic.parse::<Topic>(), seq.parse()) {
        node.ring(topic, seq);
    }
}

async fn renew(node: &Arc<Node>) {
    let topics = node.open_topics();
    if let Err(error) = journal::renew(&node.store.pools, &topics).await {
        tracing::warn!(%error, "the doorbell could not be renewed");
    }
}
