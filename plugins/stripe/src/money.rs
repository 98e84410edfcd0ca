//! Amounts: the tables hold them in units of their currency with three decimals, Stripe in the smallest unit.

use fashionos_plugin::Value;

/// Currencies without a smaller unit.
const WHOLE: [&str; 16] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];
/// Currencies of a thousand units.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

fn decimals(currency: &str) -> usize {
    match currency.to_ascii_uppercase().as_str() {
        code if WHOLE.contains(&code) => 0,
        code if THOUSANDTHS.contains(&code) => 3,
        _ => 2,
    }
}

/// An amount of a table in smallest units, exactly; none when it is negative, not a number, or finer than its currency.
pub fn minor(amount: &Value, currency: &str) -> Option<u64> {
    let text = match amount {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let decimals = decimals(currency);
    let (kept, finer) = fraction.split_at(decimals.min(fraction.len()));
    if finer.bytes().any(|byte| byte != b'0') {
        return None;
    }
    format!("{whole}{kept:0<decimals$}").parse().ok()
}

/// Smallest units as an amount of a table.
pub fn amount(minor: u64, currency: &str) -> String {
    let decimals = decimals(currency);
    let unit = 10_u64.pow(decimals as u32);
    if decimals == 0 { minor.to_string() } else { format!("{}.{:0>decimals$}", minor / unit, minor % unit) }
}

#[cfg(test)]
mod tests {
    use super::{amount, minor};
    use fashionos_plugin::json;

    #[test]
    fn amounts_are_exact_in_both_directions() {
        for (value, currency, smallest) in [
            (json!(1234.5), "USD", 123_450),
            (json!("1234.500"), "EUR", 123_450),
            (json!("0.1"), "USD", 10),
            (json!(1200), "JPY", 1_200),
            (json!("1.234"), "KWD", 1_234),
            (json!("99999999999.99"), "USD", 9_999_999_999_999),
        ] {
            assert_eq!(minor(&value, currency), Some(smallest), "{value} {currency}");
        }
        assert_eq!(
            (amount(123_405, "USD"), amount(1_200, "jpy"), amount(1_034, "KWD")),
            ("1234.05".into(), "1200".into(), "1.034".into())
        );
    }

    #[test]
    fn what_is_no_amount_of_its_currency_is_not_rounded() {
        for (value, currency) in
            [("1.005", "USD"), ("1.5", "JPY"), ("-1", "USD"), ("1e3", "USD"), ("", "USD"), (".5", "USD")]
        {
            assert_eq!(minor(&json!(value), currency), None, "{value} {currency}");
        }
        assert_eq!(minor(&json!(null), "USD"), None);
    }
}
