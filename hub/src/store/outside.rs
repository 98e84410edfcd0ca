use uuid::Uuid;

use super::Store;
use super::identity::Account;
use super::logins::{self, LoginError, Method, SignedIn};
use crate::postgres::{Acting, begin};

/// Somebody, as an outside identity provider knows them. Whoever makes one has verified the provider's token.
pub struct Known {
    /// The provider's name in the hub's configuration.
    pub provider: String,
    /// Its issuer.
    pub issuer: String,
    /// The subject: unique with this issuer, never given to somebody else.
    pub subject: String,
}

impl Known {
    fn index(&self, store: &Store) -> Vec<u8> {
        // Subjects may differ in case only; the blind index folds it. Hexadecimal does not.
        let exact: String = self.subject.bytes().map(|byte| format!("{byte:02x}")).collect();
        store.keyring.master().blind_index(&format!("{} {exact}", self.issuer))
    }
}

/// Signs in the person who has linked this identity. An equal e-mail address is no link.
///
/// # Errors
/// [`LoginError::IdentityUnknown`] when nobody has.
pub async fn sign_in(store: &Store, known: &Known, agent: Option<&str>) -> Result<SignedIn, LoginError> {
    let index = known.index(store);
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "update user_identities i set last_sign_in_at = now()
              where i.provider = $1 and i.subject_bidx = $2::bytea
                and exists (select from users u where u.id = i.user_id and u.status = 'active')
             returning i.user_id",
            &[&known.provider, &index],
        )
        .await?
        .ok_or(LoginError::IdentityUnknown)?;
    let opened = logins::open(&transaction, row.get(0), Method::Outside, agent, None).await?;
    transaction.commit().await?;
    drop(client);
    logins::signed_in(store, opened).await
}

/// Links an identity to the person who is signed in, and gives them their login's next token.
///
/// # Errors
/// [`LoginError::IdentityTaken`] when it is somebody else's; [`LoginError::NotFresh`], [`LoginError::SecondFactor`] when
/// this login may not.
pub async fn link(store: &Store, account: &Account, known: &Known) -> Result<SignedIn, LoginError> {
    if account.has_factor && !account.second_factor {
        return Err(LoginError::SecondFactor);
    }
    if !account.fresh {
        return Err(LoginError::NotFresh);
    }
    let index = known.index(store);
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let made = transaction
        .execute(
            "insert into user_identities (user_id, provider, subject_bidx) values ($1, $2, $3::bytea)
             on conflict (provider, subject_bidx) do nothing",
            &[&account.user_id, &known.provider, &index],
        )
        .await?;
    if made == 0 {
        return Err(LoginError::IdentityTaken);
    }
    let opened = logins::rotate(&transaction, account.login, None).await?;
    transaction.commit().await?;
    drop(client);
    logins::signed_in(store, opened).await
}

/// Takes a link away. False: the person has none of this id.
///
/// # Errors
/// [`LoginError::LastWayIn`] when there is neither a password nor another link.
pub async fn unlink(store: &Store, account: &Account, id: Uuid) -> Result<bool, LoginError> {
    if account.has_factor && !account.second_factor {
        return Err(LoginError::SecondFactor);
    }
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    transaction.execute("select from users where id = $1 for no key update", &[&account.user_id]).await?;
    let gone = transaction
        .execute("delete from user_identities where id = $1 and user_id = $2", &[&id, &account.user_id])
        .await?;
    if gone == 0 {
        return Ok(false);
    }
    let way_in = "select exists (select from user_credentials where user_id = $1)
                      or exists (select from user_identities where user_id = $1)";
    if !transaction.query_one(way_in, &[&account.user_id]).await?.get::<_, bool>(0) {
        return Err(LoginError::LastWayIn);
    }
    transaction.commit().await?;
    Ok(true)
}
