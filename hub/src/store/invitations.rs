use domain::access::{Role, may_invite};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::identity::{Identity, new_token, token_hash};
use super::keyring::Envelope;
use super::logins::LoginError;
use super::outbox::{self, Kind, Letter};
use super::{Store, StoreError, accounts};
use crate::postgres::{Acting, begin};
use crate::sealing::SubjectKey;

/// The column that addresses of invitations are sealed for.
const COLUMN: &str = "invitations.email";

/// Whom somebody wants in their organization.
pub struct Wanted {
    /// The address.
    pub email: String,
    /// The role.
    pub role: Role,
    /// The event they will work on, besides.
    pub event_id: Option<Uuid>,
    /// Where they go on; judged before.
    pub redirect_to: Option<String>,
}

/// An invitation, for those who may invite.
#[derive(Debug, Serialize)]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// The address.
    pub email: Option<String>,
    /// The role.
    pub role: String,
    /// The event.
    pub event_id: Option<Uuid>,
    /// RFC 3339.
    pub expires_at: Value,
    /// RFC 3339; null while it waits.
    pub accepted_at: Value,
}

/// Invites an address, for a week. Invited again in the same role, the earlier mail's link ends. `None`: no such event.
///
/// # Errors
/// [`StoreError::Denied`] when the inviter's role may not; others when the database cannot be reached.
pub async fn invite(store: &Store, by: &Identity, wanted: &Wanted) -> Result<Option<Invitation>, StoreError> {
    if !may_invite(&by.principal.role, wanted.role) {
        return Err(StoreError::Denied);
    }
    let organization_id = by.principal.organization_id;
    let (master, email) = (store.keyring.master(), wanted.email.trim());
    let (key, id, link) = (SubjectKey::generate(), Uuid::now_v7(), new_token("o"));
    let acting = Acting::System { organization_id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let seen = transaction
        .query_opt(
            "select o.name from organizations o where o.id = $1
                and ($2::uuid is null or exists (select from events e where e.id = $2))",
            &[&organization_id, &wanted.event_id],
        )
        .await?;
    let Some(organization) = seen.map(|row| row.get::<_, String>(0)) else { return Ok(None) };
    let index = master.blind_index(email);
    // One that waits for the same person and role makes way.
    transaction
        .execute(
            "delete from invitations where email_bidx = $1::bytea and role = $2 and accepted_at is null",
            &[&index, &wanted.role.as_str()],
        )
        .await?;
    let row = transaction
        .query_one(
            "insert into invitations (id, organization_id, email_enc, email_bidx, role, event_id, token_hash, expires_at, created_by)
             values ($1, $2, $3::bytea, $4::bytea, $5, $6, $7, now() + interval '7 days', $8)
             returning to_jsonb(expires_at)",
            &[
                &id,
                &organization_id,
                &key.seal(COLUMN, email),
                &index,
                &wanted.role.as_str(),
                &wanted.event_id,
                &token_hash(&link),
                &by.principal.id,
            ],
        )
        .await?;
    transaction
        .execute(
            "insert into encryption_keys (id, organization_id, subject_kind, subject_id, wrapped_key, kek_ref)
             values ($1, $2, 'invitation', $3, $4, 'master')",
            &[&key.id, &organization_id, &id, &key.wrap(master)],
        )
        .await?;
    let letter = Letter {
        kind: Kind::Invitation,
        to: email.to_owned(),
        link: Some(link),
        code: None,
        redirect_to: wanted.redirect_to.clone(),
        organization: Some(organization),
    };
    outbox::post(&transaction, &key, &letter).await?;
    transaction.commit().await?;
    store.mail_bell.notify_one();
    Ok(Some(Invitation {
        id,
        email: Some(email.to_owned()),
        role: wanted.role.as_str().to_owned(),
        event_id: wanted.event_id,
        expires_at: row.get(0),
        accepted_at: Value::Null,
    }))
}

/// The invitations that the caller may see, newest first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(store: &Store, by: &Identity) -> Result<Vec<Invitation>, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows = transaction
        .query(
            "select id, email_enc::bytea, role, event_id, to_jsonb(expires_at), coalesce(to_jsonb(accepted_at), 'null')
               from invitations order by created_at desc, id desc limit 1000",
            &[],
        )
        .await?;
    transaction.commit().await?;
    drop(client);
    let sealed: Vec<Vec<u8>> = rows.iter().map(|row| row.get(1)).collect();
    let envelopes: Vec<Envelope<'_>> = sealed.iter().map(|bytes| Envelope { column: COLUMN, bytes }).collect();
    let emails = store.keyring.open(&store.pools, &envelopes).await?;
    Ok(rows
        .iter()
        .zip(emails)
        .map(|(row, email)| Invitation {
            id: row.get(0),
            email,
            role: row.get(2),
            event_id: row.get(3),
            expires_at: row.get(4),
            accepted_at: row.get(5),
        })
        .collect())
}

