//! Random commands, in slices of a few members, against a model of what each client gets.
//!
//! - Connections open and close, so that places are reused. Some get a socket late, some have a
//!   small socket that is read now and then, and some are on the `stream` transport. Half of them
//!   are compressed.
//! - The model has no turns, slices, runs or queues.

use std::collections::{BTreeMap, BTreeSet};

use flate2::read::GzDecoder;
use proptest::collection::vec;
use proptest::prelude::*;
use socket2::SockRef;

use super::*;
use crate::drain::{Departure, Drain};
use crate::ids::DrainId;
use crate::shard::run::Entry;
use crate::wire::Coding;

const CHANNELS: u64 = 3;
const RETRY: u32 = 1234;
const FAREWELL: [&str; 2] = ["retry: 1234", "data: bye"];

#[derive(Clone, Copy, Debug)]
enum Transport {
    Socket(Framing),
    /// The kernel accepts a few events. The client reads with [`Step::Read`].
    SmallSocket,
    Stream,
}

/// The number of a client is taken modulo the number of clients at that time.
#[derive(Clone, Debug)]
enum Step {
    Open {
        transport: Transport,
        gathers: bool,
        attaches: bool,
    },
    Attach(usize),
    Join(usize, u64, u64),
    Leave(usize, u64),
    Broadcast(u64),
    Broadcasts(u64, usize),
    Multicast(u64, u64),
    Send(usize, usize),
    Hold(usize),
    LetOwnPass(usize),
    Resume(usize, u64),
    SetPing(usize, Option<u64>),
    Close(usize),
    Destroy(usize),
    /// The client disconnects, which the shard learns from the socket.
    Vanish(usize),
    EndMembers(u64),
    /// The second field is a delay in milliseconds.
    Drain(usize, u64),
    Read(usize),
    Turn,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (client, channel) = (|| any::<u16>().prop_map(usize::from), || 0..CHANNELS);
    let transport = prop_oneof![
        2 => Just(Transport::Socket(Framing::Plain)),
        2 => Just(Transport::Socket(Framing::Chunked)),
        2 => Just(Transport::SmallSocket),
        1 => Just(Transport::Stream),
    ];
    let open = (transport, prop::bool::weighted(0.2), prop::bool::weighted(0.8));
    let open =
        open.prop_map(|(transport, gathers, attaches)| Step::Open { transport, gathers, attaches });
    let step = prop_oneof![
        8 => open,
        3 => client().prop_map(Step::Attach),
        16 => (client(), channel(), 0..4u64).prop_map(|(it, to, had)| Step::Join(it, to, had)),
        5 => (client(), channel()).prop_map(|(it, from)| Step::Leave(it, from)),
        10 => channel().prop_map(Step::Broadcast),
        3 => (channel(), 0..4usize).prop_map(|(to, events)| Step::Broadcasts(to, events)),
        6 => (channel(), channel()).prop_map(|(one, other)| Step::Multicast(one, other)),
        8 => (client(), 1..3usize).prop_map(|(to, events)| Step::Send(to, events)),
        4 => client().prop_map(Step::Hold),
        1 => client().prop_map(Step::LetOwnPass),
        6 => (client(), 0..6u64).prop_map(|(it, missed)| Step::Resume(it, missed)),
        2 => (client(), prop::option::of(1..9u64)).prop_map(|(it, every)| Step::SetPing(it, every)),
        2 => client().prop_map(Step::Close),
        2 => client().prop_map(Step::Destroy),
        1 => client().prop_map(Step::Vanish),
        1 => channel().prop_map(Step::EndMembers),
        2 => (client(), 0..5u64).prop_map(|(it, after)| Step::Drain(it, after)),
        4 => client().prop_map(Step::Read),
        16 => Just(Step::Turn),
    ];
    // Enough clients that a slice ends before the last one.
    (vec(step, 1..250), 0..60usize).prop_map(|(steps, clients)| {
        let first = (0..clients).flat_map(|it| {
            let transport = Transport::Socket(Framing::Plain);
            [Step::Open { transport, gathers: false, attaches: true }, Step::Join(it, 0, 0)]
        });
        first.chain(steps).collect()
    })
}

