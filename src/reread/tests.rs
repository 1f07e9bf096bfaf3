//! Tests that slow clients still get every event once and in order.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use crate::connection::{ConnectionOptions, Overflow, QueueLimits};
use crate::handle::{Channel, Connection};
use crate::hub::Hub;
use crate::log::{HistoryOptions, Keep, Key, Limits};
use crate::membership::ChannelOptions;
use crate::notice::{Missing, NoHost, Notice};
use crate::shard::Socket;
use crate::wire::{Event, Framing};

const PAD: usize = 500;

fn channel(hub: &Arc<Hub>, size: usize) -> Channel {
    let limits = Limits { size, bytes: 1 << 30, age: None };
    let history = HistoryOptions { limits, mint: true, keep: Keep::All };
    Channel::create(hub, ChannelOptions { history, empty_timeout: None })
}

/// A channel that keeps latest values.
fn state(hub: &Arc<Hub>) -> Channel {
    let limits = Limits { size: 10, bytes: 1 << 20, age: None };
    let history = HistoryOptions { limits, mint: true, keep: Keep::Latest };
    Channel::create(hub, ChannelOptions { history, empty_timeout: None })
}

/// A connection with a small queue limit, and its client.
fn connect(hub: &Arc<Hub>) -> (Connection, BufReader<UnixStream>) {
    let (client, server) = UnixStream::pair().unwrap();
    client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let max_queue = QueueLimits { bytes: 2000, events: u64::MAX };
    let options = ConnectionOptions { max_queue, overflow: Overflow::Reread, ..Default::default() };
    let connection = Connection::open(hub, options, None);
    let socket = Socket::duplicate(server.as_raw_fd(), false).unwrap();
    connection.attach_socket(socket, Framing::Plain);
    hub.wake();
    (connection, BufReader::new(client))
}

fn send(channel: &Channel, number: usize) {
    let data = Some(format!("{number} {}", "x".repeat(PAD)));
    channel.send(&[Event { data, ..Event::default() }]).unwrap();
}

/// The number of the next event.
fn read(client: &mut BufReader<UnixStream>) -> usize {
    let mut lines = [(); 3].map(|()| String::new());
    for line in &mut lines {
        client.read_line(line).unwrap();
    }
    let data = lines[1].strip_prefix("data: ").unwrap_or_else(|| panic!("{lines:?}"));
    data.split_once(' ').unwrap().0.parse().unwrap()
}

/// Clients join channels one by one, while others publish and the clients read now and then.
#[test]
fn clients_that_join_while_they_are_behind_get_each_event_once() {
    for seed in 1..6 {
        let hub = Arc::new(Hub::start(2, usize::MAX, Box::new(NoHost)).unwrap());
        let channels: Vec<_> = (0..4).map(|_| channel(&hub, 100_000)).collect();
        let mut clients: Vec<_> =
            (0..3).map(|_| (connect(&hub), VecDeque::new(), [false; 4])).collect();
        let mut random = seed;
        let mut below = move |end: usize| {
            random = 6_364_136_223_846_793_005_u64.wrapping_mul(random).wrapping_add(seed);
            (random >> 33) as usize % end
        };
        for number in 0..8000 {
            let at = below(channels.len());
            let (id, kind) = (below(clients.len()), below(200));
            let ((connection, client), expected, joined) = &mut clients[id];
            if kind == 0 || number < 3 {
                joined[at] = true;
                channels[at].join(connection, false).unwrap();
            } else if kind < 4 {
                for _ in 0..below(40).min(expected.len()) {
                    assert_eq!(Some(read(client)), expected.pop_front());
                }
            }
            send(&channels[at], number);
            for (_, expected, joined) in &mut clients {
                if joined[at] {
                    expected.push_back(number);
                }
            }
        }
        for ((_, client), expected, _) in &mut clients {
            while let Some(number) = expected.pop_front() {
                assert_eq!(read(client), number, "seed {seed}");
            }
        }
        assert!(hub.metrics().history.replayed > 0);
        let is_gap = |notice: &Notice| matches!(notice, Notice::Gap { .. } | Notice::Closed { .. });
        assert!(!hub.take_notices().iter().any(is_gap));
    }
}

#[test]
fn a_history_that_is_too_small_is_a_gap_only_in_its_channel() {
    let hub = Arc::new(Hub::start(1, usize::MAX, Box::new(NoHost)).unwrap());
    let (large, small) = (channel(&hub, 100_000), channel(&hub, 10));
    let (connection, mut client) = connect(&hub);
    for channel in [&large, &small] {
        channel.join(&connection, false).unwrap();
    }
    for number in 0..4000 {
        send(if number % 2 == 0 { &large } else { &small }, number);
    }
    let mut numbers = vec![read(&mut client)];
    while numbers.last() != Some(&3999) {
        numbers.push(read(&mut client));
    }
    assert!(numbers.is_sorted() && numbers.len() < 4000);
    let even = numbers.iter().filter(|number| *number % 2 == 0);
    assert!(even.eq((0..4000).step_by(2).collect::<Vec<_>>().iter()));
    // The notice is posted at the end of the shard's turn.
    let mut gaps = Vec::new();
    while gaps.is_empty() {
        gaps.extend(hub.take_notices().into_iter().filter_map(|notice| match notice {
            Notice::Gap { missing, .. } => Some(missing),
            _ => None,
        }));
    }
    assert!(gaps.iter().all(|gap| *gap == Missing::Channel(small.id)), "{gaps:?}");
}

/// A state from before the join, and a snapshot, come before live events.
#[test]
fn a_client_that_is_behind_can_be_held_and_still_gets_states() {
    let hub = Arc::new(Hub::start(1, usize::MAX, Box::new(NoHost)).unwrap());
    let (busy, other, latest) = (channel(&hub, 10_000), channel(&hub, 10), state(&hub));
    let value = Event { data: Some("10000 value".into()), ..Event::default() };
    latest.send_value(&value, Key { name: "key".into(), removes: false }).unwrap();
    let (connection, mut client) = connect(&hub);
    busy.join(&connection, false).unwrap();
    (0..2000).for_each(|number| send(&busy, number));
    connection.hold();
    other.join(&connection, false).unwrap();
    latest.join(&connection, false).unwrap();
    send(&other, 20_000);
    let mut numbers: Vec<_> = Vec::new();
    while numbers.len() < 50 {
        numbers.push(read(&mut client));
    }
    let snapshot = Event { id: Some("s".into()), data: Some("15000 own".into()), ..value };
    connection.send(&[snapshot]).unwrap();
    connection.resume();
    while numbers.last() != Some(&20_000) {
        numbers.push(read(&mut client));
    }
    let own: Vec<_> = numbers.iter().filter(|number| **number >= 10_000).collect();
    assert_eq!(own, [&15_000, &10_000, &20_000]);
    let of_busy: Vec<_> = numbers.iter().copied().filter(|number| *number < 10_000).collect();
    assert_eq!(of_busy, (0..2000).collect::<Vec<_>>());
}
