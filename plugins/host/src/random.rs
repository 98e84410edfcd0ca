//! Bytes that look random and are the same for the same seed, so that a recorded run can be repeated.

use sha2::{Digest, Sha256};

/// A stream of SHA-256 over the seed and a counter (the hash generator of NIST SP 800-90A without its reseeding: a run is short).
pub(crate) struct Random {
    seed: [u8; 32],
    counter: u64,
}

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Random {
        Random { seed, counter: 0 }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 32);
        while bytes.len() < count {
            bytes.extend_from_slice(
                &Sha256::new().chain_update(self.seed).chain_update(self.counter.to_le_bytes()).finalize(),
            );
            self.counter += 1;
        }
        bytes.truncate(count);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_another_gives_other_bytes() {
        let (mut one, mut same, mut other) = (Random::new([1; 32]), Random::new([1; 32]), Random::new([2; 32]));
        let first = one.bytes(70);
        assert_eq!(first, same.bytes(70));
        assert_ne!(first, other.bytes(70));
        assert_ne!(first, one.bytes(70));
    }
}
