use hub::store::devices::{self, Wanted};
use hub::store::identity::Identity;
use hub_client::{Hub, JoinOptions, Room};
use schemas::{DeviceProfile, Principal, PrincipalKind};
use uuid::Uuid;

use super::{Show, TestHub};

impl Show {
    /// Pairs a device as the owner would, past the limit on guessing codes. Returns its id and token.
    pub async fn pair(
        &self,
        hub: &TestHub,
        name: &str,
        profile: DeviceProfile,
        gate_id: Option<Uuid>,
        supervisor: bool,
    ) -> (Uuid, String) {
        let owner = Identity {
            principal: Principal {
                kind: PrincipalKind::Person,
                id: hub.owner_id,
                organization_id: hub.organization_id,
                name: "Odile Owner".into(),
                role: "owner".into(),
                event_id: None,
                gate_id: None,
                profile: None,
                supervisor: true,
            },
            expires_at: None,
            login: None,
            from: None,
        };
        let store = &hub.server.node.store;
        let wanted = Wanted { event_id: self.event_id, name: name.to_owned(), profile, gate_id, supervisor };
        let pairing = devices::create_pairing(store, &owner, &wanted).await.expect("the database answers");
        let code = pairing.expect("the event and the gate are there").code;
        let paired = devices::claim(store, &code, None).await.expect("the database answers").expect("the code is good");
        let id = paired.device["id"].as_str().and_then(|id| id.parse().ok()).expect("a device has an id");
        (id, paired.token)
    }

    /// A tablet at a gate, in the event's room with some tables.
    pub async fn tablet(&self, hub: &TestHub, name: &str, gate_id: Uuid, supervisor: bool, tables: &[&str]) -> Room {
        let (_, token) = self.pair(hub, name, DeviceProfile::Scan, Some(gate_id), supervisor).await;
        self.enter(&hub.connect(&token).await, tables).await
    }

    /// A wall, in the event's room with some tables.
    pub async fn wall(&self, hub: &TestHub, tables: &[&str]) -> Room {
        let (_, token) = self.pair(hub, "Wall", DeviceProfile::Wall, None, false).await;
        self.enter(&hub.connect(&token).await, tables).await
    }

    /// A caller's desk, in the event's room with some tables.
    pub async fn desk(&self, hub: &TestHub, name: &str, tables: &[&str]) -> Room {
        let (_, token) = self.pair(hub, name, DeviceProfile::Caller, None, false).await;
        self.enter(&hub.connect(&token).await, tables).await
    }

    /// Joins the event's room.
    pub async fn enter(&self, live: &Hub, tables: &[&str]) -> Room {
        live.join(self.topic, JoinOptions::tables(tables.iter().copied())).await.expect("the room lets it in")
    }

    /// Another gate. It takes only these tiers, or all if there are none.
    pub async fn add_gate(&self, hub: &TestHub, name: &str, tiers: &[Uuid]) -> Uuid {
        let sql = hub.database.sql().await;
        let gate: Uuid = sql
            .query_one(
                "insert into event_gates (organization_id, event_id, name) values ($1, $2, $3) returning id",
                &[&hub.organization_id, &self.event_id, &name],
            )
            .await
            .expect("the gate is made")
            .get(0);
        self.limit_gate(hub, gate, tiers).await;
        gate
    }

    /// From now on the gate takes these tiers.
    pub async fn limit_gate(&self, hub: &TestHub, gate_id: Uuid, tiers: &[Uuid]) {
        let sql = hub.database.sql().await;
        sql.execute(
            "insert into event_gate_tiers (organization_id, event_id, gate_id, ticket_tier_id)
             select $1, $2, $3, tier from unnest($4::uuid[]) tier",
            &[&hub.organization_id, &self.event_id, &gate_id, &tiers],
        )
        .await
        .expect("the gate is told");
    }

    /// Another tier.
    pub async fn add_tier(&self, hub: &TestHub, name: &str, kind: &str, quantity: i32) -> Uuid {
        let sql = hub.database.sql().await;
        sql.query_one(
            "insert into ticket_tiers (organization_id, event_id, name, type, quantity_total)
             values ($1, $2, $3, $4, $5) returning id",
            &[&hub.organization_id, &self.event_id, &name, &kind, &quantity],
        )
        .await
        .expect("the tier is made")
        .get(0)
    }
}
