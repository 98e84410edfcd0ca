use hub::config::Config;
use hub::server::open_database;
use hub::store::{StoreError, master_keys};
use hub::upkeep;
use serde_json::json;

use crate::{Failure, say_ready};

/// Replaces the master key, or goes on with it; to the end, while hubs run.
pub async fn rotate(config: &Config) -> Result<(), Failure> {
    let database = open_database(config).await?;
    let store = &database.store;
    let master = store.keyring.master();
    if !master_keys::is_rotating(store).await? {
        let known = master_keys::wraps(store).await?;
        let unused = master.names().into_iter().find(|name| known.iter().all(|key| key.name != *name));
        let name = match unused {
            Some(name) => name,
            None => master.add().map_err(|error| Failure::Input(error.to_string()))?,
        };
        master_keys::begin_rotation(store, &name).await?;
    }
    let dropped = upkeep::rotate(store).await?;
    if master_keys::is_rotating(store).await? {
        return Err(Failure::Store(StoreError::Unavailable("another hub is at it; it goes on by itself".into())));
    }
    say_ready(&json!({ "current": master.current(), "dropped": dropped }))
}
