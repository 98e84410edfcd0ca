use schemas::DeviceProfile;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::identity::{Identity, new_token, token_hash};
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// Letters and digits that cannot be mistaken for each other when read aloud or typed.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKLMNPQRSTUVWXYZ2345678";
const CODE_LETTERS: usize = 8;

/// What a producer wants to pair.
pub struct Wanted {
    /// The event.
    pub event_id: Uuid,
    /// The device's name.
    pub name: String,
    /// What it may do.
    pub profile: DeviceProfile,
    /// The gate it stands at.
    pub gate_id: Option<Uuid>,
    /// May override.
    pub supervisor: bool,
}

/// A short code that pairs one device, once, within ten minutes.
#[derive(Debug, Serialize)]
pub struct Pairing {
    /// `ABCD-2345`.
    pub code: String,
    /// RFC 3339.
    pub expires_at: String,
    /// Where a camera goes: the code is in the fragment, which no server logs.
    pub url: String,
}

/// A device that was just paired.
#[derive(Debug, Serialize)]
pub struct Paired {
    /// Shown once.
    pub token: String,
    /// The device's row.
    pub device: Value,
}

/// Makes a pairing code, under the producer's own claims. `None`: no such event or gate in their sight.
///
/// # Errors
/// [`StoreError::Denied`] when their role may not pair; others when the database cannot be reached.
pub async fn create_pairing(store: &Store, by: &Identity, wanted: &Wanted) -> Result<Option<Pairing>, StoreError> {
    let code = new_code();
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let seen = transaction
        .query_opt(
            "select from events e where e.id = $1
                and ($2::uuid is null or exists (select from event_gates g where g.id = $2 and g.event_id = e.id))",
            &[&wanted.event_id, &wanted.gate_id],
        )
        .await?;
    if seen.is_none() {
        return Ok(None);
    }
    let row = transaction
        .query_one(
            "insert into device_pairings (organization_id, event_id, code_hash, name, profile, gate_id, supervisor, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, now() + interval '10 minutes')
             returning to_json(expires_at) #>> '{}'",
            &[
                &by.principal.organization_id,
                &wanted.event_id,
                &token_hash(&code),
                &wanted.name,
                &profile(wanted.profile),
                &wanted.gate_id,
                &wanted.supervisor,
            ],
        )
        .await?;
    transaction.commit().await?;
    let code = format!("{}-{}", &code[..4], &code[4..]);
    Ok(Some(Pairing { url: format!("/pair#{code}"), code, expires_at: row.get(0) }))
}

/// Turns a code into a device with a token. `None`: the code is unknown, used or expired.
///
/// # Errors
/// When the database cannot be reached.
pub async fn claim(store: &Store, code: &str, app_version: Option<&str>) -> Result<Option<Paired>, StoreError> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    if code.len() != CODE_LETTERS {
        return Ok(None);
    }
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let found =
        transaction.query_opt("select organization_id from app.pairing_by_code($1)", &[&token_hash(&code)]).await?;
    transaction.commit().await?;
    let Some(found) = found else { return Ok(None) };
    let acting = Acting::System { organization_id: found.get(0) };
    let transaction = begin(&mut client, &acting).await?;
    let token = new_token("d");
    let row = transaction
        .query_opt(
            "with claimed as (
               update device_pairings set claimed_at = now()
                where code_hash = $1 and claimed_at is null and expires_at > now() returning *
             ), made as (
               insert into devices (organization_id, event_id, name, profile, gate_id, supervisor, token_hash, app_version,
                                    last_seen_at, created_by)
               select organization_id, event_id, name, profile, gate_id, supervisor, $2, $3, now(), created_by from claimed
               returning id, organization_id, event_id, name, profile, gate_id, supervisor
             )
             select to_jsonb(made), made.id, claimed.id from made, claimed",
            &[&token_hash(&code), &token_hash(&token), &app_version],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (device_id, pairing_id): (Uuid, Uuid) = (row.get(1), row.get(2));
    transaction.execute("update device_pairings set device_id = $2 where id = $1", &[&pairing_id, &device_id]).await?;
    transaction.commit().await?;
    Ok(Some(Paired { token, device: row.get(0) }))
}

/// The devices of an event that the caller may see.
///
/// # Errors
/// When the database cannot be reached.
pub async fn list(store: &Store, by: &Identity, event_id: Uuid) -> Result<Vec<Value>, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let rows = transaction
        .query(
            "select to_jsonb(d) - 'token_hash' from devices d where d.event_id = $1 order by d.created_at",
            &[&event_id],
        )
        .await?;
    transaction.commit().await?;
    Ok(rows.into_iter().map(|row| row.get(0)).collect())
}

/// Revokes a device; the journal ends its socket. False: no such device in the caller's sight.
///
/// # Errors
/// [`StoreError::Denied`] when the role may not; others when the database cannot be reached.
pub async fn revoke(store: &Store, by: &Identity, device_id: Uuid) -> Result<bool, StoreError> {
    let acting = by.acting();
    let mut client = store.pools.get(&acting).await?;
    let transaction = begin(&mut client, &acting).await?;
    let touched = transaction.execute("update devices set status = 'revoked' where id = $1", &[&device_id]).await?;
    transaction.commit().await?;
    Ok(touched > 0)
}

fn new_code() -> String {
    let mut bytes = [0u8; CODE_LETTERS];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    // 256 is not a multiple of 31: eight letters are a fraction of a bit short of 40 bits, and a code lives ten minutes.
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}

fn profile(profile: DeviceProfile) -> &'static str {
    match profile {
        DeviceProfile::Scan => "scan",
        DeviceProfile::Wall => "wall",
        DeviceProfile::Caller => "caller",
    }
}
