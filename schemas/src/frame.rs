use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Answer, Command, Cursor, DeviceProfile, ErrorCode, Outcome, Query, Topic};

/// A row of a table as the principal may see it: column name to value. Sealed columns stand
/// under their plain names (`attendee_name`), columns the principal may not see are absent.
/// Instants in rows are RFC 3339 texts, as Postgres writes them in JSON.
pub type Row = serde_json::Map<String, Value>;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Who is there. First frame of a socket, within 5 s. May be repeated with a fresher token of
    /// the same principal before the first one expires.
    Hello {
        /// An access token of a person (`/auth/v1/token`) or the token of a paired device.
        token: String,
        /// For the list of screens and the log.
        client: ClientInfo,
    },
    /// Subscribes to a topic. Answered by `snapshot` or `resumed`, then deltas, or by `error`.
    /// Joining again replaces the subscription.
    Join {
        /// The topic.
        topic: Topic,
        /// What the client has seen. The hub sends only what came after, when its journal reaches back that far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Cursor>,
        /// The tables of interest; absent: all that the principal may see.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tables: Option<Vec<String>>,
        /// At most this many deltas a second (0.1-60): changes of one row are merged, the newest wins, nothing else is lost. A cue and a message to screens do not wait for their turn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rate: Option<f32>,
    },
    /// Ends a subscription.
    Leave {
        /// The topic.
        topic: Topic,
    },
    /// Asks for a change. Answered by `outcome` after the commit, or by `error` about the id.
    Command {
        /// Made by the client (UUIDv7); a retry carries the same id and gets the same outcome.
        command_id: Uuid,
        /// Where.
        topic: Topic,
        /// What.
        command: Command,
    },
    /// Asks a question. Answered by `answer` or by `error` about the id.
    Query {
        /// Chosen by the client; returned with the answer.
        query_id: u32,
        /// Where.
        topic: Topic,
        /// What.
        query: Query,
    },
    /// Shows something of oneself to the others in the topic until it is replaced or the socket ends; never stored.
    Presence {
        /// Where; it must have been joined.
        topic: Topic,
        /// At most 1 KiB as JSON; null takes it back.
        state: Option<Value>,
    },
    /// Heartbeat and clock probe; the client sends one at least every `heartbeat_ms`.
    Ping {
        /// The client's clock, epoch ms; returned as it is.
        sent: i64,
    },
}

/// The program at the other end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientInfo {
    /// For example `console`.
    pub name: String,
    /// Its version or build.
    pub version: String,
}

/// What the hub says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to `hello`.
    Welcome {
        /// This connection.
        session_id: Uuid,
        /// The journal's epoch, for cursors.
        epoch: Uuid,
        /// The hub's clock, epoch ms.
        server_time: i64,
        /// Send a ping at least this often. The hub ends a socket that is silent for 3 times as long.
        heartbeat_ms: u32,
        /// Who the hub thinks is there.
        principal: Principal,
        /// Bounds on what the client may send.
        limits: Limits,
        /// When the token ends, epoch ms; absent: it does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<i64>,
    },
    /// Replaces everything the client holds of the topic.
    Snapshot {
        /// The topic.
        topic: Topic,
        /// The position that it shows, exactly.
        cursor: Cursor,
        /// Why it was sent.
        reason: SnapshotReason,
        /// All rows by table; a table without rows is present and empty.
        tables: BTreeMap<String, Vec<Row>>,
    },
    /// The subscription goes on where `since` left off; what was missed follows as deltas.
    Resumed {
        /// The topic.
        topic: Topic,
        /// The position that the client is at.
        cursor: Cursor,
    },
    /// What was committed after `after`, up to and including `seq`. A client at `after` or later
    /// applies it (skipping commits it has); a client before `after` has missed something and joins again with `since`.
    Delta {
        /// The topic.
        topic: Topic,
        /// The position it builds on.
        after: u64,
        /// The position it leads to. Commits that hold nothing the client may see, or asked for, are not listed but counted.
        seq: u64,
        /// In order. In a rate-limited subscription several commits are merged into one entry.
        commits: Vec<Commit>,
    },
    /// What became of a command; sent after its commit.
    Outcome {
        /// The command.
        command_id: Uuid,
        /// The commit that holds it, in the command's topic; absent when it changed nothing there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// It.
        outcome: Outcome,
        /// The command had been decided before; this is the stored outcome.
        duplicate: bool,
    },
    /// The answer to a query.
    Answer {
        /// The query.
        query_id: u32,
        /// It.
        answer: Answer,
    },
    /// Who else is in the topic. `full` replaces the list; otherwise members are added or replaced and `left` removed.
    Presence {
        /// The topic.
        topic: Topic,
        /// The list is complete.
        full: bool,
        /// Present now.
        members: Vec<PresenceMember>,
        /// Sessions that are gone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Uuid>,
    },
    /// The answer to `ping`.
    Pong {
        /// As it came.
        sent: i64,
        /// The hub's clock, epoch ms.
        server_time: i64,
    },
    /// The connection was too slow: `dropped` frames were not sent. Unanswered commands must be sent again; topics follow as deltas or snapshots.
    Resync {
        /// How many frames.
        dropped: u32,
    },
    /// Something could not be done. With `fatal` the hub closes the socket after it.
    Error {
        /// Stable.
        code: ErrorCode,
        /// For people.
        message: String,
        /// The same request may succeed later.
        retryable: bool,
        /// The socket ends.
        fatal: bool,
        /// What it was about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<About>,
    },
}

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A command, by its id.
    Command(Uuid),
    /// A query, by its id.
    Query(u32),
    /// A subscription.
    Topic(Topic),
}

