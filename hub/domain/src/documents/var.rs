/// The bytes do not say what they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes end too early or are not what they should be")]
pub struct Malformed;

/// Reads the numbers, texts and byte strings of Yjs's encoding (lib0, variable length).
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

/// The largest number that JavaScript counts exactly.
const LARGEST: u64 = (1 << 53) - 1;

impl<'a> Reader<'a> {
    /// From the beginning.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number, seven bits a byte, the lowest first.
    ///
    /// # Errors
    /// [`Malformed`], also above 2^53 - 1.
    pub fn uint(&mut self) -> Result<u64, Malformed> {
        let mut number = 0u64;
        for shift in (0..56).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or(Malformed)?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return if number <= LARGEST { Ok(number) } else { Err(Malformed) };
            }
        }
        Err(Malformed)
    }

    /// Bytes behind their number.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.uint()?).map_err(|_| Malformed)?;
        let (bytes, rest) = self.bytes.split_at_checked(length).ok_or(Malformed)?;
        self.bytes = rest;
        Ok(bytes)
    }

    /// A text behind the number of its bytes.
    ///
    /// # Errors
    /// [`Malformed`], also when it is not UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }
}

/// Writes a number as [`Reader::uint`] reads it.
pub fn write_uint(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Writes bytes as [`Reader::bytes`] reads them.
pub fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for number in [0, 1, 127, 128, 300, 1 << 21, u64::from(u32::MAX), LARGEST] {
            let mut out = Vec::new();
            write_uint(&mut out, number);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.uint(), Ok(number));
            assert!(reader.is_empty());
        }
        let mut out = Vec::new();
        write_bytes(&mut out, "Ærø".as_bytes());
        assert_eq!(Reader::new(&out).text(), Ok("Ærø"));
    }

    #[test]
    fn what_promises_more_than_there_is_is_refused() {
        assert_eq!(Reader::new(&[]).uint(), Err(Malformed));
        assert_eq!(Reader::new(&[0x80]).uint(), Err(Malformed));
        assert_eq!(Reader::new(&[0xff; 12]).uint(), Err(Malformed), "longer than any number");
        assert_eq!(Reader::new(&[5, 1, 2]).bytes(), Err(Malformed));
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]).bytes(), Err(Malformed));
        assert_eq!(Reader::new(&[2, 0xc3, 0x28]).text(), Err(Malformed), "not UTF-8");
    }
}
