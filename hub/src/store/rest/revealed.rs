use crate::store::keyring::Envelope;
use crate::store::{Store, StoreError};

/// Sealed values of an answer. Postgres sends each as a text that begins with a mark which nobody can guess, so that it is
/// found again however deep it stands, and whatever else the answer holds.
pub(super) struct Seals {
    secret: String,
    labels: Vec<String>,
}

impl Seals {
    pub(super) fn new() -> Self {
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).expect("the system has randomness");
        let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { secret, labels: Vec::new() }
    }

    /// The mark of values that were sealed for `label`.
    pub(super) fn mark(&mut self, label: &str) -> String {
        let at = self.labels.iter().position(|known| known == label).unwrap_or_else(|| {
            self.labels.push(label.to_owned());
            self.labels.len() - 1
        });
        format!("{}.{at}.", self.secret)
    }

    /// The JSON with its sealed values opened; null where a value does not open any more.
    pub(super) async fn reveal(&self, store: &Store, json: String) -> Result<String, StoreError> {
        if self.labels.is_empty() {
            return Ok(json);
        }
        let opening = format!("\"{}.", self.secret);
        let mut plain = Vec::new();
        let mut found: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut rest = json.as_str();
        while let Some(at) = rest.find(&opening) {
            plain.push(&rest[..at]);
            let value = &rest[at + opening.len()..];
            let (value, after) = value.split_once('"').unwrap_or((value, ""));
            let (label, hex) = value.split_once('.').unwrap_or((value, ""));
            found.push((label.parse().unwrap_or(usize::MAX), unhex(hex)));
            rest = after;
        }
        let envelopes: Vec<Envelope<'_>> = found
            .iter()
            .map(|(label, bytes)| Envelope { column: self.labels.get(*label).map_or("", String::as_str), bytes })
            .collect();
        let opened = store.keyring.open(&store.pools, &envelopes).await?;
        let mut revealed = String::with_capacity(json.len());
        for (before, value) in plain.into_iter().zip(opened) {
            revealed.push_str(before);
            match value {
                Some(text) => revealed.push_str(&serde_json::Value::String(text).to_string()),
                None => revealed.push_str("null"),
            }
        }
        revealed.push_str(rest);
        Ok(revealed)
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes().chunks(2).map_while(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}
