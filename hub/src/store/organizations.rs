use uuid::Uuid;

use super::logins::{Organization, hash_password};
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};
use crate::sealing::SubjectKey;

/// The column that addresses of accounts are sealed for.
pub const EMAIL_COLUMN: &str = "users.email";

/// Makes an account that can sign in at once. An address that has one already keeps it, password and all.
///
/// # Errors
/// When the database cannot be reached.
pub async fn create_user(store: &Store, email: &str, full_name: &str, password: &str) -> Result<Uuid, StoreError> {
    let hash = hash_password(password.to_owned()).await?;
    let key = SubjectKey::generate();
    let master = store.keyring.master();
    let user_id = Uuid::now_v7();
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let index = master.blind_index(email);
    let made = transaction
        .query_opt(
            "insert into users (id, email_enc, email_bidx, full_name, status, user_type)
             values ($1, $2::bytea, $3::bytea, $4, 'active', 'organizer') on conflict (email_bidx) do nothing returning id",
            &[&user_id, &key.seal(EMAIL_COLUMN, email.trim()), &index, &full_name],
        )
        .await?;
    if made.is_none() {
        let row = transaction.query_one("select id from users where email_bidx = $1::bytea", &[&index]).await?;
        return Ok(row.get(0));
    }
    transaction
        .execute(
            "insert into encryption_keys (id, subject_kind, subject_id, wrapped_key, kek_ref) values ($1, 'user', $2, $3, 'master')",
            &[&key.id, &user_id, &key.wrap(master)],
        )
        .await?;
    transaction
        .execute("insert into user_credentials (user_id, password_hash) values ($1, $2)", &[&user_id, &hash])
        .await?;
    transaction.commit().await?;
    Ok(user_id)
}

/// Makes an organization with its owner.
///
/// # Errors
/// [`StoreError::Constraint`] when the slug is taken or malformed.
pub async fn create(
    store: &Store,
    owner_id: Uuid,
    name: &str,
    slug: &str,
    time_zone: &str,
) -> Result<Organization, StoreError> {
    let id = Uuid::now_v7();
    let acting = Acting::System { organization_id: id };
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    transaction
        .execute(
            "insert into organizations (id, owner_id, name, slug, time_zone) values ($1, $2, $3, $4::text::citext, $5)",
            &[&id, &owner_id, &name, &slug, &time_zone],
        )
        .await?;
    transaction.commit().await?;
    Ok(Organization { id, name: name.to_owned(), slug: slug.to_owned(), role: "owner".to_owned() })
}

/// A slug from a title: lower-case letters and digits, joined by single hyphens; `fallback` when nothing is left.
pub fn slug(title: &str, fallback: &str) -> String {
    let mut slug = String::new();
    for word in domain::guest_name::fold(title).split_whitespace() {
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if !word.is_empty() && slug.len() + word.len() < 60 {
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(&word);
        }
    }
    if slug.len() < 2 { fallback.to_owned() } else { slug }
}
