use std::sync::Arc;

use dashmap::DashMap;
use schemas::Topic;
use tokio::sync::Notify;
use uuid::Uuid;

use super::node::Node;
use super::room::RoomMessage;
use crate::store::identity::Identity;

/// Connections that do not live on a shard, by person or device: told to look at their rights again.
#[derive(Default)]
pub struct RightsWatches {
    by_principal: DashMap<Uuid, Vec<Registered>>,
}

struct Registered {
    id: u64,
    organization_id: Uuid,
    signal: Arc<Notify>,
}

/// While it is held, its signal rings whenever the rights of its principal may have changed.
pub struct RightsWatch {
    node: Arc<Node>,
    id: u64,
    principal_id: Uuid,
    organization_id: Uuid,
}

impl RightsWatches {
    /// The rights of one may have changed.
    pub fn ring(&self, principal_id: Uuid) {
        if let Some(watches) = self.by_principal.get(&principal_id) {
            watches.iter().for_each(|watch| watch.signal.notify_one());
        }
    }

    /// The rights of anybody may have changed, or of anybody in an organization.
    pub fn ring_all(&self, organization_id: Option<Uuid>) {
        for watch in &self.by_principal {
            for watch in watch.value() {
                if organization_id.is_none_or(|id| id == watch.organization_id) {
                    watch.signal.notify_one();
                }
            }
        }
    }
}

impl RightsWatch {
    /// Watches the rights of somebody, and keeps the organization's room open to hear of them.
    pub fn new(node: &Arc<Node>, identity: &Identity, signal: Arc<Notify>) -> Self {
        let (principal_id, organization_id) = (identity.principal.id, identity.principal.organization_id);
        let id = node.next_id();
        node.rights.by_principal.entry(principal_id).or_default().push(Registered { id, organization_id, signal });
        let topic = Topic::organization(organization_id);
        let _ = node.send_to_room(topic, organization_id, RoomMessage::Pin(true));
        Self { node: Arc::clone(node), id, principal_id, organization_id }
    }
}

impl Drop for RightsWatch {
    fn drop(&mut self) {
        self.node.rights.by_principal.remove_if_mut(&self.principal_id, |_, watches| {
            watches.retain(|watch| watch.id != self.id);
            watches.is_empty()
        });
        self.node.unpin(self.organization_id);
    }
}
