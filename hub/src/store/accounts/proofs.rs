use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::{NEXT_EMAIL_COLUMN, addressed, set_password};
use crate::postgres::{Acting, begin};
use crate::store::code_exchange::{self, Challenge};
use crate::store::logins::{self, LoginError, Method, SignedIn};
use crate::store::one_time::{self, Bound, CodeOf, Purpose, Redeemed};
use crate::store::organizations::EMAIL_COLUMN;
use crate::store::outbox::{self, Kind, Letter};
use crate::store::{Store, invitations};

/// What a person proves who they are with.
pub enum Proof<'a> {
    /// The secret of a link.
    Link(&'a str),
    /// The code of a mail, with the address it was sent to.
    Code {
        /// The address.
        email: &'a str,
        /// Six digits.
        code: &'a str,
    },
}

/// Sends a link and a code to an address, if it has an account that they would be good for. Nobody is told whether.
///
/// # Errors
/// When the database cannot be reached.
pub async fn send(
    store: &Store,
    email: &str,
    purpose: Purpose,
    redirect_to: Option<String>,
    challenge: Option<Challenge>,
) -> Result<(), LoginError> {
    let index = store.keyring.master().blind_index(email);
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    // Of a sign-up and of a change of address, what was asked for is sent again, with what was bound to it.
    let row = transaction
        .query_opt(
            "select u.id, u.status, t.email_enc::bytea, t.email_bidx::bytea, t.password_hash, t.code_challenge, t.code_challenge_method
               from users u
               left join lateral (
                 select * from one_time_tokens t where t.user_id = u.id and t.purpose = $2 and t.expires_at > now()
                  order by t.created_at desc limit 1) t on true
              where u.id in (
                      select o.id from users o where o.email_bidx = $1::bytea and $2 <> 'email_change'
                      union all select n.user_id from one_time_tokens n
                                 where n.email_bidx = $1::bytea and $2 = 'email_change' and n.expires_at > now())
                and case $2 when 'email_change' then t.email_bidx = $1::bytea
                            when 'signup' then u.status = 'pending' and t.id is not null
                            else u.status in ('active', 'pending') end
              limit 1 for no key update of u",
            &[&index, &purpose.as_str()],
        )
        .await?;
    let Some(row) = row else { return Ok(()) };
    let user_id: Uuid = row.get("id");
    let Some(key) = store.keyring.of_user(&transaction, user_id).await? else { return Ok(()) };
    // What was asked for before is sent again for whoever asked for it then.
    let again = matches!(purpose, Purpose::Signup | Purpose::EmailChange);
    let before = if again { one_time::challenge(&row) } else { None };
    let mut bound = Bound { challenge: challenge.or(before), ..Bound::default() };
    if purpose == Purpose::EmailChange {
        bound.email = row.get::<_, Option<Vec<u8>>>("email_enc").zip(row.get("email_bidx"));
    }
    if purpose == Purpose::Signup {
        bound.password_hash = row.get("password_hash");
    }
    let secrets = one_time::make(&transaction, store.keyring.master(), user_id, purpose, bound).await?;
    let letter = Letter {
        kind: match purpose {
            Purpose::Signup => Kind::Signup,
            Purpose::MagicLink => Kind::SignInLink,
            Purpose::Recovery => Kind::Recovery,
            Purpose::EmailChange => Kind::EmailChange,
            Purpose::Reauthentication => Kind::Reauthentication,
        },
        to: email.trim().to_owned(),
        link: Some(secrets.link),
        code: Some(secrets.code),
        redirect_to,
        organization: None,
    };
    outbox::post(&transaction, &key, &letter).await?;
    transaction.commit().await?;
    store.mail_bell.notify_one();
    Ok(())
}

/// What a proof was exchanged for.
pub enum Verified {
    /// A login.
    Login(Box<SignedIn>),
    /// A code, which only whoever asked for the mail can exchange for a login.
    Code(String),
}