/// An event that is held for a client, with the place at which it waits.
struct Waiting {
    place: u64,
    is_own: bool,
    data: String,
}

/// A client as the model sees it.
struct Client {
    connection: Connection,
    transport: Transport,
    is_attached: bool,
    stream: Option<UnixStream>,
    bytes: Vec<u8>,

    /// The events that the client gets unless it is drained or destroyed first.
    expected: Vec<String>,
    channels: BTreeSet<u64>,
    /// The held events while the client gathers.
    held: Option<Vec<Waiting>>,
    /// The place at which its own events wait.
    latest: Option<u64>,
    /// The place when it began to gather.
    held_since: u64,
    ends_soon: bool,
    has_ended: bool,
    is_destroyed: bool,
    /// How many events were expected at the first drain.
    drained_at: Option<usize>,
}

impl Client {
    fn is_open(&self) -> bool {
        !self.has_ended && !self.is_destroyed
    }

    fn end(&mut self) {
        self.has_ended = true;
        self.held = None;
    }

    fn publish(&mut self, place: u64, data: &str) {
        match &mut self.held {
            Some(held) => {
                held.push(Waiting { place, is_own: false, data: data.into() });
                self.latest = Some(place);
            }
            None => self.expected.push(data.into()),
        }
    }

    fn send(&mut self, data: &str) {
        match (&mut self.held, self.latest) {
            (Some(held), Some(place)) => {
                held.push(Waiting { place, is_own: true, data: data.into() });
            }
            _ => self.expected.push(data.into()),
        }
    }

    /// The replay in the order of places, each publication once. Own events come after everything
    /// up to their places.
    fn resume(&mut self, replay: &[(u64, String)]) {
        let Some(held) = self.held.take() else { return };
        let replayed: BTreeSet<_> = replay.iter().map(|(place, _)| *place).collect();
        let mut all: Vec<_> = replay.iter().map(|(place, data)| (*place, data.clone())).collect();
        let new = held.into_iter().filter(|it| it.is_own || !replayed.contains(&it.place));
        all.extend(new.map(|it| (it.place, it.data)));
        all.sort_by_key(|(place, _)| *place);
        self.expected.extend(all.into_iter().map(|(_, data)| data));
        if self.ends_soon {
            self.end();
        }
    }

    fn read(&mut self) {
        if let Some(stream) = &mut self.stream {
            let _ = stream.read_to_end(&mut self.bytes);
        }
    }

    fn coding(&self) -> Coding {
        match self.connection.id.0 % 4 {
            2 => Coding::Gzip,
            3 => Coding::Zstd,
            _ => Coding::Identity,
        }
    }

    /// The whole frames that the client got, without pings, and whether the body ends correctly.
    fn got(&self) -> (Vec<String>, bool) {
        let mut body = Vec::new();
        if let Transport::Socket(Framing::Chunked) = self.transport {
            let mut rest = &self.bytes[..];
            while let Some(end) = rest.windows(2).position(|it| it == b"\r\n") {
                let length = usize::from_str_radix(str::from_utf8(&rest[..end]).unwrap(), 16);
                let from = end + 2;
                let to = from + length.unwrap();
                assert!(rest.get(to..to + 2).is_none_or(|end| end == b"\r\n"));
                body.extend_from_slice(&rest[from..to.min(rest.len())]);
                rest = rest.get(to + 2..).unwrap_or_default();
            }
        } else {
            body.extend_from_slice(&self.bytes);
        }
        let mut plain = Vec::new();
        let end = match self.coding() {
            Coding::Identity => (&body[..]).read_to_end(&mut plain),
            Coding::Gzip => GzDecoder::new(&body[..]).read_to_end(&mut plain),
            Coding::Zstd => zstd::Decoder::new(&body[..]).unwrap().read_to_end(&mut plain),
        };
        let text = String::from_utf8(plain).unwrap();
        let (whole, _begun) = text.rsplit_once("\n\n").unwrap_or(("", ""));
        let frames = whole.split("\n\n").filter(|frame| !frame.is_empty() && *frame != ":");
        (frames.map(str::to_owned).collect(), end.is_ok())
    }

