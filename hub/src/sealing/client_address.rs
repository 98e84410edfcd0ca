use std::net::{IpAddr, Ipv6Addr};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::MasterKey;

/// From where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The address.
    pub address: IpAddr,
    /// The program that made it, as it calls itself.
    pub agent: Agent,
}

/// What a program calls itself (`User-Agent`): one line of at most 143 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    length: u8,
    text: [u8; AGENT],
}

const AGENT: usize = 143;

impl Agent {
    /// The beginning of what it says, without what is no text.
    pub fn new(said: &[u8]) -> Self {
        let mut agent = Self { length: 0, text: [0; AGENT] };
        for letter in String::from_utf8_lossy(said).trim().chars().filter(|letter| !is_unseen(*letter)) {
            let (from, to) = (usize::from(agent.length), usize::from(agent.length) + letter.len_utf8());
            let Some(place) = agent.text.get_mut(from..to) else { break };
            letter.encode_utf8(place);
            agent.length = u8::try_from(to).unwrap_or(u8::MAX);
        }
        agent
    }

    /// As text; empty if it says nothing.
    pub fn as_str(&self) -> &str {
        self.text.get(..usize::from(self.length)).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

/// Control characters, and those that turn text around or hide in it: a line of the audit log is to look like what it is.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Seals the addresses that changes come from: the database keeps them for the audit log, and a stolen dump shows none.
pub struct AddressSealer(XChaCha20Poly1305);

/// A sealed origin: `nonce (24) | address (16) | length and name of the program (144) | tag (16)`. Version 4 is mapped into version
/// 6 and names are padded, so that the length tells nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SealedAddress([u8; SEALED]);

const NONCE: usize = 24;
const SEALED: usize = NONCE + CLEAR + 16;
const CLEAR: usize = 16 + 1 + AGENT;

impl AddressSealer {
    /// The sealer of this installation.
    pub fn new(master: &MasterKey) -> Self {
        Self(XChaCha20Poly1305::new(&master.derive("seal client addresses").into()))
    }

    /// Seals an origin.
    pub fn seal(&self, from: Origin) -> SealedAddress {
        let mut sealed = [0u8; SEALED];
        getrandom::fill(&mut sealed[..NONCE]).expect("the system has randomness");
        let mapped = match from.address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        let nonce: [u8; NONCE] = sealed[..NONCE].try_into().expect("its length");
        let mut clear = [0u8; CLEAR];
        clear[..16].copy_from_slice(&mapped.octets());
        clear[16] = from.agent.length;
        clear[17..].copy_from_slice(&from.agent.text);
        let text = self.0.encrypt(&XNonce::from(nonce), &clear[..]).expect("160 bytes are not too many");
        sealed[NONCE..].copy_from_slice(&text);
        SealedAddress(sealed)
    }

    /// Opens a sealed origin; `None` if it is none of this installation. Older ones are of an address alone.
    pub fn open(&self, sealed: &[u8]) -> Option<Origin> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
        let clear = self.0.decrypt(&XNonce::from(*nonce), text).ok()?;
        let (octets, agent) = clear.split_first_chunk::<16>()?;
        let agent = agent.split_first().map(|(length, text)| text.get(..usize::from(*length)).unwrap_or_default());
        Some(Origin { address: Ipv6Addr::from(*octets).to_canonical(), agent: Agent::new(agent.unwrap_or_default()) })
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
        for (text, agent) in [("192.0.2.7", ""), ("2001:db8::7", "Mozilla/5.0 (X11; Linux x86_64)")] {
            let address = Origin { address: text.parse().expect("an address"), agent: Agent::new(agent.as_bytes()) };
            let sealed = ours.seal(address);
            assert_eq!(ours.open(&sealed.0), Some(address));
            assert_eq!(theirs.open(&sealed.0), None);
            assert_eq!(ours.open(&sealed.0[1..]), None);
            assert_ne!(sealed, ours.seal(address), "the same address looks different each time");
            assert_eq!(sealed.hex().len(), 400);
        }
        // As they were before programs were kept.
        let nonce = XNonce::from([7; NONCE]);
        let octets = Ipv6Addr::LOCALHOST.octets();
        let old = [&nonce[..], &ours.0.encrypt(&nonce, &octets[..]).expect("sealed")].concat();
        let opened = ours.open(&old).expect("an address");
        assert_eq!((opened.address.to_string(), opened.agent.as_str()), ("::1".to_owned(), ""));
    }

    #[test]
    fn a_program_has_one_short_line() {
        let agent = |said: &[u8]| Agent::new(said).as_str().to_owned();
        assert_eq!(agent(b"  curl/8.5.0 "), "curl/8.5.0");
        assert_eq!(agent("Kasse\r\n\u{202e}X-Evil: 1\u{1b}[31m".as_bytes()), "KasseX-Evil: 1[31m");
        assert_eq!(agent(&[0xff, b'a']), "\u{fffd}a");
        let long = agent("é".repeat(500).as_bytes());
        assert_eq!((long.len(), long.chars().count()), (142, 71), "cut between letters");
    }
}
