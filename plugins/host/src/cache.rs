//! Compiled components on disk. Compiling takes a hundred milliseconds, reading back a fraction of one.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::CacheSettings;

const MAC_BYTES: usize = 32;

/// The folder, and the key under which its files are believed.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; 32],
}

impl Cache {
    pub(crate) fn new(settings: CacheSettings) -> Cache {
        Cache { folder: settings.folder, key: settings.key }
    }

    /// Reads a compiled component back, or compiles it and writes it down. A file that is damaged, foreign or of another
    /// version is compiled anew; a folder that cannot be written to is no error.
    pub(crate) fn component(&self, engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        let name: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.folder.join(format!("{name}.compiled"));
        if let Some(component) = fs::read(&path).ok().and_then(|file| self.believe(engine, &name, &file)) {
            return Ok(component);
        }
        let component = Component::from_binary(engine, bytes)?;
        let compiled = component.serialize()?;
        if let Err(error) = self.keep(&path, &name, &compiled) {
            tracing::debug!(%error, "a compiled plugin was not kept");
        }
        Ok(component)
    }

    fn believe(&self, engine: &Engine, name: &str, file: &[u8]) -> Option<Component> {
        let (mac, compiled) = file.split_at_checked(MAC_BYTES)?;
        self.mac(name, compiled).verify_slice(mac).ok()?;
        // Machine code that this hub wrote: the MAC says so, and covers the component it was compiled from. Wasmtime itself
        // refuses what another version or other settings compiled.
        #[allow(unsafe_code, reason = "only what carries this hub's MAC gets here")]
        let component = unsafe { Component::deserialize(engine, compiled) };
        component.ok()
    }

    fn keep(&self, path: &PathBuf, name: &str, compiled: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let half = path.with_extension(format!("{:016x}", u64::from_le_bytes(random)));
        let mut file = fs::File::create_new(&half)?;
        let written =
            file.write_all(&self.mac(name, compiled).finalize().into_bytes()).and_then(|()| file.write_all(compiled));
        match written.and_then(|()| fs::rename(&half, path)) {
            Ok(()) => Ok(()),
            Err(error) => {
                let _ = fs::remove_file(&half);
                Err(error)
            }
        }
    }

    fn mac(&self, name: &str, compiled: &[u8]) -> Hmac<Sha256> {
        #[allow(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length");
        mac.update(name.as_bytes());
        mac.update(compiled);
        mac
    }
}
