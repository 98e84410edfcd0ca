use std::rc::Rc;
use std::time::Duration;

use hub_client::Api;
use tokio::sync::{Mutex, oneshot};

use crate::failure::Failure;
use crate::hub_process::HubProcess;

/// What was killed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Crashes {
    /// Times the hub was.
    pub hub: u64,
    /// Times its Postgres was.
    pub postgres: u64,
    /// Times the hub did not bring its Postgres back and had to be started anew.
    pub unhealed: u64,
}

/// Kills the hub and its Postgres in turn, each `every`, until told to stop; what it kills it waits for.
pub async fn strike(
    process: Rc<Mutex<HubProcess>>,
    api: Api,
    every: Duration,
    mut stop: oneshot::Receiver<()>,
) -> Result<Crashes, Failure> {
    let mut crashes = Crashes::default();
    loop {
        tokio::select! {
            // Dropping the other end is as good as saying so.
            _ = &mut stop => return Ok(crashes),
            () = tokio::time::sleep(every) => {}
        }
        let mut process = process.lock().await;
        if crashes.hub == crashes.postgres {
            process.crash_hub().await?;
            crashes.hub += 1;
        } else {
            let healed = process.crash_postgres(&api).await?;
            crashes.postgres += 1;
            crashes.unhealed += u64::from(!healed);
        }
        let killed = if crashes.hub > crashes.postgres { "the hub" } else { "Postgres" };
        eprintln!("  killed {killed} ({} crashes)", crashes.hub + crashes.postgres);
    }
}
