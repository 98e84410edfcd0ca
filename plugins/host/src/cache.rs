//! Compiled components on disk. Compiling takes a hundred milliseconds, mapping the file a fraction of one.
//!
//! What is mapped here is machine code that the hub then executes, so nothing is believed that this hub did not write itself:
//!
//! - A file carries a MAC (keyed BLAKE3) over the component that it was compiled from and over all of its code. The key is
//!   derived from the installation's secret.
//! - What was checked is what is mapped: the file is opened once, and mapped through that same descriptor. Another file put under
//!   its name meanwhile is not seen.
//! - The bytes cannot be changed between the check and the use by anybody but the hub's own user: a file of another owner, or
//!   that others may write to, is compiled anew. Whoever is the hub's user can change the hub itself.
//! - The hub never writes into a file that has its name: it writes another and renames it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use blake3::Hasher;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::CacheSettings;

const MAC_BYTES: usize = blake3::OUT_LEN;
/// Bytes that are read and hashed at once: they stay in the processor's cache.
const PIECE: usize = 64 * 1024;
/// Bits that let others than the owner write.
const OTHERS_WRITE: u32 = 0o022;

/// The folder, and the key under which its files are believed.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; 32],
}

impl Cache {
    pub(crate) fn new(settings: CacheSettings) -> Cache {
        Cache { folder: settings.folder, key: settings.key }
    }

    /// Maps a compiled component, or compiles it and writes it down. A file that is damaged, foreign or of another version is
    /// compiled anew; a folder that cannot be written to is no error.
    pub(crate) fn component(&self, engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Component> {
        let source = blake3::keyed_hash(&self.key, bytes);
        let path = self.folder.join(format!("{}.code", source.to_hex()));
        if let Some(component) = self.believe(engine, source.as_bytes(), &path) {
            return Ok(component);
        }
        let component = Component::from_binary(engine, bytes)?;
        let compiled = component.serialize()?;
        if let Err(error) = self.keep(&path, source.as_bytes(), &compiled) {
            tracing::debug!(%error, "a compiled plugin was not kept");
        }
        Ok(component)
    }

    fn believe(&self, engine: &Engine, source: &[u8], path: &Path) -> Option<Component> {
        let file = File::open(path).ok()?;
        let about = file.metadata().ok()?;
        if about.uid() != rustix::process::geteuid().as_raw() || about.mode() & OTHERS_WRITE != 0 {
            return None;
        }
        if !self.is_ours(&file, about.len(), source).ok()? {
            return None;
        }
        // Machine code that this hub wrote: the MAC says so, and covers the component it was compiled from. Wasmtime itself
        // refuses what another version or other settings compiled, and does not mind the MAC behind the code.
        let same = format!("/proc/self/fd/{}", file.as_raw_fd());
        #[allow(unsafe_code, reason = "only what carries this hub's MAC gets here, and nobody else can write to it")]
        let component = unsafe { Component::deserialize_file(engine, same) };
        component.ok()
    }

    fn is_ours(&self, mut file: &File, length: u64, source: &[u8]) -> io::Result<bool> {
        let Some(mut left) = usize::try_from(length).ok().and_then(|length| length.checked_sub(MAC_BYTES)) else {
            return Ok(false);
        };
        let mut hasher = self.hasher(source);
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let part = &mut piece[..left.min(PIECE)];
            file.read_exact(part)?;
            hasher.update(part);
            left -= part.len();
        }
        let mut mac = [0; MAC_BYTES];
        file.read_exact(&mut mac)?;
        // Compared in constant time.
        Ok(hasher.finalize() == mac)
    }

    fn keep(&self, path: &Path, source: &[u8], compiled: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let half = path.with_extension(format!("{:016x}", u64::from_le_bytes(random)));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&half)?;
        let mac = self.hasher(source).update(compiled).finalize();
        let written = file.write_all(compiled).and_then(|()| file.write_all(mac.as_bytes()));
        match written.and_then(|()| fs::rename(&half, path)) {
            Ok(()) => Ok(()),
            Err(error) => {
                let _ = fs::remove_file(&half);
                Err(error)
            }
        }
    }

    /// With what the code was compiled from, which has always the same length.
    fn hasher(&self, source: &[u8]) -> Hasher {
        let mut hasher = Hasher::new_keyed(&self.key);
        hasher.update(source);
        hasher
    }
}
