//! A frame: an event's bytes, encoded once, immutable, shared by every connection that gets them.
//!
//! - It is held as an HTTP/1.1 chunk (RFC 9112, section 7.1). The plain form is a slice of it.
//! - Cloning it copies no bytes.

use bytes::Bytes;

/// How frames are delimited on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// HTTP/1.1 chunks.
    Chunked,
    /// The bytes as they are: the response ends with the connection, or the host frames them.
    Plain,
}

/// The chunk that ends a chunked body.
pub const LAST_CHUNK: Bytes = Bytes::from_static(b"0\r\n\r\n");

/// Eight hexadecimal digits and CRLF: room for the longest chunk head.
const HEAD_ROOM: usize = 10;
/// Room for the line of an id that the log mints.
pub const ID_ROOM: usize = 32;
const ROOM: usize = HEAD_ROOM + ID_ROOM;
/// A stream may begin with it. Anywhere else it belongs to a line.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const CRLF: &[u8] = b"\r\n";

#[derive(Clone, Debug)]
pub struct Frame {
    chunk: Bytes,
    head: u32,
    /// Whether it begins with the byte order mark of its source.
    has_mark: bool,
}

impl Frame {
    pub fn len(&self) -> usize {
        self.chunk.len()
    }

    pub fn is_empty(&self) -> bool {
        self.chunk.is_empty()
    }

    /// The frame without the byte order mark of its stream, if it has one.
    pub fn without_mark(self) -> Self {
        if !self.has_mark {
            return self;
        }
        Self::of(&self.bytes(Framing::Plain)[BYTE_ORDER_MARK.len()..])
    }

    /// The first bytes of a source.
    pub fn first_of(bytes: &[u8]) -> Self {
        Self { has_mark: bytes.starts_with(BYTE_ORDER_MARK), ..Self::of(bytes) }
    }

    /// Bytes that are a frame already. An empty chunk would end the stream.
    pub fn of(bytes: &[u8]) -> Self {
        let mut frame = FrameWriter::with_capacity(bytes.len());
        frame.push(bytes);
        frame.finish(b"")
    }

    /// One frame with the bytes of these.
    pub fn join<'a>(frames: impl Iterator<Item = &'a Frame> + Clone) -> Self {
        let mut joined = FrameWriter::with_capacity(frames.clone().map(Frame::len).sum());
        frames.for_each(|frame| joined.push(frame.plain()));
        joined.finish(b"")
    }

    fn plain(&self) -> &[u8] {
        &self.chunk[self.head as usize..self.chunk.len() - CRLF.len()]
    }

    pub fn bytes(&self, framing: Framing) -> Bytes {
        match framing {
            Framing::Chunked => self.chunk.clone(),
            Framing::Plain => self.chunk.slice(self.head as usize..self.chunk.len() - CRLF.len()),
        }
    }
}

/// Collects a frame's plain bytes, leaving room before them for the chunk head and an id.
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

    /// `id_line` comes first. It has at most 32 bytes.
    pub fn finish(mut self, id_line: &[u8]) -> Frame {
        let body = self.put_before(ROOM, id_line);
        let mut start = self.put_before(body, CRLF);
        let mut length = self.buffer.len() - body;
        while length > 0 {
            start = self.put_before(start, &[b"0123456789abcdef"[length % 16]]);
            length /= 16;
        }
        self.buffer.extend_from_slice(CRLF);
        let head = (body - start) as u32;
        Frame { chunk: Bytes::from(self.buffer).slice(start..), head, has_mark: false }
    }

    /// Returns where the bytes begin.
    fn put_before(&mut self, end: usize, bytes: &[u8]) -> usize {
        let start = end - bytes.len();
        self.buffer[start..end].copy_from_slice(bytes);
        start
    }
}
