use hub_client::{HubError, Room};
use schemas::{Command, Direction, Done, ErrorCode, Outcome, Refusal};
use uuid::Uuid;

/// A scan, with what matters to the test written out.
#[derive(Debug, Clone, Default)]
pub struct Scan<'a> {
    pub code: &'a str,
    pub registration_id: Option<Uuid>,
    pub direction: Direction,
    pub people: Option<u16>,
    pub gate_id: Option<Uuid>,
    pub scanned_at: i64,
    pub offline: bool,
    pub because: Option<&'a str>,
}

impl From<Scan<'_>> for Command {
    fn from(scan: Scan<'_>) -> Self {
        Self::Scan {
            code: scan.code.to_owned(),
            registration_id: scan.registration_id,
            direction: scan.direction,
            people: scan.people,
            gate_id: scan.gate_id,
            scanned_at: scan.scanned_at,
            offline: scan.offline,
            override_reason: scan.because.map(str::to_owned),
        }
    }
}

impl<'a> Scan<'a> {
    /// Inwards.
    pub fn entry(code: &'a str) -> Self {
        Self { code, ..Self::default() }
    }

    /// Outwards.
    pub fn exit(code: &'a str) -> Self {
        Self { code, direction: Direction::Out, ..Self::default() }
    }
}

/// What became of a command that was judged.
pub async fn outcome(room: &Room, command: impl Into<Command>) -> Outcome {
    room.send(command.into()).await.expect("the command is judged").outcome
}

/// What an applied command did.
pub async fn done(room: &Room, command: impl Into<Command>) -> Done {
    match outcome(room, command).await {
        Outcome::Done { done } => done,
        Outcome::Refused { refusal } => panic!("refused: {refusal:?}"),
    }
}

/// The row that a command wrote.
pub async fn row(room: &Room, command: impl Into<Command>) -> Uuid {
    match done(room, command).await {
        Done::Row { id, .. } => id,
        other => panic!("not a row: {other:?}"),
    }
}

/// The rule that refused a command.
pub async fn refusal(room: &Room, command: impl Into<Command>) -> Refusal {
    match outcome(room, command).await {
        Outcome::Refused { refusal } => refusal,
        Outcome::Done { done } => panic!("not refused: {done:?}"),
    }
}

/// Why a command was not judged at all.
pub async fn rejected(room: &Room, command: impl Into<Command>) -> ErrorCode {
    match room.send(command.into()).await {
        Err(HubError::Rejected { code, .. }) => code,
        other => panic!("not rejected: {other:?}"),
    }
}