/// Bounds on what a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Bytes of one frame.
    pub frame_bytes: u32,
    /// Commands without an outcome on one socket; more are answered `busy`.
    pub commands_in_flight: u32,
    /// Topics joined on one socket.
    pub topics: u32,
}

/// Who a session acts for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Principal {
    /// A person or a device.
    pub kind: PrincipalKind,
    /// The user's or the device's id.
    pub id: Uuid,
    /// The tenant.
    pub organization_id: Uuid,
    /// The name to show.
    pub name: String,
    /// A person's role in the organization; `staff` for a device.
    pub role: String,
    /// A device's event; it may join nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// A device's gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate_id: Option<Uuid>,
    /// A device's profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<DeviceProfile>,
    /// May override a verdict.
    pub supervisor: bool,
}

/// The kind of a [`Principal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// A signed-in person.
    Person,
    /// A paired device.
    Device,
}

/// Why a snapshot was sent instead of deltas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotReason {
    /// The client joined without a cursor.
    Joined,
    /// The cursor is older than the journal, or too much happened since.
    TooOld,
    /// The cursor is of another epoch (the database was restored), or ahead of this one.
    OtherEpoch,
    /// What the principal may see, or the tables it asked for, changed.
    Changed,
}

/// One commit of the database: its changes are applied together or not at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Commit {
    /// Its number in the topic.
    pub seq: u64,
    /// When it was committed, epoch ms by the database's clock.
    pub at: i64,
    /// Who wrote it.
    pub by: WriterKind,
    /// What it changed, in order.
    pub changes: Vec<Change>,
}

/// The kind of writer of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriterKind {
    /// A person, through the hub.
    User,
    /// A device, through the hub.
    Device,
    /// A plugin.
    Plugin,
    /// The hub, for one or several principals at once.
    System,
    /// Somebody with SQL.
    Database,
}

/// One change of one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The table.
    pub table: String,
    /// The row's key: its `id`, or for a table without one the column that its key is (`event_id` of `event_counters`).
    pub key: Uuid,
    /// What happened.
    pub op: Op,
    /// The columns: all of them on insert, the changed ones on update, none on delete.
    #[serde(default, skip_serializing_if = "Row::is_empty")]
    pub row: Row,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// It is new, or came into sight: `row` is the whole row and replaces what the client has.
    Insert,
    /// Some columns changed.
    Update,
    /// It is gone, or out of sight.
    Delete,
}

/// Somebody in a topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PresenceMember {
    /// Their connection.
    pub session_id: Uuid,
    /// The name to show.
    pub name: String,
    /// A person or a device.
    pub kind: PrincipalKind,
    /// A device's profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<DeviceProfile>,
    /// What they show of themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Value>,
}
