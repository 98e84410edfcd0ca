use std::net::{IpAddr, Ipv6Addr};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::MasterKey;

/// Seals the addresses that changes come from: the database keeps them for the audit log, and a stolen dump shows none.
pub struct AddressSealer(XChaCha20Poly1305);

/// A sealed address: `nonce (24) | address (16) | tag (16)`. Version 4 is mapped into version 6, so that the length tells nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SealedAddress([u8; SEALED]);

const NONCE: usize = 24;
const SEALED: usize = NONCE + 16 + 16;

impl AddressSealer {
    /// The sealer of this installation.
    pub fn new(master: &MasterKey) -> Self {
        Self(XChaCha20Poly1305::new(&master.derive("seal client addresses").into()))
    }

    /// Seals an address.
    pub fn seal(&self, address: IpAddr) -> SealedAddress {
        let mut sealed = [0u8; SEALED];
        getrandom::fill(&mut sealed[..NONCE]).expect("the system has randomness");
        let mapped = match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        let nonce: [u8; NONCE] = sealed[..NONCE].try_into().expect("its length");
        let text = self.0.encrypt(&XNonce::from(nonce), &mapped.octets()[..]).expect("16 bytes are not too many");
        sealed[NONCE..].copy_from_slice(&text);
        SealedAddress(sealed)
    }

    /// Opens a sealed address; `None` if it is none of this installation.
    pub fn open(&self, sealed: &[u8]) -> Option<IpAddr> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
        let octets: [u8; 16] = self.0.decrypt(&XNonce::from(*nonce), text).ok()?.try_into().ok()?;
        Some(Ipv6Addr::from(octets).to_canonical())
    }
}

impl SealedAddress {
    /// As a setting of the database carries it.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for SealedAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedAddress")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_installation_that_sealed_it_opens_it() {
        let key = |digit: &str| MasterKey::load(Some(&digit.repeat(64)), std::path::Path::new(".")).expect("64 digits");
        let (ours, theirs) = (AddressSealer::new(&key("5")), AddressSealer::new(&key("6")));
        for text in ["192.0.2.7", "2001:db8::7"] {
            let address: IpAddr = text.parse().expect("an address");
            let sealed = ours.seal(address);
            assert_eq!(ours.open(&sealed.0), Some(address));
            assert_eq!(theirs.open(&sealed.0), None);
            assert_eq!(ours.open(&sealed.0[1..]), None);
            assert_ne!(sealed, ours.seal(address), "the same address looks different each time");
            assert_eq!(sealed.hex().len(), 112);
        }
    }
}
