use uuid::Uuid;

use super::StoreError;
use crate::postgres::Pools;

/// What a channel of one hub says to the same channel of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Whose channel.
    pub organization_id: Uuid,
    /// Its name.
    pub channel: String,
    /// Whether it is the private one of that name.
    pub private: bool,
    /// What it is.
    pub kind: Kind,
    /// What is said, as JSON.
    pub said: String,
    /// Of a broadcast of bytes, the bytes.
    pub bytes: Option<Vec<u8>>,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A broadcast.
    Broadcast,
    /// Somebody shows something of themselves.
    Track,
    /// Somebody shows nothing any more.
    Untrack,
}

/// Somebody who shows something of themselves, on some hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The hub.
    pub node_id: Uuid,
    /// Names them there.
    pub member: i64,
    /// Whose channel.
    pub organization_id: Uuid,
    /// Its name.
    pub channel: String,
    /// Whether it is the private one of that name.
    pub private: bool,
    /// Under which key.
    pub key: String,
    /// What they show, as JSON; none: nothing any more.
    pub shown: Option<String>,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Broadcast => "broadcast",
            Self::Track => "track",
            Self::Untrack => "untrack",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "track" => Self::Track,
            "untrack" => Self::Untrack,
            _ => Self::Broadcast,
        }
    }
}

/// Says this to the other hubs: messages under the numbers from `first` on, and what became of presences.
///
/// # Errors
/// When the database cannot be reached.
pub async fn say(
    pools: &Pools,
    node_id: Uuid,
    first: i64,
    messages: &[Message],
    presences: &[Presence],
) -> Result<(), StoreError> {
    let mut client = pools.worker().await?;
    let transaction = client.transaction().await?;
    // What is lost when the server falls over was lost anyway.
    transaction.batch_execute("set local synchronous_commit = off").await?;
    let (shown, gone): (Vec<&Presence>, Vec<&Presence>) =
        presences.iter().partition(|presence| presence.shown.is_some());
    let gone: Vec<i64> = gone.iter().map(|presence| presence.member).collect();
    if !gone.is_empty() {
        let forget = "delete from live.channel_presences where node_id = $1 and member = any ($2)";
        transaction.execute(forget, &[&node_id, &gone]).await?;
    }
    for presence in shown {
        let show = transaction
            .prepare_cached(
                "insert into live.channel_presences (node_id, member, organization_id, channel, private, key, shown)
                 values ($1, $2, $3, $4, $5, $6, $7)
                 on conflict (node_id, member) do update set key = excluded.key, shown = excluded.shown",
            )
            .await?;
        transaction
            .execute(
                &show,
                &[
                    &node_id,
                    &presence.member,
                    &presence.organization_id,
                    &presence.channel,
                    &presence.private,
                    &presence.key,
                    &presence.shown,
                ],
            )
            .await?;
    }
    if !messages.is_empty() {
        let insert = transaction
            .prepare_cached(
                "insert into live.channel_messages (node_id, n, organization_id, channel, private, kind, said, bytes)
                 select $1, $2 + u.ordinality - 1, u.organization_id, u.channel, u.private, u.kind, u.said, u.bytes
                   from unnest($3::uuid[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::bytea[])
                        with ordinality u(organization_id, channel, private, kind, said, bytes, ordinality)
                 -- It came through before, and nobody was told.
                 on conflict (node_id, n) do nothing",
            )
            .await?;
        let organizations: Vec<Uuid> = messages.iter().map(|message| message.organization_id).collect();
        let channels: Vec<&str> = messages.iter().map(|message| message.channel.as_str()).collect();
        let private: Vec<bool> = messages.iter().map(|message| message.private).collect();
        let kinds: Vec<&str> = messages.iter().map(|message| message.kind.name()).collect();
        let said: Vec<&str> = messages.iter().map(|message| message.said.as_str()).collect();
        let bytes: Vec<Option<&[u8]>> = messages.iter().map(|message| message.bytes.as_deref()).collect();
        transaction
            .execute(&insert, &[&node_id, &first, &organizations, &channels, &private, &kinds, &said, &bytes])
            .await?;
        transaction.execute("select pg_notify('live', $1)", &[&format!("channels {node_id} {first}")]).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// What another hub said after a number, in order; at most so much at once that it is read in a moment. The numbers go along.
///
/// # Errors
/// When the database cannot be reached.
pub async fn heard(pools: &Pools, node_id: Uuid, after: i64) -> Result<Vec<(i64, Message)>, StoreError> {
    let client = pools.worker().await?;
    let ask = client
        .prepare_cached(
            "select n, organization_id, channel, private, kind, said, bytes from live.channel_messages
              where node_id = $1 and n > $2 order by n limit 100",
        )
        .await?;
    let rows = client.query(&ask, &[&node_id, &after]).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let message = Message {
                organization_id: row.get(1),
                channel: row.get(2),
                private: row.get(3),
                kind: Kind::named(row.get(4)),
                said: row.get(5),
                bytes: row.get(6),
            };
            (row.get(0), message)
        })
        .collect())
}

