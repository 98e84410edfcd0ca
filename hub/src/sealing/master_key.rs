use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::UnsealError;
use super::key_ring::{Opener, WrappingKey, derive};

/// The secrets of an installation; they never leave the process.
///
/// The *root*: everything that is looked up or verified later (blind indexes, signatures of tickets, passwords of logins) is
/// derived from it, one label a purpose, so that no two purposes share a key. And the *ring* of master keys, the oldest first,
/// which wrap all other keys, the root among them: they can be replaced while hubs run.
#[derive(Clone)]
pub struct MasterKey {
    root: [u8; 32],
    ring: Arc<RwLock<Ring>>,
    source: Source,
}

struct Ring {
    keys: Vec<WrappingKey>,
    /// Wraps what is new.
    current: usize,
}

#[derive(Clone)]
enum Source {
    Given,
    File(PathBuf),
}

/// Most master keys that are good at once.
const MOST: usize = 8;
/// The purpose and the row of the wrapped root.
const ROOT: (&str, Uuid) = ("wrap the root", Uuid::nil());

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// Not 64 hexadecimal digits.
    #[error(
        "the master key is 64 hexadecimal digits; several, the oldest first, are separated by commas or stand on lines"
    )]
    Malformed,
    /// The key file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The keys were given, so the hub cannot change them.
    #[error("the master keys are given; add the new one behind the old ones, for example HUB_MASTER_KEY=old,new")]
    Given,
}

impl MasterKey {
    /// The given keys, else those in `data/master.key`, else a new one that is written there (mode 600).
    ///
    /// # Errors
    /// See [`MasterKeyError`].
    pub fn load(given: Option<&str>, data: &Path) -> Result<Self, MasterKeyError> {
        if let Some(text) = given {
            return Ok(Self::of(parse(text)?, Source::Given));
        }
        let path = data.join("master.key");
        let io = |source| MasterKeyError::Io { path: path.clone(), source };
        let keys = match fs::read_to_string(&path) {
            Ok(text) => parse(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = random();
                let mut file =
                    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(io)?;
                file.write_all(hex(&key).as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
                vec![key]
            }
            Err(error) => return Err(io(error)),
        };
        Ok(Self::of(keys, Source::File(path)))
    }

    /// The given keys, else those in `data/master.key`; none is made.
    ///
    /// # Errors
    /// See [`MasterKeyError`].
    pub fn find(given: Option<&str>, data: &Path) -> Result<Option<Self>, MasterKeyError> {
        if given.is_none() && !data.join("master.key").exists() {
            return Ok(None);
        }
        Self::load(given, data).map(Some)
    }

    fn of(keys: Vec<[u8; 32]>, source: Source) -> Self {
        let ring = Ring { keys: keys.iter().copied().map(WrappingKey::new).collect(), current: 0 };
        Self { root: keys[0], ring: Arc::new(RwLock::new(ring)), source }
    }

    /// The root as the database keeps it, wrapped by the key that wraps what is new.
    pub fn wrapped_root(&self) -> Vec<u8> {
        self.wrap(ROOT.0, ROOT.1, &self.root)
    }

    /// The same keys with the root that the database keeps.
    ///
    /// # Errors
    /// When none of the keys has wrapped it: they are another installation's.
    pub fn with_root(mut self, wrapped: &[u8]) -> Result<Self, UnsealError> {
        self.root = self.opener(ROOT.0).open(ROOT.1, wrapped)?;
        if let Some(name) = wrapped.first_chunk::<8>() {
            self.prefer(&hex(name))?;
        }
        Ok(self)
    }

    /// The name of the key that wraps what is new.
    pub fn current(&self) -> String {
        let ring = self.read();
        hex(&ring.keys[ring.current].name)
    }

    /// The names of all keys, the oldest first.
    pub fn names(&self) -> Vec<String> {
        self.read().keys.iter().map(|key| hex(&key.name)).collect()
    }

    /// Wraps what is new with the key of this name. The file is read again if it is not known yet.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn prefer(&self, name: &str) -> Result<(), UnsealError> {
        if !self.names().iter().any(|known| known == name) {
            self.reload();
        }
        let mut ring = self.write();
        ring.current = ring.keys.iter().position(|key| hex(&key.name) == name).ok_or(UnsealError)?;
        Ok(())
    }

