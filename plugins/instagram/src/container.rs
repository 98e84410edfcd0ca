//! Containers: what Instagram makes of a picture before it is published.

use fashionos_plugin::Value;

/// Largest picture, bytes.
const MOST_PICTURE_BYTES: u64 = 8 << 20;
/// Longest caption, characters.
const MOST_CAPTION: usize = 2_200;

/// What became of a container.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    InProgress,
    Finished,
    Published,
    /// `again`: another container may do better.
    Broken {
        again: bool,
        reason: String,
    },
}

/// The status of a container as the API words it.
pub fn status(node: &Value) -> Status {
    let reason = || node["status"].as_str().unwrap_or("Instagram gave no reason").to_owned();
    match node["status_code"].as_str() {
        Some("FINISHED") => Status::Finished,
        Some("PUBLISHED") => Status::Published,
        Some("EXPIRED") => Status::Broken { again: true, reason: reason() },
        Some("ERROR") => {
            let reason = reason();
            // Download timed out, container expired, container to be made again.
            let again = ["2207003", "2207020", "2207032"].iter().any(|code| reason.contains(code));
            Status::Broken { again, reason }
        }
        _ => Status::InProgress,
    }
}

/// The fields of a new container, none standing for the address of the file; the reason when Instagram takes no such file.
pub fn fields(content_type: &str, bytes: u64, caption: &str) -> Result<Vec<(String, Option<String>)>, &'static str> {
    if caption.chars().count() > MOST_CAPTION {
        return Err("a caption has at most 2,200 characters");
    }
    let mut fields = match content_type {
        "image/jpeg" if bytes > MOST_PICTURE_BYTES => return Err("a picture has at most 8 MiB"),
        "image/jpeg" => vec![("image_url".to_owned(), None)],
        "video/mp4" | "video/quicktime" => {
            vec![("media_type".to_owned(), Some("REELS".to_owned())), ("video_url".to_owned(), None)]
        }
        _ => return Err("Instagram takes JPEG pictures, and MP4 and MOV videos"),
    };
    fields.push(("caption".into(), Some(caption.into())));
    Ok(fields)
}

/// Whether the account has published all it may in a day.
pub fn is_used_up(limit: &Value) -> bool {
    let limit = &limit["data"][0];
    match (limit["quota_usage"].as_u64(), limit["config"]["quota_total"].as_u64()) {
        (Some(used), Some(total)) => used >= total,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Status, fields, is_used_up, status};
    use fashionos_plugin::json;

    #[test]
    fn another_container_is_made_when_that_can_help() {
        let error = |text: &str| status(&json!({"status_code": "ERROR", "status": text}));
        assert!(matches!(error("Error: 2207003 timeout"), Status::Broken { again: true, .. }));
        assert!(matches!(error("Error: 2207004 too large"), Status::Broken { again: false, .. }));
        assert!(matches!(status(&json!({"status_code": "EXPIRED"})), Status::Broken { again: true, .. }));
        assert_eq!(status(&json!({"status_code": "FINISHED"})), Status::Finished);
        assert_eq!(status(&json!({})), Status::InProgress);
    }

    #[test]
    fn what_instagram_does_not_take_is_known_before_it_is_asked() {
        assert!(fields("image/png", 1, "").is_err());
        assert!(fields("image/jpeg", (8 << 20) + 1, "").is_err());
        assert!(fields("image/jpeg", 8 << 20, &"é".repeat(2_200)).is_ok());
        assert!(fields("image/jpeg", 1, &"é".repeat(2_201)).is_err());
    }

    #[test]
    fn the_account_s_own_limit_counts() {
        let limit = |used: u64| json!({"data": [{"quota_usage": used, "config": {"quota_total": 50}}]});
        assert!(!is_used_up(&limit(49)));
        assert!(is_used_up(&limit(50)));
        assert!(!is_used_up(&json!({"data": []})));
    }
}
