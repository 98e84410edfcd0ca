use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Direction, Refusal};

/// What became of a command. Stored under the command's id and returned for every retry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// It was applied (for a scan: it was judged and recorded).
    Done {
        /// What it did.
        done: Done,
    },
    /// A rule said no; nothing was changed.
    Refused {
        /// Which rule, in words and as a code.
        refusal: Refusal,
    },
}

/// What an applied command did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Done {
    /// The answer to a scan.
    Verdict {
        /// It.
        verdict: Box<Verdict>,
    },
    /// The run of show moved.
    Run {
        /// The run.
        run_id: Uuid,
        /// Its revision now: what the next cue command expects.
        revision: u64,
    },
    /// A row was written or was already as asked.
    Row {
        /// Its table.
        table: String,
        /// Its key.
        id: Uuid,
    },
}

/// The answer to a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The scan (the id of its command).
    pub scan_id: Uuid,
    /// What was decided.
    pub result: VerdictKind,
    /// Which way the guest was going.
    pub direction: Direction,
    /// How many people pass on this scan; 0 when nobody does.
    pub people: u16,
    /// How many of the party have not arrived yet.
    pub still_expected: u16,
    /// This entry follows an exit.
    pub reentry: bool,
    /// A supervisor let the guest in against the rule that `result` would have named.
    pub overridden: Option<VerdictKind>,
    /// When the hub recorded it, epoch ms.
    pub at: i64,
    /// The gate it happened at.
    pub gate_id: Option<Uuid>,
    /// Who it was, where the ticket is known and of this event.
    pub guest: Option<GuestCard>,
    /// For `already_in`: the scan that let the party in.
    pub earlier: Option<EarlierScan>,
    /// For `wrong_gate`: the gates that take this tier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub right_gates: Vec<String>,
}

/// What was decided about a scan, in the order in which the rules are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// Let them pass.
    Admitted,
    /// Noted on the way out.
    Exited,
    /// Nothing is known about this code in the organization.
    Unknown,
    /// A good ticket of another event.
    WrongEvent,
    /// Cancelled or refunded.
    Cancelled,
    /// Not confirmed yet.
    NotConfirmed,
    /// This gate does not take the ticket's tier.
    WrongGate,
    /// The whole party is in.
    AlreadyIn,
    /// An exit of somebody who is not inside.
    NotInside,
}

impl VerdictKind {
    /// Whether people pass.
    pub fn passes(self) -> bool {
        matches!(self, Self::Admitted | Self::Exited)
    }
}

/// The guest, as far as the person at the gate needs to know. Never an e-mail address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuestCard {
    /// The registration.
    pub registration_id: Uuid,
    /// The guest's name.
    pub name: String,
    /// The name of the tier.
    pub tier: String,
    /// Where they sit.
    pub seat: Option<String>,
    /// How many the ticket admits, the guest included.
    pub party_size: u16,
    /// How many of them have arrived, this scan included.
    pub arrived: u16,
    /// Why the person at the gate should look up.
    pub attention: Option<Attention>,
}

/// Why a guest needs attention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attention {
    /// A very important person.
    pub vip: bool,
    /// What the producer wrote for the door.
    pub note: Option<String>,
}

/// The earlier scan that a verdict refers to: who, where, when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EarlierScan {
    /// The scan.
    pub scan_id: Uuid,
    /// When, epoch ms.
    pub at: i64,
    /// At which gate.
    pub gate: Option<String>,
    /// Who scanned: the device's or the person's name.
    pub by: Option<String>,
}
