//! For writing a plugin of FashionOS Hub in Rust.
//!
//! A plugin is one type that implements [`Plugin`], one call of [`plugin!`], and a `manifest.json` that says where it may go
//! and which jobs it knows:
//!
//! ```ignore
//! use fashionos_plugin::{Failure, Job, Plugin, Value, json, payload, permanent};
//!
//! struct Greeter;
//!
//! impl Plugin for Greeter {
//!     const MANIFEST: &'static str = include_str!("../manifest.json");
//!
//!     fn run(job: &Job) -> Result<Value, Failure> {
//!         match job.name.as_str() {
//!             "check" => Ok(json!({"hello": fashionos_plugin::host::account()})),
//!             other => Err(permanent("job_unknown", format!("no job `{other}` here"))),
//!         }
//!     }
//! }
//!
//! fashionos_plugin::plugin!(Greeter);
//! ```
//!
//! Built for `wasm32-unknown-unknown` as a `cdylib`, and packed by `hub plugin pack`.

mod failure;
pub mod form;
mod request;
mod response;
pub mod rows;
pub mod time;

/// The contract itself, as `wit/plugin.wit` states it.
#[allow(clippy::all, clippy::unwrap_used, missing_docs, reason = "generated")]
pub mod contract {
    wit_bindgen::generate!({
        world: "plugin",
        path: "wit",
        pub_export_macro: true,
        export_macro_name: "export_guest",
        default_bindings_module: "fashionos_plugin::contract",
    });
}

pub use contract::exports::fashionos::plugin::guest::Job;
pub use contract::fashionos::plugin::failures::{Failure, Fault};
pub use contract::fashionos::plugin::http::not_done;
pub use contract::fashionos::plugin::{files, host, kv, queue};
pub use failure::{conflict, later, permanent, unauthorized};
pub use request::{Body, Once, Request};
pub use response::Answer;
pub use serde_json::{Value, json};

/// A plugin.
pub trait Plugin {
    /// The `manifest.json` of the package, as text.
    const MANIFEST: &'static str;

    /// Does one job. The answer is kept with the job and shown to administrators.
    fn run(job: &Job) -> Result<Value, Failure>;
}

/// Reads the payload of a job; a payload that is not what the plugin expects ends the job as dead.
pub fn payload<T: serde::de::DeserializeOwned>(job: &Job) -> Result<T, Failure> {
    serde_json::from_str(&job.payload).map_err(|error| permanent("payload_malformed", error.to_string()))
}

/// Reads a setting of the installation.
pub fn setting<T: serde::de::DeserializeOwned>(key: &str) -> Option<T> {
    serde_json::from_str(&host::setting(key)?).ok()
}

/// Reads a setting without which the plugin cannot work.
pub fn required_setting<T: serde::de::DeserializeOwned>(key: &str) -> Result<T, Failure> {
    setting(key).ok_or_else(|| permanent("setting_missing", format!("the setting `{key}` is missing or malformed")))
}

/// The connection for which this run is: its id, as tables refer to it, its account, its marketplace.
pub fn connection() -> Result<host::Connected, Failure> {
    host::connection().ok_or_else(|| permanent("connection_missing", "this job needs a connected account"))
}

/// Shows how far the run is; ends it when somebody cancelled the job.
pub fn progress(done: u64, total: Option<u64>, note: &str) -> Result<(), Failure> {
    if host::progress(done, total, note) { Ok(()) } else { Err(Failure::Cancelled) }
}

/// Queues a job of the same connection for when this run has ended well. The same key twice is one job.
pub fn enqueue(name: &str, payload: &Value, key: &str, after_ms: u64) -> Result<(), Failure> {
    queue::enqueue(&queue::Job { name: name.into(), payload: payload.to_string(), key: key.into(), after_ms })
}

/// A fresh UUID (version 4, RFC 9562 §5.4) for a row that others of the same run refer to.
pub fn fresh_id() -> Result<String, Failure> {
    let bytes = host::random(16)?;
    form::uuid(&bytes).ok_or_else(|| permanent("random_short", "the host gave fewer bytes than asked for"))
}

/// Makes the component's exports of a [`Plugin`].
#[macro_export]
macro_rules! plugin {
    ($plugin:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Exported;

            impl $crate::contract::exports::fashionos::plugin::guest::Guest for Exported {
                fn describe() -> String {
                    <$plugin as $crate::Plugin>::MANIFEST.into()
                }

                fn run(job: $crate::Job) -> Result<String, $crate::Failure> {
                    <$plugin as $crate::Plugin>::run(&job).map(|result| result.to_string())
                }
            }

    $crate::contract::export_guest!(Exported with_types_in $crate::contract);
        };

        /// What the component does with a job, for tests on other machines.
        #[cfg(not(target_family = "wasm"))]
        pub fn run_job(job: &$crate::Job) -> Result<$crate::Value, $crate::Failure> {
            <$plugin as $crate::Plugin>::run(job)
        }
    };
}
