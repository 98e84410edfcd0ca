use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::documents::{Dialect, Reply};
use domain::shot_list::Author;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::line::Line;
use super::member::{Member, code, framed};
use super::registry::{Ask, Standing, Unopened};
use super::socket::{Connection, End};
use crate::clock;
use crate::live::rights_watch::RightsWatch;
use crate::store::documents::{self, ListAccess};
use crate::store::identity::{self, Identity, IdentityError};

/// Documents on one socket.
const SEATS: usize = 100;
/// Bytes of what a client calls a document: an id, and something of its own.
const NAME: usize = 200;
/// Bytes of a token.
const TOKEN: usize = 8 * 1024;
/// How long before a token ends a fresh one is asked for.
const FRESH: Duration = Duration::from_secs(60);
/// How long until rights are asked again when the database was away.
const AGAIN: Duration = Duration::from_millis(250);

/// A document that a socket is about, and who is at it.
pub(super) struct Seat {
    dialect: Dialect,
    document: Uuid,
    pub(super) member: u64,
    pub(super) mailbox: mpsc::Sender<Ask>,
    identity: Identity,
    line: Arc<Line>,
    gone: Arc<AtomicBool>,
    /// When the token ends.
    deadline: Option<Instant>,
    has_asked: bool,
    _watch: RightsWatch,
}

impl Seat {
    /// The desk lets go.
    pub(super) async fn leave(self) {
        let _ = self.mailbox.send(Ask::Leave(self.member)).await;
    }

    /// When something is due.
    pub(super) fn wake(&self) -> Option<Instant> {
        let deadline = self.deadline?;
        let asks = matches!(self.dialect, Dialect::Named(_)) && !self.has_asked;
        Some(if asks { deadline.checked_sub(FRESH).unwrap_or(deadline) } else { deadline })
    }

    pub(super) fn tick(&mut self, now: Instant) -> Result<(), End> {
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Err(match self.dialect {
                // It tries again with the token that it has then; 4401 would end it for good.
                Dialect::Plain => End(code::AGAIN),
                Dialect::Named(_) => End(code::UNAUTHORIZED),
            });
        }
        if self.wake().is_some_and(|wake| now >= wake) {
            self.has_asked = true;
            self.say(Reply::AskToken);
        }
        Ok(())
    }

    fn say(&self, reply: Reply<'_>) {
        if let Some(frame) = framed(&self.dialect, reply) {
            self.line.say(&[frame]);
        }
    }
}

impl Connection {
    /// Somebody says who they are, the first time or again.
    pub(super) async fn token(&mut self, name: &str, token: &str) -> Result<(), End> {
        if name.len() > NAME || token.len() > TOKEN {
            return Err(End(code::TOO_LARGE));
        }
        let Ok(document) = Dialect::document_of(name).parse::<Uuid>() else {
            self.deny(name, "not_found");
            return Ok(());
        };
        let identity = match identity::resolve(&self.node.store, token).await {
            Ok(identity) => identity,
            Err(IdentityError::Store(_)) => return Err(End(code::AGAIN)),
            Err(error) => {
                self.deny(name, if matches!(error, IdentityError::Expired) { "token_expired" } else { "unauthorized" });
                return Ok(());
            }
        };
        if let Some(seat) = self.seats.get_mut(name) {
            let (a, b) = (&seat.identity.principal, &identity.principal);
            let is_same = (a.id, a.organization_id) == (b.id, b.organization_id);
            if is_same && !seat.gone.load(Ordering::Relaxed) && !seat.mailbox.is_closed() {
                seat.deadline = deadline(&identity);
                seat.has_asked = false;
                seat.identity = identity;
                return self.recheck().await;
            }
            if let Some(seat) = self.seats.remove(name) {
                seat.leave().await;
            }
        }
        if self.seats.len() >= SEATS {
            self.deny(name, "too_many_documents");
            return Ok(());
        }
        self.sit_down(Dialect::Named(name.to_owned()), document, identity).await
    }