/// Withdraws an invitation that waits. False: there is none in the caller's sight.
///
/// # Errors
/// When the database cannot be reached.
pub async fn withdraw(store: &Store, by: &Identity, id: Uuid) -> Result<bool, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let gone = transaction.execute("delete from invitations where id = $1 and accepted_at is null", &[&id]).await?;
    transaction.commit().await?;
    Ok(gone > 0)
}

/// An invitation that was accepted.
pub struct Accepted {
    /// By whom.
    pub user_id: Uuid,
    /// Where they belong now.
    pub organization_id: Uuid,
}

/// Accepts. Nobody signed in: for the invited address, which the link proves; its account is made if there is none.
/// Somebody signed in: if the invitation was sent to their address.
///
/// # Errors
/// [`LoginError::InvitationUnknown`] when the link is not good (any more), or the account was closed;
/// [`LoginError::InvitationForAnother`].
pub async fn accept(store: &Store, link: &str, person: Option<Uuid>) -> Result<Accepted, LoginError> {
    let hash = token_hash(link);
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let found = transaction.query_opt("select id, organization_id from app.invitation_by_token($1)", &[&hash]).await?;
    transaction.commit().await?;
    let Some(found) = found else { return Err(LoginError::InvitationUnknown) };
    let (id, organization_id): (Uuid, Uuid) = (found.get(0), found.get(1));
    let acting = Acting::System { organization_id };
    let transaction = begin(&mut client, &acting).await?;
    // Good once; and only while whoever sent it still could.
    let row = transaction
        .query_opt(
            "select i.email_enc::bytea, i.email_bidx::bytea, i.role, i.event_id, m.role as inviter
               from invitations i
               join organizations o on o.id = i.organization_id and o.status = 'active'
               join memberships m on m.user_id = i.created_by and m.status = 'active'
              where i.id = $1 and i.token_hash = $2 and i.accepted_at is null and i.expires_at > now()
                for update of i",
            &[&id, &hash],
        )
        .await?
        .ok_or(LoginError::InvitationUnknown)?;
    let (index, role): (Vec<u8>, String) = (row.get("email_bidx"), row.get("role"));
    if !Role::parse(&role).is_some_and(|role| may_invite(row.get("inviter"), role)) {
        return Err(LoginError::InvitationUnknown);
    }
    let holder = transaction
        .query_opt("select id, status from users where email_bidx = $1::bytea for update", &[&index])
        .await?;
    let user_id = match (holder, person) {
        (Some(row), Some(person)) if row.get::<_, Uuid>(0) != person => return Err(LoginError::InvitationForAnother),
        (None, Some(_)) => return Err(LoginError::InvitationForAnother),
        (Some(row), _) if !matches!(row.get(1), "active" | "pending") => return Err(LoginError::InvitationUnknown),
        (Some(row), _) => row.get(0),
        (None, None) => {
            let envelope = Envelope { column: COLUMN, bytes: row.get("email_enc") };
            let email = store.keyring.open(&store.pools, &[envelope]).await?.pop().flatten();
            let email = email.ok_or(LoginError::InvitationUnknown)?;
            let name = email.split('@').next().unwrap_or_default().to_owned();
            let preferences = serde_json::json!({});
            let made = accounts::create_pending(&transaction, store, &email, &name, &preferences).await?;
            made.0.ok_or(LoginError::InvitationUnknown)?
        }
    };
    transaction
        .execute(
            "update users set status = 'active', email_confirmed_at = coalesce(email_confirmed_at, now())
              where id = $1 and status = 'pending'",
            &[&user_id],
        )
        .await?;
    // A password that somebody chose for this address before it was proven opens nothing.
    transaction
        .execute("update one_time_tokens set expires_at = now() where user_id = $1 and expires_at > now()", &[&user_id])
        .await?;
    // Somebody who belongs here already keeps the role they have.
    transaction
        .execute(
            "insert into memberships as m (organization_id, user_id, role, status, invited_by, joined_at, created_by)
             select organization_id, $2, role, 'active', created_by, now(), created_by from invitations where id = $1
             on conflict (organization_id, user_id) do update
                set role = excluded.role, status = 'active', invited_by = excluded.invited_by, joined_at = now()
              where m.status <> 'active'",
            &[&id, &user_id],
        )
        .await?;
    transaction
        .execute(
            "insert into event_members (organization_id, event_id, user_id, created_by)
             select organization_id, event_id, $2, created_by from invitations where id = $1 and event_id is not null
             on conflict (event_id, user_id) do nothing",
            &[&id, &user_id],
        )
        .await?;
    transaction
        .execute("update invitations set accepted_at = now(), accepted_by = $2 where id = $1", &[&id, &user_id])
        .await?;
    transaction.commit().await?;
    Ok(Accepted { user_id, organization_id })
}
