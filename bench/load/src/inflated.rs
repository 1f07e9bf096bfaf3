//! Inflates a gzip body, wherever the bytes are split.

use flate2::{Decompress, FlushDecompress, Status};

/// The exponent of deflate's window size.
const WINDOW_BITS: u8 = 15;

#[derive(Debug)]
pub struct BadBody;

pub struct Inflated {
    state: Decompress,
    plain: Vec<u8>,
}

impl Default for Inflated {
    fn default() -> Self {
        Self { state: Decompress::new_gzip(WINDOW_BITS), plain: Vec::with_capacity(16 * 1024) }
    }
}

impl Inflated {
    /// Calls `payload` for each piece of the plain body in `bytes`.
    pub fn decode(&mut self, mut bytes: &[u8], mut payload: impl FnMut(&[u8])) -> Result<(), BadBody> {
        loop {
            let before = self.state.total_in();
            self.plain.clear();
            let status = self
                .state
                .decompress_vec(bytes, &mut self.plain, FlushDecompress::None)
                .map_err(|_| BadBody)?;
            bytes = &bytes[(self.state.total_in() - before) as usize..];
            payload(&self.plain);
            let is_full = self.plain.len() == self.plain.capacity();
            if status == Status::StreamEnd || (bytes.is_empty() && !is_full) {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn gives_the_same_body_however_the_bytes_are_split() {
        let expected: Vec<u8> = (0..40_000u32).flat_map(|n| (n % 977).to_le_bytes()).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&expected).unwrap();
        let coded = encoder.finish().unwrap();
        for size in [1, 7, 1000, coded.len()] {
            let (mut inflated, mut body) = (Inflated::default(), Vec::new());
            for piece in coded.chunks(size) {
                inflated.decode(piece, |plain| body.extend_from_slice(plain)).unwrap();
            }
            assert!(body == expected, "in pieces of {size}");
        }
    }

    #[test]
    fn refuses_bytes_that_are_not_gzip() {
        assert!(Inflated::default().decode(b"data: plain\n\n", |_| {}).is_err());
    }
}