    /// Sits somebody down at a document, if they may.
    pub(super) async fn sit_down(&mut self, dialect: Dialect, document: Uuid, found: Identity) -> Result<(), End> {
        let name = match &dialect {
            Dialect::Plain => String::new(),
            Dialect::Named(name) => name.clone(),
        };
        let watch = RightsWatch::new(&self.node, &found, Arc::clone(&self.signal));
        // What was taken away before anybody watched was told to nobody: look once more.
        let identity = match identity::refresh(&self.node.store, &found).await {
            Ok(identity) => identity,
            Err(IdentityError::Store(_)) => return Err(End(code::AGAIN)),
            Err(_) => {
                self.deny(&name, "unauthorized");
                return self.refused(code::UNAUTHORIZED);
            }
        };
        let access = match documents::admit(&self.node.store, &identity, document).await {
            Ok(Some(access)) => access,
            Ok(None) => {
                self.deny(&name, "not_found");
                return self.refused(code::FORBIDDEN);
            }
            Err(_) => return Err(End(code::AGAIN)),
        };
        let member = self.node.next_id();
        let gone: Arc<AtomicBool> = Arc::default();
        let standing = standing(&identity, access);
        let sitting = self.node.documents.join(&self.node, access.organization_id, document, || Member {
            id: member,
            dialect: dialect.clone(),
            line: Arc::clone(&self.line),
            author: Author { id: identity.principal.id, supervises: standing.supervises },
            read_only: standing.read_only,
            signal: Arc::clone(&self.signal),
            gone: Arc::clone(&gone),
        });
        let mailbox = match sitting.await {
            Ok(mailbox) => mailbox,
            Err(Unopened::NotThere) => {
                self.deny(&name, "not_found");
                return self.refused(code::FORBIDDEN);
            }
            Err(Unopened::NotNow) => return Err(End(code::AGAIN)),
        };
        let line = Arc::clone(&self.line);
        let deadline = deadline(&identity);
        let seat = Seat {
            dialect,
            document,
            member,
            mailbox,
            identity,
            line,
            gone,
            deadline,
            has_asked: false,
            _watch: watch,
        };
        self.seats.insert(name, seat);
        Ok(())
    }

    /// Rights may have changed: what is lost ends at once.
    pub(super) async fn recheck(&mut self) -> Result<(), End> {
        let names: Vec<String> = self.seats.keys().cloned().collect();
        for name in names {
            let Some(seat) = self.seats.get_mut(&name) else { continue };
            let lost = match identity::refresh(&self.node.store, &seat.identity).await {
                Ok(now) => match documents::admit(&self.node.store, &now, seat.document).await {
                    Ok(Some(access)) => {
                        seat.identity = now;
                        let standing = standing(&seat.identity, access);
                        let _ = seat.mailbox.send(Ask::Rights(seat.member, standing)).await;
                        continue;
                    }
                    Ok(None) => (code::FORBIDDEN, "not_found"),
                    Err(_) => {
                        self.recheck_later();
                        continue;
                    }
                },
                Err(error) if error.code().retryable() => {
                    self.recheck_later();
                    continue;
                }
                Err(_) => (code::UNAUTHORIZED, "unauthorized"),
            };
            self.deny(&name, lost.1);
            if let Some(seat) = self.seats.remove(&name) {
                seat.say(Reply::Close(lost.1));
                seat.leave().await;
            }
            self.refused(lost.0)?;
        }
        Ok(())
    }

    /// A socket about one document ends with it.
    fn refused(&self, code: u16) -> Result<(), End> {
        if self.speaks_of_one() { Err(End(code)) } else { Ok(()) }
    }

    fn recheck_later(&self) {
        let signal = Arc::clone(&self.signal);
        tokio::spawn(async move {
            tokio::time::sleep(AGAIN).await;
            signal.notify_one();
        });
    }
}

fn standing(identity: &Identity, access: ListAccess) -> Standing {
    Standing { read_only: !access.writes, supervises: identity.prepares_events() }
}

fn deadline(identity: &Identity) -> Option<Instant> {
    let left = u64::try_from(identity.expires_at? - clock::now_ms()).unwrap_or(0);
    Some(Instant::now() + Duration::from_millis(left))
}
