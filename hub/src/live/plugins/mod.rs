//! Plugins at work: which job runs next, for how long, and what becomes of it. Plugins compute on threads of their own; all
//! that asks the database happens where everything else does.

mod accounts;
mod attempt;
pub mod bundled;
pub mod development;
mod loaded;
mod orders;
mod runner;
mod services;
mod tokens;

pub use accounts::{AccountError, Going, come_back, go};
pub use loaded::{Loaded, Taken, Unusable, take};
pub use runner::Plugins;
