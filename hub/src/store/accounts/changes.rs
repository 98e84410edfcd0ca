use deadpool_postgres::Transaction;
use serde_json::Value;
use uuid::Uuid;

use super::{NEXT_EMAIL_COLUMN, addressed, set_password};
use crate::postgres::{Acting, begin};
use crate::sealing::SubjectKey;
use crate::store::Store;
use crate::store::code_exchange::Challenge;
use crate::store::identity::Account;
use crate::store::logins::{self, LoginError, Scope, hash_password, verify_password};
use crate::store::one_time::{self, Bound, CodeOf, Purpose};
use crate::store::outbox::{self, Kind, Letter};

/// What a person changes about their account.
#[derive(Default)]
pub struct Changes {
    /// The next address; it counts when it was confirmed.
    pub email: Option<String>,
    /// The next password.
    pub password: Option<String>,
    /// The password of now, as proof.
    pub current_password: Option<String>,
    /// A code by mail, as proof.
    pub nonce: Option<String>,
    /// The name.
    pub full_name: Option<String>,
    /// Members to set in what the application keeps.
    pub metadata: Option<Value>,
    /// Where this login works from its next token on.
    pub organization_id: Option<Uuid>,
    /// Where the person goes on after confirming; judged before.
    pub redirect_to: Option<String>,
    /// Of a change of address: what whoever asks for it proves that it was they.
    pub challenge: Option<Challenge>,
}

/// Changes an account: at once what needs no confirmation.
///
/// # Errors
/// See [`LoginError`].
pub async fn update(store: &Store, account: &Account, changes: &Changes) -> Result<(), LoginError> {
    let user_id = account.user_id;
    let guarded = changes.email.is_some() || changes.password.is_some();
    if guarded && account.has_factor && !account.second_factor {
        return Err(LoginError::SecondFactor);
    }
    let next_hash = match &changes.password {
        Some(password) => Some(hash_password(password.clone()).await?),
        None => None,
    };
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let current: Option<String> = transaction
        .query_opt("select password_hash from user_credentials where user_id = $1", &[&user_id])
        .await?
        .map(|row| row.get(0));
    if guarded && !account.fresh {
        let proven = match (&changes.current_password, &changes.nonce, &current) {
            (Some(password), _, Some(hash)) => verify_password(password.clone(), hash.clone()).await,
            (_, Some(nonce), _) => {
                let (master, of) = (store.keyring.master(), CodeOf::Person(user_id));
                one_time::redeem_code(&transaction, master, &[Purpose::Reauthentication], &of, nonce).await?.is_some()
            }
            _ => false,
        };
        if !proven {
            // A wrong code was counted.
            transaction.commit().await?;
            return Err(LoginError::NotFresh);
        }
    }
    let person = addressed(&transaction, store, user_id).await?;
    if let (Some(hash), Some(password)) = (&next_hash, &changes.password) {
        if let Some(current) = current
            && verify_password(password.clone(), current).await
        {
            return Err(LoginError::SamePassword);
        }
        set_password(&transaction, user_id, hash).await?;
        // Whoever knew the old one is out.
        logins::end(&transaction, user_id, account.login, Scope::Others).await?;
        if let Some((key, email)) = &person {
            outbox::post(&transaction, key, &Letter::notice(Kind::PasswordChanged, email.clone())).await?;
        }
    }
    if let (Some(email), Some((key, _))) = (&changes.email, &person) {
        change_address(&transaction, store, account, key, email.trim(), changes).await?;
    }
    let (name, metadata) = (&changes.full_name, &changes.metadata);
    transaction
        .execute(
            "update users set full_name = coalesce($2, full_name),
                    preferences = case when $3::jsonb is null then preferences else jsonb_set(preferences, '{metadata}',
                      jsonb_strip_nulls(coalesce(preferences -> 'metadata', '{}') || $3)) end
              where id = $1",
            &[&user_id, name, metadata],
        )
        .await?;
    if let Some(organization_id) = changes.organization_id {
        logins::choose(&transaction, user_id, account.login, organization_id).await?;
    }
    transaction.commit().await?;
    store.mail_bell.notify_one();
    Ok(())
}

/// Asks the next address to confirm itself. An address that has an account gets a warning instead; nobody is told.
async fn change_address(
    transaction: &Transaction<'_>,
    store: &Store,
    account: &Account,
    key: &SubjectKey,
    email: &str,
    changes: &Changes,
) -> Result<(), LoginError> {
    let master = store.keyring.master();
    let index = master.blind_index(email);
    let holder = transaction.query_opt("select id, status from users where email_bidx = $1::bytea", &[&index]).await?;
    if let Some(holder) = holder {
        let (id, status): (Uuid, String) = (holder.get(0), holder.get(1));
        if id != account.user_id
            && status == "active"
            && let Some(key) = store.keyring.of_user(transaction, id).await?
        {
            outbox::post(transaction, &key, &Letter::notice(Kind::AddressTaken, email.to_owned())).await?;
        }
        return Ok(());
    }
    let bound = Bound {
        email: Some((key.seal(NEXT_EMAIL_COLUMN, email), index)),
        challenge: changes.challenge.clone(),
        ..Bound::default()
    };
    let secrets = one_time::make(transaction, master, account.user_id, Purpose::EmailChange, bound).await?;
    let mut letter = Letter::notice(Kind::EmailChange, email.to_owned());
    (letter.link, letter.code, letter.redirect_to) =
        (Some(secrets.link), Some(secrets.code), changes.redirect_to.clone());
    outbox::post(transaction, key, &letter).await?;
    Ok(())
}

/// Sends a code to a person who is signed in, as proof for a change.
///
/// # Errors
/// When the database cannot be reached.
pub async fn reauthenticate(store: &Store, account: &Account) -> Result<(), LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let Some((key, email)) = addressed(&transaction, store, account.user_id).await? else { return Ok(()) };
    let (master, purpose) = (store.keyring.master(), Purpose::Reauthentication);
    let secrets = one_time::make(&transaction, master, account.user_id, purpose, Bound::default()).await?;
    let mut letter = Letter::notice(Kind::Reauthentication, email);
    letter.code = Some(secrets.code);
    outbox::post(&transaction, &key, &letter).await?;
    transaction.commit().await?;
    store.mail_bell.notify_one();
    Ok(())
}
