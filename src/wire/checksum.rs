//! The CRC-32 and the length of plain bytes, as in the trailer of gzip (RFC 1952).
//!
//! Each connection has its own sum because connections may be sent different blocks. A block's sum
//! is computed once, together with the shift that appends it to any other sum.

/// The polynomial, with its bits reversed.
const POLYNOMIAL: u32 = 0xedb8_8320;
/// The polynomials 1 and x^8.
const ONE: u32 = 1 << 31;
const BYTE: u32 = 1 << 23;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    crc: u32,
    /// Modulo 2^32, as in the trailer.
    length: u32,
}

/// The sum of one block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockSum {
    sum: Checksum,
    /// x^(8 * length): multiplying a CRC by this moves it past `length` bytes.
    shift: u32,
}

impl Checksum {
    pub const NOTHING: Self = Self { crc: 0, length: 0 };

    pub fn append(&mut self, block: &BlockSum) {
        // A sum without bytes has no shift.
        if block.shift == 0 {
            return;
        }
        self.crc = multiply(block.shift, self.crc) ^ block.sum.crc;
        self.length = self.length.wrapping_add(block.sum.length);
    }

    pub fn to_bytes(self) -> [u8; 8] {
        (u64::from(self.length) << 32 | u64::from(self.crc)).to_le_bytes()
    }
}

impl BlockSum {
    pub fn of(bytes: &[u8]) -> Self {
        let sum = Checksum { crc: crc32fast::hash(bytes), length: bytes.len() as u32 };
        Self { sum, shift: shift(bytes.len()) }
    }
}

/// The product of two polynomials, modulo the CRC's polynomial.
fn multiply(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    for bit in (0..u32::BITS).rev() {
        product ^= b & (a >> bit & 1).wrapping_neg();
        b = b >> 1 ^ (b & 1).wrapping_neg() & POLYNOMIAL;
    }
    product
}

/// x^(8 * length), by squaring.
fn shift(mut length: usize) -> u32 {
    let (mut result, mut power) = (ONE, BYTE);
    while length > 0 {
        if length & 1 == 1 {
            result = multiply(power, result);
        }
        power = multiply(power, power);
        length >>= 1;
    }
    result
}

#[cfg(test)]
mod tests;
