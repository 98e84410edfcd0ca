mod drain;
mod embedded;
mod storm;

use hub_client::{Api, Backoff, Hub, JoinOptions, NewEvent, NewPairing, Room};
use schemas::{DeviceProfile, Topic};
use std::time::Duration;
use uuid::Uuid;

use crate::support::process::HubProcess;

/// An event in a real process: open doors, guests with codes.
struct Venue {
    event_id: Uuid,
    api: Api,
    gate_id: Uuid,
    /// Code and size of each party.
    parties: Vec<(String, i16)>,
}

impl Venue {
    /// Made through the front door, as a producer would; what has no door yet by SQL.
    async fn open(hub: &HubProcess, parties: usize) -> Self {
        let api = Api::new(&hub.url()).expect("a URL");
        let login = api.sign_in(HubProcess::OWNER, HubProcess::PASSWORD).await.expect("the password is right");
        let api = api.with_token(login.access_token);
        let event = NewEvent {
            title: "Nocturne".into(),
            start_time: "2030-09-24T18:00:00Z".into(),
            end_time: "2030-09-24T22:00:00Z".into(),
            time_zone: "Europe/Paris".into(),
            capacity_limit: None,
        };
        let event = api.create_event(&event).await.expect("the event is made");
        let event_id: Uuid = event["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let sql = hub.sql().await;
        let gate_id: Uuid = sql
            .query_one(
                "with tier as (insert into ticket_tiers (organization_id, event_id, name, type, quantity_total)
                               select organization_id, id, 'Guests', 'comp', 100000 from events where id = $1)
                 insert into event_gates (organization_id, event_id, name)
                 select organization_id, id, 'North' from events where id = $1 returning id",
                &[&event_id],
            )
            .await
            .expect("a gate")
            .get(0);
        sql.execute("update events set status = 'published' where id = $1", &[&event_id]).await.expect("published");
        let guests: String = (0..parties).map(|n| format!("Guest {n},Guests,{},confirmed\n", 1 + n % 3)).collect();
        let file = format!("Name,Tier,Party size,Status\n{guests}");
        let report = api.import(event_id, "guests", "guests.csv", file, None, true).await.expect("a report");
        assert!(report.applied && usize::try_from(report.added) == Ok(parties), "{report:?}");
        let rows = sql
            .query("select qr_code_data, party_size from registrations where event_id = $1 order by id", &[&event_id])
            .await
            .expect("guests");
        let parties = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        Self { event_id, api, gate_id, parties }
    }

    /// Pairs a device. Returns its token.
    async fn pair(&self, name: &str, profile: DeviceProfile) -> String {
        let gate_id = (profile == DeviceProfile::Scan).then_some(self.gate_id);
        let pairing = NewPairing { name: name.into(), profile, gate_id, supervisor: false };
        let pairing = self.api.pair(self.event_id, &pairing).await.expect("the owner may pair");
        self.api.claim(&pairing.code).await.expect("the code is good").token
    }

    /// A paired device that heals quickly, in the room.
    async fn device(&self, hub: &HubProcess, name: &str, profile: DeviceProfile, tables: &[&str]) -> Room {
        let token = self.pair(name, profile).await;
        let backoff = Backoff { first: Duration::from_millis(40), longest: Duration::from_millis(250) };
        let live = Hub::builder(hub.url()).token(token).backoff(backoff).connect().await.expect("the token is good");
        let options = JoinOptions::tables(tables.iter().copied());
        live.join(Topic::event(self.event_id), options).await.expect("the room lets it in")
    }
}