/// Who shows what in a channel on other hubs.
///
/// # Errors
/// When the database cannot be reached.
pub async fn presences(
    pools: &Pools,
    node_id: Uuid,
    organization_id: Uuid,
    channel: &str,
    private: bool,
) -> Result<Vec<Presence>, StoreError> {
    let client = pools.worker().await?;
    let ask = client
        .prepare_cached(
            "select p.node_id, p.member, p.key, p.shown from live.channel_presences p join live.channel_nodes n using (node_id)
              where p.organization_id = $1 and p.channel = $2 and p.private = $3 and p.node_id <> $4
              order by p.node_id, p.member limit 2000",
        )
        .await?;
    let rows = client.query(&ask, &[&organization_id, &channel, &private, &node_id]).await?;
    Ok(rows
        .into_iter()
        .map(|row| Presence {
            node_id: row.get(0),
            member: row.get(1),
            organization_id,
            channel: channel.to_owned(),
            private,
            key: row.get(2),
            shown: Some(row.get(3)),
        })
        .collect())
}

/// Says that a hub is there, forgets hubs that are not any more, and what was said a minute ago. The other hubs that are there, each
/// with the number of the last thing that it said; and whether this one was not known. With `greet`, the others are told that
/// somebody has come.
///
/// # Errors
/// When the database cannot be reached.
pub async fn renew(pools: &Pools, node_id: Uuid, greet: bool) -> Result<(Vec<(Uuid, i64)>, bool), StoreError> {
    let mut client = pools.worker().await?;
    let transaction = client.transaction().await?;
    let known = transaction
        .execute("update live.channel_nodes set heard_at = clock_timestamp() where node_id = $1", &[&node_id])
        .await?;
    if known == 0 {
        transaction.execute("insert into live.channel_nodes (node_id) values ($1)", &[&node_id]).await?;
    }
    transaction
        .batch_execute(
            "delete from live.channel_nodes where heard_at < clock_timestamp() - interval '1 minute';
             delete from live.channel_presences p where not exists (select from live.channel_nodes n where n.node_id = p.node_id);
             delete from live.channel_messages where sent_at < clock_timestamp() - interval '1 minute'",
        )
        .await?;
    let rows = transaction
        .query(
            "select node_id, coalesce((select max(m.n) from live.channel_messages m where m.node_id = o.node_id), 0)
               from live.channel_nodes o where node_id <> $1",
            &[&node_id],
        )
        .await?;
    if greet || known == 0 {
        transaction.execute("select pg_notify('live', $1)", &[&format!("channels {node_id} hello")]).await?;
    }
    transaction.commit().await?;
    Ok((rows.into_iter().map(|row| (row.get(0), row.get(1))).collect(), known == 0))
}

/// Takes a hub that ends out at once, with whoever showed themselves there.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end(pools: &Pools, node_id: Uuid) -> Result<(), StoreError> {
    let client = pools.worker().await?;
    client.execute("delete from live.channel_nodes where node_id = $1", &[&node_id]).await?;
    client.execute("select pg_notify('live', $1)", &[&format!("channels {node_id} hello")]).await?;
    Ok(())
}
