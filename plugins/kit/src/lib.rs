//! The developer's side of plugins: `hub plugin new`, `key`, `pack`, `sign`, `inspect`, `test`, `replay`. None of them needs a hub or
//! a database; they run plugins in the same host as the hub does. `hub plugin dev` brings builds to a hub that runs.

mod dev;
mod error;
mod inspect;
mod key;
mod new;
mod pack;
mod project;
mod replay;
mod running_hub;
mod script;
mod sign;
mod test;
mod watch;

use std::path::PathBuf;

use clap::Subcommand;
pub use dev::Dev;
pub use error::KitError;
pub use new::Language;

/// For whoever writes a plugin.
#[derive(Debug, Subcommand)]
pub enum KitCommand {
    /// Make a folder with a plugin that works: its manifest, its code, a script that tests it, and the kit it is built with.
    New {
        /// The plugin's key: small letters, digits and underscores.
        name: String,
        /// What it is written in.
        #[arg(long, value_enum, default_value = "rust")]
        lang: Language,
        /// Where; the folder must not be there yet. Without it, a folder of that name here.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Make the key with which a publisher signs packages. Prints the public half.
    Key {
        /// The file for the secret half; made with rights for its owner only.
        file: PathBuf,
    },
    /// Make a package of a plugin: its manifest and its component, signed if a key is given.
    Pack {
        /// The plugin's folder.
        #[arg(default_value = ".")]
        project: PathBuf,
        /// What the compiler wrote; without it, what lies in the folder's `target`.
        #[arg(long)]
        wasm: Option<PathBuf>,
        /// The secret half of the publisher's key.
        #[arg(long)]
        key: Option<PathBuf>,
        /// The package; without it, `NAME-VERSION.plugin` in the folder.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Sign a package that was packed without a key.
    Sign {
        /// NAME-VERSION.plugin.
        package: PathBuf,
        /// The secret half of the publisher's key.
        #[arg(long)]
        key: PathBuf,
        /// The signed package; without it, the same file.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Work on a plugin with a hub that runs: with every save it is built and taken into the hub, a job is queued, and what the
    /// run does is shown. No version is used up, nothing has to be signed.
    Dev(Box<Dev>),
    /// Say what a package holds and who signed it.
    Inspect { package: PathBuf },
    /// Run the scripts of a plugin (`tests/*.json`) in the real host, against the answers that they hold.
    Test {
        /// The plugin's folder.
        #[arg(default_value = ".")]
        project: PathBuf,
        /// What the compiler wrote; without it, what lies in the folder's `target`.
        #[arg(long)]
        wasm: Option<PathBuf>,
    },
    /// Repeat a recorded run without a hub: the same calls, the same answers, the same end.
    Replay {
        /// The recording, as the hub gives it out.
        recording: PathBuf,
        /// The package that was run, or the plugin's folder with another build of it.
        plugin: PathBuf,
    },
}

impl KitCommand {
    /// Does it. What a person reads goes to standard output.
    ///
    /// # Errors
    /// When it cannot be done, or when a script or a replay ends otherwise than it should.
    pub async fn run(self) -> Result<(), KitError> {
        match self {
            KitCommand::New { name, lang, out } => new::project(&name, lang, out),
            KitCommand::Key { file } => key::make(&file),
            KitCommand::Pack { project, wasm, key, out } => pack::pack(&project, wasm, key, out),
            KitCommand::Sign { package, key, out } => sign::sign(&package, &key, out),
            KitCommand::Dev(wanted) => dev::dev(*wanted).await,
            KitCommand::Inspect { package } => inspect::inspect(&package).await,
            KitCommand::Test { project, wasm } => test::test(&project, wasm).await,
            KitCommand::Replay { recording, plugin } => replay::replay(&recording, &plugin).await,
        }
    }
}
