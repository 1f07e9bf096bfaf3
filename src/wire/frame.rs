//! A frame: an event's immutable bytes, encoded once and shared by every connection that gets them.
//!
//! - A frame is held as an HTTP/1.1 chunk (RFC 9112, section 7.1). The plain form is a slice of it.
//! - Its compressed forms are created when a connection first needs them, and are shared too.
//! - Cloning a frame copies no bytes.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::checksum::BlockSum;
use super::coding::{Coding, Form};
use super::compress::compress;

/// How frames are delimited on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// HTTP/1.1 chunks.
    Chunked,
    /// Unframed bytes: the response ends with the connection, or the host frames them.
    Plain,
}

/// The chunk that ends a chunked body.
pub const LAST_CHUNK: Bytes = Bytes::from_static(b"0\r\n\r\n");

/// Eight hexadecimal digits and CRLF: room for the longest chunk head.
const HEAD_ROOM: usize = 10;
/// Room for the line of an id that the log mints.
pub const ID_ROOM: usize = 32;
const ROOM: usize = HEAD_ROOM + ID_ROOM;
/// A stream may begin with this mark. Elsewhere it is part of a line.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const CRLF: &[u8] = b"\r\n";

#[derive(Clone, Debug)]
pub struct Frame(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    chunk: Chunk,
    /// Whether the frame begins with the byte order mark of its source.
    has_mark: bool,
    gzip: OnceLock<Box<Coded>>,
    zstd: OnceLock<Box<Coded>>,
}

/// Plain or compressed bytes, as an HTTP chunk.
#[derive(Clone, Debug)]
struct Chunk {
    bytes: Bytes,
    head: u32,
}

/// A compressed form.
#[derive(Debug)]
struct Coded {
    chunk: Chunk,
    sum: BlockSum,
}

/// The bytes of a frame in the form of a connection.
#[derive(Clone)]
pub struct Block {
    pub bytes: Bytes,
    /// The sum of the plain bytes, if they are compressed with gzip.
    pub sum: BlockSum,
}

impl Frame {
    pub fn len(&self) -> usize {
        self.0.chunk.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.chunk.bytes.is_empty()
    }

    /// The frame without the byte order mark of its stream, if it has one.
    pub fn without_mark(self) -> Self {
        if !self.0.has_mark {
            return self;
        }
        Self::of(&self.plain()[BYTE_ORDER_MARK.len()..])
    }

    /// A frame of the first bytes of a source.
    pub fn first_of(bytes: &[u8]) -> Self {
        Self::new(Chunk::of(bytes), bytes.starts_with(BYTE_ORDER_MARK))
    }

    /// A frame of bytes in the wire format. They must not be empty: an empty chunk would end the
    /// stream.
    pub fn of(bytes: &[u8]) -> Self {
        Self::new(Chunk::of(bytes), false)
    }

    fn new(chunk: Chunk, has_mark: bool) -> Self {
        let (gzip, zstd) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Shared { chunk, has_mark, gzip, zstd }))
    }

    /// Joins frames into one.
    pub fn join<'a>(frames: impl Iterator<Item = &'a Frame> + Clone) -> Self {
        let mut joined = FrameWriter::with_capacity(frames.clone().map(Frame::len).sum());
        frames.for_each(|frame| joined.push(frame.plain()));
        joined.finish(b"")
    }

    fn plain(&self) -> &[u8] {
        let Chunk { bytes, head } = &self.0.chunk;
        &bytes[*head as usize..bytes.len() - CRLF.len()]
    }

    /// The uncompressed bytes.
    pub fn bytes(&self, framing: Framing) -> Bytes {
        self.0.chunk.bytes(framing)
    }

    pub fn block(&self, Form { framing, coding }: Form) -> Block {
        let coded = match coding {
            Coding::Identity => {
                return Block { bytes: self.bytes(framing), sum: BlockSum::default() };
            }
            Coding::Gzip => &self.0.gzip,
            Coding::Zstd => &self.0.zstd,
        };
        let coded = coded.get_or_init(|| Box::new(self.compress(coding)));
        Block { bytes: coded.chunk.bytes(framing), sum: coded.sum }
    }

    fn compress(&self, coding: Coding) -> Coded {
        let plain = self.plain();
        let is_summed = coding == Coding::Gzip;
        let sum = if is_summed { BlockSum::of(plain) } else { BlockSum::default() };
        Coded { chunk: compress(coding, plain, Chunk::of), sum }
    }
}

impl Chunk {
    fn of(bytes: &[u8]) -> Self {
        let mut chunk = FrameWriter::with_capacity(bytes.len());
        chunk.push(bytes);
        chunk.into_chunk(b"")
    }

    fn bytes(&self, framing: Framing) -> Bytes {
        let Self { bytes, head } = self;
        match framing {
            Framing::Chunked => bytes.clone(),
            Framing::Plain => bytes.slice(*head as usize..bytes.len() - CRLF.len()),
        }
    }
}

/// Collects a frame's plain bytes, with room before them for the chunk head and an id.
pub struct FrameWriter {
    buffer: Vec<u8>,
}

impl FrameWriter {
    pub fn with_capacity(plain: usize) -> Self {
        let mut buffer = Vec::with_capacity(ROOM + plain + CRLF.len());
        buffer.resize(ROOM, 0);
        Self { buffer }
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Completes the frame. `id_line` comes first and has at most 32 bytes.
    pub fn finish(self, id_line: &[u8]) -> Frame {
        Frame::new(self.into_chunk(id_line), false)
    }

    fn into_chunk(mut self, id_line: &[u8]) -> Chunk {
        let body = self.put_before(ROOM, id_line);
        let mut start = self.put_before(body, CRLF);
        let mut length = self.buffer.len() - body;
        while length > 0 {
            start = self.put_before(start, &[b"0123456789abcdef"[length % 16]]);
            length /= 16;
        }
        self.buffer.extend_from_slice(CRLF);
        let head = (body - start) as u32;
        Chunk { bytes: Bytes::from(self.buffer).slice(start..), head }
    }

    /// Returns the position of the first byte.
    fn put_before(&mut self, end: usize, bytes: &[u8]) -> usize {
        let start = end - bytes.len();
        self.buffer[start..end].copy_from_slice(bytes);
        start
    }
}
