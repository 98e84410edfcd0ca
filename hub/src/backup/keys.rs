use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use age::secrecy::{ExposeSecret as _, SecretString};
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};

use super::BackupError;

/// Shortest passphrase, characters.
const PASSPHRASE: usize = 12;
/// Work of making a key of a passphrase, as a power of two: 128 MiB and about half a second.
const WORK: u8 = 17;
/// The most that is done for a file: 1 GiB. Somebody could have written a file that asks for more.
const MOST_WORK: u8 = 20;
/// Bytes of a key file that are looked at.
const KEY_FILE: u64 = 64 * 1024;

/// How backups are encrypted, with [age](https://age-encryption.org/v1): to public keys, so that the machine that makes backups
/// cannot read them, or with a passphrase.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct EncryptTo {
    /// A public key that opens the backup (age1...), as `hub backup key` prints it; several are separated by commas.
    #[arg(long = "recipient", env = "HUB_BACKUP_RECIPIENT", value_delimiter = ',')]
    pub recipients: Vec<String>,

    /// A file with a passphrase instead, on its first line.
    #[arg(long, env = "HUB_BACKUP_PASSPHRASE_FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// What opens backups.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DecryptWith {
    /// The file with the secret key, as `hub backup key` made it.
    #[arg(long, env = "HUB_BACKUP_IDENTITY")]
    pub identity: Option<PathBuf>,

    /// A file with the passphrase, on its first line.
    #[arg(long, env = "HUB_BACKUP_PASSPHRASE_FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl EncryptTo {
    /// Encrypts what is written; it has to be [finished](StreamWriter::finish).
    ///
    /// # Errors
    /// When there is no key, or it is none; when `output` cannot be written to.
    pub fn writer<W: Write>(&self, output: W) -> Result<StreamWriter<W>, BackupError> {
        let mut keys: Vec<Box<dyn age::Recipient>> = Vec::new();
        for text in self.recipients.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            let key = x25519::Recipient::from_str(text)
                .map_err(|why| BackupError::BadInput(format!("{text} is no public key: {why}")))?;
            keys.push(Box::new(key));
        }
        // Public keys are given on purpose; the passphrase's file may be there for restoring older backups.
        if keys.is_empty() {
            let file = self.passphrase_file.as_deref().ok_or(BackupError::NoKey(
                "backups are encrypted: give a public key (--recipient, HUB_BACKUP_RECIPIENT) or a passphrase \
                 (--passphrase-file, HUB_BACKUP_PASSPHRASE_FILE); hub backup key makes one",
            ))?;
            let mut key = scrypt::Recipient::new(passphrase(file)?);
            key.set_work_factor(WORK);
            keys.push(Box::new(key));
        }
        let encryptor = Encryptor::with_recipients(keys.iter().map(|key| &**key))
            .map_err(|why| BackupError::BadInput(why.to_string()))?;
        encryptor.wrap_output(output).map_err(BackupError::io("the backup"))
    }
}

impl DecryptWith {
    /// Decrypts what is read: each part is known to be as it was written, and in its place, before it is passed on. That
    /// nothing is missing is known at the end.
    ///
    /// # Errors
    /// When there is no key, or it is not the one; when `input` is no encrypted file.
    pub fn reader<R: Read>(&self, input: R) -> Result<StreamReader<R>, BackupError> {
        let decryptor = Decryptor::new(input).map_err(refused)?;
        let mut keys: Vec<Box<dyn age::Identity>> = Vec::new();
        if let Some(path) = &self.identity {
            for line in short_file(path)?.expose_secret().lines().map(str::trim) {
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                // What is wrong with it is not said: it may be most of a secret.
                let key = x25519::Identity::from_str(line)
                    .map_err(|_| BackupError::BadInput(format!("{} holds no secret key", path.display())))?;
                keys.push(Box::new(key));
            }
        }
        if let (Some(path), true) = (&self.passphrase_file, decryptor.is_scrypt()) {
            let mut key = scrypt::Identity::new(passphrase(path)?);
            key.set_max_work_factor(MOST_WORK);
            keys.push(Box::new(key));
        }
        if keys.is_empty() {
            return Err(BackupError::NoKey(if decryptor.is_scrypt() {
                "this backup was encrypted with a passphrase: give it (--passphrase-file)"
            } else {
                "this backup was encrypted to a public key: give the file with the secret one (--identity)"
            }));
        }
        decryptor.decrypt(keys.iter().map(|key| &**key)).map_err(refused)
    }
}

/// A new pair of keys: the text of a file with the secret one, and the public one.
pub fn new_identity() -> (SecretString, String) {
    let identity = x25519::Identity::generate();
    let public = identity.to_public().to_string();
    let text = format!("# public key: {public}\n{}\n", identity.to_string().expose_secret());
    (SecretString::from(text), public)
}

