use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder that a hub without a mail server writes its mails to.
pub struct Mailbox(PathBuf);

/// A mail that was sent.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// About what.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Mail {
    /// The secret in its link.
    pub fn link(&self) -> String {
        let (_, rest) = self.text.split_once("token_hash=").unwrap_or_else(|| panic!("a link in {self:?}"));
        rest.split(|letter: char| letter == '&' || letter.is_whitespace()).next().unwrap_or_default().to_owned()
    }

    /// The code in it.
    pub fn code(&self) -> String {
        let (_, rest) = self.text.split_once("Code: ").unwrap_or_else(|| panic!("a code in {self:?}"));
        rest[..6].to_owned()
    }
}

impl Mailbox {
    /// Of a hub with this data folder.
    pub fn of(data: &Path) -> Self {
        Self(data.join("mail"))
    }

    /// The mails to an address, oldest first.
    pub fn mails(&self, to: &str) -> Vec<Mail> {
        let mut files: Vec<PathBuf> = fs::read_dir(&self.0)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        // Named by the time of their making.
        files.sort();
        files.iter().filter_map(|file| parse(&fs::read_to_string(file).ok()?)).filter(|mail| mail.to == to).collect()
    }

    /// The newest of so many mails to an address, when that many are there.
    pub async fn nth(&self, to: &str, count: usize) -> Mail {
        for _ in 0..400 {
            let mails = self.mails(to);
            assert!(mails.len() <= count, "{count} mails to {to} were expected: {mails:?}");
            if mails.len() == count {
                return mails[count - 1].clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{count} mails to {to} were expected: {:?}", self.mails(to));
    }

    /// The number of mails to anybody, when nothing more is on its way.
    pub async fn count(&self) -> usize {
        tokio::time::sleep(Duration::from_millis(400)).await;
        fs::read_dir(&self.0).into_iter().flatten().count()
    }
}

fn parse(file: &str) -> Option<Mail> {
    let header = |name: &str| {
        let line = file.lines().find(|line| line.starts_with(name))?;
        Some(line[name.len()..].trim().trim_matches(['<', '>']).to_owned())
    };
    let (_, plain) = file.split_once("Content-Type: text/plain")?;
    let (head, body) = plain.split_once("\r\n\r\n")?;
    let body = body.split("\r\n--").next()?;
    let text = if head.contains("quoted-printable") { unquote(body) } else { body.to_owned() };
    Some(Mail { to: header("To: ")?, subject: header("Subject: ")?, text })
}

/// RFC 2045 section 6.7.
fn unquote(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'=' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
