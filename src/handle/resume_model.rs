//! Random sequences of publishing, joining, dropping and restarting, compared with a model.
//!
//! - In each channel without a reported gap, a client gets exactly the events after its cursor,
//!   once and in order.
//! - A gap is reported only if events may be missing.
//! - A client that drops before its first event reconnects with its primer.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use super::{Channel, Connection, Topics};
use crate::audience::{TopicsOptions, matches};
use crate::connection::ConnectionOptions;
use crate::hub::Hub;
use crate::log::{Cursor, HistoryOptions, Keep, Limits};
use crate::membership::{ChannelOptions, JoinOutcome};
use crate::notice::NoHost;
use crate::shard::Socket;
use crate::wire::{Event, Framing};

const TOPICS: [&str; 3] = ["a.x", "a.y", "b"];
const NAMES: [&str; 5] = ["a.x", "a.y", "b", "a.*", ">"];

/// Xorshift: the same seed gives the same sequence.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Address {
    Channel(usize),
    /// A topic, or one of [`NAMES`] that a client subscribes to.
    Topic(&'static str),
}

impl Address {
    /// Whether a member of this address gets events published to the other.
    fn gets(self, published: Address) -> bool {
        match (self, published) {
            (Address::Topic(name), Address::Topic(topic)) => matches(name, topic),
            _ => self == published,
        }
    }
}

struct Server {
    hub: Arc<Hub>,
    channels: Vec<Channel>,
    topics: Topics,
}

struct Client {
    addresses: Vec<Address>,
    stream: Option<(BufReader<UnixStream>, Connection)>,
    /// The id of the latest event that the client got, and the number of events published by then.
    cursor: Option<(String, usize)>,
    expected: VecDeque<Expected>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expected {
    Event(usize),
    /// An id alone, sent after this many events were published.
    Primer(usize),
}

struct Model {
    random: Random,
    sizes: Vec<usize>,
    server: Server,
    published: Vec<Address>,
    /// The number of events published before the server started.
    started: usize,
    clients: Vec<Client>,
    gaps: usize,
    replays: usize,
    primers: usize,
}

fn history(size: usize) -> HistoryOptions {
    HistoryOptions {
        limits: Limits { size, bytes: 1 << 20, age: None },
        mint: true,
        keep: Keep::All,
    }
}

fn start(sizes: &[usize], shards: usize) -> Server {
    let hub = Arc::new(Hub::start(shards, usize::MAX, Box::new(NoHost)).unwrap());
    let options = |size| ChannelOptions { history: history(size), empty_timeout: None };
    let channels = sizes.iter().map(|size| Channel::create(&hub, options(*size))).collect();
    let names = TopicsOptions { wildcards: true, max_patterns: 10, max_topics: usize::MAX };
    let topic = ChannelOptions { empty_timeout: Some(Duration::from_secs(60)), ..options(10) };
    let topics = Topics::create(&hub, names, topic, history(20));
    Server { hub, channels, topics }
}

impl Model {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let sizes: Vec<_> = (0..1 + random.below(4)).map(|_| 1 + random.below(12)).collect();
        let server = start(&sizes, 1 + random.below(2));
        let clients = (0..1 + random.below(4)).map(|_| {
            let channels = (0..sizes.len()).map(Address::Channel);
            let mut addresses: Vec<_> = channels.chain(NAMES.map(Address::Topic)).collect();
            addresses.retain(|_| random.one_in(2));
            Client { addresses, stream: None, cursor: None, expected: VecDeque::new() }
        });
        let clients = clients.collect();
        let (published, started, gaps, replays, primers) = (Vec::new(), 0, 0, 0, 0);
        Self { random, sizes, server, published, started, clients, gaps, replays, primers }
    }

    fn publish(&mut self) {
        let at = self.random.below(self.sizes.len() + TOPICS.len());
        let (number, id) = (self.published.len(), self.random.one_in(5));
        let event = Event {
            id: id.then(|| format!("custom-{number}")),
            data: Some(number.to_string()),
            ..Event::default()
        };
        let address = match at.checked_sub(self.sizes.len()) {
            None => {
                self.server.channels[at].send(&[event]).unwrap();
                Address::Channel(at)
            }
            Some(topic) => {
                self.server.topics.publish(TOPICS[topic], &event).unwrap();
                Address::Topic(TOPICS[topic])
            }
        };
        self.published.push(address);
        for client in self.clients.iter_mut().filter(|client| client.stream.is_some()) {
            if client.addresses.iter().any(|own| own.gets(address)) {
                client.expected.push_back(Expected::Event(number));
            }
        }
    }

