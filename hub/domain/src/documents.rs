//! Documents that several people edit at once: the frames of the two protocols that Yjs clients speak, who shows what of
//! themselves, and the document itself. What a shot list's document means for its rows is said in [`crate::shot_list`].
//!
//! A document is a CRDT (Yjs, by `yrs`): replicas that have seen the same updates are equal, in whatever order they came.

pub mod awareness;
pub mod document;
pub mod frame;
pub mod var;

pub use awareness::{Awareness, AwarenessError};
pub use document::{Document, DocumentError};
pub use frame::{Dialect, FrameError, Message, Reply};
