use std::collections::HashMap;

use super::PluginError;
use crate::postgres::{Acting, begin};
use crate::store::Store;

/// Stands where others have the key that signed a package: it came in the hub's own binary. These bytes are no point of the
/// curve and so no public key: no signature can be made that matches them.
pub const COMES_WITH_THE_HUB: [u8; 32] = *b"came in the binary of this hub..";
/// The same for a build that an administrator tries out; nobody signed it.
pub const IN_DEVELOPMENT: [u8; 32] = *b"a build in development: unsigned";

/// Who answers for a package.
pub(super) enum Origin<'a> {
    Hub,
    Development,
    Signed(&'a [u8]),
}

impl<'a> Origin<'a> {
    pub(super) fn of(public_key: &'a [u8]) -> Self {
        match public_key {
            key if key == COMES_WITH_THE_HUB => Self::Hub,
            key if key == IN_DEVELOPMENT => Self::Development,
            key => Self::Signed(key),
        }
    }

    /// For programs.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Development => "development",
            Self::Signed(_) => "signed",
        }
    }

    /// The key in hexadecimal.
    pub(super) fn signed_by(&self) -> Option<String> {
        match self {
            Self::Signed(key) => Some(key.iter().map(|byte| format!("{byte:02x}")).collect()),
            Self::Hub | Self::Development => None,
        }
    }
}

/// The versions that the operator's catalogue holds, by plugin and version, with the digest of each package.
///
/// # Errors
/// When the database cannot be reached.
pub async fn versions(store: &Store) -> Result<HashMap<(String, String), Vec<u8>>, PluginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let rows = transaction
        .query(
            "select plugin_key, version, digest from hub.plugin_packages where organization_id is null limit 10000",
            &[],
        )
        .await?;
    transaction.commit().await?;
    Ok(rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::VerifyingKey;

    use super::*;

    #[test]
    fn nobody_can_sign_as_what_nobody_signed() {
        assert!(VerifyingKey::from_bytes(&COMES_WITH_THE_HUB).is_err());
        assert!(VerifyingKey::from_bytes(&IN_DEVELOPMENT).is_err());
    }
}
