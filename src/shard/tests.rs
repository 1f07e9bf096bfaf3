//! Tests of a shard over time, with a paused clock.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::*;
use crate::connection::{ConnectionOptions, QueueGauge, QueueLimits};
use crate::ids::{ChannelId, Place};
use crate::metrics::HistoryMetrics;
use crate::notice::NoHost;
use crate::wire::{Event, Frame, Framing, PingForm};

mod coding;
mod commands;
mod drain;
mod fan_out;
mod pings;

/// A shard without channels.
struct Alone;

impl Memberships for Alone {
    fn closed(&self, _connection: ConnectionId) -> Vec<Left> {
        Vec::new()
    }

    fn look_at(&self, _channel: ChannelId) -> Option<Emptiness> {
        None
    }

    fn reread(
        &self,
        _connection: ConnectionId,
        after: Place,
        _read: &mut [(ChannelId, Place)],
        _limit: usize,
    ) -> Reread {
        Reread { events: Vec::new(), last: after, is_complete: true, gaps: Vec::new() }
    }
}

/// A connection, and the commands that a host would send for it.
struct Connection {
    id: ConnectionId,
    inbox: Arc<Inbox>,
    gauge: Arc<QueueGauge>,
}

impl Connection {
    fn open(id: u64, inbox: &Arc<Inbox>, options: ConnectionOptions) -> Self {
        let (id, gauge) = (ConnectionId(id), Arc::<QueueGauge>::default());
        inbox.push(Command::Open { id, gauge: gauge.clone(), options, gathers: false });
        Self { id, inbox: inbox.clone(), gauge }
    }

    fn push(&self, command: impl FnOnce(ConnectionId) -> Command) {
        self.inbox.push(command(self.id));
    }

    fn attach_socket(&self, socket: Socket, framing: Framing) {
        let head = Box::default();
        self.push(|connection| Command::AttachSocket { connection, socket, framing, head });
    }

    fn send(&self, frames: Vec<Frame>) {
        let bytes = frames.iter().map(Frame::len).sum();
        self.gauge.post(bytes);
        let gauge = self.gauge.clone();
        self.push(|connection| Command::Send { connection, gauge, frames, bytes });
    }
}

struct Bench {
    shard: Shard,
    connection: Connection,
    client: UnixStream,
}

impl Bench {
    fn new(options: ConnectionOptions) -> Self {
        let inbox = Arc::new(Inbox::new());
        let links = Links {
            inbox: inbox.clone(),
            outbox: Arc::new(Outbox::new(Box::new(NoHost))),
            counters: Arc::default(),
            memberships: Arc::new(Alone),
            max_queued: usize::MAX,
        };
        let shard = Shard::new(links, poller::Poller::new().unwrap());
        let connection = Connection::open(0, &inbox, options);
        let (socket, client) = pair();
        connection.attach_socket(socket, Framing::Plain);
        Self { shard, connection, client }
    }

    async fn work_for(&mut self, time: Duration) {
        let _ = tokio::time::timeout(time, self.shard.work()).await;
    }