/// Signs in whoever proves that the mail reached them, and does what it was sent for. With `hand_on`, a proof whose mail was
/// asked for with a challenge gives a code instead of a login.
///
/// # Errors
/// [`LoginError::Code`] when the proof is not good (any more); others when the database cannot be reached.
pub async fn verify(
    store: &Store,
    purposes: &[Purpose],
    proof: &Proof<'_>,
    agent: Option<&str>,
    hand_on: bool,
) -> Result<Verified, LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let master = store.keyring.master();
    let redeemed = match proof {
        Proof::Link(link) => one_time::redeem_link(&transaction, purposes, link).await?,
        Proof::Code { email, code } => {
            let index = master.blind_index(email);
            let of = CodeOf::Address(&index);
            let Some(redeemed) = one_time::redeem_code(&transaction, master, purposes, &of, code).await? else {
                transaction.commit().await?;
                return Err(LoginError::Code);
            };
            redeemed
        }
    };
    carry_out(&transaction, store, &redeemed).await?;
    if let Some(challenge) = redeemed.bound.challenge.as_ref().filter(|_| hand_on) {
        let code = code_exchange::make(&transaction, redeemed.user_id, challenge).await?;
        transaction.commit().await?;
        store.mail_bell.notify_one();
        return Ok(Verified::Code(code));
    }
    let opened = match logins::open(&transaction, redeemed.user_id, Method::Mail, agent, None).await {
        // The account was closed meanwhile.
        Err(LoginError::Credentials) => return Err(LoginError::Code),
        opened => opened?,
    };
    transaction.commit().await?;
    drop(client);
    store.mail_bell.notify_one();
    Ok(Verified::Login(Box::new(logins::signed_in(store, opened).await?)))
}

async fn carry_out(transaction: &Transaction<'_>, store: &Store, redeemed: &Redeemed) -> Result<(), LoginError> {
    let user_id = redeemed.user_id;
    if let Some((sealed, index)) = &redeemed.bound.email {
        let before = addressed(transaction, store, user_id).await?;
        let key = before.as_ref().map(|(key, _)| key).ok_or(LoginError::Code)?;
        let next = key.open(NEXT_EMAIL_COLUMN, sealed).map_err(|_| LoginError::Code)?;
        // Somebody else may have confirmed the address meanwhile.
        let changed = transaction
            .execute(
                "update users set email_enc = $2::bytea, email_bidx = $3::bytea, email_confirmed_at = now()
                  where id = $1 and status = 'active'
                    and not exists (select from users o where o.email_bidx = $3::bytea and o.id <> $1)",
                &[&user_id, &key.seal(EMAIL_COLUMN, &next), index],
            )
            .await?;
        if changed == 0 {
            return Err(LoginError::Code);
        }
        if let Some((key, old)) = &before {
            outbox::post(transaction, key, &Letter::notice(Kind::EmailChanged, old.clone())).await?;
        }
    }
    // Whoever reads the mails of an address may confirm it, whatever the mail was about.
    transaction
        .execute(
            "update users set status = 'active', email_confirmed_at = coalesce(email_confirmed_at, now())
              where id = $1 and status in ('active', 'pending') and (status = 'pending' or email_confirmed_at is null)",
            &[&user_id],
        )
        .await?;
    if let Some(hash) = &redeemed.bound.password_hash {
        set_password(transaction, user_id, hash).await?;
    }
    // One proof is enough: nothing else that waits in a mailbox is good any more.
    transaction
        .execute("update one_time_tokens set expires_at = now() where user_id = $1 and expires_at > now()", &[&user_id])
        .await?;
    transaction
        .execute("update user_credentials set failed_attempts = 0, locked_until = null where user_id = $1", &[&user_id])
        .await?;
    Ok(())
}

/// Signs in whoever holds an invitation's link: the account of its address, made if there is none.
///
/// # Errors
/// [`LoginError::InvitationUnknown`] when the link is not good (any more).
pub async fn accept_invitation(store: &Store, link: &str, agent: Option<&str>) -> Result<SignedIn, LoginError> {
    let accepted = invitations::accept(store, link, None).await?;
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let opened = {
        let (user_id, organization_id) = (accepted.user_id, Some(accepted.organization_id));
        logins::open(&transaction, user_id, Method::Mail, agent, organization_id).await?
    };
    transaction.commit().await?;
    drop(client);
    logins::signed_in(store, opened).await
}
