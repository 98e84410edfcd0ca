//! The contract's types and traits as Rust, made from `plugins/wit`.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    imports: {
        "fashionos:plugin/http.send": async | trappable,
        "fashionos:plugin/http.not-done": async | trappable,
        "fashionos:plugin/kv.get": async | trappable,
        "fashionos:plugin/kv.keys": async | trappable,
        "fashionos:plugin/records.select": async | trappable,
        "fashionos:plugin/files": async | trappable,
        "fashionos:plugin/host.progress": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
});

pub use exports::fashionos::plugin::guest::Job;
pub use fashionos::plugin::failures::{Failure, Fault, Postponement};
pub use fashionos::plugin::files::File;
pub use fashionos::plugin::host::{Connected, Level};
pub use fashionos::plugin::http::{
    Authorization, Body, Content, Effect, FileRange, HttpError, Part, Request, Response,
};
pub use fashionos::plugin::queue::Job as QueuedJob;

impl Fault {
    /// A fault with a stable code and words for people.
    pub fn new(code: &str, message: impl Into<String>) -> Fault {
        Fault { code: code.into(), message: message.into() }
    }
}