    fn read(&mut self) -> String {
        let mut bytes = Vec::new();
        let _ = self.client.read_to_end(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    fn reasons(&self) -> Vec<CloseReason> {
        let reason = |notice| match notice {
            Notice::Closed { reason, .. } => Some(reason),
            _ => None,
        };
        self.shard.links.outbox.take().into_iter().filter_map(reason).collect()
    }
}

fn pair() -> (Socket, UnixStream) {
    let (client, server) = UnixStream::pair().unwrap();
    client.set_nonblocking(true).unwrap();
    (Socket::duplicate(server.as_raw_fd(), false).unwrap(), client)
}

fn bytes(bytes: usize) -> QueueLimits {
    QueueLimits { bytes, events: u64::MAX }
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_ping_is_an_empty_comment_at_every_interval() {
    let mut bench = Bench::new(ConnectionOptions { ping: Some(50 * SECOND), ..Default::default() });
    bench.work_for(49 * SECOND).await;
    assert_eq!(bench.read(), "");
    bench.work_for(102 * SECOND).await;
    assert_eq!(bench.read(), ":\n\n:\n\n:\n\n");
    bench.connection.push(|connection| Command::SetPing { connection, interval: None });
    bench.work_for(500 * SECOND).await;
    assert_eq!(bench.read(), "");
}

#[tokio::test(start_paused = true)]
async fn a_ping_may_be_an_event_without_an_id() {
    let options = ConnectionOptions {
        ping: Some(50 * SECOND),
        ping_form: PingForm::Event,
        ..Default::default()
    };
    let mut bench = Bench::new(options);
    bench.work_for(49 * SECOND).await;
    assert_eq!(bench.read(), "");
    bench.work_for(52 * SECOND).await;
    assert_eq!(bench.read(), "event: heartbeat\ndata: {}\n\n".repeat(2));
}

#[tokio::test(start_paused = true)]
async fn a_ping_may_be_a_comment_with_the_time_which_begins_at_once() {
    let options = ConnectionOptions {
        ping: Some(50 * SECOND),
        ping_form: PingForm::Time,
        ..Default::default()
    };
    let mut bench = Bench::new(options);
    for count in [1, 1, 0, 1] {
        bench.work_for(26 * SECOND).await;
        let pings = bench.read();
        assert_eq!(pings.matches(": heartbeat 1").count(), count, "{pings}");
        assert_eq!(pings.matches("\n\n").count(), count, "{pings}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_ends_the_connection_in_order() {
    let mut bench =
        Bench::new(ConnectionOptions { timeout: Some(60 * SECOND), ..Default::default() });
    bench.work_for(59 * SECOND).await;
    assert_eq!(bench.reasons(), []);
    bench.work_for(2 * SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Timeout]);
}

#[tokio::test(start_paused = true)]
async fn a_changed_or_cleared_timeout_starts_again() {
    let mut bench =
        Bench::new(ConnectionOptions { timeout: Some(60 * SECOND), ..Default::default() });
    bench.work_for(59 * SECOND).await;
    bench.connection.push(|connection| Command::SetTimeout { connection, timeout: None });
    bench.work_for(600 * SECOND).await;
    assert_eq!(bench.reasons(), []);
    let timeout = Some(SECOND);
    bench.connection.push(|connection| Command::SetTimeout { connection, timeout });
    bench.work_for(2 * SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Timeout]);
}

#[tokio::test(start_paused = true)]
async fn a_new_expiry_replaces_the_former() {
    let mut bench = Bench::new(ConnectionOptions::default());
    for _ in 0..3 {
        let after = Some(60 * SECOND);
        bench.connection.push(|connection| Command::SetExpiry { connection, after });
        bench.work_for(59 * SECOND).await;
        assert_eq!(bench.reasons(), []);
    }
    bench.work_for(2 * SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Expired]);
}

#[tokio::test(start_paused = true)]
async fn the_host_decides_about_a_held_timeout() {
    let mut bench = Bench::new(ConnectionOptions { timeout: Some(SECOND), ..Default::default() });
    bench.connection.push(|connection| Command::HoldTimeout { connection, hold: true });
    bench.work_for(2 * SECOND).await;
    let notices = bench.shard.links.outbox.take();
    assert!(matches!(notices[..], [Notice::TimedOut(ConnectionId(0))]), "{notices:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stall_counts_from_the_last_accepted_byte() {
    let mut bench =
        Bench::new(ConnectionOptions { stall_timeout: Some(30 * SECOND), ..Default::default() });
    let event = Event { data: Some("x".repeat(16 << 20)), ..Event::default() };
    bench.connection.send(vec![event.encode().unwrap()]);
    bench.work_for(20 * SECOND).await;
    assert!(!bench.read().is_empty());
    bench.work_for(29 * SECOND).await;
    assert_eq!(bench.reasons(), [], "the client took bytes after twenty seconds");
    bench.work_for(2 * SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Stall]);
}

#[tokio::test(start_paused = true)]
async fn pings_do_not_pile_up_for_a_client_that_does_not_read() {
    let mut bench = Bench::new(ConnectionOptions { ping: Some(SECOND), ..Default::default() });
    let event = Event { data: Some("x".repeat(16 << 20)), ..Event::default() };
    bench.connection.send(vec![event.encode().unwrap()]);
    bench.work_for(SECOND / 2).await;
    let queued = bench.connection.gauge.bytes();
    bench.work_for(100 * SECOND).await;
    assert_eq!(bench.connection.gauge.bytes(), queued);
}

/// A connection that has no transport yet.
fn open(bench: &Bench, options: ConnectionOptions) -> Connection {
    Connection::open(1, &bench.shard.links.inbox, options)
}

fn frame(size: usize) -> Frame {
    Event { data: Some("x".repeat(size)), ..Event::default() }.encode().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_replay_does_not_count_against_the_bound_without_a_transport_either() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let connection =
        open(&bench, ConnectionOptions { max_queue: bytes(1000), ..Default::default() });
    let replay = vec![frame(1000); 100];
    bench.shard.links.inbox.push(Command::Join {
        connection: connection.id,
        channel: ChannelId(0),
        last: Place(0),
        replay,
    });
    bench.work_for(SECOND).await;
    assert_eq!(bench.reasons(), []);
    connection.send(vec![frame(1000); 30]);
    bench.work_for(SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Overflow]);
}

#[tokio::test(start_paused = true)]
async fn events_queued_without_a_transport_get_the_framing_of_the_attached_one() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let connection = open(&bench, ConnectionOptions { retry: Some(5), ..Default::default() });
    connection.send(vec![frame(3), frame(20)]);
    bench.work_for(SECOND).await;
    let (socket, mut client) = pair();
    connection.attach_socket(socket, Framing::Chunked);
    connection.send(vec![frame(1)]);
    bench.work_for(SECOND).await;
    let mut read = Vec::new();
    let _ = client.read_to_end(&mut read);
    let chunks = [Event::retry(5).encode().unwrap(), frame(3), frame(20), frame(1)];
    let expected: Vec<u8> = chunks.iter().flat_map(|frame| frame.bytes(Framing::Chunked)).collect();
    assert_eq!(read, expected);
}

