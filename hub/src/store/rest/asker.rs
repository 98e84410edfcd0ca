use uuid::Uuid;

use crate::postgres::Acting;
use crate::store::identity::Identity;

/// Who asks for rows: under which claims, and by which role's masks.
#[derive(Debug, Clone)]
pub struct Asker {
    /// The claims.
    pub acting: Acting,
    /// The role that masks know.
    pub role: String,
    /// The tenant.
    pub organization_id: Uuid,
}

impl Asker {
    /// A plugin that was installed.
    pub fn plugin(install_id: Uuid, organization_id: Uuid) -> Self {
        Self { acting: Acting::Plugin { install_id }, role: "plugin".to_owned(), organization_id }
    }
}

impl From<&Identity> for Asker {
    fn from(by: &Identity) -> Self {
        Self { acting: by.acting(), role: by.role().to_owned(), organization_id: by.principal.organization_id }
    }
}
