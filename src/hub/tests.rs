//! Tests of the whole core, used as a host does, with real sockets and threads but without Node.js.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::connection::{CloseReason, Overflow, QueueLimits};
use crate::error::Error;
use crate::handle::{Channel, Connection};
use crate::ids::ChannelId;
use crate::log::{HistoryOptions, Keep, Limits};
use crate::membership::{ChannelOptions, JoinOutcome};
use crate::notice::NoHost;
use crate::shard::Socket;
use crate::wire::{Event, Framing};

fn hub(shards: usize) -> Arc<Hub> {
    Arc::new(Hub::start(shards, usize::MAX, Box::new(NoHost)).unwrap())
}

fn bytes(bytes: usize) -> QueueLimits {
    QueueLimits { bytes, events: u64::MAX }
}

fn channel(hub: &Arc<Hub>, empty_timeout: Option<Duration>) -> Channel {
    let limits = Limits { size: 500, bytes: 1 << 20, age: None };
    let history = HistoryOptions { limits, mint: false, keep: Keep::All };
    Channel::create(hub, ChannelOptions { history, empty_timeout })
}

/// A client and the connection that serves it. The server's own descriptor is closed, as Node.js
/// does.
fn connect(
    hub: &Arc<Hub>,
    options: ConnectionOptions,
    framing: Framing,
) -> (UnixStream, Connection) {
    connect_after(hub, options, framing, None)
}

fn connect_after(
    hub: &Arc<Hub>,
    options: ConnectionOptions,
    framing: Framing,
    cursor: Option<&str>,
) -> (UnixStream, Connection) {
    let cursor = cursor.map(|id| Cursor { id: id.into(), all_on_gap: false });
    let (client, server) = UnixStream::pair().unwrap();
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let connection = Connection::open(hub, options, cursor);
    connection.attach_socket(Socket::duplicate(server.as_raw_fd(), false).unwrap(), framing);
    hub.wake();
    (client, connection)
}

fn event(id: &str, data: &str) -> Event {
    Event { id: Some(id.into()), data: Some(data.into()), ..Event::default() }
}

fn send(connection: &Connection, data: &str) {
    connection.send(&[Event { data: Some(data.into()), ..Event::default() }]).unwrap();
}

fn expect(client: &mut UnixStream, text: &str) {
    let mut read = vec![0; text.len()];
    client.read_exact(&mut read).unwrap();
    assert_eq!(String::from_utf8_lossy(&read), text);
}

