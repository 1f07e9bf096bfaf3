//! One connection of the load client: connects, sends the request, and reports the stamps of its
//! events.

use std::net::SocketAddr;

use memchr::memmem;

use crate::chunked::Chunked;
use crate::clock;
use crate::http2::{Found, Session};
use crate::inflated::Inflated;
use crate::protocol::{Joining, Protocol, Step};
use crate::stamp::{Stamp, Stamps, Tail};
use crate::tally::Share;
use crate::wire::{Secrets, Wire};

/// The position of a returning client.
#[derive(Clone, Debug)]
pub struct Cursor {
    pub id: String,
    /// The number of the first event that it does not have.
    pub first: u32,
}

enum State {
    Connecting,
    /// The response head, as far as it has arrived.
    Head(Vec<u8>),
    Joining(Joining),
    Body(Coding),
    /// The streams of HTTP/2.
    Session(Session),
}

enum Coding {
    Chunked(Chunked),
    Identity,
}

#[derive(Debug, PartialEq)]
pub enum Progress {
    /// Nothing to report.
    None,
    /// This many response heads have arrived. Events may have arrived too.
    Opened(usize),
    /// Events may have arrived.
    Received,
}

/// One event stream.
#[derive(Default)]
struct Stream {
    tail: Tail,
    share: Share,
    /// `Some` if the body is compressed.
    inflated: Option<Inflated>,
}

/// Scans the bodies of streams.
struct Scan<'a, F> {
    streams: &'a mut [Stream],
    stamps: &'a Stamps,
    found: F,
    read_at: u64,
    /// A body has invalid compressed data.
    is_broken: bool,
}

pub struct Client {
    pub wire: Wire,
    state: State,
    number: usize,
    protocol: Protocol,
    cursor: Option<Cursor>,
    streams: Vec<Stream>,
}

impl Client {
    /// `number` is the number of the client, or of its first stream.
    pub fn connect(
        address: SocketAddr,
        number: usize,
        protocol: Protocol,
        secrets: Option<&Secrets>,
        cursor: Option<Cursor>,
    ) -> Result<Self, String> {
        let wire = Wire::connect(address, secrets)?;
        let inflated = || (protocol == Protocol::Gzip).then(Inflated::default);
        let stream = || Stream { inflated: inflated(), ..Stream::default() };
        let streams = std::iter::repeat_with(stream).take(protocol.streams()).collect();
        Ok(Self { wire, state: State::Connecting, number, protocol, cursor, streams })
    }

    /// The number of the first event that the client does not have.
    pub fn first(&self) -> u32 {
        self.cursor.as_ref().map_or(0, |cursor| cursor.first)
    }

    /// Sets the events that each of its streams must get, by number.
    pub fn expect(&mut self, mut share: impl FnMut(usize) -> Share) {
        for (index, stream) in self.streams.iter_mut().enumerate() {
            stream.share = share(self.number + index);
        }
    }

    pub fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting)
    }

    /// Sends the request; call it when the socket is writable.
    pub fn request(&mut self) -> Result<(), String> {
        self.wire.assert_connected()?;
        let (bytes, state) = match (self.protocol, self.protocol.greeting()) {
            (_, Some(greeting)) => (greeting.into(), State::Joining(Joining::new(self.protocol))),
            (Protocol::Http2 { streams }, None) => {
                let numbers = self.number..self.number + streams;
                let paths = numbers.map(|number| format!("/events?client={number}"));
                (Session::greeting(paths), State::Session(Session::new(streams)))
            }
            (_, None) => (self.request_text().into(), State::Head(Vec::new())),
        };
        self.state = state;
        self.wire.send(&bytes)
    }

    fn request_text(&self) -> String {
        let cursor = match &self.cursor {
            Some(Cursor { id, .. }) => format!("Last-Event-ID: {id}\r\n"),
            None => String::new(),
        };
        let accepted = match self.protocol {
            Protocol::Gzip => "Accept-Encoding: gzip\r\n",
            _ => "",
        };
        format!(
            "GET /events?client={} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Accept: text/event-stream\r\n{accepted}{cursor}\r\n",
            self.number
        )
    }

    /// Reads once; call it when the socket is readable. `found` gets the client's share, the stamp,
    /// and when it was read.
    pub fn read(
        &mut self,
        buffer: &mut [u8],
        stamps: &Stamps,
        found: impl FnMut(&mut Share, Stamp, u64),
    ) -> Result<Progress, String> {
        let Self { wire, state, streams, .. } = self;
        let (read_at, is_broken) = (clock::now(), false);
        let mut scan = Scan { streams, stamps, found, read_at, is_broken };
        let (mut opened, mut replies) = (0, Vec::new());
        let has_read = wire.receive(buffer, |bytes| {
            opened += state.take(bytes, &mut scan, &mut replies)?;
            Ok(())
        })?;
        if scan.is_broken {
            return Err("the compression is broken".to_owned());
        }
        if !replies.is_empty() {
            wire.send(&replies)?;
        }
        Ok(match opened {
            0 if !has_read || self.is_joining() => Progress::None,
            0 => Progress::Received,
            opened => Progress::Opened(opened),
        })
    }

    fn is_joining(&self) -> bool {
        matches!(self.state, State::Head(_) | State::Joining(_))
    }
}