    /// Reads the key file again; somebody may have added a key. Given keys stay as they are.
    pub fn reload(&self) {
        let Source::File(path) = &self.source else { return };
        match fs::read_to_string(path).map_err(|_| MasterKeyError::Malformed).and_then(|text| parse(&text)) {
            Ok(keys) => {
                let mut ring = self.write();
                let current = ring.keys[ring.current].name;
                // What this process holds it keeps, until it ends: the file may have been pruned.
                for key in keys.into_iter().map(WrappingKey::new) {
                    if !ring.keys.iter().any(|known| known.name == key.name) {
                        ring.keys.push(key);
                    }
                }
                ring.current = ring.keys.iter().position(|key| key.name == current).unwrap_or(0);
            }
            Err(error) => tracing::error!(%error, path = %path.display(), "the key file cannot be read again"),
        }
    }

    /// Adds a new key to the file; it is on disk when this returns. It wraps nothing before it is preferred. Returns its name.
    ///
    /// # Errors
    /// See [`MasterKeyError`].
    pub fn add(&self) -> Result<String, MasterKeyError> {
        let Source::File(path) = &self.source else { return Err(MasterKeyError::Given) };
        self.reload();
        let key = WrappingKey::new(random());
        let mut ring = self.write();
        if ring.keys.len() >= MOST {
            return Err(MasterKeyError::Malformed);
        }
        ring.keys.push(key.clone());
        replace(path, &ring.keys)?;
        Ok(hex(&key.name))
    }

    /// Drops the keys of these names, from the file too. The one that wraps what is new stays.
    ///
    /// # Errors
    /// See [`MasterKeyError`].
    pub fn retire(&self, names: &[String]) -> Result<(), MasterKeyError> {
        let mut ring = self.write();
        let current = ring.keys[ring.current].name;
        ring.keys.retain(|key| key.name == current || !names.contains(&hex(&key.name)));
        ring.current = ring.keys.iter().position(|key| key.name == current).unwrap_or(0);
        match &self.source {
            Source::File(path) => replace(path, &ring.keys),
            Source::Given => Ok(()),
        }
    }

    /// A key for the database: wrapped for one purpose and one row.
    pub(super) fn wrap(&self, purpose: &str, id: Uuid, key: &[u8; 32]) -> Vec<u8> {
        let ring = self.read();
        ring.keys[ring.current].wrap(purpose, id, key)
    }

