//! The protocol of a client. In all protocols, the stamps of events arrive unchanged.

use memchr::memmem;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Protocol {
    EventStream,
    /// An event stream that is compressed with gzip.
    Gzip,
    /// An event stream over TLS.
    Https,
    /// This many event streams in one session over TLS.
    Http2 {
        streams: usize,
    },
    /// A member of the main namespace of a socket.io server, over a WebSocket.
    SocketIo,
    /// A bare subscriber of the pub/sub channel `events`.
    Redis,
    /// A bare subscriber of the subject `events`.
    Nats,
}

/// A packet that a client must receive before the events.
struct Packet {
    start: &'static [u8],
    end: &'static [u8],
    /// The answer of the client.
    reply: &'static [u8],
}

const UPGRADE: &str = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n\
     Host: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2x1aWNlIGxvYWQgY2xpZQ==\r\n\r\n";
/// The packet `40` in a text frame. Its mask is zero, which leaves the text as it is.
const JOIN: &[u8] = &[0x81, 0x82, 0, 0, 0, 0, b'4', b'0'];

impl Protocol {
    /// `streams`: the number of streams in one HTTP/2 session.
    pub fn named(name: &str, streams: usize) -> Option<Self> {
        match name {
            "sse" => Some(Self::EventStream),
            "gzip" => Some(Self::Gzip),
            "https" => Some(Self::Https),
            "http2" => Some(Self::Http2 { streams }),
            "socket.io" => Some(Self::SocketIo),
            "redis" => Some(Self::Redis),
            "nats" => Some(Self::Nats),
            _ => None,
        }
    }

    /// How many event streams one client has.
    pub fn streams(self) -> usize {
        match self {
            Self::Http2 { streams } => streams,
            _ => 1,
        }
    }

    /// The protocol that a client requests with ALPN, over TLS.
    pub fn secret(self) -> Option<&'static str> {
        match self {
            Self::Https => Some("http/1.1"),
            Self::Http2 { .. } => Some("h2"),
            _ => None,
        }
    }

    /// The first bytes of a client, unless they depend on the client.
    pub fn greeting(self) -> Option<&'static str> {
        match self {
            Self::EventStream | Self::Gzip | Self::Https | Self::Http2 { .. } => None,
            Self::SocketIo => Some(UPGRADE),
            Self::Redis => Some("SUBSCRIBE events\r\n"),
            Self::Nats => Some("CONNECT {\"verbose\":false}\r\nSUB events 1\r\nPING\r\n"),
        }
    }

    fn packets(self) -> &'static [Packet] {
        match self {
            Self::EventStream | Self::Gzip | Self::Https | Self::Http2 { .. } => &[],
            // The open packet of engine.io, after the response head, then the packet of the
            // namespace.
            Self::SocketIo => &[
                Packet { start: b"0{\"sid\":\"", end: b"}", reply: JOIN },
                Packet { start: b"40{\"sid\":\"", end: b"}", reply: b"" },
            ],
            Self::Redis => &[Packet { start: b"subscribe", end: b":1\r\n", reply: b"" }],
            Self::Nats => &[Packet { start: b"PONG", end: b"\r\n", reply: b"" }],
        }
    }
}

/// Tracks the packets that a server sends before the events.
pub struct Joining {
    packets: &'static [Packet],
    bytes: Vec<u8>,
}

#[derive(Debug, PartialEq)]
pub enum Step {
    Wait,
    Send(&'static [u8]),
    Joined,
}

impl Joining {
    pub fn new(protocol: Protocol) -> Self {
        Self { packets: protocol.packets(), bytes: Vec::new() }
    }

    pub fn read(&mut self, bytes: &[u8]) -> Step {
        let [packet, rest @ ..] = self.packets else { return Step::Joined };
        self.bytes.extend_from_slice(bytes);
        let start = memmem::find(&self.bytes, packet.start);
        if start.is_none_or(|start| !self.bytes[start..].ends_with(packet.end)) {
            return Step::Wait;
        }
        self.bytes.clear();
        self.packets = rest;
        if rest.is_empty() { Step::Joined } else { Step::Send(packet.reply) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(protocol: Protocol, packets: &[&[u8]], size: usize) -> Vec<Step> {
        let mut joining = Joining::new(protocol);
        let pieces = packets.iter().flat_map(|packet| packet.chunks(size));
        pieces.map(|piece| joining.read(piece)).filter(|step| *step != Step::Wait).collect()
    }

    #[test]
    fn a_client_joins_once_however_the_packets_are_split() {
        let opened = b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x150{\"sid\":\"a\",\"upgrades\":[]}";
        let joined = b"\x81\x0d40{\"sid\":\"b\"}";
        let subscribed = b"*3\r\n$9\r\nsubscribe\r\n$6\r\nevents\r\n:1\r\n";
        for size in 1..80 {
            let socket_io = steps(Protocol::SocketIo, &[opened, joined], size);
            assert_eq!(socket_io, [Step::Send(JOIN), Step::Joined], "in pieces of {size}");
            assert_eq!(steps(Protocol::Redis, &[subscribed], size), [Step::Joined]);
            assert_eq!(steps(Protocol::Nats, &[b"INFO {}\r\nPONG\r\n"], size), [Step::Joined]);
        }
    }
}
