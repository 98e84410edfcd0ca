mod changes;
mod proofs;

use deadpool_postgres::Transaction;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::code_exchange::Challenge;
use super::keyring::Envelope;
use super::logins::{self, LoginError, Organization, hash_password};
use super::one_time::{self, Bound, Purpose};
use super::organizations::EMAIL_COLUMN;
use super::outbox::{self, Kind, Letter};
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};
use crate::sealing::SubjectKey;

pub use changes::{Changes, reauthenticate, update};
pub use proofs::{Proof, Verified, accept_invitation, send, verify};

/// The column that the next address of an account is sealed for.
const NEXT_EMAIL_COLUMN: &str = "one_time_tokens.email";

/// A person, for themselves, with the members that `supabase-js` knows.
#[derive(Debug, Clone, Serialize)]
pub struct User {
    /// Their id.
    pub id: Uuid,
    /// Their address.
    pub email: Option<String>,
    /// Their name.
    pub full_name: String,
    /// Everything else.
    #[serde(flatten)]
    pub card: Value,
}

/// What people are; none of it grants anything.
pub const USER_TYPES: [&str; 8] = ["admin", "organizer", "designer", "model", "attendee", "staff", "client", "sponsor"];

/// The column that telephone numbers are sealed for.
const PHONE_COLUMN: &str = "users.phone_number";

/// What somebody wants an account with.
pub struct NewAccount {
    /// The address, as it was typed.
    pub email: String,
    /// The password.
    pub password: String,
    /// The name.
    pub full_name: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// What they are, by the words of the table; it grants nothing.
    pub user_type: Option<&'static str>,
    /// Whatever else the application keeps about them.
    pub metadata: Value,
    /// Where the person goes on; judged before.
    pub redirect_to: Option<String>,
    /// What the applicant proves that it was they.
    pub challenge: Option<Challenge>,
}

/// Asks for an account. The answer is the same whether the address has one already; the mail is not.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sign_up(store: &Store, new: &NewAccount) -> Result<User, LoginError> {
    let hash = hash_password(new.password.clone()).await?;
    let master = store.keyring.master();
    let email = new.email.trim();
    let index = master.blind_index(email);
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let preferences = json!({ "metadata": new.metadata });
    let (made, key) = create_pending(&transaction, store, email, &new.full_name, &preferences).await?;
    let (user_id, key) = match (made, key) {
        (Some(user_id), Some(key)) => {
            let phone = new.phone.as_ref().map(|phone| key.seal(PHONE_COLUMN, phone));
            transaction
                .execute(
                    "update users set phone_number_enc = $2::bytea, user_type = coalesce($3, user_type) where id = $1",
                    &[&user_id, &phone, &new.user_type],
                )
                .await?;
            (user_id, Some((user_id, "pending".to_owned(), key)))
        }
        _ => {
            let row = transaction
                .query_one("select id, status from users where email_bidx = $1::bytea for update", &[&index])
                .await?;
            let key = store.keyring.of_user(&transaction, row.get(0)).await?;
            // A new id each time: one that stayed would tell that there is an account.
            (Uuid::now_v7(), key.map(|key| (row.get(0), row.get(1), key)))
        }
    };
    let mut letter = Letter::notice(Kind::AddressTaken, email.to_owned());
    letter.redirect_to.clone_from(&new.redirect_to);
    match key {
        Some((person, status, key)) if status == "pending" => {
            let challenge = new.challenge.clone();
            let bound = Bound { password_hash: Some(hash), challenge, ..Bound::default() };
            let secrets = one_time::make(&transaction, master, person, Purpose::Signup, bound).await?;
            letter.kind = Kind::Signup;
            (letter.link, letter.code) = (Some(secrets.link), Some(secrets.code));
            outbox::post(&transaction, &key, &letter).await?;
        }
        Some((_, status, key)) if status == "active" => outbox::post(&transaction, &key, &letter).await?,
        // An account that was closed is not opened by a stranger.
        _ => {}
    }
    transaction.commit().await?;
    store.mail_bell.notify_one();
    Ok(asked_for(user_id, email, new))
}

/// Makes an account that nobody can sign in to yet, unless the address has one.
pub(super) async fn create_pending(
    transaction: &Transaction<'_>,
    store: &Store,
    email: &str,
    full_name: &str,
    preferences: &Value,
) -> Result<(Option<Uuid>, Option<SubjectKey>), StoreError> {
    let (key, user_id, master) = (SubjectKey::generate(), Uuid::now_v7(), store.keyring.master());
    let made = transaction
        .query_opt(
            "insert into users (id, email_enc, email_bidx, full_name, status, user_type, preferences)
             values ($1, $2::bytea, $3::bytea, $4, 'pending', 'attendee', $5)
             on conflict (email_bidx) do nothing returning id",
            &[&user_id, &key.seal(EMAIL_COLUMN, email), &master.blind_index(email), &full_name, preferences],
        )
        .await?;
    if made.is_none() {
        return Ok((None, None));
    }
    transaction
        .execute(
            "insert into encryption_keys (id, subject_kind, subject_id, wrapped_key, kek_ref) values ($1, 'user', $2, $3, 'master')",
            &[&key.id, &user_id, &key.wrap(master)],
        )
        .await?;
    Ok((Some(user_id), Some(key)))
}

