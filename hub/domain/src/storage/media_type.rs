use super::{Code, Refusal};

/// First bytes of a file that tell what it is.
pub const HEAD: usize = 4096;
/// What nobody knows more about.
pub const BYTES: &str = "application/octet-stream";

/// How a browser is told to take a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presentation {
    /// Shown; else only saved.
    pub inline: bool,
    /// The content security policy that goes along.
    pub policy: &'static str,
}

/// The type under which a file is kept, from what its sender says and from its first bytes ([`HEAD`], or all of it).
///
/// # Errors
/// `InvalidMimeType` for what is no type, for a picture, film, sound or PDF that is none, and for a page passed off as one.
pub fn judge(declared: Option<&str>, head: &[u8]) -> Result<String, Refusal> {
    let refuse = |message: String| Err(Refusal::new(Code::InvalidMimeType, message));
    let found = infer::get(head).map(|kind| kind.mime_type());
    let declared = declared.map(str::trim).filter(|text| !text.is_empty()).unwrap_or(BYTES);
    let Some(essence) = essence(declared) else {
        let cut: String = declared.chars().take(100).collect();
        return refuse(format!("{cut} is not a media type"));
    };
    if essence == BYTES {
        // What it can safely be shown as, it is.
        let shown = found.filter(|found| checked(&plain(found)) && presentation(found).inline);
        return Ok(shown.unwrap_or(BYTES).to_owned());
    }
    let name = plain(&essence);
    let found = found.map(plain);
    let fits = match name.as_str() {
        _ if head.is_empty() => true,
        "image/svg+xml" => is_svg(head),
        name if name.starts_with("video/") || name.starts_with("audio/") => {
            found.as_deref().is_none_or(|found| family(found) == family(name) || class(found) == class(name))
        }
        name if checked(name) => found.as_deref().is_some_and(|found| family(found) == family(name)),
        // A picture of a kind that is not known here is none that is known to be something else.
        name if class(name) == "image" => found.as_deref().is_none_or(|found| class(found) == "image"),
        _ => true,
    };
    if fits {
        return Ok(declared.to_owned());
    }
    refuse(match found {
        Some(found) => format!("the file was announced as {essence} and is {found}"),
        None => format!("the file was announced as {essence} and is not"),
    })
}

/// How a file of this type is given to browsers. What can hold a script is saved and not shown, and can do nothing even
/// where it is shown.
pub fn presentation(media_type: &str) -> Presentation {
    let name = essence(media_type).map(|essence| plain(&essence)).unwrap_or_default();
    match name.as_str() {
        // The viewers that browsers have for it do not run in a sandbox.
        "application/pdf" => Presentation { inline: true, policy: "default-src 'none'; style-src 'unsafe-inline'" },
        "text/plain" => Presentation { inline: true, policy: SANDBOX },
        "image/svg+xml" => Presentation { inline: false, policy: SANDBOX },
        name => {
            let inline = matches!(class(name), "video" | "audio") || (class(name) == "image" && checked(name));
            Presentation { inline, policy: if inline { MEDIA } else { SANDBOX } }
        }
    }
}

const SANDBOX: &str = "default-src 'none'; sandbox";
const MEDIA: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/// `type/subtype` in lower case; `None` for what is no media type.
fn essence(text: &str) -> Option<String> {
    let good = text.len() <= 200 && text.chars().all(|letter| letter.is_ascii() && !letter.is_ascii_control());
    let essence = text.split(';').next()?.trim().to_ascii_lowercase();
    let (class, kind) = essence.split_once('/')?;
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    (good && token(class) && token(kind)).then_some(essence)
}

/// The usual name of what has several.
fn plain(essence: &str) -> String {
    let name = essence.replacen("/x-", "/", 1);
    match name.as_str() {
        "image/jpg" | "image/pjpeg" => "image/jpeg".into(),
        "image/heic" | "image/heic-sequence" | "image/heif-sequence" => "image/heif".into(),
        "image/ms-bmp" => "image/bmp".into(),
        "application/zip-compressed" => "application/zip".into(),
        _ => name,
    }
}

