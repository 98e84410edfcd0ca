use hub::sealing::SubjectKey;
use hub::store::guests::{EMAIL_COLUMN, NAME_COLUMN};
use hub_client::{Hub, Room};
use schemas::{Command, Direction, Done, Outcome, Topic, Verdict};
use uuid::Uuid;

use super::TestHub;

/// An event of a [`TestHub`] that is on, with guests.
pub struct Show {
    /// The event.
    pub event_id: Uuid,
    /// Its topic.
    pub topic: Topic,
    /// The tier of everybody.
    pub tier_id: Uuid,
    /// The gate.
    pub gate_id: Uuid,
    /// Guests: registration and code.
    pub guests: Vec<(Uuid, String)>,
}

impl Show {
    /// A published event with one tier, one gate and some guests, each a party of one.
    pub async fn with_guests(hub: &TestHub, guests: usize) -> Self {
        let sql = hub.database.sql().await;
        let event_id = Uuid::now_v7();
        sql.execute(
            "insert into events (id, organization_id, organizer_id, title, slug, status, start_time, end_time, time_zone)
             values ($1, $2, $3, 'Nocturne', $4::text::citext, 'published', now() + interval '1 hour', now() + interval '3 hours', 'Europe/Paris')",
            &[&event_id, &hub.organization_id, &hub.owner_id, &format!("nocturne-{}", event_id.simple())],
        )
        .await
        .expect("the event is made");
        let tier_id: Uuid = sql
            .query_one(
                "insert into ticket_tiers (organization_id, event_id, name, type, quantity_total) values ($1, $2, 'Guests', 'comp', 100000) returning id",
                &[&hub.organization_id, &event_id],
            )
            .await
            .expect("the tier is made")
            .get(0);
        let gate_id: Uuid = sql
            .query_one(
                "insert into event_gates (organization_id, event_id, name) values ($1, $2, 'North') returning id",
                &[&hub.organization_id, &event_id],
            )
            .await
            .expect("the gate is made")
            .get(0);
        let mut show = Self { event_id, topic: Topic::event(event_id), tier_id, gate_id, guests: Vec::new() };
        for number in 0..guests {
            show.add_guest(hub, &sql, &format!("Guest Number{number}"), 1, "confirmed").await;
        }
        show
    }

    /// One more guest, sealed like every guest.
    pub async fn add_guest(
        &mut self,
        hub: &TestHub,
        sql: &tokio_postgres::Client,
        name: &str,
        party_size: i16,
        status: &str,
    ) -> (Uuid, String) {
        let store = &hub.server.node.store;
        let (key, id) = (SubjectKey::generate(), Uuid::now_v7());
        let master = store.keyring.master();
        let email = format!("{}@guests.example", id.simple());
        let code = store.tickets.code(self.event_id, id);
        sql.execute(
            "insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
             values ($1, $2, 'registration', $3, $4, 'master')",
            &[&key.id, &hub.organization_id, &id, &key.wrap(master)],
        )
        .await
        .expect("the key is kept");
        sql.execute(
            "insert into registrations (id, organization_id, event_id, ticket_tier_id, attendee_name_enc, attendee_email_enc,
                                        attendee_email_bidx, status, party_size, qr_code_data)
             values ($1, $2, $3, $4, $5::bytea, $6::bytea, $7::bytea, $8, $9, $10)",
            &[
                &id,
                &hub.organization_id,
                &self.event_id,
                &self.tier_id,
                &key.seal(NAME_COLUMN, name),
                &key.seal(EMAIL_COLUMN, &email),
                &master.blind_index(&email),
                &status,
                &party_size,
                &code,
            ],
        )
        .await
        .expect("the guest is made");
        self.guests.push((id, code.clone()));
        (id, code)
    }

    /// Pairs a device and connects it. Returns its id, its token and the connection.
    pub async fn device(
        &self,
        hub: &TestHub,
        profile: schemas::DeviceProfile,
        supervisor: bool,
    ) -> (Uuid, String, Hub) {
        let gate_id = (profile == schemas::DeviceProfile::Scan).then_some(self.gate_id);
        let (id, token) = self.pair(hub, &format!("{profile:?}"), profile, gate_id, supervisor).await;
        let live = hub.connect(&token).await;
        (id, token, live)
    }
}

/// A scan of a code, inwards.
pub fn scan(code: &str) -> Command {
    Command::Scan {
        code: code.to_owned(),
        registration_id: None,
        direction: Direction::In,
        people: None,
        gate_id: None,
        scanned_at: 0,
        offline: false,
        override_reason: None,
    }
}

/// The verdict of a scan that was judged.
pub async fn verdict(room: &Room, command: Command) -> Verdict {
    match room.send(command).await.expect("the scan is answered").outcome {
        Outcome::Done { done: Done::Verdict { verdict } } => *verdict,
        other => panic!("not a verdict: {other:?}"),
    }
}
