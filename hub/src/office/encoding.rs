use encoding_rs::{Encoding, WINDOWS_1252};

use super::incoming::FileError;

/// The text of a file: as its byte-order mark says (UTF-8, UTF-16), else UTF-8, else Windows-1252, which is what
/// spreadsheets of western Europe and America write.
pub(super) fn text(bytes: &[u8]) -> Result<String, FileError> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => {
            let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
            if broken {
                return Err(FileError::NotText);
            }
            text.into_owned()
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    };
    // Windows-1252 makes a text of any bytes; those of a picture or a program hold control characters.
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}');
    if text.chars().any(control) { Err(FileError::NotText) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_encodings_of_spreadsheets_are_read() {
        let utf16: Vec<u8> = [0xfeff].into_iter().chain("Zoë;1\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in ["Zoë;1\n".as_bytes(), "\u{feff}Zoë;1\n".as_bytes(), b"Zo\xeb;1\n", &utf16] {
            assert_eq!(text(bytes).as_deref(), Ok("Zoë;1\n"), "{bytes:?}");
        }
        assert_eq!(text(b"\x80 100 \x96 Ren\xe9e").as_deref(), Ok("€ 100 – Renée"));
        assert_eq!(text(b"").as_deref(), Ok(""));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        for bytes in [b"a,b\0c".as_slice(), b"\x89PNG\r\n\x1a\n\xff\xfe", b"\xff\xfea", b"\xef\xbb\xbf\xff", b"a\x1bb"]
        {
            assert_eq!(text(bytes), Err(FileError::NotText), "{bytes:?}");
        }
    }
}