    fn check(&self) {
        let (mut got, ends_well) = self.got();
        let has_farewell = got.ends_with(&FAREWELL.map(str::to_owned));
        if has_farewell {
            got.truncate(got.len() - FAREWELL.len());
        }
        let expected: Vec<_> = self.expected.iter().map(|data| format!("data: {data}")).collect();
        let id = self.connection.id;
        if self.is_destroyed {
            // The last frame that the client got may be part of the farewell.
            got.retain(|frame| !FAREWELL.contains(&frame.as_str()));
            assert!(expected.starts_with(&got), "{id:?}: {got:?} instead of {expected:?}");
        } else if let (true, Some(least)) = (has_farewell, self.drained_at) {
            assert!(got.len() >= least.min(expected.len()), "{id:?}: {got:?} of {expected:?}");
            assert!(expected.starts_with(&got), "{id:?}: {got:?} instead of {expected:?}");
        } else {
            assert_eq!(got, expected, "{id:?}");
            assert!(ends_well || !self.has_ended, "{id:?}: the body is cut off");
            let is_gathering = self.held.is_some();
            assert!(self.drained_at.is_none() || self.has_ended || is_gathering, "{id:?} drained");
        }
    }
}

struct Scene {
    shard: Shard,
    inbox: Arc<Inbox>,
    clients: Vec<Client>,
    sockets: BTreeMap<ConnectionId, Socket>,
    /// Everything that was published, with its place.
    published: Vec<(u64, String)>,
    count: u64,
}

impl Scene {
    fn new() -> Self {
        let inbox = Arc::new(Inbox::new());
        let links = Links {
            inbox: inbox.clone(),
            outbox: Arc::new(Outbox::new(Box::new(NoHost))),
            counters: Arc::default(),
            memberships: Arc::new(Alone),
            max_queued: usize::MAX,
        };
        let mut shard = Shard::new(links, poller::Poller::new().unwrap());
        // Slices end at the first read of the clock.
        shard.slice = Duration::ZERO;
        let (clients, sockets, published) = Default::default();
        Self { shard, inbox, clients, sockets, published, count: 0 }
    }

    fn client(&mut self, number: usize) -> Option<&mut Client> {
        let clients = self.clients.len();
        self.clients.get_mut(number.checked_rem(clients)?)
    }

    /// The data of the next event. Small sockets take a few of these.
    fn data(&mut self) -> String {
        self.count += 1;
        let length = if self.count.is_multiple_of(3) { 900 } else { 0 };
        format!("{}{}", self.count, "x".repeat(length))
    }

    fn place(&self) -> u64 {
        self.published.len() as u64
    }

    fn open(&mut self, transport: Transport, gathers: bool, attaches: bool) {
        let id = ConnectionId(self.clients.len() as u64 + 1);
        let (gauge, options) = (Arc::<QueueGauge>::default(), ConnectionOptions::default());
        self.inbox.push(Command::Open { id, gauge: gauge.clone(), options, gathers });
        let connection = Connection { id, inbox: self.inbox.clone(), gauge };
        let mut stream = None;
        if let Transport::Socket(_) | Transport::SmallSocket = transport {
            let (client, server) = UnixStream::pair().unwrap();
            client.set_nonblocking(true).unwrap();
            if let Transport::SmallSocket = transport {
                SockRef::from(&server).set_send_buffer_size(1).unwrap();
            }
            self.sockets.insert(id, Socket::duplicate(server.as_raw_fd(), false).unwrap());
            stream = Some(client);
        }
        let held_since = self.place();
        let client = Client {
            connection,
            transport,
            is_attached: false,
            stream,
            bytes: Vec::new(),
            expected: Vec::new(),
            channels: BTreeSet::new(),
            held: gathers.then(Vec::new),
            latest: None,
            held_since,
            ends_soon: false,
            has_ended: false,
            is_destroyed: false,
            drained_at: None,
        };
        let coding = client.coding();
        client.connection.push(|connection| Command::SetCoding { connection, coding });
        self.clients.push(client);
        if attaches {
            self.attach(self.clients.len() - 1);
        }
    }