    /// Opens what any of the keys has wrapped for a purpose.
    pub(super) fn opener(&self, purpose: &str) -> Opener {
        Opener::new(&self.read().keys, purpose)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Ring> {
        self.ring.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A key of its own for one purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        derive(&self.root, purpose)
    }

    /// The password of one of the hub's database logins, hexadecimal.
    pub fn login_password(&self, login: &str) -> String {
        self.derive(&format!("login {login}")).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The blind index of a personal value: equal for values that differ only in case or surrounding space, meaningless
    /// without the key. 32 bytes.
    pub fn blind_index(&self, value: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.derive("blind index")).expect("HMAC takes any key");
        mac.update(value.trim().to_lowercase().as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// The blind index as Postgres writes bytes: `\x` and hexadecimal digits.
    pub fn blind_index_text(&self, value: &str) -> String {
        let digits: String = self.blind_index(value).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("\\x{digits}")
    }

    /// What the database keeps of a short code that belongs to the row `id`. Keyed: a million codes are tried in a moment
    /// by whoever holds a plain hash. 32 bytes.
    pub fn code_hash(&self, id: Uuid, code: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.derive("one-time codes")).expect("HMAC takes any key");
        mac.update(id.as_bytes());
        mac.update(code.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

fn parse(text: &str) -> Result<Vec<[u8; 32]>, MasterKeyError> {
    let keys: Vec<[u8; 32]> = text
        .split([',', '\n'])
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(parse_one)
        .collect::<Result<_, _>>()?;
    if keys.is_empty() || keys.len() > MOST { Err(MasterKeyError::Malformed) } else { Ok(keys) }
}

fn parse_one(text: &str) -> Result<[u8; 32], MasterKeyError> {
    let text = text.as_bytes();
    let mut key = [0u8; 32];
    if text.len() != 64 {
        return Err(MasterKeyError::Malformed);
    }
    for (byte, digits) in key.iter_mut().zip(text.chunks(2)) {
        let digits = std::str::from_utf8(digits).map_err(|_| MasterKeyError::Malformed)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| MasterKeyError::Malformed)?;
    }
    Ok(key)
}

/// Replaces the key file as a whole: a crash leaves the one or the other.
fn replace(path: &Path, keys: &[WrappingKey]) -> Result<(), MasterKeyError> {
    let lines: String = keys.iter().map(|key| hex(&key.secret) + "\n").collect();
    let next = path.with_extension("key.next");
    let write = || {
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, path)?;
        path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
    };
    write().map_err(|source| MasterKeyError::Io { path: path.to_owned(), source })
}

fn random() -> [u8; 32] {
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).expect("the system has randomness");
    key
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> MasterKey {
        MasterKey::load(Some(&digit.to_string().repeat(64)), Path::new(".")).expect("64 digits")
    }

    #[test]
    fn purposes_and_installations_do_not_share_keys() {
        assert_ne!(key('1').derive("a"), key('1').derive("b"));
        assert_ne!(key('1').derive("a"), key('2').derive("a"));
        assert_eq!(key('1').derive("a"), key('1').derive("a"));
    }

    #[test]
    fn the_blind_index_ignores_case_and_space_only() {
        let master = key('1');
        assert_eq!(master.blind_index(" Ada@Example.COM "), master.blind_index("ada@example.com"));
        assert_ne!(master.blind_index("ada@example.com"), master.blind_index("ada@example.org"));
        assert_ne!(master.blind_index("ada@example.com"), key('2').blind_index("ada@example.com"));
        assert_eq!(master.blind_index("x").len(), 32);
    }

    #[test]
    fn a_key_is_64_digits_and_never_printed() {
        for bad in ["", "12", &"g".repeat(64), &"1".repeat(65)] {
            assert!(matches!(MasterKey::load(Some(bad), Path::new(".")), Err(MasterKeyError::Malformed)), "{bad:?}");
        }
        assert_eq!(format!("{:?}", key('7')), "MasterKey(..)");
    }

    #[test]
    fn a_key_is_added_preferred_and_retired_and_every_holder_of_the_file_follows() {
        let folder = std::env::temp_dir().join(format!("hub-keys-{}", Uuid::now_v7().simple()));
        fs::create_dir_all(&folder).expect("a folder");
        let load = || MasterKey::load(None, &folder).expect("a key file");
        let (one, other) = (load(), load());
        let (old, id) = (one.current(), Uuid::now_v7());
        let wrapped_before = one.wrap("data", id, &[7; 32]);
        let new = one.add().expect("written");
        assert_eq!(one.current(), old, "nothing is wrapped by it yet");
        one.prefer(&new).expect("it is there");
        let wrapped_after = one.wrap("data", id, &[7; 32]);
        // A process that has not seen the file change is told the name.
        assert!(other.opener("data").open(id, &wrapped_after).is_err());
        other.prefer(&new).expect("the file has it");
        for wrapped in [&wrapped_before, &wrapped_after] {
            assert_eq!(other.opener("data").open(id, wrapped), Ok([7; 32]));
        }
        // The root is the same for all of them, whichever key wraps it.
        let root = one.wrapped_root();
        assert_eq!(load().with_root(&root).expect("ours").derive("a"), other.derive("a"));
        one.retire(&[old.clone(), new.clone()]).expect("written");
        let later = load();
        assert_eq!(later.names(), [new], "the current one stays");
        assert!(later.opener("data").open(id, &wrapped_before).is_err());
        assert_eq!(later.with_root(&root).expect("ours").derive("a"), other.derive("a"));
        assert!(one.prefer(&old).is_err());
        assert!(key('1').with_root(&root).is_err(), "another installation's");
        assert!(matches!(key('1').add(), Err(MasterKeyError::Given)));
        fs::remove_dir_all(folder).expect("ours");
    }
}
