//! Runs plugins. A plugin is a component that can do nothing by itself: it has no files, sockets, clock or environment, only
//! the calls of `plugins/wit`. Each job gets a fresh sandbox with bounds on time, memory, calls and bytes; its requests go
//! through the [`Broker`], which knows the credentials that the plugin never sees.
//!
//! This crate knows neither tables nor sockets: the hub brings [`Services`] and commits what a [`Run`] staged.

mod address;
mod broker;
mod cache;
pub mod contract;
mod egress;
mod end;
mod endpoint;
mod engine;
mod host;
mod live;
mod log;
mod manifest;
mod meter;
mod order;
pub mod package;
mod payload;
mod permit;
mod question;
mod random;
mod rates;
mod recorded;
mod recording;
mod routes;
mod run;
mod sandbox;
mod scrub;
mod services;
mod signed_form;
mod staged;
mod ticker;
pub mod webhook;

pub use address::is_public;
pub use broker::Broker;
pub use end::{Bound, End};
pub use endpoint::{Endpoint, Rate};
pub use engine::{CacheSettings, EngineError, MAX_COMPONENT_BYTES, Settings};
pub use host::{Client, Host, LoadError, Plugin};
pub use log::{Log, LogLine};
pub use manifest::{
    CONTRACT, Credential, CredentialKind, FormSignature, JobKind, Limits, Manifest, ManifestError, Setting,
    Subscription, version,
};
pub use order::{Connected, Order};
pub use question::{Answer, Call, Question};
pub use rates::Rates;
pub use recorded::{Octets, RecordedBody, RecordedContent, RecordedPart, RecordedRequest, RecordedResponse};
pub use recording::{Recording, RecordingError};
pub use routes::{RouteError, Routes};
pub use run::{Run, Used};
pub use services::{Begun, Secret, ServiceError, Services};
pub use staged::{RecordWrite, Staged};