fn rest(client: &mut UnixStream) -> String {
    let mut text = Vec::new();
    client.read_to_end(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn wait_for(hub: &Hub, mut wanted: impl FnMut(&Notice) -> bool) -> Vec<Notice> {
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut seen = Vec::new();
    while Instant::now() < deadline {
        seen.extend(hub.take_notices());
        if seen.iter().any(&mut wanted) {
            return seen;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("the notice never came; saw {seen:?}");
}

fn closed(hub: &Hub, connection: &Connection) -> (CloseReason, Vec<ChannelId>) {
    let id = connection.id;
    let notices = wait_for(
        hub,
        |notice| matches!(notice, Notice::Closed { connection, .. } if *connection == id),
    );
    for notice in notices {
        if let Notice::Closed { connection, reason, left } = notice
            && connection == id
        {
            return (reason, left);
        }
    }
    unreachable!()
}

#[test]
fn events_arrive_in_order_before_the_end() {
    let hub = hub(1);
    let (mut client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Chunked);
    send(&connection, "a");
    send(&connection, "b");
    connection.close(CloseReason::End);
    assert_eq!(rest(&mut client), "9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n0\r\n\r\n");
    assert_eq!(closed(&hub, &connection).0, CloseReason::End);
    assert_eq!(hub.metrics().deliveries, 2);
}

#[test]
fn a_client_that_half_closes_gets_events_until_it_leaves() {
    let hub = hub(1);
    let (mut client, server) = UnixStream::pair().unwrap();
    let connection = Connection::open(&hub, ConnectionOptions::default(), None);
    let socket = Socket::duplicate(server.as_raw_fd(), true).unwrap();
    connection.attach_socket(socket, Framing::Plain);
    hub.wake();
    drop(server);
    client.shutdown(std::net::Shutdown::Write).unwrap();
    for data in ["a", "b"] {
        send(&connection, data);
        expect(&mut client, &format!("data: {data}\n\n"));
    }
    drop(client);
    assert_eq!(closed(&hub, &connection).0, CloseReason::Client);
}

#[test]
fn events_sent_before_a_transport_is_attached_are_queued() {
    let hub = hub(1);
    let (mut client, server) = UnixStream::pair().unwrap();
    let connection =
        Connection::open(&hub, ConnectionOptions { retry: Some(5), ..Default::default() }, None);
    send(&connection, "early");
    connection.close(CloseReason::End);
    connection.attach_socket(Socket::duplicate(server.as_raw_fd(), false).unwrap(), Framing::Plain);
    hub.wake();
    drop(server);
    assert_eq!(rest(&mut client), "retry: 5\n\ndata: early\n\n");
}

#[test]
fn the_head_of_a_response_comes_first() {
    let hub = hub(1);
    for (framing, rest_of_it) in [
        (Framing::Plain, "retry: 5\n\ndata: early\n\n"),
        (Framing::Chunked, "a\r\nretry: 5\n\n\r\nd\r\ndata: early\n\n\r\n0\r\n\r\n"),
    ] {
        let (mut client, server) = UnixStream::pair().unwrap();
        let options = ConnectionOptions { retry: Some(5), ..Default::default() };
        let connection = Connection::open(&hub, options, None);
        send(&connection, "early");
        connection.close(CloseReason::End);
        let socket = Socket::duplicate(server.as_raw_fd(), false).unwrap();
        connection.begin_on_socket(socket, framing, Box::from(*b"head\r\n\r\n"));
        hub.wake();
        drop(server);
        assert_eq!(rest(&mut client), format!("head\r\n\r\n{rest_of_it}"));
        assert_eq!(closed(&hub, &connection).0, CloseReason::End);
    }
}

#[test]
fn a_client_destroyed_at_once_gets_only_the_head() {
    let hub = hub(1);
    let (mut client, server) = UnixStream::pair().unwrap();
    let connection = Connection::open(&hub, ConnectionOptions::default(), None);
    let socket = Socket::duplicate(server.as_raw_fd(), false).unwrap();
    connection.begin_on_socket(socket, Framing::Plain, Box::from(*b"head\r\n\r\n"));
    connection.close(CloseReason::Destroy);
    drop(server);
    assert_eq!(rest(&mut client), "head\r\n\r\n");
    assert_eq!(closed(&hub, &connection).0, CloseReason::Destroy);
}

#[test]
fn a_channel_reaches_exactly_its_members_on_every_shard() {
    let hub = hub(3);
    let channel = channel(&hub, None);
    let mut members: Vec<_> =
        (0..7).map(|_| connect(&hub, ConnectionOptions::default(), Framing::Plain)).collect();
    let (mut stranger, other) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    for (_, connection) in &members {
        assert_eq!(channel.join(connection, false), Ok(JoinOutcome::Joined));
        assert_eq!(channel.join(connection, false), Ok(JoinOutcome::Unchanged));
    }
    channel.send(&[event("1", "x"), event("2", "y")]).unwrap();
    for (client, connection) in &mut members {
        connection.close(CloseReason::End);
        assert_eq!(rest(client), "id: 1\ndata: x\n\nid: 2\ndata: y\n\n");
    }
    other.close(CloseReason::End);
    assert_eq!(rest(&mut stranger), "");
}

#[test]
fn live_events_follow_a_replay_without_a_gap_or_a_repeat() {
    let hub = hub(2);
    let channel = Arc::new(channel(&hub, None));
    channel.send(&[event("0", "0")]).unwrap();
    let sender = {
        let channel = channel.clone();
        std::thread::spawn(move || {
            for n in 1..400 {
                channel.send(&[event(&n.to_string(), &n.to_string())]).unwrap();
            }
        })
    };
    let mut clients: Vec<_> = (0..50)
        .map(|_| {
            let (client, connection) =
                connect_after(&hub, ConnectionOptions::default(), Framing::Plain, Some("0"));
            assert_eq!(channel.join(&connection, true), Ok(JoinOutcome::Gathered));
            assert_eq!(connection.gaps(), [0; 0]);
            connection.resume();
            (client, connection)
        })
        .collect();
    sender.join().unwrap();
    let all: String = (1..400).map(|n| format!("id: {n}\ndata: {n}\n\n")).collect();
    for (client, _) in &mut clients {
        expect(client, &all);
    }
}

#[test]
fn an_unknown_cursor_is_a_gap() {
    let hub = hub(1);
    let channel = channel(&hub, None);
    let (_client, connection) =
        connect_after(&hub, ConnectionOptions::default(), Framing::Plain, Some("lost"));
    assert_eq!(channel.join(&connection, true), Ok(JoinOutcome::Gathered));
    assert_eq!(channel.count(), 1);
    assert_eq!(connection.gaps(), [0]);
    connection.resume();
    let other = self::channel(&hub, None);
    assert_eq!(other.join(&connection, true), Ok(JoinOutcome::Gap), "a later join");
}

#[test]
fn a_client_that_disconnects_leaves_its_channels() {
    let hub = hub(1);
    let channel = channel(&hub, None);
    let (client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    channel.join(&connection, false).unwrap();
    drop(client);
    let (reason, left) = closed(&hub, &connection);
    assert_eq!(reason, CloseReason::Client);
    assert_eq!(left, [channel.id]);
    assert_eq!(channel.count(), 0);
    assert_eq!(
        channel.join(&connection, false),
        Ok(JoinOutcome::Unchanged),
        "a closed connection joins nothing"
    );
}

#[test]
fn closing_a_channel_removes_its_members_and_refuses_further_calls() {
    let hub = hub(1);
    let channel = channel(&hub, None);
    let (mut client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    channel.join(&connection, false).unwrap();
    assert_eq!(hub.metrics().channels, 1);
    assert_eq!(channel.close(), Some(vec![connection.id]));
    assert_eq!(channel.close(), None);
    assert_eq!(channel.send(&[event("1", "x")]), Err(Error::ChannelClosed));
    assert_eq!(channel.join(&connection, false), Err(Error::ChannelClosed));
    assert_eq!(hub.metrics().channels, 0);
    send(&connection, "still open");
    expect(&mut client, "data: still open\n\n");
}

#[test]
fn an_empty_channel_expires_even_if_it_never_had_a_member() {
    let hub = hub(2);
    let channel = channel(&hub, Some(Duration::from_millis(20)));
    wait_for(&hub, |notice| matches!(notice, Notice::Expired(id) if *id == channel.id));
    let (_client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    channel.join(&connection, false).unwrap();
    assert!(!channel.close_if_empty(), "a member that joined meanwhile keeps it open");
    assert!(channel.leave(&connection));
    wait_for(&hub, |notice| matches!(notice, Notice::Expired(id) if *id == channel.id));
    assert!(channel.close_if_empty());
}

#[test]
fn a_client_that_never_reads_is_disconnected_and_others_still_get_events() {
    let hub = hub(1);
    let channel = channel(&hub, None);
    let (_sleeper, asleep) = connect(
        &hub,
        ConnectionOptions { max_queue: bytes(10_000), ..Default::default() },
        Framing::Plain,
    );
    let (mut client, awake) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    channel.join(&asleep, false).unwrap();
    channel.join(&awake, false).unwrap();
    let data = "x".repeat(5_000);
    let mut sent = 0;
    while !asleep.is_closed() && sent < 2_000 {
        channel.send(&[event(&sent.to_string(), &data)]).unwrap();
        expect(&mut client, &format!("id: {sent}\ndata: {data}\n\n"));
        assert!(asleep.queued_bytes() < 16 * 10_000 + 3 * 5_100);
        sent += 1;
    }
    assert_eq!(closed(&hub, &asleep).0, CloseReason::Overflow);
    assert!(!awake.is_closed());
    let metrics = hub.metrics();
    assert!(metrics.drops > 0);
    assert_eq!(metrics.queued_bytes, 0);
}

#[test]
fn a_burst_disconnects_only_clients_that_stay_slow() {
    let hub = hub(1);
    let limits = QueueLimits { bytes: 200_000, events: 10 };
    let (mut client, awake) = connect(
        &hub,
        ConnectionOptions { max_queue: limits, ..Default::default() },
        Framing::Plain,
    );
    let (_sleeper, asleep) = connect(
        &hub,
        ConnectionOptions { max_queue: limits, ..Default::default() },
        Framing::Plain,
    );
    let data = "x".repeat(20_000);
    let burst = vec![Event { data: Some(data.clone()), ..Event::default() }; 100];
    awake.send(&burst).unwrap();
    asleep.send(&burst).unwrap();
    for _ in 0..100 {
        expect(&mut client, &format!("data: {data}\n\n"));
    }
    assert_eq!(closed(&hub, &asleep).0, CloseReason::Overflow);
    assert!(!awake.is_closed());
    assert_eq!(awake.queued_bytes(), 0);
}

#[test]
fn a_client_that_accepts_no_bytes_for_too_long_is_disconnected() {
    let hub = hub(1);
    let limits =
        ConnectionOptions { stall_timeout: Some(Duration::from_millis(50)), ..Default::default() };
    let (_sleeper, connection) =
        connect(&hub, ConnectionOptions { max_queue: bytes(64 << 20), ..limits }, Framing::Plain);
    send(&connection, &"x".repeat(8 << 20));
    assert_eq!(closed(&hub, &connection).0, CloseReason::Stall);
}

#[test]
fn an_event_larger_than_the_limit_is_sent_when_the_queue_is_empty() {
    let hub = hub(1);
    let (mut client, connection) = connect(
        &hub,
        ConnectionOptions { max_queue: bytes(1000), ..Default::default() },
        Framing::Plain,
    );
    let data = "x".repeat(2 << 20);
    send(&connection, &data);
    expect(&mut client, &format!("data: {data}\n\n"));
    wait_for(&hub, |notice| matches!(notice, Notice::Drained(id) if *id == connection.id));
}

#[test]
fn a_client_that_keeps_sending_is_disconnected() {
    let hub = hub(1);
    let (mut client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    client.write_all(&[b'x'; 1000]).unwrap();
    send(&connection, "a little is ignored");
    expect(&mut client, "data: a little is ignored\n\n");
    // The server may close the socket in the middle of this write.
    let _ = client.write_all(&vec![b'x'; 200_000]);
    assert_eq!(closed(&hub, &connection).0, CloseReason::Flood);
}

#[test]
fn stream_connections_get_one_write_at_a_time_and_share_equal_writes() {
    let hub = hub(1);
    let channel = channel(&hub, None);
    let members: Vec<_> =
        (0..3).map(|_| Connection::open(&hub, ConnectionOptions::default(), None)).collect();
    for connection in &members {
        connection.attach_stream(Framing::Plain);
        channel.join(connection, false).unwrap();
    }
    channel.send(&[event("1", "a")]).unwrap();
    let ids: Vec<_> = members.iter().map(|connection| connection.id).collect();
    let writes = |notices: Vec<Notice>| -> Vec<(Vec<ConnectionId>, String)> {
        let text = |bytes: bytes::Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        let write = |notice| match notice {
            Notice::Write { connections, bytes } => Some((connections, text(bytes))),
            _ => None,
        };
        notices.into_iter().filter_map(write).collect()
    };
    let is_write = |notice: &Notice| matches!(notice, Notice::Write { .. });
    assert_eq!(writes(wait_for(&hub, is_write)), [(ids.clone(), "id: 1\ndata: a\n\n".to_owned())]);

    channel.send(&[event("2", "b"), event("3", "c")]).unwrap();
    members[0].close(CloseReason::End);
    hub.written([ids[0]], true);
    let notices = wait_for(&hub, is_write);
    assert_eq!(
        writes(notices),
        [(vec![ids[0]], "id: 2\ndata: b\n\nid: 3\ndata: c\n\n".to_owned())]
    );
    assert!(!members[0].is_closed());
    hub.written([ids[0]], false);
    assert_eq!(closed(&hub, &members[0]).0, CloseReason::End);
}

#[test]
fn a_panic_closes_the_connections_of_its_shard_and_the_shard_recovers() {
    let hub = hub(1);
    let (mut client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    hub.inboxes[0].push(Command::Panic);
    assert_eq!(closed(&hub, &connection).0, CloseReason::Error);
    assert_eq!(rest(&mut client), "");
    let (mut client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    send(&connection, "a");
    expect(&mut client, "data: a\n\n");
}

#[test]
fn commands_that_a_panic_leaves_in_the_inbox_are_applied() {
    let hub = hub(1);
    let (_client, connection) = connect(&hub, ConnectionOptions::default(), Framing::Plain);
    let order = hub.lock();
    connection.close(CloseReason::Destroy);
    while hub.inboxes[0].weight() > 0 {
        std::thread::yield_now();
    }
    // The shard waits for the lock, so its next turn gets all three commands.
    let (id, gauge, options) = (ConnectionId(1), Arc::default(), ConnectionOptions::default());
    hub.inboxes[0].push(Command::Panic);
    hub.inboxes[0].push(Command::Open { id, gauge, options, gathers: false });
    hub.inboxes[0].push(Command::Close { connection: id, reason: CloseReason::Destroy });
    drop(order);
    wait_for(&hub, |it| matches!(it, Notice::Closed { connection, .. } if *connection == id));
}

#[test]
fn shutdown_ends_every_connection_and_every_thread() {
    let hub = hub(2);
    let mut clients: Vec<_> =
        (0..4).map(|_| connect(&hub, ConnectionOptions::default(), Framing::Plain)).collect();
    hub.shutdown();
    for (client, connection) in &mut clients {
        assert_eq!(rest(client), "");
        assert!(connection.is_closed());
        send(connection, "after the shutdown");
    }
    let metrics = hub.metrics();
    assert_eq!((metrics.native, metrics.queued_bytes), (0, 0));
}

#[test]
fn events_and_ends_before_a_shutdown_reach_clients_that_read() {
    // Repeated often enough that some shards get all commands in one turn.
    for _ in 0..50 {
        let hub = hub(1);
        let channel = channel(&hub, None);
        let connect = || connect(&hub, ConnectionOptions::default(), Framing::Chunked);
        let ((mut stays, member), (mut ends, ending)) = (connect(), connect());
        channel.join(&member, true).unwrap();
        channel.join(&ending, true).unwrap();
        channel.send(&[event("1", "last")]).unwrap();
        ending.close(CloseReason::End);
        hub.shutdown();
        assert_eq!(rest(&mut stays), "12\r\nid: 1\ndata: last\n\n\r\n");
        assert_eq!(rest(&mut ends), "12\r\nid: 1\ndata: last\n\n\r\n0\r\n\r\n");
    }
}

#[test]
fn a_slow_reader_gets_the_rest_of_a_channel_that_has_ended() {
    let hub = hub(1);
    let channel = channel(&hub, None);
    let options = ConnectionOptions {
        overflow: Overflow::Reread,
        max_queue: bytes(4096),
        ..ConnectionOptions::default()
    };
    let (mut client, connection) = connect(&hub, options, Framing::Plain);
    channel.join(&connection, false).unwrap();
    let data = "x".repeat(8000);
    let mut expected = Vec::new();
    for id in 0..100 {
        let event = event(&id.to_string(), &data);
        channel.send(std::slice::from_ref(&event)).unwrap();
        expected.push(format!("id: {id}"));
    }
    channel.end(&event("last", ""), None).unwrap();
    assert_eq!(channel.send(&[event("late", "")]), Err(Error::ChannelEnded));
    expected.push("id: last".into());
    let received = rest(&mut client);
    let ids: Vec<_> = received.lines().filter(|line| line.starts_with("id")).collect();
    assert_eq!(ids, expected);
    assert_eq!(closed(&hub, &connection).0, CloseReason::End);
}

#[test]
fn a_client_that_gathers_gets_all_events_before_it_ends() {
    let hub = hub(1);
    let channel = channel(&hub, None);
    channel.send(&[event("1", "a"), event("2", "b")]).unwrap();
    let options = ConnectionOptions::default();
    let (mut client, connection) = connect_after(&hub, options, Framing::Plain, Some("1"));
    assert_eq!(channel.join(&connection, true), Ok(JoinOutcome::Gathered));
    channel.send(&[event("3", "c")]).unwrap();
    channel.end(&event("4", "d"), None).unwrap();
    connection.resume();
    let replay = "id: 2\ndata: b\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\n";
    assert_eq!(rest(&mut client), replay);
}
