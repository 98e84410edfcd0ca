//! How a run ends when it does not end well.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contract::Failure;

/// A bound of a run, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    Compute,
    Time,
    Memory,
    Tables,
    Stack,
    Calls,
    /// Bytes of one call's arguments or answer.
    CallBytes,
    Staged,
    Result,
}

impl Bound {
    /// Stable, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Bound::Compute => "compute_exceeded",
            Bound::Time => "time_exceeded",
            Bound::Memory => "memory_exceeded",
            Bound::Tables => "tables_exceeded",
            Bound::Stack => "stack_exceeded",
            Bound::Calls => "calls_exceeded",
            Bound::CallBytes => "call_bytes_exceeded",
            Bound::Staged => "staged_exceeded",
            Bound::Result => "result_too_large",
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bound::Compute => "the plugin computed longer than it may",
            Bound::Time => "the run took longer than it may",
            Bound::Memory => "the plugin asked for more memory than it may have",
            Bound::Tables => "the plugin asked for larger tables than it may have",
            Bound::Stack => "the plugin called itself too deeply",
            Bound::Calls => "the plugin called the hub more often than it may",
            Bound::CallBytes => "the plugin handed over more bytes in one call than it may",
            Bound::Staged => "the plugin wrote more in one run than it may",
            Bound::Result => "the plugin's result is larger than it may be",
        })
    }
}

/// Why a run did not end well. Whatever it staged is dropped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The plugin said so.
    #[error("{}", words(.0))]
    Failure(Failure),
    #[error("{0}")]
    Bound(Bound),
    /// The plugin crashed, or broke the contract; where and how, for its author.
    #[error("the plugin crashed: {0}")]
    Trap(String),
    /// The hub could not answer a call. Not the plugin's fault; the job is tried again.
    #[error("the hub could not answer: {0}")]
    HubUnavailable(String),
    /// The install was switched off or the job cancelled while it ran.
    #[error("the run was stopped")]
    Stopped,
    /// A replay asked for something that the recording does not hold next.
    #[error("call {at} differs from the recording: expected {expected}, the plugin asked {asked}")]
    Diverged { at: usize, expected: String, asked: String },
}

fn words(failure: &Failure) -> String {
    match failure {
        Failure::RetryAfter(later) => later.fault.message.clone(),
        Failure::Unauthorized(fault) | Failure::Permanent(fault) | Failure::Conflict(fault) => fault.message.clone(),
        Failure::Cancelled => "the plugin ended as it was asked to".into(),
    }
}

impl End {
    /// Stable, for programs. A plugin's own faults have the plugin's codes.
    pub fn code(&self) -> &str {
        match self {
            End::Failure(Failure::RetryAfter(later)) => &later.fault.code,
            End::Failure(Failure::Unauthorized(fault) | Failure::Permanent(fault) | Failure::Conflict(fault)) => {
                &fault.code
            }
            End::Failure(Failure::Cancelled) | End::Stopped => "cancelled",
            End::Bound(bound) => bound.code(),
            End::Trap(_) => "plugin_crashed",
            End::HubUnavailable(_) => "hub_unavailable",
            End::Diverged { .. } => "replay_diverged",
        }
    }
}