    fn attach(&mut self, number: usize) {
        let Some(client) = self.client(number) else { return };
        if std::mem::replace(&mut client.is_attached, true) {
            return;
        }
        let id = client.connection.id;
        let framing = match client.transport {
            Transport::Socket(framing) => framing,
            Transport::SmallSocket => Framing::Plain,
            Transport::Stream => return self.inbox.push(Command::AttachStream(id, Framing::Plain)),
        };
        let socket = self.sockets.remove(&id).unwrap();
        self.inbox.push(Command::AttachSocket {
            connection: id,
            socket,
            framing,
            head: Box::default(),
        });
    }

    /// Publishes the next event. Returns the entry for the shard.
    fn publish(&mut self, channels: &[u64]) -> Entry {
        let data = self.data();
        let place = self.place() + 1;
        for client in self.clients.iter_mut().filter(|client| client.is_open()) {
            if channels.iter().any(|channel| client.channels.contains(channel)) {
                client.publish(place, &data);
            }
        }
        self.published.push((place, data.clone()));
        Entry { place: Place(place), frame: encode(&data), key: None }
    }

    /// The latest publications after a place, at most `count`.
    fn missed(&self, after: u64, count: u64) -> Vec<(u64, String)> {
        let first = after.max(self.place().saturating_sub(count));
        self.published[first as usize..].to_vec()
    }

    async fn turn(&mut self) {
        let turn = self.shard.turn();
        let _ = tokio::time::timeout(Duration::from_millis(1), turn).await;
        self.host();
    }

