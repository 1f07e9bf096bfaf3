//! Tests of changes during a broadcast, with slices of a few members.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::connection::Overflow;
use crate::shard::run::Entry;

const CHANNEL: ChannelId = ChannelId(0);

struct Client {
    connection: Connection,
    stream: UnixStream,
}

impl Client {
    fn read(&mut self) -> Vec<String> {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        let frames = text.split_terminator("\n\n");
        frames.map(|frame| frame.strip_prefix("data: ").unwrap().to_owned()).collect()
    }

    fn send(&self, data: &str) {
        self.connection.send(vec![encode(data)]);
    }

    fn join(&self, channel: ChannelId) {
        self.connection.push(|connection| Command::Join {
            connection,
            channel,
            last: Place(0),
            replay: Vec::new(),
        });
    }

    fn leave(&self, channel: ChannelId) {
        self.connection.push(|connection| Command::Leave { connection, channel });
    }

    fn close(&self, reason: CloseReason) {
        self.connection.push(|connection| Command::Close { connection, reason });
    }
}

fn encode(data: &str) -> Frame {
    Event { data: Some(data.into()), ..Event::default() }.encode().unwrap()
}

/// A shard whose slices end at the first read of the clock.
struct Stage {
    bench: Bench,
    clients: Vec<Client>,
    place: u64,
}

impl Stage {
    fn new(clients: u64) -> Self {
        let mut bench = Bench::new(ConnectionOptions::default());
        bench.shard.slice = Duration::ZERO;
        let open = |id| {
            let connection =
                Connection::open(id, &bench.shard.links.inbox, ConnectionOptions::default());
            let (socket, stream) = pair();
            connection.attach_socket(socket, Framing::Plain);
            Client { connection, stream }
        };
        let clients = (1..=clients).map(open).collect();
        Self { bench, clients, place: 0 }
    }

    fn place(&mut self) -> Place {
        self.place += 1;
        Place(self.place)
    }

    fn broadcast(&mut self, channel: ChannelId, data: &str) {
        let (place, frame) = (self.place(), encode(data));
        let broadcast = Command::Broadcast { channel, place, frame, key: None };
        self.bench.shard.links.inbox.push(broadcast);
    }

    fn multicast(&mut self, channels: &[ChannelId], data: &str) {
        let (place, frame) = (self.place(), encode(data));
        let multicast = Command::Multicast { channels: channels.into(), place, frame };
        self.bench.shard.links.inbox.push(multicast);
    }

    fn broadcasts(&mut self, channel: ChannelId, data: [&str; 2]) {
        let entries = data.map(|it| Entry { place: self.place(), frame: encode(it), key: None });
        let broadcasts = Command::Broadcasts { channel, entries: entries.into() };
        self.bench.shard.links.inbox.push(broadcasts);
    }

    async fn turn(&mut self) {
        self.bench.shard.turn().await;
    }

    async fn finish(&mut self) {
        self.bench.work_for(SECOND).await;
    }

    fn read(&mut self) -> Vec<Vec<String>> {
        self.clients.iter_mut().map(Client::read).collect()
    }
}

/// One hundred members of a channel, of which the first sixteen have an event.
async fn half_done() -> Stage {
    let mut stage = Stage::new(100);
    stage.clients.iter().for_each(|client| client.join(CHANNEL));
    stage.finish().await;
    stage.broadcast(CHANNEL, "a");
    stage.turn().await;
    let (have, rest) = stage.clients.split_at_mut(16);
    assert!(have.iter_mut().all(|client| client.read() == ["a"]));
    assert!(rest.iter_mut().all(|client| client.read().is_empty()));
    stage
}

