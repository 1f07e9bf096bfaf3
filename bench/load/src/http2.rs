//! The client's side of an HTTP/2 session: requests, the frames of responses, and windows.

/// The connection preface of the client.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How many unconfirmed bytes a server may send. Chromium uses the same values.
const STREAM_WINDOW: u32 = 6 << 20;
const SESSION_WINDOW: u32 = 15 << 20;
/// The window of a session until the client enlarges it.
const FIRST_SESSION_WINDOW: u32 = 65_535;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const ACK: u8 = 0x1;
const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;

const INITIAL_WINDOW: u16 = 4;
/// The header `:status: 200`, as an index of HPACK's table.
const STATUS_200: u8 = 0x88;

const HEAD: usize = 9;

#[derive(Debug, PartialEq)]
pub enum Found<'a> {
    /// The response of the stream with this number has begun.
    Opened(usize),
    /// A piece of a stream's body.
    Body(usize, &'a [u8]),
}

struct Head {
    length: usize,
    kind: u8,
    flags: u8,
    stream: u32,
}

pub struct Session {
    head: Vec<u8>,
    frame: Option<Head>,
    /// The received part of a frame that is not data.
    payload: Vec<u8>,
    /// How many bytes of each stream, and of the session, are not confirmed.
    streams: Vec<u32>,
    all: u32,
    /// Bytes that the client must send in reply.
    pub replies: Vec<u8>,
}

impl Session {
    pub fn new(streams: usize) -> Self {
        let (head, payload, replies) = (Vec::new(), Vec::new(), Vec::new());
        Self { head, frame: None, payload, streams: vec![0; streams], all: 0, replies }
    }

    /// The bytes that open the session and request each of the paths.
    pub fn greeting(paths: impl Iterator<Item = String>) -> Vec<u8> {
        let mut bytes = PREFACE.to_vec();
        let mut settings = INITIAL_WINDOW.to_be_bytes().to_vec();
        settings.extend(STREAM_WINDOW.to_be_bytes());
        frame(&mut bytes, SETTINGS, 0, 0, &settings);
        let more = SESSION_WINDOW - FIRST_SESSION_WINDOW;
        frame(&mut bytes, WINDOW_UPDATE, 0, 0, &more.to_be_bytes());
        for (number, path) in paths.enumerate() {
            frame(&mut bytes, HEADERS, END_STREAM | END_HEADERS, id(number), &request(&path));
        }
        bytes
    }

    /// Calls `found` for each response and body in `bytes`, however they are split.
    pub fn read(&mut self, mut bytes: &[u8], mut found: impl FnMut(Found)) -> Result<(), String> {
        loop {
            let Some(head) = &mut self.frame else {
                let length = bytes.len().min(HEAD - self.head.len());
                self.head.extend_from_slice(&bytes[..length]);
                bytes = &bytes[length..];
                let Ok(head) = <[u8; HEAD]>::try_from(self.head.as_slice()) else { return Ok(()) };
                self.head.clear();
                self.frame = Some(parse(head));
                continue;
            };
            let length = bytes.len().min(head.length);
            let (part, rest) = bytes.split_at(length);
            bytes = rest;
            head.length -= length;
            if head.kind == DATA {
                if head.flags & (PADDED | END_STREAM) != 0 {
                    return Err("a response ended, or was padded".to_owned());
                }
                let stream = number(head.stream);
                if length > 0 {
                    found(Found::Body(stream, part));
                    self.confirm(stream, length as u32)?;
                }
            } else {
                self.payload.extend_from_slice(part);
            }
            let Some(head) = self.frame.take_if(|head| head.length == 0) else { return Ok(()) };
            let payload = std::mem::take(&mut self.payload);
            self.act(&head, &payload, &mut found)?;
        }
    }

    fn act(&mut self, head: &Head, payload: &[u8], found: &mut impl FnMut(Found)) -> Result<(), String> {
        match head.kind {
            HEADERS if payload.first() == Some(&STATUS_200) => {
                found(Found::Opened(number(head.stream)));
            }
            HEADERS | RESET | GO_AWAY => {
                return Err(format!("frame {} of stream {}: {payload:?}", head.kind, head.stream));
            }
            SETTINGS if head.flags & ACK == 0 => frame(&mut self.replies, SETTINGS, ACK, 0, &[]),
            PING if head.flags & ACK == 0 => frame(&mut self.replies, PING, ACK, 0, payload),
            _ => {}
        }
        Ok(())
    }

