use super::{Code, Refusal};

/// Longest name of a file with its folders, bytes.
pub const KEY: usize = 1024;
/// Longest name of a bucket, characters.
pub const BUCKET: usize = 100;
/// What follows `/object/` in addresses that are about something else than a bucket.
const RESERVED: [&str; 9] = ["authenticated", "copy", "info", "list", "list-v2", "move", "public", "sign", "upload"];

/// A name that a bucket can have.
///
/// # Errors
/// `InvalidBucketName`.
pub fn bucket(name: &str) -> Result<&str, Refusal> {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let good = (1..=BUCKET).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && name.chars().all(letters)
        && !name.contains("..")
        && !RESERVED.contains(&name);
    if good {
        return Ok(name);
    }
    let message = format!(
        "the name of a bucket is 1 to {BUCKET} letters, digits, dots, dashes and underscores, and not one of {}",
        RESERVED.join(", ")
    );
    Err(Refusal::new(Code::InvalidBucketName, message))
}

/// A name that a file can have. It is a name and no path: nothing of it reaches the file system.
///
/// # Errors
/// `InvalidKey`.
pub fn key(name: &str) -> Result<&str, Refusal> {
    let refuse = |message: &str| Err(Refusal::new(Code::InvalidKey, message));
    if name.is_empty() || name.len() > KEY {
        return refuse("the name of a file has 1 to 1024 bytes");
    }
    if name.chars().any(|letter| letter.is_control() || letter == '\\') {
        return refuse("the name of a file holds no control characters and no backslash");
    }
    if name.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return refuse("the folders in the name of a file have names, and none is . or ..");
    }
    Ok(name)
}

/// The folder that a list is asked for, as names in it begin: empty, or with a slash at its end.
///
/// # Errors
/// `InvalidKey`.
pub fn folder(prefix: &str) -> Result<String, Refusal> {
    let trimmed = prefix.trim_matches('/');
    if trimmed.is_empty() {
        return Ok(String::new());
    }
    key(trimmed).map(|folder| format!("{folder}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_have_plain_names() {
        for good in ["galleries", "Lookbook-2026", "casting_cards", "a", "v1.2"] {
            assert_eq!(bucket(good), Ok(good));
        }
        for bad in ["", ".hidden", "a/b", "a..b", "sign", "public", "é", "a b", &"x".repeat(101)] {
            assert_eq!(bucket(bad).map_err(|refusal| refusal.code), Err(Code::InvalidBucketName), "{bad:?}");
        }
    }

    #[test]
    fn files_have_names_and_no_paths() {
        for good in ["a.jpg", "looks/01/front.jpg", "Défilé été.jpg", "...", "a b+c&d=e;f,g?h#i%2F", "..a/b.."] {
            assert_eq!(key(good), Ok(good));
        }
        let long = "x".repeat(1025);
        for bad in ["", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a\\b", "a\0b", "a\nb", &long] {
            assert_eq!(key(bad).map_err(|refusal| refusal.code), Err(Code::InvalidKey), "{bad:?}");
        }
    }

    #[test]
    fn folders_end_with_a_slash() {
        assert_eq!(folder("").as_deref(), Ok(""));
        assert_eq!(folder("/").as_deref(), Ok(""));
        assert_eq!(folder("looks/01/").as_deref(), Ok("looks/01/"));
        assert!(folder("a/../b").is_err());
    }
}