#[tokio::test(start_paused = true)]
async fn a_single_event_leaves_in_the_middle_of_a_broadcast_and_after_earlier_events() {
    let mut stage = half_done().await;
    stage.clients[99].send("own");
    stage.turn().await;
    assert_eq!(stage.clients[99].read(), ["a", "own"]);
    assert!(stage.clients[98].read().is_empty());
    stage.finish().await;
    assert_eq!(stage.clients[98].read(), ["a"]);
    assert!(stage.clients[99].read().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_single_events_does_not_stop_a_broadcast() {
    let mut stage = half_done().await;
    for _ in 1..7 {
        stage.clients.iter().take(40).for_each(|client| client.send("own"));
        stage.turn().await;
    }
    assert_eq!(stage.clients[99].read(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_joins_during_a_broadcast_gets_later_events() {
    let mut stage = half_done().await;
    stage.clients[0].leave(CHANNEL);
    stage.clients[0].join(CHANNEL);
    stage.broadcast(CHANNEL, "b");
    stage.finish().await;
    assert_eq!(stage.clients[0].read(), ["b"]);
    assert_eq!(stage.clients[99].read(), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_during_a_broadcast_gets_earlier_events() {
    let mut stage = half_done().await;
    stage.clients[50].leave(CHANNEL);
    // The last member takes the index of one that was visited.
    stage.clients[3].close(CloseReason::Destroy);
    stage.clients[4].close(CloseReason::End);
    stage.broadcast(CHANNEL, "b");
    stage.finish().await;
    for (index, client) in stage.clients.iter_mut().enumerate() {
        let expected: &[&str] = match index {
            3 | 4 => &[],
            0..16 => &["b"],
            50 => &["a"],
            _ => &["a", "b"],
        };
        assert_eq!(client.read(), expected, "{index}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_after_its_pending_events() {
    let mut stage = half_done().await;
    stage.bench.shard.links.inbox.push(Command::EndMembers(CHANNEL));
    stage.broadcast(CHANNEL, "late");
    stage.finish().await;
    assert!(stage.clients[16..].iter_mut().all(|client| client.read() == ["a"]));
    assert_eq!(stage.bench.reasons(), [CloseReason::End; 100]);
}

#[tokio::test(start_paused = true)]
async fn events_of_a_pass_are_sent_together() {
    let mut stage = half_done().await;
    for data in ["b", "c"] {
        stage.broadcast(CHANNEL, data);
        stage.turn().await;
    }
    assert_eq!(stage.bench.shard.fan_out.waiting(), 2, "the first one, and the others in one");
    stage.finish().await;
    assert_eq!(stage.clients[99].read(), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_broadcasts_makes_the_inbox_wait() {
    let mut stage = Stage::new(1);
    stage.clients[0].join(CHANNEL);
    stage.finish().await;
    for _ in 0..20 {
        stage.broadcast(CHANNEL, &"x".repeat(1 << 20));
    }
    stage.bench.shard.drain_inbox();
    assert!(stage.bench.shard.links.inbox.weight() >= 11 << 20);
    stage.finish().await;
    assert_eq!(stage.bench.shard.links.inbox.weight(), 0);
}

/// Several events form one chunk, unless each must be separate.
#[tokio::test(start_paused = true)]
async fn a_slow_client_gets_correct_chunks_with_and_without_conflation() {
    for overflow in [Overflow::Disconnect, Overflow::Conflate] {
        let mut stage = Stage::new(0);
        let limits = QueueLimits { bytes: usize::MAX, events: u64::MAX };
        let options = ConnectionOptions { overflow, max_queue: limits, ..Default::default() };
        let connection = Connection::open(1, &stage.bench.shard.links.inbox, options);
        let (socket, stream) = pair();
        connection.attach_socket(socket, Framing::Chunked);
        let mut client = Client { connection, stream };
        client.join(CHANNEL);
        stage.finish().await;
        let event = "x".repeat(9000);
        for _ in 0..20 {
            (0..10).for_each(|_| stage.broadcast(CHANNEL, &event));
            stage.turn().await;
        }
        let mut bytes = Vec::new();
        for _ in 0..200 {
            let _ = client.stream.read_to_end(&mut bytes);
            stage.finish().await;
        }
        let _ = client.stream.read_to_end(&mut bytes);
        let mut rest = bytes.as_slice();
        let mut events = 0;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let length = str::from_utf8(&rest[..end - 1]).unwrap();
            let length = usize::from_str_radix(length, 16).unwrap();
            let (chunk, after) = rest[end + 1..].split_at(length);
            let frames = chunk.chunks(event.len() + 8);
            assert!(frames.clone().all(|it| it.starts_with(b"data: x") && it.ends_with(b"x\n\n")));
            events += frames.len();
            rest = after.strip_prefix(b"\r\n").unwrap();
        }
        assert_eq!((rest.len(), events), (0, 200));
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Broadcast(u64),
    Broadcasts(u64),
    Multicast(u64, u64),
    Send(usize),
    Join(usize, u64),
    Leave(usize, u64),
    End(usize),
    Turn,
}

const CLIENTS: usize = 40;
const CHANNELS: u64 = 3;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (client, channel) = (|| 0..CLIENTS, || 0..CHANNELS);
    let step = prop_oneof![
        3 => channel().prop_map(Step::Broadcast),
        1 => channel().prop_map(Step::Broadcasts),
        2 => (channel(), channel()).prop_map(|(one, other)| Step::Multicast(one, other)),
        3 => client().prop_map(Step::Send),
        4 => (client(), channel()).prop_map(|(client, channel)| Step::Join(client, channel)),
        3 => (client(), channel()).prop_map(|(client, channel)| Step::Leave(client, channel)),
        1 => client().prop_map(Step::End),
        6 => Just(Step::Turn),
    ];
    vec(step, 1..200)
}

/// The events that each client gets, according to the memberships at the time.
struct Expected {
    got: Vec<Vec<String>>,
    members: Vec<Vec<usize>>,
    ended: Vec<usize>,
}

impl Expected {
    fn give(&mut self, channels: &[u64], data: &str) {
        for client in 0..CLIENTS {
            let is_member = channels.iter().any(|it| self.members[*it as usize].contains(&client));
            if is_member && !self.ended.contains(&client) {
                self.got[client].push(data.into());
            }
        }
    }
}

async fn take(steps: &[Step]) {
    let mut stage = Stage::new(CLIENTS as u64);
    let mut expected = Expected {
        got: vec![Vec::new(); CLIENTS],
        members: (0..CHANNELS).map(|_| (0..CLIENTS).collect()).collect(),
        ended: Vec::new(),
    };
    for channel in 0..CHANNELS {
        stage.clients.iter().for_each(|client| client.join(ChannelId(channel)));
    }
    let mut names: VecDeque<_> = (0..).take(2 * steps.len()).map(|it| it.to_string()).collect();
    let mut name = || names.pop_front().unwrap();
    for step in steps {
        match *step {
            Step::Broadcast(channel) => {
                let data = name();
                stage.broadcast(ChannelId(channel), &data);
                expected.give(&[channel], &data);
            }
            Step::Broadcasts(channel) => {
                let data = [name(), name()];
                stage.broadcasts(ChannelId(channel), [&data[0], &data[1]]);
                data.iter().for_each(|it| expected.give(&[channel], it));
            }
            Step::Multicast(one, other) => {
                let data = name();
                stage.multicast(&[ChannelId(one), ChannelId(other)], &data);
                expected.give(&[one, other], &data);
            }
            Step::Send(client) => {
                let data = name();
                stage.clients[client].send(&data);
                if !expected.ended.contains(&client) {
                    expected.got[client].push(data);
                }
            }
            Step::Join(client, channel) => {
                stage.clients[client].join(ChannelId(channel));
                expected.members[channel as usize].push(client);
            }
            Step::Leave(client, channel) => {
                stage.clients[client].leave(ChannelId(channel));
                expected.members[channel as usize].retain(|member| *member != client);
            }
            Step::End(client) => {
                stage.clients[client].close(CloseReason::End);
                expected.ended.push(client);
            }
            Step::Turn => {
                let turn = stage.bench.shard.turn();
                let _ = tokio::time::timeout(Duration::from_millis(1), turn).await;
            }
        }
    }
    stage.finish().await;
    assert_eq!(stage.read(), expected.got);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn each_event_arrives_once_and_in_order_whatever_happens_between_slices(steps in steps()) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().start_paused(true).build().unwrap().block_on(take(&steps));
    }
}