    fn connect(&mut self, at: usize) {
        let (client, server) = UnixStream::pair().unwrap();
        client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let cursor = self.clients[at].cursor.clone();
        let id = cursor.as_ref().map(|(id, _)| id.clone());
        let cursor_option = id.map(|id| Cursor { id, all_on_gap: false });
        let connection =
            Connection::open(&self.server.hub, ConnectionOptions::default(), cursor_option);
        let attach_first = self.random.one_in(2);
        let attach = || {
            let socket = Socket::duplicate(server.as_raw_fd(), false).unwrap();
            connection.attach_socket(socket, Framing::Plain);
        };
        if attach_first {
            attach();
        }
        self.server.topics.connect(&connection);
        let addresses = self.clients[at].addresses.clone();
        // The number of the first live event of each address.
        let mut joined = Vec::new();
        for address in &addresses {
            // Events may come between the joins of one client.
            if self.random.one_in(3) {
                self.publish();
            }
            joined.push(self.published.len());
            let outcome = match address {
                Address::Channel(channel) => {
                    self.server.channels[*channel].join(&connection, true).unwrap()
                }
                Address::Topic(name) => {
                    self.server.topics.subscribe(connection.id, name, true, None).unwrap()
                }
            };
            let is_back = cursor.is_some();
            let wanted = if is_back { JoinOutcome::Gathered } else { JoinOutcome::Joined };
            assert_eq!(outcome, wanted);
        }
        if self.random.one_in(2) {
            self.publish();
        }
        let gaps = connection.gaps();
        let mut is_primed = connection.resume();
        assert_eq!(is_primed, !gaps.is_empty());
        if !attach_first {
            attach();
        }
        if cursor.is_none() && self.random.one_in(2) {
            is_primed = connection.prime();
            assert_eq!(is_primed, !addresses.is_empty());
        }
        self.server.hub.wake();
        let is_gap = |number: usize| gaps.contains(&(number as u32));
        let mut expected: Vec<usize> = Vec::new();
        for (number, address) in addresses.iter().enumerate() {
            let since = match &cursor {
                Some((id, position)) if is_gap(number) => {
                    assert!(
                        self.may_have_gap(*address, id, *position),
                        "a gap without a reason: {address:?} after {id} at {position} of {:?}",
                        self.published
                    );
                    self.gaps += 1;
                    joined[number]
                }
                Some((_, position)) => {
                    self.replays += 1;
                    *position
                }
                None => joined[number],
            };
            let events = self.published.iter().enumerate().skip(since);
            expected.extend(events.filter(|(_, at)| address.gets(**at)).map(|(number, _)| number));
        }
        expected.sort_unstable();
        expected.dedup();
        let mut expected: VecDeque<_> = expected.into_iter().map(Expected::Event).collect();
        if is_primed {
            expected.push_back(Expected::Primer(self.published.len()));
        }
        let client_state = &mut self.clients[at];
        client_state.expected = expected;
        client_state.stream = Some((BufReader::new(client), connection));
    }

    /// Whether an event that the client missed may be lost.
    fn may_have_gap(&self, address: Address, id: &str, position: usize) -> bool {
        let missed = self.published[position..].iter().filter(|at| address.gets(**at)).count();
        let size = match address {
            Address::Channel(channel) => self.sizes[channel],
            // A topic's history begins with its first subscriber.
            Address::Topic(_) => 0,
        };
        // Patterns share a history, which begins with the first pattern.
        let any = self.published[position..].iter().any(|at| matches!(at, Address::Topic(_)));
        let shares = matches!(address, Address::Topic(name) if name.contains(['*', '>']));
        position <= self.started || missed > size || id.starts_with("custom") || (shares && any)
    }

    fn read(&mut self, at: usize, count: usize) {
        let client = &mut self.clients[at];
        let Some((stream, _)) = &mut client.stream else { return };
        for _ in 0..count.min(client.expected.len()) {
            let mut field = |name: &str| {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                let value = line.strip_prefix(name).unwrap_or_else(|| panic!("{name}: {line}"));
                value.trim_end().to_owned()
            };
            let (id, data) = (field("id: "), field(""));
            let expected = client.expected.pop_front();
            let Some(number) = data.strip_prefix("data: ") else {
                let Some(Expected::Primer(position)) = expected else { panic!("{expected:?}") };
                // A custom id refers to the event that had it.
                let number = id.strip_prefix("custom-").map(|number| number.parse::<usize>());
                client.cursor = Some((id.clone(), number.map_or(position, |it| it.unwrap() + 1)));
                self.primers += 1;
                continue;
            };
            field("");
            let number: usize = number.parse().unwrap();
            assert_eq!(Some(Expected::Event(number)), expected);
            client.cursor = Some((id, number + 1));
        }
    }

