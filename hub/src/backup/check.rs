use std::fs::File;
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::Stdio;

use super::archive::{Piece, read};
use super::pieces::Program;
use super::{BASE_FORMAT, BackupError, DecryptWith, Header, Manifest};
use crate::postgres::{Tools, migrations_known};

/// What a backup is, once all of it was read.
pub struct Checked {
    /// What it said first.
    pub header: Header,
    /// What it said last.
    pub manifest: Manifest,
    /// What the dump holds, as `pg_restore --list` says it; empty if nobody asked.
    pub listed: String,
}

/// Reads a backup from its beginning to its end: that it opens with these keys, and that nothing of it is missing, altered,
/// exchanged or added; with `list`, that it is one of a dump. `-` is standard input. For a thread that may wait.
///
/// # Errors
/// See [`BackupError`].
pub fn check(file: &Path, keys: &DecryptWith, list: bool) -> Result<Checked, BackupError> {
    let input: Box<dyn Read> = match file.as_os_str() == "-" {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(File::open(file).map_err(BackupError::io(file))?),
    };
    let (mut tools, mut lister) = (None, None);
    let (header, manifest) = read(input, keys, |piece| {
        match piece {
            Piece::Header(header) if list => {
                understood(header)?;
                if header.format == BASE_FORMAT {
                    return Err(BackupError::NotABackup(
                        "it is a base; restore it with its folder and a moment (--at)".into(),
                    ));
                }
                tools = Some(Tools::for_server(header.server)?);
            }
            Piece::Header(header) => understood(header)?,
            Piece::Database(bytes) => {
                if let Some(tools) = tools.take() {
                    lister = Some(Lister::start(&tools)?);
                }
                if let Some(lister) = &mut lister {
                    lister.feed(bytes)?;
                }
            }
            Piece::Register(_) | Piece::Object(..) => {}
        }
        Ok(())
    })?;
    let listed = lister.map(Lister::finish).transpose()?.unwrap_or_default();
    Ok(Checked { header, manifest, listed })
}

/// A schema that this hub does not know yet cannot be gone on with.
fn understood(header: &Header) -> Result<(), BackupError> {
    match migrations_known(&header.migrations) {
        Some(unknown) => Err(BackupError::Newer(format!("{}, migration {unknown}", header.hub))),
        None => Ok(()),
    }
}

/// `pg_restore --list`, which reads the beginning of a dump.
struct Lister {
    program: Program,
    listed: std::thread::JoinHandle<std::io::Result<String>>,
    enough: bool,
}

impl Lister {
    fn start(tools: &Tools) -> Result<Self, BackupError> {
        let mut command = tools.program("pg_restore");
        command.arg("--list").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = Program::start("pg_restore", command)?;
        let from = program.child.stdout.take();
        let listed = std::thread::spawn(move || {
            let mut text = String::new();
            if let Some(mut from) = from {
                from.read_to_string(&mut text)?;
            }
            Ok(text)
        });
        Ok(Self { program, listed, enough: false })
    }

    fn feed(&mut self, bytes: &mut dyn Read) -> Result<(), BackupError> {
        let mut buffer = vec![0; 64 * 1024];
        while !self.enough {
            let read = bytes.read(&mut buffer).map_err(super::archive::broken)?;
            let Some(stdin) = self.program.child.stdin.as_mut() else { break };
            if read == 0 {
                break;
            }
            // It has ended when it has seen what it needs; how, is asked at the end.
            self.enough = stdin.write_all(&buffer[..read]).is_err();
        }
        Ok(())
    }

    fn finish(self) -> Result<String, BackupError> {
        self.program.finish()?;
        let listed = self.listed.join().map_err(|_| BackupError::Interrupted("pg_restore was not read".into()))?;
        listed.map_err(BackupError::io("pg_restore"))
    }
}
