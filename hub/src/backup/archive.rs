use std::io::{self, Read, Write};

use age::stream::StreamWriter;
use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header as Entry};
use uuid::Uuid;

use super::manifest::{BASE_FORMAT, FORMAT, Header, Manifest, Stream};
use super::{BackupError, DecryptWith};

/// Bytes of what has no size beforehand that are held until they are written as one entry.
const SEGMENT: usize = 4 * 1024 * 1024;
/// Most bytes of an entry that is read as a whole.
const WHOLE: u64 = 64 * 1024 * 1024;

const HEADER: &str = "backup.json";
const REGISTER: &str = "erasures.jsonl";
const DATABASE: &str = "database/";
const LIST: &str = "objects.jsonl/";
const OBJECTS: &str = "objects/";
const MANIFEST: &str = "manifest.json";

/// A backup that is being written: a tar archive inside an age file. Without [`finish`](Self::finish) it is none.
pub struct Writer<W: Write> {
    tar: tar::Builder<StreamWriter<W>>,
}

/// What comes out of a backup, in this order.
pub enum Piece<'a> {
    /// What it is.
    Header(&'a Header),
    /// The register of erasures as it was.
    Register(Vec<u8>),
    /// Some more of the dump.
    Database(&'a mut dyn Read),
    /// An object.
    Object(Uuid, &'a mut dyn Read),
}

impl<W: Write> Writer<W> {
    /// Begins with what it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(output: StreamWriter<W>, header: &Header) -> io::Result<Self> {
        let mut writer = Self { tar: tar::Builder::new(output) };
        writer.whole(HEADER, &serde_json::to_vec(header)?)?;
        Ok(writer)
    }

    /// The register of erasures.
    ///
    /// # Errors
    /// When it cannot be written, or is longer than 64 MiB.
    pub fn register(&mut self, lines: &[u8]) -> io::Result<()> {
        if lines.len() as u64 > WHOLE {
            return Err(io::Error::other("the register of erasures is too long"));
        }
        self.whole(REGISTER, lines)
    }

    /// The dump, to its end.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn database(&mut self, dump: impl Read) -> io::Result<Stream> {
        self.segments(DATABASE, dump)
    }

    /// The list of objects, to its end.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn list(&mut self, lines: impl Read) -> io::Result<Stream> {
        self.segments(LIST, lines)
    }

    /// An object of exactly so many bytes.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn object(&mut self, key: Uuid, size: u64, bytes: impl Read) -> io::Result<()> {
        self.entry(&format!("{OBJECTS}{}", key.simple()), size, bytes)
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, manifest: &Manifest) -> io::Result<W> {
        self.whole(MANIFEST, &serde_json::to_vec(manifest)?)?;
        self.tar.into_inner()?.finish()
    }

    fn segments(&mut self, name: &str, mut from: impl Read) -> io::Result<Stream> {
        let (mut sum, mut buffer, mut number) = (Sum::default(), Vec::with_capacity(SEGMENT), 0u64);
        loop {
            buffer.clear();
            from.by_ref().take(SEGMENT as u64).read_to_end(&mut buffer)?;
            if buffer.is_empty() {
                return Ok(sum.finish());
            }
            sum.add(&buffer);
            self.whole(&format!("{name}{number:08}"), &buffer)?;
            number += 1;
        }
    }

    fn whole(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.entry(name, bytes.len() as u64, bytes)
    }

    fn entry(&mut self, name: &str, size: u64, bytes: impl Read) -> io::Result<()> {
        let mut entry = Entry::new_gnu();
        entry.set_entry_type(EntryType::Regular);
        entry.set_size(size);
        entry.set_mode(0o600);
        let mut bytes = bytes.take(size);
        self.tar.append_data(&mut entry, name, &mut bytes)?;
        if bytes.limit() > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "an object is shorter than the database says"));
        }
        Ok(())
    }
}

