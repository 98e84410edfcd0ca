use domain::access::{Actor, EventRole, Role};
use schemas::{Command, PrincipalKind, Query, Topic, TopicKind};
use uuid::Uuid;

use super::identity::Identity;
use super::{Store, StoreError};
use crate::postgres::begin;

/// What a principal was admitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicAccess {
    /// The topic's tenant.
    pub organization_id: Uuid,
    /// For an event: in which capacity, for `domain::access`.
    actor: Option<(Actor, Uuid)>,
}

/// Asks the database, under the principal's own claims, whether the topic's row is in their sight. `None`: it is not, or
/// there is none; nobody can tell which.
///
/// # Errors
/// When the database cannot be reached.
pub async fn admit(store: &Store, identity: &Identity, topic: Topic) -> Result<Option<TopicAccess>, StoreError> {
    let principal = &identity.principal;
    let organization_id = principal.organization_id;
    match topic.kind {
        TopicKind::Project => {
            let sees = principal.kind == PrincipalKind::Person
                && exists(store, identity, "select from projects where id = $1", topic.id).await?;
            Ok(sees.then_some(TopicAccess { organization_id, actor: None }))
        }
        TopicKind::Organization => {
            let sees = principal.kind == PrincipalKind::Person
                && topic.id == organization_id
                && exists(store, identity, "select from organizations where id = $1", topic.id).await?;
            Ok(sees.then_some(TopicAccess { organization_id, actor: None }))
        }
        TopicKind::Event => {
            let acting = identity.acting();
            let mut client = store.pools.get(&acting).await?;
            let transaction = begin(&mut client, &acting).await?;
            let statement = transaction
                .prepare_cached(
                    "select e.id in (select app.my_events()) as works_on,
                            (select m.role from event_members m where m.event_id = e.id and m.user_id = app.uid()) as member
                       from events e where e.id = $1",
                )
                .await?;
            let row = transaction.query_opt(&statement, &[&topic.id]).await?;
            transaction.commit().await?;
            Ok(row.map(|row| TopicAccess {
                organization_id,
                actor: actor(identity, row.get(0), row.get::<_, Option<&str>>(1)).map(|actor| (actor, topic.id)),
            }))
        }
    }
}

async fn exists(store: &Store, identity: &Identity, sql: &'static str, id: Uuid) -> Result<bool, StoreError> {
    let acting = identity.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let statement = transaction.prepare_cached(sql).await?;
    let found = transaction.query_opt(&statement, &[&id]).await?.is_some();
    transaction.commit().await?;
    Ok(found)
}

fn actor(identity: &Identity, works_on_event: bool, member: Option<&str>) -> Option<Actor> {
    let principal = &identity.principal;
    match principal.kind {
        PrincipalKind::Person => Some(Actor::Person {
            role: Role::parse(&principal.role)?,
            member: member.and_then(EventRole::parse),
            works_on_event,
            supervisor: false,
        }),
        PrincipalKind::Device => Some(Actor::Device {
            profile: principal.profile?,
            event_id: principal.event_id?,
            gate_id: principal.gate_id,
            supervisor: principal.supervisor,
        }),
    }
}

/// Whether a command may be sent at all; what it finds is another matter.
///
/// # Errors
/// The reason, in words.
pub fn may(access: &TopicAccess, command: &Command) -> Result<(), String> {
    let (actor, event_id) = access.actor.ok_or("commands are about an event")?;
    actor.may(event_id, command).map_err(|denied| denied.to_string())
}

/// Whether a question may be asked.
///
/// # Errors
/// The reason, in words.
pub fn may_ask(access: &TopicAccess, query: &Query) -> Result<(), String> {
    let (actor, event_id) = access.actor.ok_or("queries are about an event")?;
    actor.may_ask(event_id, query).map_err(|denied| denied.to_string())
}