    /// Handles notices as a host does. Returns whether there were any.
    fn host(&mut self) -> bool {
        let notices = self.shard.links.outbox.take();
        let is_busy = !notices.is_empty();
        for notice in notices {
            if let Notice::Write { connections, bytes } = notice {
                for id in &connections {
                    self.clients[id.0 as usize - 1].bytes.extend_from_slice(&bytes);
                }
                self.inbox.push(Command::Written { connections, slow: false });
            }
        }
        is_busy
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Open { transport, gathers, attaches } => self.open(transport, gathers, attaches),
            Step::Attach(number) => self.attach(number),
            Step::Join(number, channel, missed) => {
                let last = self.place();
                let missed = self.missed(0, missed);
                let Some(client) = self.client(number) else { return };
                // The audience does not let a connection join twice.
                if client.channels.contains(&channel) {
                    return;
                }
                let mut replay = Vec::new();
                if client.held.is_some() {
                    client.latest = client.latest.max(Some(last));
                } else if client.is_open() {
                    replay = missed;
                }
                client.channels.insert(channel);
                client.expected.extend(replay.iter().map(|(_, data)| data.clone()));
                let replay = replay.iter().map(|(_, data)| encode(data)).collect();
                let (channel, last) = (ChannelId(channel), Place(last));
                client.connection.push(|connection| Command::Join {
                    connection,
                    channel,
                    last,
                    replay,
                });
            }
            Step::Leave(number, channel) => {
                let Some(client) = self.client(number) else { return };
                client.channels.remove(&channel);
                let channel = ChannelId(channel);
                client.connection.push(|connection| Command::Leave { connection, channel });
            }
            Step::Broadcast(channel) => {
                let Entry { place, frame, key } = self.publish(&[channel]);
                let channel = ChannelId(channel);
                self.inbox.push(Command::Broadcast { channel, place, frame, key });
            }
            Step::Broadcasts(channel, events) => {
                let entries = (0..events).map(|_| self.publish(&[channel])).collect();
                self.inbox.push(Command::Broadcasts { channel: ChannelId(channel), entries });
            }
            Step::Multicast(one, other) => {
                let Entry { place, frame, .. } = self.publish(&[one, other]);
                let channels = [ChannelId(one), ChannelId(other)].into();
                self.inbox.push(Command::Multicast { channels, place, frame });
            }
            Step::Send(number, events) => {
                let data: Vec<_> = (0..events).map(|_| self.data()).collect();
                let Some(client) = self.client(number) else { return };
                if client.is_open() {
                    data.iter().for_each(|data| client.send(data));
                }
                client.connection.send(data.iter().map(|data| encode(data)).collect());
            }
            Step::Hold(number) => {
                let place = self.place();
                let Some(client) = self.client(number) else { return };
                if client.is_open() && client.held.is_none() {
                    (client.held, client.latest) = (Some(Vec::new()), None);
                    client.held_since = place;
                }
                client.connection.push(Command::Hold);
            }
            Step::LetOwnPass(number) => {
                let Some(client) = self.client(number) else { return };
                client.latest = None;
                client.connection.push(Command::LetOwnPass);
            }
            Step::Resume(number, missed) => {
                let Some(since) = self.client(number).map(|client| client.held_since) else {
                    return;
                };
                let missed = self.missed(since, missed);
                let Some(client) = self.client(number) else { return };
                client.resume(&missed);
                let frame = |(place, data): &(u64, String)| (Place(*place), encode(data));
                let replay = missed.iter().map(frame).collect();
                client.connection.push(|connection| Command::Resume {
                    connection,
                    replay,
                    ahead: None,
                });
            }
            Step::SetPing(number, interval) => {
                let Some(client) = self.client(number) else { return };
                let interval = interval.map(Duration::from_millis);
                client.connection.push(|connection| Command::SetPing { connection, interval });
            }
            Step::Close(number) => {
                let Some(client) = self.client(number) else { return };
                client.end();
                let reason = CloseReason::End;
                client.connection.push(|connection| Command::Close { connection, reason });
            }
            Step::Destroy(number) => {
                let Some(client) = self.client(number) else { return };
                client.is_destroyed = true;
                let reason = CloseReason::Destroy;
                client.connection.push(|connection| Command::Close { connection, reason });
            }
            Step::Vanish(number) => {
                let Some(client) = self.client(number) else { return };
                client.read();
                client.is_destroyed |= client.stream.take().is_some();
            }
            Step::EndMembers(channel) => {
                for client in &mut self.clients {
                    if client.channels.contains(&channel) && client.is_open() {
                        client.ends_soon = true;
                        if client.held.is_none() {
                            client.end();
                        }
                    }
                }
                self.inbox.push(Command::EndMembers(ChannelId(channel)));
            }
            Step::Drain(number, after) => {
                let outbox = self.shard.links.outbox.clone();
                let Some(client) = self.client(number) else { return };
                client.drained_at.get_or_insert(client.expected.len());
                let (connection, after) = (client.connection.id, Duration::from_millis(after));
                let departures = vec![Departure { connection, after, retry: RETRY }];
                let drain = Arc::new(Drain::new(DrainId(0), 1, outbox));
                let (within, event) = (3600 * SECOND, Some(encode("bye")));
                self.inbox.push(Command::Drain { drain, departures, within, event });
            }
            Step::Read(number) => {
                if let Some(client) = self.client(number) {
                    client.read();
                }
            }
            Step::Turn => {}
        }
    }

    /// Runs until nothing is queued. Every client reads, and has a transport.
    async fn finish(&mut self) {
        (0..self.clients.len()).for_each(|number| self.attach(number));
        let (mut got, mut idle) = (0, 0);
        while idle < 5 {
            let _ = tokio::time::timeout(Duration::from_millis(50), self.shard.work()).await;
            let is_busy = self.host();
            self.clients.iter_mut().for_each(Client::read);
            let now = self.clients.iter().map(|client| client.bytes.len()).sum();
            idle = if std::mem::replace(&mut got, now) == now && !is_busy { idle + 1 } else { 0 };
        }
    }
}

fn encode(data: &str) -> Frame {
    Event { data: Some(data.into()), ..Event::default() }.encode().unwrap()
}

async fn take(steps: &[Step]) {
    let mut scene = Scene::new();
    for step in steps {
        if let Step::Turn = step {
            scene.turn().await;
        } else {
            scene.step(step);
        }
    }
    // Otherwise pings would continue forever.
    let stop = |client: &Client| {
        client.connection.push(|connection| Command::SetPing { connection, interval: None });
    };
    scene.clients.iter().for_each(stop);
    scene.finish().await;
    scene.clients.iter().for_each(Client::check);
    assert!(scene.shard.fan_out.is_empty() && scene.shard.dirty.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn each_client_gets_its_events_in_order_and_once_whatever_the_commands(steps in steps()) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().unwrap().block_on(take(&steps));
    }
}
