//! Decodes HTTP's chunked coding, wherever the bytes are split.

#[derive(Debug)]
pub struct BadChunk;

pub enum Chunked {
    /// In the line with the size. The field is the size read so far.
    Size(usize),
    /// In a chunk, with this many bytes left.
    Data(usize),
    /// In the line end after a chunk.
    DataEnd,
    /// After the last chunk.
    Ended,
}

impl Default for Chunked {
    fn default() -> Self {
        Self::Size(0)
    }
}

impl Chunked {
    /// Calls `payload` for each piece of the body in `bytes`.
    pub fn decode(&mut self, mut bytes: &[u8], mut payload: impl FnMut(&[u8])) -> Result<(), BadChunk> {
        while !bytes.is_empty() {
            match self {
                Self::Size(size) => {
                    let byte = bytes[0];
                    bytes = &bytes[1..];
                    match byte {
                        b'\r' => {}
                        b'\n' => *self = if *size == 0 { Self::Ended } else { Self::Data(*size) },
                        _ => {
                            let digit = (byte as char).to_digit(16).ok_or(BadChunk)?;
                            *size = size.checked_mul(16).ok_or(BadChunk)? + digit as usize;
                        }
                    }
                }
                Self::Data(left) => {
                    let length = bytes.len().min(*left);
                    payload(&bytes[..length]);
                    bytes = &bytes[length..];
                    *left -= length;
                    if *left == 0 {
                        *self = Self::DataEnd;
                    }
                }
                Self::DataEnd => {
                    match bytes[0] {
                        b'\r' => {}
                        b'\n' => *self = Self::Size(0),
                        _ => return Err(BadChunk),
                    }
                    bytes = &bytes[1..];
                }
                Self::Ended => return Ok(()),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_same_body_however_the_bytes_are_split() {
        let coded = b"5\r\nhello\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n1\r\n\n\r\n0\r\n\r\n";
        for size in 1..=coded.len() {
            let (mut chunked, mut body) = (Chunked::default(), Vec::new());
            for piece in coded.chunks(size) {
                chunked.decode(piece, |payload| body.extend_from_slice(payload)).unwrap();
            }
            assert_eq!(body, b"helloabcdefghijklmnopqrstuvwxyz\n", "in pieces of {size}");
            assert!(matches!(chunked, Chunked::Ended));
        }
    }

    #[test]
    fn refuses_bytes_that_are_not_chunked() {
        assert!(Chunked::default().decode(b"data: x\n\n", |_| ()).is_err());
        assert!(Chunked::default().decode(b"1\r\nxy\r\n", |_| ()).is_err());
    }
}
