//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, steps of 30 s, as every authenticator app has them.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// How long a code is shown, seconds.
pub const STEP_SECONDS: i64 = 30;
/// Steps that a phone's clock may be ahead or behind.
const SKEW: i64 = 1;

/// A new secret, 160 random bits as RFC 4226 recommends, in base 32.
pub fn new_secret() -> String {
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    base32(&bytes)
}

/// The step whose code this is, if it is one of now (epoch seconds), give or take one, and later than `used`.
pub fn step_of(secret: &str, code: &str, now: i64, used: i64) -> Option<i64> {
    let key = from_base32(secret)?;
    let code: u32 =
        (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())).then(|| code.parse().ok())??;
    let current = now / STEP_SECONDS;
    // Every candidate is computed, whichever fits.
    let mut found = None;
    for step in current - SKEW..=current + SKEW {
        if code_at(&key, step) == code && step > used && found.is_none() {
            found = Some(step);
        }
    }
    found
}

/// The code of a moment, epoch seconds; `None` when the secret is not base 32.
pub fn code(secret: &str, at: i64) -> Option<String> {
    Some(format!("{:06}", code_at(&from_base32(secret)?, at / STEP_SECONDS)))
}

fn code_at(key: &[u8], step: i64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes any key");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0x0f);
    let word = [digest[offset], digest[offset + 1], digest[offset + 2], digest[offset + 3]];
    (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let (mut text, mut buffer, mut bits) = (String::new(), 0u32, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0u32, 0);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        buffer = (buffer << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238, appendix B: their last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = base32(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (at, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(&secret, at).as_deref(), Some(expected), "{at}");
        }
    }

    #[test]
    fn a_clock_may_be_thirty_seconds_off_and_a_code_is_good_once() {
        let secret = new_secret();
        let now = 1_800_000_015;
        let at = |seconds: i64| code(&secret, now + seconds).expect("a code");
        for (off, good) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let found = step_of(&secret, &at(off), now, 0);
            // A code of another moment may happen to be the same number.
            assert!(found.is_some() == good || at(off) == at(0) || at(off) == at(30) || at(off) == at(-30), "{off}");
        }
        let step = step_of(&secret, &at(0), now, 0).expect("good");
        assert_eq!(step_of(&secret, &at(0), now, step), None, "a replay");
        assert_eq!(step_of(&secret, &at(-30), now, step), None, "an earlier one");
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６", "+12345", "-12345"] {
            assert_eq!(step_of(&secret, wrong, now, 0), None, "{wrong}");
        }
        assert_eq!(step_of("not base 32!", &at(0), now, 0), None);
    }

    #[test]
    fn secrets_survive_their_spelling() {
        for length in 0..40u8 {
            let bytes: Vec<u8> = (0..length).map(|at| at.wrapping_mul(37)).collect();
            assert_eq!(from_base32(&base32(&bytes)), Some(bytes));
        }
        assert_ne!(new_secret(), new_secret());
        assert_eq!(new_secret().len(), 32);
    }
}
