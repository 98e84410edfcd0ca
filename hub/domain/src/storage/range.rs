use std::ops::Range;

use super::{Code, Refusal};

/// The bytes that a `Range` header asks for, of a file of `size` bytes (RFC 9110 section 14). `None` means all of them: no
/// range, one of another unit, several at once, or one that is not understood, which are all passed over.
///
/// # Errors
/// `InvalidRange` when it begins behind the end.
pub fn bytes(header: Option<&str>, size: u64) -> Result<Option<Range<u64>>, Refusal> {
    let Some((first, last)) = header.and_then(|text| text.trim().strip_prefix("bytes=")?.trim().split_once('-')) else {
        return Ok(None);
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let range = match (number(first), number(last), first.is_empty(), last.is_empty()) {
        (Some(first), Some(last), ..) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None, _, true) => first..size,
        (None, Some(last), true, _) => size.saturating_sub(last)..size,
        _ => return Ok(None),
    };
    if range.start >= size || range.is_empty() {
        return Err(Refusal::new(Code::InvalidRange, format!("the file has {size} bytes")));
    }
    Ok(Some(range))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_as_in_the_standard() {
        for (header, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-9", 0..10),
            ("bytes=2-", 2..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("bytes=5-99999999999999999999999", 5..10),
        ] {
            assert_eq!(bytes(Some(header), 10), Ok(Some(expected)), "{header}");
        }
        for passed_over in
            ["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "items=0-1", "bytes=0-1,3-4", "bytes=a-b", "bytes=+1-2"]
        {
            assert_eq!(bytes(Some(passed_over), 10), Ok(None), "{passed_over}");
        }
        assert_eq!(bytes(None, 10), Ok(None));
        for behind in ["bytes=10-", "bytes=10-11", "bytes=-0"] {
            assert_eq!(bytes(Some(behind), 10).map_err(|refusal| refusal.code), Err(Code::InvalidRange), "{behind}");
        }
        assert!(bytes(Some("bytes=0-0"), 0).is_err());
    }

    proptest! {
        #[test]
        fn no_range_leaves_the_file(header in "bytes=[0-9]{0,4}-[0-9]{0,4}", size in 0u64..3000) {
            if let Ok(Some(range)) = bytes(Some(&header), size) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