/// Reads a backup from its beginning to its end, handing on each piece as soon as it is known to be unaltered. When this
/// returns well, all of it was there and nothing else.
///
/// # Errors
/// [`BackupError::WrongKey`], [`BackupError::NotABackup`], [`BackupError::Damaged`], [`BackupError::Newer`]; what `take` says.
pub fn read(
    input: impl Read,
    keys: &DecryptWith,
    mut take: impl FnMut(Piece<'_>) -> Result<(), BackupError>,
) -> Result<(Header, Manifest), BackupError> {
    let mut archive = tar::Archive::new(keys.reader(io::BufReader::with_capacity(256 * 1024, input))?);
    let mut header: Option<Header> = None;
    let mut manifest: Option<Manifest> = None;
    let (mut database, mut list, mut bytes, mut objects) = (Sum::default(), Sum::default(), Sum::default(), 0u64);
    let mut reached = 0;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let size = entry.size();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let place = [HEADER, REGISTER, DATABASE, LIST, OBJECTS, MANIFEST]
            .iter()
            .position(|known| if known.ends_with('/') { name.starts_with(known) } else { name == *known })
            .ok_or_else(|| BackupError::NotABackup("it holds something else".into()))?;
        // Each kind has its place, and those that are whole come once.
        let again = place == reached && [DATABASE, LIST, OBJECTS].iter().any(|known| name.starts_with(known));
        if !(place > reached || again || header.is_none() && place == 0) {
            return Err(BackupError::NotABackup("its parts are in another order".into()));
        }
        reached = place;
        if header.is_none() && place > 0 {
            return Err(BackupError::NotABackup("it does not say what it is".into()));
        }
        match place {
            0 => {
                let found = whole(&mut entry, size)?;
                take(Piece::Header(header.insert(understood(&found)?)))?;
            }
            1 => take(Piece::Register(whole(&mut entry, size)?))?,
            2 => {
                let mut summed = Summed { inner: &mut entry, sum: &mut database };
                take(Piece::Database(&mut summed))?;
                io::copy(&mut summed, &mut io::sink()).map_err(broken)?;
            }
            3 => list.add(&whole(&mut entry, size)?),
            4 => {
                let key = name.get(OBJECTS.len()..).and_then(|key| Uuid::try_parse(key).ok());
                let key = key.ok_or_else(|| BackupError::NotABackup("an object without a key".into()))?;
                let mut summed = Summed { inner: &mut entry, sum: &mut bytes };
                take(Piece::Object(key, &mut summed))?;
                io::copy(&mut summed, &mut io::sink()).map_err(broken)?;
                objects += 1;
            }
            _ => {
                let found = serde_json::from_slice(&whole(&mut entry, size)?);
                manifest = Some(found.map_err(|error| BackupError::NotABackup(error.to_string()))?);
            }
        }
    }
    // What was encrypted ends where the archive ends, or the file was cut or added to.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(broken)?;
    let (Some(header), Some(manifest)) = (header, manifest) else {
        return Err(BackupError::Damaged("its end is missing".into()));
    };
    let same = database.finish() == manifest.database
        && list.finish() == manifest.list
        && bytes.finish() == manifest.bytes
        && objects == manifest.objects;
    if same { Ok((header, manifest)) } else { Err(BackupError::Damaged("it is not what it says it is".into())) }
}

/// What it says it is, if this hub understands it.
fn understood(header: &[u8]) -> Result<Header, BackupError> {
    let said: serde_json::Value =
        serde_json::from_slice(header).map_err(|error| BackupError::NotABackup(error.to_string()))?;
    let format = said["format"].as_str().unwrap_or_default();
    if format != FORMAT && format != BASE_FORMAT {
        return Err(match format.strip_prefix("fashionos-hub/backup/") {
            Some(number) => BackupError::Newer(format!("format {number}")),
            None => BackupError::NotABackup("it does not say that it is one".into()),
        });
    }
    serde_json::from_value(said).map_err(|error| BackupError::NotABackup(error.to_string()))
}

fn whole(entry: &mut impl Read, size: u64) -> Result<Vec<u8>, BackupError> {
    if size > WHOLE {
        return Err(BackupError::NotABackup("a part of it is too long".into()));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(broken)?;
    Ok(bytes)
}

/// What reading can meet: the medium's own errors, and those of a file that is not as it was written.
pub(super) fn broken(error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::InvalidData
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other
        | io::ErrorKind::InvalidInput => BackupError::Damaged(error.to_string()),
        _ => BackupError::Io { path: "the backup".into(), source: error },
    }
}

/// A hash and a size that grow.
#[derive(Default)]
pub(super) struct Sum {
    size: u64,
    hash: Sha256,
}

impl Sum {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
    }

    pub(super) fn finish(self) -> Stream {
        Stream { size: self.size, sha256: hex(&self.hash.finalize()) }
    }
}

struct Summed<'a, R> {
    inner: R,
    sum: &'a mut Sum,
}

impl<R: Read> Read for Summed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.sum.add(&buffer[..read]);
        Ok(read)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
