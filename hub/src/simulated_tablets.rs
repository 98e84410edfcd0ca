use std::time::Duration;

use hub_client::{Api, Hub, HubError, JoinOptions, NewPairing, Room};
use schemas::{Command, DeviceProfile, Direction, Topic};
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// What the tablets of the demo carry in their names, so that the next start finds and replaces them.
const MARK: &str = "(simulated)";

/// A guest who may come, and a gate that takes their ticket.
struct Arrival {
    code: String,
    gate_id: Uuid,
}

/// Why the demo has no tablets.
#[derive(Debug, thiserror::Error)]
pub enum TabletError {
    /// The hub refused something.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The guests could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clean-up of earlier tablets failed.
    #[error(transparent)]
    Database(#[from] tokio_postgres::Error),
}

/// Pairs one tablet a gate, through the front door like any tablet, and lets guests arrive at a human pace until
/// everybody is in. Every now and then somebody shows a ticket twice, or one that nobody knows.
///
/// # Errors
/// See [`TabletError`].
pub async fn run(
    store: &Store,
    url: &str,
    email: &str,
    password: &str,
    organization_id: Uuid,
    event_id: Uuid,
) -> Result<(), TabletError> {
    let api = Api::new(url)?;
    let login = api.sign_in(email, password).await?;
    let api = api.with_token(login.access_token);
    let (gates, arrivals) = expected(store, organization_id, event_id).await?;
    for (number, (gate_id, gate)) in gates.into_iter().enumerate() {
        let name = format!("{gate} tablet {MARK}");
        let pairing = NewPairing { name, profile: DeviceProfile::Scan, gate_id: Some(gate_id), supervisor: false };
        let code = api.pair(event_id, &pairing).await?.code;
        let token = api.claim(&code).await?.token;
        let tablet =
            Hub::builder(url).token(token).client_info("demo tablet", env!("CARGO_PKG_VERSION")).connect().await?;
        let room = tablet.join(Topic::event(event_id), JoinOptions::tables(["event_counters"])).await?;
        let codes: Vec<String> =
            arrivals.iter().filter(|arrival| arrival.gate_id == gate_id).map(|arrival| arrival.code.clone()).collect();
        tokio::spawn(admit(room, codes, number));
    }
    Ok(())
}

async fn admit(room: Room, codes: Vec<String>, number: usize) {
    for (turn, code) in codes.iter().enumerate() {
        // Between one and five seconds, never the same on two tablets: people do not queue to a beat.
        let pause = 1000 + (turn * 1_640_531 + number * 7919) % 4000;
        tokio::time::sleep(Duration::from_millis(pause as u64)).await;
        scan(&room, code.clone()).await;
        if turn % 23 == 11 {
            scan(&room, code.clone()).await;
        }
        if turn % 37 == 19 {
            scan(&room, format!("a loyalty card, number {turn}")).await;
        }
    }
}

async fn scan(room: &Room, code: String) {
    let scan = Command::Scan {
        code,
        registration_id: None,
        direction: Direction::In,
        people: None,
        gate_id: None,
        scanned_at: crate::clock::now_ms(),
        offline: false,
        override_reason: None,
    };
    if let Err(error) = room.send(scan).await {
        tracing::warn!(%error, "a simulated scan was not answered");
    }
}

/// The gates, and who has not come yet. Tablets of an earlier start are revoked: their tokens are gone.
async fn expected(
    store: &Store,
    organization_id: Uuid,
    event_id: Uuid,
) -> Result<(Vec<(Uuid, String)>, Vec<Arrival>), TabletError> {
    let acting = crate::postgres::Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await.map_err(StoreError::from)?;
    let transaction = crate::postgres::begin(&mut client, &acting).await?;
    transaction
        .execute(
            "update devices set status = 'revoked' where event_id = $1 and status = 'active' and name like '%' || $2",
            &[&event_id, &MARK],
        )
        .await?;
    let gates = transaction
        .query("select id, name from event_gates where event_id = $1 order by order_index", &[&event_id])
        .await?;
    let arrivals = transaction
        .query(
            "select r.qr_code_data,
                    (select g.id from event_gates g
                      where g.event_id = r.event_id
                        and (not exists (select from event_gate_tiers t where t.gate_id = g.id)
                             or exists (select from event_gate_tiers t where t.gate_id = g.id and t.ticket_tier_id = r.ticket_tier_id))
                      order by md5(g.id::text || r.id::text) limit 1) as gate
               from registrations r
              where r.event_id = $1 and r.status = 'confirmed' order by md5(r.id::text)",
            &[&event_id],
        )
        .await?;
    transaction.commit().await?;
    let gates = gates.into_iter().map(|row| (row.get(0), row.get(1))).collect();
    let arrivals = arrivals
        .into_iter()
        .filter_map(|row| Some(Arrival { code: row.get(0), gate_id: row.get::<_, Option<Uuid>>(1)? }))
        .collect();
    Ok((gates, arrivals))
}