fn refused(error: DecryptError) -> BackupError {
    match error {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            BackupError::WrongKey
        }
        DecryptError::ExcessiveWork { .. } => BackupError::Damaged("its passphrase asks for too much work".into()),
        DecryptError::InvalidMac => BackupError::Damaged("its first lines were altered".into()),
        DecryptError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            BackupError::Damaged("it ends before it begins".into())
        }
        DecryptError::Io(source) => BackupError::Io { path: "the backup".into(), source },
        other => BackupError::NotABackup(other.to_string()),
    }
}

fn passphrase(path: &Path) -> Result<SecretString, BackupError> {
    let text = short_file(path)?;
    let line = text.expose_secret().lines().next().unwrap_or_default().trim();
    if line.chars().count() < PASSPHRASE {
        return Err(BackupError::BadInput(format!(
            "a passphrase has at least {PASSPHRASE} characters: {}",
            path.display()
        )));
    }
    Ok(SecretString::from(line.to_owned()))
}

fn short_file(path: &Path) -> Result<SecretString, BackupError> {
    let file = std::fs::File::open(path).map_err(BackupError::io(path))?;
    let mut text = String::new();
    file.take(KEY_FILE).read_to_string(&mut text).map_err(BackupError::io(path))?;
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(keys: &EncryptTo, text: &[u8]) -> Vec<u8> {
        let mut writer = keys.writer(Vec::new()).expect("a key");
        writer.write_all(text).expect("memory");
        writer.finish().expect("memory")
    }

    fn opened(keys: &DecryptWith, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut reader = keys.reader(bytes).map_err(|error| error.code().to_owned())?;
        let mut text = Vec::new();
        reader.read_to_end(&mut text).map_err(|error| error.kind().to_string())?;
        Ok(text)
    }

    #[test]
    fn only_the_secret_key_opens_and_every_alteration_is_seen() {
        let folder = std::env::temp_dir().join(format!("hub-keys-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder).expect("made");
        let file = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).expect("written");
            folder.join(name)
        };
        let ((secret, public), (other, _)) = (new_identity(), new_identity());
        let to = EncryptTo { recipients: vec![public.clone()], passphrase_file: None };
        let with = |text: &SecretString, name: &str| DecryptWith {
            identity: Some(file(name, text.expose_secret())),
            passphrase_file: None,
        };
        let (right, wrong) = (with(&secret, "right"), with(&other, "wrong"));
        // Two whole chunks of 64 KiB: the case in which the last one is not known by its length.
        let text = vec![7; 2 * 64 * 1024];
        let bytes = sealed(&to, &text);
        assert_eq!(opened(&right, &bytes), Ok(text));
        assert_eq!(opened(&wrong, &bytes), Err("wrong_key".into()));
        assert_eq!(opened(&DecryptWith::default(), &bytes), Err("no_key".into()));
        assert_eq!(opened(&right, b"PGDMP and so on: a dump that nobody encrypted"), Err("not_a_backup".into()));
        let chunk = 64 * 1024 + 16;
        let body = bytes.len() - 2 * chunk;
        for cut in [10, body - 1, body, body + 100, body + chunk, bytes.len() - 1] {
            assert!(opened(&right, &bytes[..cut]).is_err(), "cut at {cut} of {}", bytes.len());
        }
        let swapped = [&bytes[..body], &bytes[body + chunk..], &bytes[body..body + chunk]].concat();
        let longer = [&bytes[..], b"x"].concat();
        let twice = [&bytes[..], &bytes[body..]].concat();
        for altered in [swapped, longer, twice] {
            assert!(opened(&right, &altered).is_err());
        }
        for at in [5, body - 40, body - 3, body, body + chunk + 9, bytes.len() - 1] {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert!(opened(&right, &altered).is_err(), "altered at {at}");
        }

        let phrase = DecryptWith { identity: None, passphrase_file: Some(file("phrase", "long and simple words\n")) };
        let to = EncryptTo { recipients: Vec::new(), passphrase_file: phrase.passphrase_file.clone() };
        let bytes = sealed(&to, b"hello");
        assert_eq!(opened(&phrase, &bytes), Ok(b"hello".to_vec()));
        let other = DecryptWith { identity: None, passphrase_file: Some(file("other", "other and longer words")) };
        assert_eq!(opened(&other, &bytes), Err("wrong_key".into()));
        assert!(opened(&right, &bytes).is_err());
        let short = EncryptTo { recipients: Vec::new(), passphrase_file: Some(file("short", "short")) };
        assert!(matches!(short.writer(Vec::new()), Err(BackupError::BadInput(_))));
        assert!(matches!(EncryptTo::default().writer(Vec::new()), Err(BackupError::NoKey(_))));
        let none = EncryptTo { recipients: vec!["age1nonsense".into()], passphrase_file: None };
        assert!(matches!(none.writer(Vec::new()), Err(BackupError::BadInput(_))));
        std::fs::remove_dir_all(folder).expect("ours");
    }
}
