use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _};
use uuid::Uuid;

use super::MasterKey;

/// Signs the ends of audit chains (Ed25519). Whoever can write to the database, but does not hold the master key, can
/// rewrite a chain and not sign it.
pub struct AuditSigner(SigningKey);

/// The end of an organization's chain at some moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose chain.
    pub organization_id: Uuid,
    /// The number of its last entry.
    pub entry: i64,
    /// That entry's hash.
    pub hash: [u8; 32],
    /// When it was signed, epoch microseconds.
    pub sealed_at: i64,
}

impl AuditSigner {
    /// The signer of this installation.
    pub fn new(master: &MasterKey) -> Self {
        Self(SigningKey::from_bytes(&master.derive("sign audit heads")))
    }

    /// The signature of a head, 64 bytes.
    pub fn sign(&self, head: &Head) -> Vec<u8> {
        self.0.sign(&message(head)).to_bytes().to_vec()
    }

    /// Whether this installation signed it.
    pub fn verify(&self, head: &Head, signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verifying_key().verify(&message(head), &signature).is_ok())
    }
}

fn message(head: &Head) -> Vec<u8> {
    let mut message = b"fashionos-hub audit head".to_vec();
    message.extend(head.organization_id.as_bytes());
    message.extend(head.entry.to_be_bytes());
    message.extend(head.hash);
    message.extend(head.sealed_at.to_be_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_signed_for_one_chain_one_entry_one_hash_and_one_moment() {
        let key = |digit: &str| MasterKey::load(Some(&digit.repeat(64)), std::path::Path::new(".")).expect("64 digits");
        let signer = AuditSigner::new(&key("5"));
        let head = Head { organization_id: Uuid::now_v7(), entry: 7, hash: [3; 32], sealed_at: 99 };
        let signature = signer.sign(&head);
        assert!(signer.verify(&head, &signature));
        for other in [
            Head { organization_id: Uuid::now_v7(), ..head.clone() },
            Head { entry: 8, ..head.clone() },
            Head { hash: [4; 32], ..head.clone() },
            Head { sealed_at: 98, ..head.clone() },
        ] {
            assert!(!signer.verify(&other, &signature), "{other:?}");
        }
        assert!(!signer.verify(&head, &signature[..63]));
        assert!(!AuditSigner::new(&key("6")).verify(&head, &signature));
    }
}
