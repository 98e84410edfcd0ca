//! Short names for what goes wrong.

use crate::contract::fashionos::plugin::failures::Postponement;
use crate::{Failure, Fault};

fn fault(code: &str, message: impl Into<String>) -> Fault {
    Fault { code: code.into(), message: message.into() }
}

/// Trying again cannot help.
pub fn permanent(code: &str, message: impl Into<String>) -> Failure {
    Failure::Permanent(fault(code, message))
}

/// Try again in so many milliseconds, not earlier.
pub fn later(after_ms: u64, code: &str, message: impl Into<String>) -> Failure {
    Failure::RetryAfter(Postponement { after_ms, fault: fault(code, message) })
}

/// The vendor no longer takes the credential.
pub fn unauthorized(code: &str, message: impl Into<String>) -> Failure {
    Failure::Unauthorized(fault(code, message))
}

/// What should be changed has changed meanwhile.
pub fn conflict(code: &str, message: impl Into<String>) -> Failure {
    Failure::Conflict(fault(code, message))
}