    fn restart(&mut self) {
        for client in &mut self.clients {
            client.stream = None;
        }
        let shards = 1 + self.random.below(2);
        self.server = start(&self.sizes, shards);
        self.started = self.published.len();
    }

    /// Returns the number of gaps, complete replays and primers.
    fn run(mut self) -> [usize; 3] {
        for _ in 0..60 {
            let at = self.random.below(self.clients.len());
            match self.random.below(20) {
                0 if self.random.one_in(3) => self.restart(),
                1..=3 => self.connect(at),
                4..=6 => {
                    let count = self.random.below(8);
                    self.read(at, count);
                    // Often in the middle of a replay.
                    self.clients[at].stream = None;
                }
                7..=8 => {
                    let count = self.random.below(8);
                    self.read(at, count);
                }
                _ => self.publish(),
            }
        }
        for at in 0..self.clients.len() {
            self.read(at, usize::MAX);
            if let Some((stream, connection)) = &mut self.clients[at].stream {
                connection.close(crate::connection::CloseReason::End);
                let mut rest = String::new();
                stream.read_line(&mut rest).unwrap();
                assert_eq!(rest, "", "unexpected bytes");
            }
        }
        [self.gaps, self.replays, self.primers]
    }
}

/// `SLUICE_SEEDS` sets the number of sequences, and `SLUICE_FIRST_SEED` the first seed.
#[test]
fn every_client_gets_all_events_after_its_cursor_in_order_and_once() {
    let variable = |name| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let first = variable("SLUICE_FIRST_SEED").unwrap_or(0);
    let mut total = [0; 3];
    for seed in first..first + variable("SLUICE_SEEDS").unwrap_or(2000) {
        let result = std::panic::catch_unwind(|| Model::new(seed).run());
        let Ok(found) = result else { panic!("seed {seed}") };
        total.iter_mut().zip(found).for_each(|(sum, count)| *sum += count);
    }
    // All three must occur, or the test proves nothing.
    let [gaps, replays, primers] = total;
    assert!(gaps > 0 && replays > gaps && primers > 0, "{total:?}");
}

/// Two threads publish, so only the order's lock keeps places and inboxes consistent.
#[test]
fn clients_that_reconnect_during_publishing_get_each_event_once() {
    const EVENTS: usize = 2000;
    let server = start(&[10_000, 10_000], 2);
    let read = |stream: &mut BufReader<UnixStream>, next: &mut [usize; 2]| {
        let mut lines = [(); 3].map(|()| String::new());
        for line in &mut lines {
            stream.read_line(line).unwrap();
        }
        let (channel, number) = lines[1].trim_end()[6..].split_once(' ').unwrap();
        let (channel, number): (usize, usize) = (channel.parse().unwrap(), number.parse().unwrap());
        assert_eq!(number, next[channel], "channel {channel} after {next:?}");
        next[channel] += 1;
        lines[0].trim_end()[4..].to_owned()
    };
    let connect = |cursor: Option<String>| {
        let (client, socket) = UnixStream::pair().unwrap();
        client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let cursor = cursor.map(|id| Cursor { id, all_on_gap: false });
        let connection = Connection::open(&server.hub, ConnectionOptions::default(), cursor);
        let socket = Socket::duplicate(socket.as_raw_fd(), false).unwrap();
        connection.attach_socket(socket, Framing::Plain);
        for channel in &server.channels {
            channel.join(&connection, true).unwrap();
        }
        assert_eq!(connection.gaps(), [0; 0]);
        connection.resume();
        (BufReader::new(client), connection)
    };
    let publish = |channel: usize, number: usize| {
        let data = Some(format!("{channel} {number}"));
        server.channels[channel].send(&[Event { data, ..Event::default() }]).unwrap();
    };
    std::thread::scope(|scope| {
        let mut clients: Vec<_> = (0..4).map(|_| (connect(None), [0; 2], None)).collect();
        for channel in 0..2 {
            scope.spawn(move || (0..EVENTS).for_each(|number| publish(channel, number)));
        }
        for round in 0.. {
            let mut are_done = true;
            for ((stream, connection), next, cursor) in &mut clients {
                for _ in 0..(2 * EVENTS - next.iter().sum::<usize>()).min(1 + round % 50) {
                    *cursor = Some(read(stream, next));
                }
                are_done &= *next == [EVENTS; 2];
                (*stream, *connection) = connect(cursor.clone());
            }
            if are_done {
                return;
            }
        }
    });
}
