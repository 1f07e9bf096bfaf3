//! The core alone: the cost of one more member of a channel, with sockets that accept every byte.
//!
//! `cargo bench --no-default-features --features bench --bench members [-- MEMBERS]` prints the CPU
//! time per member and event, and the memory per member: everything that the core has allocated in
//! the shard, in the audience and in between.

use std::alloc::System;
use std::time::{Duration, Instant};

use sluice::bench::{Core, event};
use sluice::connection::ConnectionOptions;
use sluice::handle::{Channel, Connection};
use sluice::shard::Socket;
use sluice::wire::Framing;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

/// Connections that open in one turn.
const BATCH: usize = 1000;
const EVENTS: usize = 15;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let members = std::env::args().filter_map(|it| it.parse().ok()).next().unwrap_or(1_000_000);
    let mut core = Core::new().expect("a runtime starts");
    let channel = core.channel(0, []);
    let options = ConnectionOptions {
        ping: Some(Duration::from_secs(15)),
        stall_timeout: Some(Duration::from_secs(60)),
        ..ConnectionOptions::default()
    };
    // The host's handles of connections do not count as memory of the core.
    let mut connections = Vec::with_capacity(members);
    let (region, resident) = (Region::new(ALLOCATOR), resident());
    for number in 0..members {
        let connection = Connection::open(&core.hub, options, None);
        connection.attach_socket(Socket, Framing::Chunked);
        channel.join(&connection, false).expect("the channel is open");
        connections.push(connection);
        if number % BATCH == BATCH - 1 {
            core.turn();
        }
    }
    core.turn();
    // The pages of the host's list have become resident in the meantime.
    let held = size_of::<Connection>() * members;
    let change = region.change();
    let allocated = change.bytes_allocated - change.bytes_deallocated;
    let resident = self::resident() - resident - held as i64;

    let mut times: Vec<_> = (0..EVENTS).map(|_| send(&mut core, &channel)).collect();
    times.sort_unstable();
    let delivered = core.hub.metrics().deliveries;
    assert_eq!(delivered, (members * EVENTS) as u64, "every member gets every event");
    let time = times[EVENTS / 2].as_nanos() as f64 / members as f64;
    println!("{members} members: {time:.1} ns per member and event");
    let per_member = allocated as f64 / members as f64;
    println!("{per_member:.1} bytes per member allocated");
    println!("{} bytes per member resident", resident / members as i64);
}

fn send(core: &mut Core, channel: &Channel) -> Duration {
    let event = [event()];
    let start = Instant::now();
    channel.send(&event).expect("the channel is open");
    core.turn();
    start.elapsed()
}

/// The resident memory in bytes.
fn resident() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: i64 = pages.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default();
    pages * 4096
}
