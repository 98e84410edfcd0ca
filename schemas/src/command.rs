use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{DeviceProfile, RunKind};

/// Which way a guest goes through the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Entry, and re-entry after an exit.
    #[default]
    In,
    /// Exit; the guest may come back.
    Out,
}

/// How loud an alert or a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// Stop and look now.
    Critical,
}

/// Something a client asks the hub to change. A command may be refused; a refusal is an
/// [`Outcome`](crate::Outcome), not an error, and is as idempotent as a success.
///
/// Commands are sent in [`ClientFrame::Command`](crate::ClientFrame::Command) with an id made by
/// the client (UUIDv7). The hub applies one id at most once and answers every retry with the
/// stored outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A ticket was held under a camera or a wedge scanner, or a guest was picked from the search.
    /// The command's id is the scan's id. Answer: [`Done::Verdict`](crate::Done::Verdict), for
    /// refused guests too: "not admitted" is a verdict about a guest, not a refused command.
    Scan {
        /// The text of the code, at most 512 bytes. Empty when `registration_id` is given.
        #[serde(default)]
        code: String,
        /// The guest picked by name instead of by code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        registration_id: Option<Uuid>,
        /// Entry or exit.
        #[serde(default)]
        direction: Direction,
        /// How many of the party pass now; absent: everybody who is still missing. Never more than that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<u16>,
        /// The gate, for a signed-in person. A device has its own gate and may not name another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gate_id: Option<Uuid>,
        /// When the code was read, by the device's estimate of the hub's clock, epoch ms.
        scanned_at: i64,
        /// The scan waited on the device for a link.
        #[serde(default)]
        offline: bool,
        /// A supervisor admits in spite of `wrong_gate` or `not_confirmed`, and says why (1-200 characters).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        override_reason: Option<String>,
    },
    /// Takes an accepted scan back, within 15 minutes of it. The scan's row is kept, as undone.
    Annul {
        /// The id of the scan's command.
        scan_id: Uuid,
    },
    /// Runs the show. Refused with `stale_revision` unless the run is at `expect`.
    Cue {
        /// The revision of the run that the caller saw when deciding; 0 when there is no live run.
        expect: u64,
        /// What to do.
        verb: CueVerb,
    },
    /// Opens or closes the doors (the event's live state before the show starts).
    SetDoors {
        /// Whether guests may come in.
        open: bool,
    },
    /// Puts a message on screens until it is cleared or expires.
    PostMessage {
        /// 1-280 characters.
        text: String,
        /// How it looks.
        severity: Severity,
        /// Which screens show it; empty: all.
        #[serde(default)]
        audience: Vec<DeviceProfile>,
        /// When it goes away by itself, epoch ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<i64>,
    },
    /// Takes a message off the screens.
    ClearMessage {
        /// Which.
        message_id: Uuid,
    },
    /// Says that a person at this screen has read the message. Repeating it changes nothing.
    AcknowledgeMessage {
        /// Which.
        message_id: Uuid,
    },
    /// Raises an alert by hand.
    RaiseAlert {
        /// 1-280 characters. No guest's name: alerts are stored readable.
        message: String,
        /// How loud.
        severity: Severity,
        /// While an alert with this key is open, raising it again changes nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dedupe_key: Option<String>,
    },
    /// Somebody looks after the alert; it is cleared from the walls for everybody.
    AcknowledgeAlert {
        /// Which.
        alert_id: Uuid,
    },
    /// The cause of the alert is gone.
    ResolveAlert {
        /// Which.
        alert_id: Uuid,
    },
    /// Moves a look within its segment's running order; the others close up.
    MoveLook {
        /// The look.
        look_id: Uuid,
        /// Its new place, from 0.
        to: u16,
    },
    /// Sets where a look stands backstage: planned, dressing, ready, on_runway, done or cut.
    SetLookStatus {
        /// The look.
        look_id: Uuid,
        /// The new status.
        status: String,
    },
}

/// What the caller does to the run of show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum CueVerb {
    /// Begins a run with its first cue that is not skipped (or the one named). Refused when a run is live.
    Start {
        /// The show, or a rehearsal.
        kind: RunKind,
        /// The cue to begin with, if not the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cue_id: Option<Uuid>,
    },
    /// Finishes the live cue and starts the next that is not skipped; after the last one, ends the run.
    Next,
    /// Stops the live cue's clock.
    Hold,
    /// Lets it run on; the time held becomes time added.
    Resume,
    /// Finishes the live cue and starts another, earlier or later.
    Jump {
        /// The cue to start.
        cue_id: Uuid,
    },
    /// Gives the live cue more time (or takes some).
    AddTime {
        /// Milliseconds; negative takes time. At most 24 hours either way.
        ms: i64,
    },
    /// Leaves a cue that has not started out of the run, or takes it in again.
    Skip {
        /// The cue.
        cue_id: Uuid,
        /// True: leave it out.
        skipped: bool,
    },
    /// Restores the run as it was before the last step that was not undone.
    Undo,
    /// Ends the run.
    End,
}
