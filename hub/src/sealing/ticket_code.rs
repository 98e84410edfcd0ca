use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _};
use uuid::Uuid;

use super::MasterKey;

/// Signs the codes of tickets: `FH1.` + base64url(registration id, 16 bytes | Ed25519 signature, 64 bytes).
///
/// The signature covers the event too, so a code cannot be carried to another event; a tablet that holds the public key
/// can tell a forged code without a network.
pub struct TicketSigner(SigningKey);

impl TicketSigner {
    /// The signer of this installation.
    pub fn new(master: &MasterKey) -> Self {
        Self(SigningKey::from_bytes(&master.derive("sign tickets")))
    }

    /// The code of one registration. The same registration always gets the same code.
    pub fn code(&self, event_id: Uuid, registration_id: Uuid) -> String {
        let signature = self.0.sign(&message(event_id, registration_id));
        let mut bytes = [0u8; 80];
        bytes[..16].copy_from_slice(registration_id.as_bytes());
        bytes[16..].copy_from_slice(&signature.to_bytes());
        format!("FH1.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The registration that a code of this event names, if the code is genuine.
    pub fn verify(&self, event_id: Uuid, code: &str) -> Option<Uuid> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(code.strip_prefix("FH1.")?).ok()?;
        let registration_id = Uuid::from_slice(bytes.get(..16)?).ok()?;
        let signature = Signature::from_slice(bytes.get(16..)?).ok()?;
        self.0.verifying_key().verify(&message(event_id, registration_id), &signature).ok()?;
        Some(registration_id)
    }
}

fn message(event_id: Uuid, registration_id: Uuid) -> [u8; 32] {
    let mut bytes = [0u8; 32];
    bytes[..16].copy_from_slice(event_id.as_bytes());
    bytes[16..].copy_from_slice(registration_id.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F078: forged and copied-and-changed codes are told from genuine ones.
    #[test]
    fn only_the_genuine_code_of_the_event_is_verified() {
        let master = MasterKey::load(Some(&"5".repeat(64)), std::path::Path::new(".")).expect("64 digits");
        let signer = TicketSigner::new(&master);
        let (event, guest) = (Uuid::now_v7(), Uuid::now_v7());
        let code = signer.code(event, guest);
        assert!(code.len() >= 32 && code == signer.code(event, guest));
        assert_eq!(signer.verify(event, &code), Some(guest));
        assert_eq!(signer.verify(Uuid::now_v7(), &code), None);
        for at in 4..code.len() {
            let mut forged = code.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("ASCII");
            assert_eq!(signer.verify(event, &forged), None, "changed at {at}");
        }
        assert_eq!(signer.verify(event, "FH1."), None);
        assert_eq!(signer.verify(event, ""), None);
    }
}
