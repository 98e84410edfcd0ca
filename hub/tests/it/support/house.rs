use hub::store::organizations;
use uuid::Uuid;

use super::TestHub;

/// Another organization on the same hub.
pub struct OtherHouse {
    /// It.
    pub organization_id: Uuid,
    /// Its owner.
    pub owner_id: Uuid,
    /// The owner's access token.
    pub token: String,
}

impl TestHub {
    /// Another house, with an owner of its own.
    pub async fn other_house(&self) -> OtherHouse {
        let store = &self.server.node.store;
        let email = format!("{}@other.example", Uuid::now_v7().simple());
        let owner_id = organizations::create_user(store, &email, "Otto Other", Self::PASSWORD).await.expect("made");
        let slug = format!("other-{}", owner_id.simple());
        let house = organizations::create(store, owner_id, "Other House", &slug, "UTC").await.expect("made");
        OtherHouse { organization_id: house.id, owner_id, token: self.token(&email).await }
    }
}
