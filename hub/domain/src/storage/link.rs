use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rendition::Rendition;
use super::{Code, Refusal};

/// Longest life of a signed address, seconds: a year.
pub const LONGEST: i64 = 366 * 24 * 3600;
/// Life of an address to upload to, seconds.
pub const UPLOAD: i64 = 2 * 3600;

/// What a signed address says. It acts as whoever signed it and opens nothing that they may not see at that moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Its own id, to take back this one.
    pub jti: Uuid,
    /// Who signed it.
    pub by: Uuid,
    /// In which organization.
    pub org: Uuid,
    /// For what.
    #[serde(flatten)]
    pub purpose: Purpose,
    /// Bucket and name, as in the address.
    pub url: String,
    /// When it was signed by the database's clock, epoch ms.
    pub at: i64,
    /// When it ends, epoch seconds.
    pub exp: i64,
}

/// What an address is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Purpose {
    /// To read one file, not whatever has its name later.
    Download {
        /// The file.
        file: Uuid,
        /// As a smaller picture only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_picture: Option<Rendition>,
    },
    /// To send one file.
    Upload {
        /// Also over one that is there.
        replaces: bool,
    },
}

impl Link {
    /// Whether this address may be followed now (epoch ms), for this bucket and name. What else may stop it, the database
    /// knows: that it was taken back, or what its signer sees.
    ///
    /// # Errors
    /// `ExpiredToken`, or `InvalidSignature` for another address.
    pub fn check(&self, bucket: &str, key: &str, now: i64) -> Result<(), Refusal> {
        if self.url != address(bucket, key) {
            return Err(Refusal::new(Code::InvalidSignature, "this address was signed for something else"));
        }
        if self.exp.saturating_mul(1000) <= now {
            return Err(Refusal::new(Code::ExpiredToken, "this address has expired"));
        }
        Ok(())
    }
}

/// Bucket and name as one text.
pub fn address(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}")
}

/// How long an address may live, seconds.
///
/// # Errors
/// `InvalidRequest`.
pub fn life(seconds: f64) -> Result<i64, Refusal> {
    if (1.0..=LONGEST as f64).contains(&seconds) {
        return Ok(seconds as i64);
    }
    Err(Refusal::new(Code::InvalidRequest, format!("expiresIn is 1 to {LONGEST} seconds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        let purpose = Purpose::Download { file: Uuid::nil(), as_picture: None };
        Link { jti: Uuid::nil(), by: Uuid::nil(), org: Uuid::nil(), purpose, url: "a/b/c.jpg".into(), at: 0, exp: 10 }
    }

    #[test]
    fn an_address_is_good_for_its_file_until_it_ends() {
        assert_eq!(link().check("a", "b/c.jpg", 9_999), Ok(()));
        assert_eq!(link().check("a", "b/c.jpg", 10_000).map_err(|r| r.code), Err(Code::ExpiredToken));
        assert_eq!(link().check("a", "b/d.jpg", 0).map_err(|r| r.code), Err(Code::InvalidSignature));
        // Bucket and name cannot trade a part: a bucket has no slash.
        assert_eq!(link().check("b", "c.jpg", 0).map_err(|r| r.code), Err(Code::InvalidSignature));
    }

    #[test]
    fn claims_survive_their_writing() {
        for purpose in [link().purpose, Purpose::Upload { replaces: true }] {
            let link = Link { purpose, ..link() };
            let text = serde_json::to_string(&link).expect("JSON");
            assert_eq!(serde_json::from_str::<Link>(&text).expect("claims"), link, "{text}");
        }
    }

    #[test]
    fn lives_are_bounded() {
        assert_eq!(life(60.0), Ok(60));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12] {
            assert!(life(bad).is_err(), "{bad}");
        }
    }
}
