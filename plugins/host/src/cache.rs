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
//!
//! A file whose MAC was right stays open, and is mapped again through that descriptor without a second look at its bytes, for as
//! long as the system says that nobody has written to it. That asks for no more than the first mapping does, which is executed
//! as long as the plugin lives.
//!
//! Behind the code stands what `describe` answered. It is a constant of the component, which needs no sandbox a second time.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use blake3::{Hash, Hasher};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::CacheSettings;
use crate::manifest::MAX_MANIFEST_BYTES;

const MAC_BYTES: usize = blake3::OUT_LEN;
/// What stands behind the code: the description, its length, the MAC.
const LENGTH_BYTES: usize = 4;
/// Bytes that are read and hashed at once: they stay in the processor's cache.
const PIECE: usize = 64 * 1024;
/// Bits that let others than the owner write.
const OTHERS_WRITE: u32 = 0o022;
/// Checked files that stay open; past it they are checked anew.
const MAX_OPEN: usize = 256;

/// The folder, and the key under which its files are believed.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; 32],
    checked: Mutex<HashMap<Hash, Checked>>,
}

/// A compiled component, and what it says of itself.
pub(crate) struct Compiled {
    pub(crate) component: Component,
    pub(crate) description: String,
}

/// A file whose MAC was right.
struct Checked {
    file: File,
    description: String,
    as_it_was: Stamp,
}

/// What the system changes with every write.
#[derive(PartialEq)]
struct Stamp {
    length: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(about: &Metadata) -> Stamp {
        Stamp { length: about.len(), changed: (about.ctime(), about.ctime_nsec()) }
    }
}

impl Cache {
    pub(crate) fn new(settings: CacheSettings) -> Cache {
        Cache { folder: settings.folder, key: settings.key, checked: Mutex::default() }
    }

    /// Maps what was compiled from a component with this hash. None: there is no file, or it is damaged, foreign or of another version.
    pub(crate) fn find(&self, engine: &Engine, source: Hash) -> Option<Compiled> {
        let mut open = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let unchanged =
            |checked: &Checked| checked.file.metadata().is_ok_and(|now| Stamp::of(&now) == checked.as_it_was);
        if !open.get(&source).is_some_and(unchanged) {
            drop(open);
            let checked = self.check(source).ok()??;
            open = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
            if open.len() >= MAX_OPEN {
                open.clear();
            }
            open.insert(source, checked);
        }
        let checked = open.get(&source)?;
        // Machine code that this hub wrote: the MAC says so, and covers the component it was compiled from. Wasmtime itself
        // refuses what another version or other settings compiled, and does not mind what stands behind the code.
        let same = format!("/proc/self/fd/{}", checked.file.as_raw_fd());
        #[allow(unsafe_code, reason = "only what carries this hub's MAC gets here, and nobody else can write to it")]
        let component = unsafe { Component::deserialize_file(engine, same) };
        Some(Compiled { component: component.ok()?, description: checked.description.clone() })
    }

    /// Writes a compiled component down, with what it says of itself. A folder that cannot be written to is no error.
    pub(crate) fn keep(&self, source: Hash, compiled: &Compiled) {
        let kept = compiled.component.serialize().map_err(io::Error::other).and_then(|code| {
            let path = self.path(source);
            self.write(&path, source, &code, compiled.description.as_bytes())
        });
        if let Err(error) = kept {
            tracing::debug!(%error, "a compiled plugin was not kept");
        }
    }

    fn path(&self, source: Hash) -> PathBuf {
        self.folder.join(format!("{}.code", blake3::keyed_hash(&self.key, source.as_bytes()).to_hex()))
    }

    fn check(&self, source: Hash) -> io::Result<Option<Checked>> {
        let mut file = File::open(self.path(source))?;
        let about = file.metadata()?;
        let length = usize::try_from(about.len()).unwrap_or(usize::MAX);
        let others = about.uid() != rustix::process::geteuid().as_raw() || about.mode() & OTHERS_WRITE != 0;
        if others || length < LENGTH_BYTES + MAC_BYTES {
            return Ok(None);
        }
        let mut hasher = self.hasher(source);
        let mut piece = vec![0; PIECE.min(length)];
        // The end of the file, as far as a description reaches.
        let mut tail = Vec::new();
        let mut left = length - MAC_BYTES;
        while left > 0 {
            let part = left.min(PIECE);
            file.read_exact(&mut piece[..part])?;
            hasher.update(&piece[..part]);
            left -= part;
            if left < MAX_MANIFEST_BYTES + LENGTH_BYTES {
                tail.extend_from_slice(&piece[..part]);
            }
        }
        let mut mac = [0; MAC_BYTES];
        file.read_exact(&mut mac)?;
        // Compared in constant time.
        if hasher.finalize() != mac {
            return Ok(None);
        }
        let Some(description) = description(&tail) else { return Ok(None) };
        Ok(Some(Checked { file, description, as_it_was: Stamp::of(&about) }))
    }

    fn write(&self, path: &Path, source: Hash, code: &[u8], description: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let half = path.with_extension(format!("{:016x}", u64::from_le_bytes(random)));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&half)?;
        let length = u32::try_from(description.len()).map_err(io::Error::other)?.to_le_bytes();
        let mut hasher = self.hasher(source);
        let mut written = Ok(());
        for part in [code, description, &length] {
            hasher.update(part);
            written = written.and_then(|()| file.write_all(part));
        }
        let written = written.and_then(|()| file.write_all(hasher.finalize().as_bytes()));
        match written.and_then(|()| fs::rename(&half, path)) {
            Ok(()) => Ok(()),
            Err(error) => {
                let _ = fs::remove_file(&half);
                Err(error)
            }
        }
    }

    /// With what the code was compiled from, which has always the same length.
    fn hasher(&self, source: Hash) -> Hasher {
        let mut hasher = Hasher::new_keyed(&self.key);
        hasher.update(source.as_bytes());
        hasher
    }
}

/// The text before its length, at the end of these bytes.
fn description(tail: &[u8]) -> Option<String> {
    let (rest, length) = tail.split_at_checked(tail.len().checked_sub(LENGTH_BYTES)?)?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    String::from_utf8(rest.get(rest.len().checked_sub(length)?..)?.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_the_end_of_the_file() {
        assert_eq!(description(b"code{}\x02\0\0\0").as_deref(), Some("{}"));
        assert_eq!(description(b"code\0\0\0\0").as_deref(), Some(""));
        assert_eq!(description(b"co\x03\0\0\0"), None);
        assert_eq!(description(b"\0"), None);
    }
}
