//! A new plugin's folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use plugin_host::CONTRACT;
use rust_embed::RustEmbed;

use crate::error::KitError;

/// A language in which a plugin can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    Rust,
    #[value(alias = "javascript")]
    Js,
}

/// The parts of a new project, a folder for each language.
#[derive(RustEmbed)]
#[folder = "templates"]
struct Template;

/// The kit that plugins in Rust are built with, and the contract.
#[derive(RustEmbed)]
#[folder = "../sdk/src"]
struct Sdk;

#[derive(RustEmbed)]
#[folder = "../wit"]
struct Contract;

/// Makes the folder.
pub(crate) fn project(name: &str, language: Language, out: Option<PathBuf>) -> Result<(), KitError> {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !plain || !(2..=41).contains(&name.len()) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(KitError::Name(name.to_owned()));
    }
    let folder = out.unwrap_or_else(|| PathBuf::from(name));
    if folder.exists() {
        return Err(KitError::Exists(folder));
    }
    let of = match language {
        Language::Rust => "rust/",
        Language::Js => "javascript/",
    };
    for path in Template::iter() {
        let (Some(file), Some(path)) = (Template::get(&path), path.strip_prefix(of)) else { continue };
        let text = String::from_utf8_lossy(&file.data).replace("{{name}}", name).replace("{{contract}}", CONTRACT);
        // Cargo takes a folder with a `Cargo.toml` for a package of its own; the template is none.
        let path = path.replace("cargo.toml", "Cargo.toml");
        write(&folder.join(&path), text.as_bytes())?;
    }
    for path in Sdk::iter().filter(|_| language == Language::Rust) {
        if let Some(file) = Sdk::get(&path) {
            write(&folder.join("sdk/src").join(path.as_ref()), &file.data)?;
        }
    }
    for path in Contract::iter().filter(|path| path.ends_with(".wit")) {
        if let Some(file) = Contract::get(&path) {
            write(&folder.join("sdk/wit").join(path.as_ref()), &file.data)?;
        }
    }
    let build = folder.join("build");
    fs::set_permissions(&build, fs::Permissions::from_mode(0o755)).map_err(KitError::file(&build))?;
    println!("{}: read README.md there; `./build`, then `hub plugin test`", folder.display());
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), KitError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(KitError::file(folder))?;
    }
    fs::write(path, bytes).map_err(KitError::file(path))
}