    /// Enlarges a window once half of it is used.
    fn confirm(&mut self, stream: usize, length: u32) -> Result<(), String> {
        let used = self.streams.get_mut(stream).ok_or("data of an unknown stream")?;
        let windows = [(used, STREAM_WINDOW, id(stream)), (&mut self.all, SESSION_WINDOW, 0)];
        for (used, window, id) in windows {
            *used += length;
            if *used >= window / 2 {
                frame(&mut self.replies, WINDOW_UPDATE, 0, id, &used.to_be_bytes());
                *used = 0;
            }
        }
        Ok(())
    }
}

/// A client's streams have odd numbers.
fn id(number: usize) -> u32 {
    2 * number as u32 + 1
}

fn number(id: u32) -> usize {
    id as usize / 2
}

fn parse(head: [u8; HEAD]) -> Head {
    let [a, b, c, kind, flags, stream @ ..] = head;
    let length = u32::from_be_bytes([0, a, b, c]) as usize;
    Head { length, kind, flags, stream: u32::from_be_bytes(stream) }
}

fn frame(bytes: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
    bytes.extend_from_slice(&[kind, flags]);
    bytes.extend_from_slice(&stream.to_be_bytes());
    bytes.extend_from_slice(payload);
}

/// The header block of a request, with literals that HPACK does not index.
fn request(path: &str) -> Vec<u8> {
    // `:method: GET`, and `:scheme: https`.
    let mut block = vec![0x82, 0x87];
    for (name, value) in [(&[0x04][..], path), (&[0x01], "127.0.0.1"), (&[0x0f, 0x04], ACCEPT)] {
        block.extend_from_slice(name);
        block.push(value.len() as u8);
        block.extend_from_slice(value.as_bytes());
    }
    block
}

const ACCEPT: &str = "text/event-stream";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_heads_and_bodies_of_each_stream_however_the_frames_are_split() {
        let mut bytes = Vec::new();
        frame(&mut bytes, SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]);
        frame(&mut bytes, HEADERS, END_HEADERS, 1, &[STATUS_200, 0x10]);
        frame(&mut bytes, DATA, 0, 1, b"data: a\n\n");
        frame(&mut bytes, HEADERS, END_HEADERS, 3, &[STATUS_200]);
        frame(&mut bytes, DATA, 0, 3, b"");
        frame(&mut bytes, DATA, 0, 3, b"data: b\n\n");
        for size in 1..=bytes.len() {
            let (mut session, mut opened) = (Session::new(2), Vec::new());
            let mut bodies = [Vec::new(), Vec::new()];
            for piece in bytes.chunks(size) {
                let read = session.read(piece, |found| match found {
                    Found::Opened(stream) => opened.push(stream),
                    Found::Body(stream, body) => bodies[stream].extend_from_slice(body),
                });
                read.unwrap();
            }
            assert_eq!(opened, [0, 1], "in pieces of {size}");
            assert_eq!(bodies, [b"data: a\n\n", b"data: b\n\n"]);
            assert_eq!(session.replies, [0, 0, 0, SETTINGS, ACK, 0, 0, 0, 0]);
        }
    }

    #[test]
    fn enlarges_the_windows_of_a_stream_and_of_the_session() {
        let mut session = Session::new(2);
        let (mut data, chunk) = (Vec::new(), vec![b'x'; 1 << 20]);
        for stream in [1, 1, 1, 3, 3, 3, 3, 3] {
            frame(&mut data, DATA, 0, stream, &chunk);
        }
        session.read(&data, |_found| ()).unwrap();
        let mut expected = Vec::new();
        frame(&mut expected, WINDOW_UPDATE, 0, 1, &(3_u32 << 20).to_be_bytes());
        frame(&mut expected, WINDOW_UPDATE, 0, 3, &(3_u32 << 20).to_be_bytes());
        frame(&mut expected, WINDOW_UPDATE, 0, 0, &(8_u32 << 20).to_be_bytes());
        assert_eq!(session.replies, expected);
    }

    #[test]
    fn refuses_a_response_that_ends_or_fails() {
        for (kind, flags, payload) in [(DATA, END_STREAM, &b""[..]), (RESET, 0, &[0; 4])] {
            let mut bytes = Vec::new();
            frame(&mut bytes, kind, flags, 1, payload);
            assert!(Session::new(1).read(&bytes, |_found| ()).is_err());
        }
    }
}