#[tokio::test(start_paused = true)]
async fn unsent_control_frames_do_not_count_as_drops() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let connection = open(&bench, ConnectionOptions { retry: Some(5), ..Default::default() });
    connection.send(vec![frame(3)]);
    connection.push(|connection| Command::Close { connection, reason: CloseReason::Client });
    bench.work_for(SECOND).await;
    assert_eq!(bench.shard.links.counters.snapshot(0, HistoryMetrics::default()).drops, 1);
}

#[tokio::test(start_paused = true)]
async fn a_busy_host_does_not_stall_a_client() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let stalls = ConnectionOptions { stall_timeout: Some(SECOND), ..Default::default() };
    let connection = open(&bench, stalls);
    connection.push(|id| Command::AttachStream(id, Framing::Plain));
    connection.send(vec![frame(3)]);
    bench.work_for(60 * SECOND).await;
    assert_eq!(bench.reasons(), []);
    let inbox = bench.shard.links.inbox.clone();
    let says_blocked = || inbox.push(Command::Blocked(vec![connection.id]));
    says_blocked();
    bench.work_for(SECOND / 2).await;
    says_blocked();
    bench.work_for(60 * SECOND).await;
    assert_eq!(bench.reasons(), [], "the host was busy again");
    says_blocked();
    bench.work_for(SECOND / 2).await;
    assert_eq!(bench.reasons(), [CloseReason::Stall]);
}
