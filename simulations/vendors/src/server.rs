//! A double that runs.

use std::net::{Ipv4Addr, SocketAddr};

use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::allowance::{Allowance, admit};
use crate::faults::{Faults, meddle};

/// A server on a port of its own; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    faults: Faults,
    allowance: Allowance,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(router: Router) -> Running {
        let faults = Faults::default();
        let allowance = Allowance::default();
        let router = router
            .layer(middleware::from_fn_with_state(faults.clone(), meddle))
            .layer(middleware::from_fn_with_state(allowance.clone(), admit));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port for a double");
        let address = listener.local_addr().expect("the address of a double");
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a double that serves");
        });
        Running { address, faults, allowance, task }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What goes wrong here.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// How much may be asked here.
    pub fn allowance(&self) -> &Allowance {
        &self.allowance
    }

    /// An operator's route to this double: `HOST=http://127.0.0.1:PORT`.
    pub fn route(&self, host: &str) -> String {
        format!("{host}={}", self.url())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
