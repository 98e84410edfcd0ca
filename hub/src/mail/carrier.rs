use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use uuid::Uuid;

use super::Words;

/// How long a mail server may take for one mail.
const WITHIN: Duration = Duration::from_secs(30);

/// How mails leave the hub.
pub struct Carrier {
    from: Mailbox,
    way: Way,
}

enum Way {
    /// A mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    /// Files, for development and for hubs without a mail server.
    Folder(PathBuf),
}

/// Why mails do not leave.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// `HUB_MAIL_FROM` is no mailbox.
    #[error("HUB_MAIL_FROM is an address such as `FashionOS Hub <hub@example.com>`")]
    From,
    /// `HUB_SMTP_URL` is no address of a mail server.
    #[error("HUB_SMTP_URL is smtp://, smtps:// or smtp://...?tls=required with user, password, host and port")]
    Url,
    /// The recipient's address cannot be written to.
    #[error("the address is not one that mail can be sent to")]
    Recipient,
    /// The mail cannot be made.
    #[error("the mail cannot be made: {0}")]
    Message(#[from] lettre::error::Error),
    /// The mail server did not take it.
    #[error("{}", said(.0))]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The mail server did not answer in time.
    #[error("the mail server did not answer within 30 s")]
    Late,
    /// The folder cannot be written to.
    #[error("the mail folder: {0}")]
    Folder(#[from] std::io::Error),
}

/// A mail server's own words quote the recipient's address: its number says enough.
fn said(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None => format!("the mail server: {error}"),
    }
}

impl Carrier {
    /// To a mail server, or to a folder when none is given.
    ///
    /// # Errors
    /// See [`CarrierError`].
    pub fn new(smtp_url: Option<&str>, from: &str, folder: &Path) -> Result<Self, CarrierError> {
        let from = from.parse().map_err(|_| CarrierError::From)?;
        let way = match smtp_url {
            Some(url) => {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| CarrierError::Url)?;
                Way::Smtp(Box::new(transport.timeout(Some(Duration::from_secs(20))).build()))
            }
            None => Way::Folder(folder.to_owned()),
        };
        Ok(Self { from, way })
    }

    /// Sends one mail. Sent twice, it has the same message id.
    ///
    /// # Errors
    /// See [`CarrierError`].
    pub async fn send(&self, id: Uuid, to: &str, words: &Words) -> Result<(), CarrierError> {
        let to: Address = to.parse().map_err(|_| CarrierError::Recipient)?;
        let message = Message::builder()
            .message_id(Some(self.mail_id(id)))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&words.subject)
            .multipart(MultiPart::alternative_plain_html(words.text.clone(), words.html.clone()))?;
        self.hand_over(id, message).await
    }

    /// An e-mail of an organization, as a person has written it, with its message id: the same for every attempt.
    ///
    /// # Errors
    /// `Recipient`, `Message`.
    pub fn letter(
        &self,
        id: Uuid,
        to: &str,
        organization: &str,
        subject: &str,
        text: &str,
    ) -> Result<(String, Message), CarrierError> {
        let to: Address = to.parse().map_err(|_| CarrierError::Recipient)?;
        let mail_id = self.mail_id(id);
        // A name is not a place for lines.
        let name: String = organization.chars().filter(|letter| !letter.is_control()).collect();
        let message = Message::builder()
            .message_id(Some(mail_id.clone()))
            .from(Mailbox::new(Some(name), self.from.email.clone()))
            .to(Mailbox::new(None, to))
            .subject(subject)
            .singlepart(SinglePart::plain(text.to_owned()))?;
        Ok((mail_id, message))
    }

    /// Whether the mail server is there and lets the hub in; nothing is handed over.
    ///
    /// # Errors
    /// See [`CarrierError`].
    pub async fn reach(&self) -> Result<(), CarrierError> {
        match &self.way {
            Way::Smtp(transport) => {
                let there = tokio::time::timeout(WITHIN, transport.test_connection());
                if there.await.map_err(|_| CarrierError::Late)?? { Ok(()) } else { Err(CarrierError::Late) }
            }
            Way::Folder(_) => Ok(()),
        }
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// See [`CarrierError`].
    pub async fn hand_over(&self, id: Uuid, message: Message) -> Result<(), CarrierError> {
        match &self.way {
            Way::Smtp(transport) => {
                let sending = transport.send(message);
                tokio::time::timeout(WITHIN, sending).await.map_err(|_| CarrierError::Late)??;
            }
            Way::Folder(folder) => {
                tokio::fs::create_dir_all(folder).await?;
                // Whole or not at all, and only for the hub's own user: it holds what opens an account.
                let unfinished = folder.join(format!("{id}.part"));
                let mut options = tokio::fs::OpenOptions::new();
                let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&unfinished).await?;
                tokio::io::AsyncWriteExt::write_all(&mut file, &message.formatted()).await?;
                file.sync_all().await?;
                tokio::fs::rename(&unfinished, folder.join(format!("{id}.eml"))).await?;
            }
        }
        Ok(())
    }

    fn mail_id(&self, id: Uuid) -> String {
        format!("<{id}@{}>", self.from.email.domain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_setting_is_named() {
        let folder = Path::new("mail");
        assert!(matches!(Carrier::new(None, "nobody", folder), Err(CarrierError::From)));
        assert!(matches!(Carrier::new(Some("http://x"), "a@example.com", folder), Err(CarrierError::Url)));
        assert!(Carrier::new(Some("smtps://u:p@mail.example.com"), "Hub <a@example.com>", folder).is_ok());
    }

    #[tokio::test]
    async fn what_a_mail_server_says_of_somebody_stays_there() {
        use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("bound"));
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 mail.example\r\n").await.expect("written");
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.split([' ', ':']).next() {
                    Some("RCPT") => "550 5.1.1 <ada@example.com>: nobody of this name\r\n",
                    _ => "250 yes\r\n",
                };
                write.write_all(answer.as_bytes()).await.expect("written");
            }
        });
        let carrier = Carrier::new(Some(&url), "Hub <hub@example.com>", Path::new("mail")).expect("settings");
        let words = Words { subject: "S".into(), text: "T".into(), html: "<p>T</p>".into() };
        let refused = carrier.send(Uuid::now_v7(), "ada@example.com", &words).await.expect_err("refused").to_string();
        assert!(refused.contains("550") && !refused.contains("ada"), "{refused}");
    }

    #[tokio::test]
    async fn an_address_adds_no_header() {
        let folder = std::env::temp_dir().join(format!("hub-mail-{}", Uuid::now_v7().simple()));
        let carrier = Carrier::new(None, "Hub <hub@example.com>", &folder).expect("settings");
        let words = Words { subject: "S\r\nBcc: x@evil.example".into(), text: "T".into(), html: "<p>T</p>".into() };
        for to in ["a@example.com\r\nBcc: b@evil.example", "a b@example.com", "", "a@", "a@example.com, b@evil.example"]
        {
            assert!(matches!(carrier.send(Uuid::now_v7(), to, &words).await, Err(CarrierError::Recipient)), "{to:?}");
        }
        let id = Uuid::now_v7();
        carrier.send(id, "ada@example.com", &words).await.expect("sent");
        carrier.send(id, "ada@example.com", &words).await.expect("sent again");
        let mail = std::fs::read_to_string(folder.join(format!("{id}.eml"))).expect("one file");
        assert!(!mail.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{mail}");
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1);
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
