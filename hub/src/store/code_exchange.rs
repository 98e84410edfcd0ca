use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::Transaction;
use sha2::Digest as _;
use uuid::Uuid;

use super::identity::{new_token, token_hash};
use super::logins::{self, LoginError, Method, SignedIn};
use super::{Store, StoreError};
use crate::postgres::{Acting, begin};

/// How long a code waits to be exchanged, seconds.
const LIFE: f64 = 300.0;

/// What whoever asked for a mail will prove that it was they (RFC 7636).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Of 43 to 128 characters.
    text: String,
    method: ChallengeMethod,
}

/// How a challenge follows from its verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeMethod {
    /// The SHA-256 of it, in base64url.
    S256,
    /// It is the same.
    Plain,
}

impl ChallengeMethod {
    /// As the table has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S256 => "s256",
            Self::Plain => "plain",
        }
    }

    /// From a request or the table, whatever the case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::S256, Self::Plain].into_iter().find(|method| text.eq_ignore_ascii_case(method.as_str()))
    }
}

impl Challenge {
    /// A challenge; `None` when the text is none.
    pub fn new(text: &str, method: ChallengeMethod) -> Option<Self> {
        let fits = (43..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        fits.then(|| Self { text: text.to_owned(), method })
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its method.
    pub fn method(&self) -> ChallengeMethod {
        self.method
    }

    fn is_met_by(&self, verifier: &str) -> bool {
        match self.method {
            ChallengeMethod::S256 => URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier)) == self.text,
            ChallengeMethod::Plain => verifier == self.text,
        }
    }
}

/// Makes a code for a person whose mail was asked for with a challenge. It is good once, for five minutes, for whoever has the
/// verifier.
///
/// # Errors
/// When the database cannot be reached.
pub async fn make(transaction: &Transaction<'_>, user_id: Uuid, challenge: &Challenge) -> Result<String, StoreError> {
    let code = new_token("c");
    transaction
        .execute(
            "insert into exchange_codes (user_id, token_hash, code_challenge, code_challenge_method, expires_at)
             values ($1, $2, $3, $4, now() + make_interval(secs => $5))",
            &[&user_id, &token_hash(&code), &challenge.text, &challenge.method.as_str(), &LIFE],
        )
        .await?;
    Ok(code)
}

/// Signs in whoever has a code and what its challenge was made of.
///
/// # Errors
/// [`LoginError::ExchangeCode`] when the code is not good (any more), [`LoginError::Verifier`] when the verifier is another's: the
/// code stays, so that nobody who read it on its way can use it up.
pub async fn redeem(store: &Store, code: &str, verifier: &str, agent: Option<&str>) -> Result<SignedIn, LoginError> {
    let mut client = store.pools.get(&Acting::Platform).await?;
    let transaction = begin(&mut client, &Acting::Platform).await?;
    let row = transaction
        .query_opt(
            "select id, user_id, code_challenge, code_challenge_method from exchange_codes
              where token_hash = $1 and expires_at > now() for update",
            &[&token_hash(code)],
        )
        .await?;
    let row = row.ok_or(LoginError::ExchangeCode)?;
    let method = ChallengeMethod::parse(row.get("code_challenge_method"));
    let challenge = method.and_then(|method| Challenge::new(row.get("code_challenge"), method));
    if !challenge.is_some_and(|challenge| challenge.is_met_by(verifier)) {
        return Err(LoginError::Verifier);
    }
    transaction.execute("delete from exchange_codes where id = $1", &[&row.get::<_, Uuid>("id")]).await?;
    let opened = match logins::open(&transaction, row.get("user_id"), Method::Mail, agent, None).await {
        // The account was closed meanwhile.
        Err(LoginError::Credentials) => return Err(LoginError::ExchangeCode),
        opened => opened?,
    };
    transaction.commit().await?;
    drop(client);
    logins::signed_in(store, opened).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_met_by_its_verifier_only() {
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let hashed = Challenge::new(challenge, ChallengeMethod::S256).expect("well-formed");
        assert!(hashed.is_met_by(verifier) && !hashed.is_met_by(challenge) && !hashed.is_met_by(""));
        let plain = Challenge::new(verifier, ChallengeMethod::Plain).expect("well-formed");
        assert!(plain.is_met_by(verifier) && !plain.is_met_by(challenge));
    }

    #[test]
    fn only_what_can_be_a_challenge_is_one() {
        for bad in ["", &"a".repeat(42), &"a".repeat(129), &format!("{} ", "a".repeat(43)), &"é".repeat(30)] {
            assert_eq!(Challenge::new(bad, ChallengeMethod::S256), None, "{bad:?}");
        }
        assert_eq!(ChallengeMethod::parse("S256"), Some(ChallengeMethod::S256));
        assert_eq!(ChallengeMethod::parse("md5"), None);
    }
}
