//! One believable show, for trying the hub out: a house, an evening, 1,200 guests, and the work around it. The same
//! every time.

mod cues;
mod guest_list;
mod house;
mod looks;
mod people;
mod rows;

use jiff::Timestamp;
use schemas::{Principal, PrincipalKind};
use uuid::Uuid;

use crate::postgres::{Acting, begin};
use crate::store::identity::Identity;
use crate::store::imports::{ImportError, ImportFile, ImportOrder, import_guests, import_rundown};
use crate::store::{Store, StoreError, organizations};

const EMAIL: &str = "demo@nocturne.example";
/// It opens a demo that listens on loopback, and is printed when the demo starts.
const PASSWORD: &str = "nocturne-demo";
const PRODUCER: &str = "Inès Delacourt";
const HOUSE: &str = "Maison Nocturne";
const HOUSE_SLUG: &str = "maison-nocturne";

/// The show that is there to be tried out, and how to sign in to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoShow {
    /// The house.
    pub organization_id: Uuid,
    /// The show.
    pub event_id: Uuid,
    /// The show's slug.
    pub slug: String,
    /// The producer's address.
    pub email: String,
    /// The producer's password.
    pub password: String,
}

/// Makes the demo show, or finds the one that was made before, as people have left it. Interrupted, it is finished the
/// next time: the event stays a draft until everything is there.
///
/// # Errors
/// When the database cannot be reached, or the house's name belongs to somebody else.
pub async fn seed(store: &Store) -> Result<DemoShow, StoreError> {
    let user_id = organizations::create_user(store, EMAIL, PRODUCER, PASSWORD).await?;
    let organization_id = match organization_of(store, user_id).await? {
        Some(id) => id,
        None => organizations::create(store, user_id, HOUSE, HOUSE_SLUG, "Europe/Paris").await?.id,
    };
    let acting = Acting::System { organization_id };
    let event = match house::find(store, &acting).await? {
        Some(event) => event,
        None => {
            tracing::info!("preparing the demo show");
            house::build(store, &acting, user_id, Timestamp::now()).await?
        }
    };
    if event.draft {
        let by = producer(user_id, organization_id);
        let order = |event_id| ImportOrder { event_id, mapping: Default::default(), apply: true };
        tracing::info!("inviting the guests");
        let guests = ImportFile::Rows { format: "csv", rows: guest_list::rows() };
        expect_whole(import_guests(store, &by, &order(event.id), guests).await)?;
        tracing::info!("writing the rundown");
        let rundown = ImportFile::Rows { format: "csv", rows: cues::rows(event.starts) };
        expect_whole(import_rundown(store, &by, &order(event.id), rundown).await)?;
        house::open_doors(store, &acting, event.id).await?;
    }
    rows::write(store, &acting, event.id).await?;
    Ok(DemoShow {
        organization_id,
        event_id: event.id,
        slug: house::SLUG.to_owned(),
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
    })
}

fn producer(user_id: Uuid, organization_id: Uuid) -> Identity {
    Identity {
        principal: Principal {
            kind: PrincipalKind::Person,
            id: user_id,
            organization_id,
            name: PRODUCER.to_owned(),
            role: "owner".to_owned(),
            event_id: None,
            gate_id: None,
            profile: None,
            supervisor: true,
        },
        expires_at: None,
        login: None,
        from: None,
    }
}

/// The demo's own lists are taken whole, or the demo is broken.
fn expect_whole(report: Result<domain::import::ImportReport, ImportError>) -> Result<(), StoreError> {
    match report {
        Ok(report) if report.applied => Ok(()),
        Ok(report) => Err(StoreError::Internal(format!("the demo's list is not taken: {:?}", report.errors.first()))),
        Err(ImportError::Store(error)) => Err(error),
        Err(other) => Err(StoreError::Internal(other.to_string())),
    }
}

async fn organization_of(store: &Store, user_id: Uuid) -> Result<Option<Uuid>, StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "select id from app.organizations_of($1) where slug = $2::text::citext and role = 'owner'",
            &[&user_id, &HOUSE_SLUG],
        )
        .await?;
    transaction.commit().await?;
    Ok(row.map(|row| row.get(0)))
}
