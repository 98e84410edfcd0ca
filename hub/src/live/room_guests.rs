use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use domain::guest_name::GuestIndex;
use schemas::{Attention, Done, GuestHit, Op, Outcome};
use uuid::Uuid;

use super::room::Room;
use crate::store::StoreError;
use crate::store::guests::{self, Guest};
use crate::store::journal::JournalChange;

/// What the room remembers of the event's guests, so that a verdict and a search need no query: loaded when first asked
/// for, kept true by the journal.
#[derive(Default)]
pub struct Guests {
    by_id: HashMap<Uuid, Guest>,
    index: GuestIndex,
    loaded: bool,
    loading: bool,
    /// Changed in a way that only a fresh read can tell.
    stale: HashSet<Uuid>,
    /// Asked for and not there: deleted since.
    gone: HashSet<Uuid>,
    waiting: Vec<Continuation>,
}

type Continuation = Box<dyn FnOnce(&mut Room, &mut Context<Room>)>;

impl Guests {
    /// Whether questions can be answered.
    pub fn are_loaded(&self) -> bool {
        self.loaded
    }

    /// Whether all of these are known, or known to be gone; those that are not will be read next.
    pub fn have_all(&mut self, ids: &[Uuid]) -> bool {
        let unknown: Vec<Uuid> =
            ids.iter().filter(|id| !self.by_id.contains_key(id) && !self.gone.contains(id)).copied().collect();
        let none = unknown.is_empty();
        self.stale.extend(unknown);
        none && (self.loaded || ids.is_empty())
    }

    /// Takes over a change of a registration.
    pub fn apply(&mut self, change: &JournalChange) {
        if !self.loaded && !self.loading {
            return;
        }
        match change.op {
            Op::Delete => {
                self.by_id.remove(&change.key);
                self.index.remove(change.key);
            }
            Op::Insert => {
                self.gone.remove(&change.key);
                self.stale.insert(change.key);
            }
            Op::Update => {
                let known = self.by_id.get_mut(&change.key);
                let told = known.is_some_and(|guest| guest.apply(&change.row));
                if !told {
                    self.stale.insert(change.key);
                } else if change.row.contains_key("attendee_name") {
                    self.index.insert(change.key, &self.by_id[&change.key].name);
                }
            }
        }
    }

    /// A tier has another name or kind: its guests are read again.
    pub fn apply_tier(&mut self, change: &JournalChange) {
        if change.op == Op::Update && (change.row.contains_key("name") || change.row.contains_key("type")) {
            self.stale.extend(self.by_id.keys().copied());
        }
    }

    /// Fills in who a verdict is about.
    pub fn name_in(&self, outcome: &mut Outcome) {
        let Outcome::Done { done: Done::Verdict { verdict } } = outcome else { return };
        let Some(card) = &mut verdict.guest else { return };
        let Some(guest) = self.by_id.get(&card.registration_id) else { return };
        card.name.clone_from(&guest.name);
        card.tier.clone_from(&guest.tier);
        card.seat.clone_from(&guest.seat);
        if guest.vip || guest.note.is_some() {
            card.attention = Some(Attention { vip: guest.vip, note: guest.note.clone() });
        }
    }

    /// Guests whose name begins like `text`, best first.
    pub fn find(&self, text: &str, limit: usize) -> Vec<GuestHit> {
        let hit = |guest: &Guest| GuestHit {
            registration_id: guest.id,
            name: guest.name.clone(),
            tier: guest.tier.clone(),
            seat: guest.seat.clone(),
            status: guest.status.clone(),
            vip: guest.vip,
            party_size: guest.party_size,
            arrived: guest.arrived,
        };
        self.index.find(text, limit).iter().filter_map(|id| self.by_id.get(id)).map(hit).collect()
    }

    fn take(&mut self, guests: Vec<Guest>, asked: Option<&[Uuid]>) {
        for id in asked.unwrap_or_default() {
            self.stale.remove(id);
            self.gone.insert(*id);
        }
        for guest in guests {
            self.gone.remove(&guest.id);
            self.index.insert(guest.id, &guest.name);
            self.by_id.insert(guest.id, guest);
        }
        self.loaded = true;
    }
}

impl Room {
    /// Goes on once the guests that are needed are known.
    pub(super) fn with_guests(
        &mut self,
        ctx: &mut Context<Self>,
        then: impl FnOnce(&mut Self, &mut Context<Self>) + 'static,
    ) {
        self.guests.waiting.push(Box::new(then));
        self.read_guests(ctx);
    }

    /// Reads again what changes have made stale.
    pub(super) fn refresh_guests(&mut self, ctx: &mut Context<Self>) {
        if self.guests.loaded && !self.guests.stale.is_empty() {
            self.read_guests(ctx);
        }
    }

    fn read_guests(&mut self, ctx: &mut Context<Self>) {
        if self.guests.loading {
            return;
        }
        self.guests.loading = true;
        let only: Option<Vec<Uuid>> = self.guests.loaded.then(|| self.guests.stale.iter().copied().collect());
        let (node, organization_id, event_id) = (Arc::clone(&self.node), self.organization_id, self.topic.id);
        let read = async move {
            let guests = guests::load(&node.store, organization_id, event_id, only.as_deref()).await?;
            Ok::<_, StoreError>((guests, only))
        };
        ctx.spawn(read.into_actor(self).map(|read, room, ctx| {
            room.guests.loading = false;
            match read {
                Ok((guests, only)) => {
                    room.guests.take(guests, only.as_deref());
                    for then in std::mem::take(&mut room.guests.waiting) {
                        then(room, ctx);
                    }
                    room.refresh_guests(ctx);
                }
                Err(error) => {
                    tracing::warn!(topic = %room.topic, %error, "the guests cannot be read yet");
                    ctx.run_later(Duration::from_millis(200), |room, ctx| room.read_guests(ctx));
                }
            }
        }));
    }
}