/// What everybody is told who asks for an account.
fn asked_for(id: Uuid, email: &str, new: &NewAccount) -> User {
    let now = jiff::Timestamp::from_millisecond(crate::clock::now_ms()).unwrap_or_default().to_string();
    let mut metadata = new.metadata.clone();
    metadata["full_name"] = json!(new.full_name);
    let identity = json!({
        "identity_id": Uuid::now_v7(), "id": id, "user_id": id, "provider": "email", "created_at": now, "updated_at": now,
        "identity_data": { "email": email, "email_verified": false, "sub": id },
    });
    let card = json!({
        "aud": "authenticated", "role": "authenticated", "phone": "", "confirmation_sent_at": now,
        "app_metadata": { "provider": "email", "providers": ["email"] }, "user_metadata": metadata,
        "identities": [identity], "created_at": now, "updated_at": now, "is_anonymous": false,
    });
    User { id, email: Some(email.to_owned()), full_name: new.full_name.clone(), card }
}

/// Sets a password; the account no longer rests.
pub(super) async fn set_password(transaction: &Transaction<'_>, user_id: Uuid, hash: &str) -> Result<(), StoreError> {
    transaction
        .execute(
            "insert into user_credentials (user_id, password_hash) values ($1, $2)
             on conflict (user_id) do update set password_hash = excluded.password_hash, password_changed_at = now(),
               failed_attempts = 0, locked_until = null",
            &[&user_id, &hash],
        )
        .await?;
    Ok(())
}

/// The key and the address of a person, for writing to them.
pub(super) async fn addressed(
    transaction: &Transaction<'_>,
    store: &Store,
    user_id: Uuid,
) -> Result<Option<(SubjectKey, String)>, StoreError> {
    let Some(key) = store.keyring.of_user(transaction, user_id).await? else { return Ok(None) };
    let row = transaction.query_one("select email_enc::bytea from users where id = $1", &[&user_id]).await?;
    Ok(key.open(EMAIL_COLUMN, row.get(0)).ok().map(|email| (key, email)))
}

/// The person, and the organizations they may choose from.
///
/// # Errors
/// When the database cannot be reached.
pub async fn user(
    store: &Store,
    user_id: Uuid,
    organization_id: Option<Uuid>,
) -> Result<(User, Vec<Organization>), StoreError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let statement = transaction
        .prepare_cached(
            "select u.full_name, u.email_enc::bytea,
                    jsonb_build_object(
                      'aud', 'authenticated', 'role', 'authenticated', 'phone', '', 'is_anonymous', false,
                      'created_at', u.created_at, 'updated_at', u.updated_at, 'last_sign_in_at', u.last_login,
                      'email_confirmed_at', coalesce(u.email_confirmed_at, u.created_at),
                      'confirmed_at', coalesce(u.email_confirmed_at, u.created_at),
                      'user_metadata', coalesce(u.preferences -> 'metadata', '{}') || jsonb_build_object('full_name', u.full_name),
                      'factors', (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                          'id', f.id, 'friendly_name', f.friendly_name, 'factor_type', f.factor_type, 'status', f.status,
                          'created_at', f.created_at, 'updated_at', f.updated_at,
                          'last_challenged_at', f.last_challenged_at)) order by f.created_at), '[]')
                        from mfa_factors f where f.user_id = u.id),
                      'identities', (select coalesce(jsonb_agg(jsonb_build_object(
                          'identity_id', i.id, 'id', i.id, 'user_id', u.id, 'provider', i.provider,
                          'identity_data', '{}'::jsonb, 'created_at', i.created_at, 'updated_at', i.created_at,
                          'last_sign_in_at', i.last_sign_in_at) order by i.created_at), '[]')
                        from user_identities i where i.user_id = u.id)) as card
               from users u where u.id = $1",
        )
        .await?;
    let row = transaction.query_one(&statement, &[&user_id]).await?;
    let organizations = logins::organizations(&transaction, user_id).await?;
    transaction.commit().await?;
    drop(client);
    let sealed: Vec<u8> = row.get("email_enc");
    let envelope = Envelope { column: EMAIL_COLUMN, bytes: &sealed };
    let email = store.keyring.open(&store.pools, &[envelope]).await?.pop().flatten();
    let mut card: Value = row.get("card");
    let own = json!({
        "identity_id": user_id, "id": user_id, "user_id": user_id, "provider": "email",
        "identity_data": { "email": email, "email_verified": true, "sub": user_id },
        "created_at": card["created_at"], "updated_at": card["updated_at"], "last_sign_in_at": card["last_sign_in_at"],
    });
    if let Some(identities) = card["identities"].as_array_mut() {
        identities.insert(0, own);
    }
    let providers: Vec<Value> =
        card["identities"].as_array().into_iter().flatten().map(|identity| identity["provider"].clone()).collect();
    let here = organizations.iter().find(|organization| Some(organization.id) == organization_id);
    card["app_metadata"] = json!({
        "provider": "email", "providers": providers, "organizations": organizations,
        "organization_id": here.map(|organization| organization.id),
        "organization_role": here.map(|organization| &organization.role),
    });
    Ok((User { id: user_id, email, full_name: row.get("full_name"), card }, organizations))
}
