use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use age::secrecy::ExposeSecret as _;
use clap::{Args, Subcommand};
use hub::backup::{self, At, BackupError, DecryptWith, EncryptTo, Files, From, Options, To};
use hub::config::Config;
use serde_json::json;

use crate::{Failure, say, say_ready};

/// What to do with backups.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct BackupCommand {
    #[command(subcommand)]
    other: Option<Other>,
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    keys: EncryptTo,
    /// The file, which must not be there yet; a folder, in which it is given a name; or - for standard output.
    #[arg(long, required = true)]
    to: Option<PathBuf>,
    /// What it has of files. When absent: the bytes of those in a folder, a list of those in S3.
    #[arg(long, value_enum)]
    files: Option<Files>,
    /// A copy of the embedded database's files instead, in a folder with the archived log: `hub restore --at` goes on from it.
    #[arg(long)]
    base: bool,
    /// Make it although files are missing or altered.
    #[arg(long)]
    despite_damage: bool,
}

#[derive(Subcommand)]
enum Other {
    /// Read a backup to its end without restoring it: whether it opens, and nothing is missing, altered or added.
    Verify {
        /// The file, or - for standard input.
        file: PathBuf,
        #[command(flatten)]
        keys: DecryptWith,
    },
    /// Make a pair of keys: a file with the secret one, to be kept away from the hub, and the public one on standard output.
    Key {
        /// The file, which must not be there yet.
        #[arg(long)]
        out: PathBuf,
    },
}

/// How to make a hub of a backup.
#[derive(Args)]
pub struct RestoreCommand {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    keys: DecryptWith,
    /// The backup; with `--at`, the folder of bases and the archived log.
    #[arg(long)]
    from: PathBuf,
    /// The moment to go back to: 2026-11-21T18:00:00Z.
    #[arg(long, value_name = "TIME")]
    at: Option<jiff::Timestamp>,
    /// The newest copy of the register of erasures: who was erased since the backup was made is erased again. Not needed where
    /// the data folder still has it.
    #[arg(long = "with-erasures", value_name = "FILE")]
    erasures_since: Option<PathBuf>,
    /// There is no newer register, because nobody was erased since.
    #[arg(long)]
    nobody_was_erased: bool,
}

pub async fn run(command: BackupCommand) -> Result<(), Failure> {
    let BackupCommand { other, config, keys, to, files, base, despite_damage } = command;
    match other {
        Some(Other::Verify { file, keys }) => {
            let checked = tokio::task::spawn_blocking(move || backup::check(&file, &keys, false)).await;
            let checked = checked.map_err(|error| BackupError::Interrupted(error.to_string()))??;
            let contents = &checked.manifest.contents;
            say_ready(&json!({
                "backup": checked.header.id, "made_at": checked.header.made_at, "hub": checked.header.hub,
                "tables": contents.tables.len(), "rows": contents.tables.iter().map(|table| table.rows).sum::<i64>(),
                "objects": checked.manifest.objects, "bytes_of_files": checked.manifest.bytes.size,
                "damaged": checked.manifest.damaged.len(),
            }))
        }
        Some(Other::Key { out }) => {
            let (secret, public) = backup::new_identity();
            let file = File::options().write(true).create_new(true).mode(0o600).open(&out);
            let written = file.and_then(|mut file| {
                file.write_all(secret.expose_secret().as_bytes())?;
                file.sync_all()
            });
            written.map_err(|source| BackupError::Io { path: out, source })?;
            say(&format!("{public}\n"))
        }
        None => {
            if let (Some(folder), true) = (&to, base) {
                let taken = backup::take_base(&config, &keys, folder).await?;
                backup::log::archive(&config, &keys, folder).await?;
                return say_ready(&serde_json::to_value(taken).expect("a report is JSON"));
            }
            let to = match to {
                Some(path) if path.as_os_str() == "-" => To::Stdout,
                Some(path) => To::Path(path),
                None => return Err(Failure::Input("--to says where the backup goes".into())),
            };
            let stdout = matches!(to, To::Stdout);
            let taken = backup::take_of(&config, Options { keys, files, despite_damage, record: true }, to).await?;
            let said = serde_json::to_value(taken).expect("a report is JSON");
            if stdout {
                eprintln!("{said}");
                return Ok(());
            }
            say_ready(&said)
        }
    }
}

pub async fn restore(command: RestoreCommand) -> Result<(), Failure> {
    let RestoreCommand { config, keys, from, at, erasures_since, nobody_was_erased } = command;
    if let Some(moment) = at {
        let from = At { folder: from, keys, moment, erasures: erasures_since, nobody_was_erased };
        let restored = backup::restore_at(&config, from).await?;
        return say_ready(&serde_json::to_value(restored).expect("a report is JSON"));
    }
    let from = From { file: from, keys, erasures: erasures_since, nobody_was_erased };
    let restored = backup::restore(&config, from).await?;
    say_ready(&serde_json::to_value(restored).expect("a report is JSON"))
}
