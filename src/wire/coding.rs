//! Content codings (RFC 9110, section 8.4.1): how the bytes of a connection are compressed.
//!
//! - Each block is compressed independently, so it serves every connection, regardless of earlier
//!   blocks.
//! - gzip: after the header (RFC 1952), a block is deflate data (RFC 1951) that ends with a full
//!   flush. The trailer has the checksum of all bytes that the connection was sent.
//! - zstd: a block is a frame (RFC 8878), and a stream is any number of frames.

use super::checksum::Checksum;
use super::frame::Framing;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    #[default]
    Identity,
    Gzip,
    Zstd,
}

/// The framing and coding of a connection's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    pub framing: Framing,
    pub coding: Coding,
}

impl Form {
    pub const PLAIN: Self = Self { framing: Framing::Plain, coding: Coding::Identity };
    pub const COUNT: usize = 6;

    /// An index below [`Form::COUNT`].
    pub fn index(self) -> usize {
        self.framing as usize * 3 + self.coding as usize
    }
}

/// A header without name and time, and with the system unknown.
const GZIP_HEADER: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\xff";
/// An empty last block of deflate.
const LAST_BLOCK: &[u8] = b"\x03\0";
/// An empty zstd frame. A zstd body without any bytes is invalid.
const EMPTY_FRAME: &[u8] = b"\x28\xb5\x2f\xfd\x20\0\x01\0\0";

impl Coding {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The first bytes of a body.
    pub fn header(self) -> Option<&'static [u8]> {
        (self == Self::Gzip).then_some(GZIP_HEADER)
    }

    /// The last bytes of a body. `sent`: the checksum of all bytes before.
    pub fn trailer(self, sent: Checksum) -> Option<Vec<u8>> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some([LAST_BLOCK, &sent.to_bytes()].concat()),
            Self::Zstd => Some(EMPTY_FRAME.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests;