fn class(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

/// Types that are told by their first bytes, always.
fn checked(name: &str) -> bool {
    matches!(
        name,
        "image/jpeg"
            | "image/png"
            | "image/gif"
            | "image/webp"
            | "image/avif"
            | "image/heif"
            | "image/bmp"
            | "image/tiff"
            | "application/pdf"
            | "application/zip"
            | "application/gzip"
    ) || matches!(class(name), "video" | "audio")
}

/// Containers that hold several types.
fn family(name: &str) -> &str {
    match name {
        "video/mp4" | "video/quicktime" | "video/m4v" | "audio/mp4" | "audio/m4a" => "iso media",
        "image/avif" | "image/heif" => "iso picture",
        "audio/ogg" | "video/ogg" | "audio/opus" => "ogg",
        "video/webm" | "video/matroska" | "audio/webm" => "matroska",
        other if other.starts_with("application/vnd.openxmlformats") || other.starts_with("application/vnd.oasis") => {
            "application/zip"
        }
        other => other,
    }
}

fn is_svg(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('<') && !text.contains("<html") && (text.starts_with("<?xml") || text.contains("<svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
    const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
    const PAGE: &[u8] = b"<!DOCTYPE html><html><script>alert(1)</script>";

    fn code(declared: &str, head: &[u8]) -> Option<Code> {
        judge(Some(declared), head).err().map(|refusal| refusal.code)
    }

    #[test]
    fn what_is_as_announced_is_kept_as_announced() {
        for (declared, head) in [
            ("image/png", PNG),
            ("image/jpg", JPEG),
            ("IMAGE/JPEG", JPEG),
            ("video/mp4", MP4),
            ("video/quicktime", MP4),
            ("text/plain;charset=UTF-8", b"hello"),
            ("text/plain;charset=UTF-8", PNG),
            ("text/html", PAGE),
            ("application/pdf", b"%PDF-1.7"),
            ("image/svg+xml", b"<?xml version=\"1.0\"?><svg/>"),
            ("image/png", b""),
            ("application/json", b"{}"),
        ] {
            assert_eq!(judge(Some(declared), head).as_deref(), Ok(declared), "{declared}");
        }
    }

    #[test]
    fn what_is_passed_off_as_something_else_is_refused() {
        for (declared, head) in [
            ("image/png", PAGE),
            ("image/png", JPEG),
            ("image/jpeg", b"MZ\x90\0" as &[u8]),
            ("image/jpeg", b"hello"),
            ("image/svg+xml", PAGE),
            ("image/svg+xml", b"alert(1)"),
            ("image/x-unknown", PAGE),
            ("video/mp4", PAGE),
            ("audio/mpeg", PNG),
            ("application/pdf", PAGE),
            ("application/zip", PNG),
        ] {
            assert_eq!(code(declared, head), Some(Code::InvalidMimeType), "{declared}");
        }
        for bad in ["image", "image/", "/png", "a b/c", "image/png\r\nx: y", "é/a"] {
            assert_eq!(code(bad, b""), Some(Code::InvalidMimeType), "{bad:?}");
        }
    }

    #[test]
    fn bytes_of_no_type_are_found_out_when_they_can_be_shown() {
        assert_eq!(judge(None, PNG).as_deref(), Ok("image/png"));
        assert_eq!(judge(Some(BYTES), MP4).as_deref(), Ok("video/mp4"));
        assert_eq!(judge(None, PAGE).as_deref(), Ok(BYTES));
        assert_eq!(judge(None, b"MZ\x90\0").as_deref(), Ok(BYTES));
    }

    #[test]
    fn only_what_holds_no_script_is_shown() {
        for shown in
            ["image/png", "image/jpeg", "video/mp4", "audio/mpeg", "application/pdf", "text/plain;charset=UTF-8"]
        {
            assert!(presentation(shown).inline, "{shown}");
        }
        for saved in [
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            BYTES,
            "text/javascript",
            "",
            "image/anything",
        ] {
            let made = presentation(saved);
            assert!(!made.inline && made.policy.contains("sandbox"), "{saved}");
        }
    }
}