impl State {
    /// Handles the bytes that were read, and appends the answers to `replies`. Returns how many
    /// streams have opened.
    fn take<F: FnMut(&mut Share, Stamp, u64)>(
        &mut self,
        bytes: &[u8],
        scan: &mut Scan<F>,
        replies: &mut Vec<u8>,
    ) -> Result<usize, String> {
        match self {
            Self::Connecting => {}
            Self::Head(head) => {
                head.extend_from_slice(bytes);
                let Some(end) = memmem::find(head, b"\r\n\r\n") else { return Ok(0) };
                let rest = head.split_off(end + 4);
                if scan.streams.iter().any(|stream| stream.inflated.is_some()) {
                    check_encoding(head)?;
                }
                *self = Self::Body(coding(head)?);
                self.take(&rest, scan, replies)?;
                return Ok(1);
            }
            Self::Joining(joining) => match joining.read(bytes) {
                Step::Wait => {}
                Step::Send(reply) => replies.extend_from_slice(reply),
                Step::Joined => {
                    *self = Self::Body(Coding::Identity);
                    return Ok(1);
                }
            },
            Self::Body(Coding::Chunked(chunked)) => chunked
                .decode(bytes, |payload| scan.body(0, payload))
                .map_err(|_| "the chunked coding is broken".to_owned())?,
            Self::Body(Coding::Identity) => scan.body(0, bytes),
            Self::Session(session) => {
                let mut opened = 0;
                session.read(bytes, |found| match found {
                    Found::Opened(_) => opened += 1,
                    Found::Body(stream, payload) => scan.body(stream, payload),
                })?;
                replies.append(&mut session.replies);
                return Ok(opened);
            }
        }
        Ok(0)
    }
}

impl<F: FnMut(&mut Share, Stamp, u64)> Scan<'_, F> {
    fn body(&mut self, stream: usize, payload: &[u8]) {
        let Some(Stream { tail, share, inflated }) = self.streams.get_mut(stream) else { return };
        let mut plain = |payload: &[u8]| {
            self.stamps.scan(tail, payload, |stamp| (self.found)(share, stamp, self.read_at));
        };
        match inflated {
            Some(inflated) => self.is_broken |= inflated.decode(payload, plain).is_err(),
            None => plain(payload),
        }
    }
}

fn check_encoding(head: &[u8]) -> Result<(), String> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let is_gzip = head.contains("\r\ncontent-encoding: gzip\r\n");
    if is_gzip { Ok(()) } else { Err("the stream is not compressed".to_owned()) }
}

fn coding(head: &[u8]) -> Result<Coding, String> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    if !head.starts_with("http/1.1 200") || !head.contains("\r\ncontent-type: text/event-stream") {
        return Err(format!("not an event stream: {:?}", head.lines().next().unwrap_or_default()));
    }
    let chunked = head.contains("\r\ntransfer-encoding: chunked");
    Ok(if chunked { Coding::Chunked(Chunked::default()) } else { Coding::Identity })
}
