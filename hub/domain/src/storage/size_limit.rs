use serde::Deserialize;

use super::{Code, Refusal};

/// A size as a client writes it: bytes, or a text such as `20MB`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum SizeLimit {
    /// Bytes.
    Bytes(f64),
    /// A number with a unit.
    Text(String),
}

/// The largest limit, bytes: 5 TB.
const MOST: f64 = 5e12;

impl SizeLimit {
    /// In bytes. Units are thousands, as Supabase has them: `kb`, `mb`, `gb`, `tb`.
    ///
    /// # Errors
    /// `InvalidRequest`.
    pub fn bytes(&self) -> Result<i64, Refusal> {
        let bytes = match self {
            Self::Bytes(bytes) => *bytes,
            Self::Text(text) => parse(text).unwrap_or(f64::NAN),
        };
        if !(1.0..=MOST).contains(&bytes) {
            let message = "a size limit is a number of bytes, or a text such as 20MB, of at most 5TB";
            return Err(Refusal::new(Code::InvalidRequest, message));
        }
        Ok(bytes as i64)
    }
}

fn parse(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let split = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit.trim() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_senseless_ones_refused() {
        let text = |text: &str| SizeLimit::Text(text.into()).bytes().ok();
        assert_eq!(SizeLimit::Bytes(1024.0).bytes(), Ok(1024));
        assert_eq!(
            [text("20MB"), text("1.5 kb"), text("7"), text("5tb")],
            [Some(20_000_000), Some(1500), Some(7), Some(5_000_000_000_000)]
        );
        for bad in ["", "MB", "-1", "0", "1e9", "6TB", "20 apples", "1.2.3mb", "nan", "inf"] {
            assert_eq!(text(bad), None, "{bad}");
        }
        assert!(SizeLimit::Bytes(f64::NAN).bytes().is_err() && SizeLimit::Bytes(0.0).bytes().is_err());
    }
}
