//! One turn of a shard: from its inbox to the queues and sockets of the members.

use std::cell::RefCell;

use divan::Bencher;
use divan::counter::ItemsCount;
use sluice::bench::{Core, event};

/// Each idle member gets the events in one write.
#[divan::bench(args = [(1, 1_000), (10, 1_000), (1, 100_000)], sample_size = 1)]
fn to_members(bencher: Bencher, (events, members): (usize, usize)) {
    let Ok(mut core) = Core::new() else { return };
    let connections = core.connections(members);
    let channel = core.channel(0, &connections);
    let (core, event) = (RefCell::new(core), [event()]);
    let publish = || {
        core.borrow_mut().flush();
        (0..events).all(|_| channel.send(&event).is_ok())
    };
    bencher
        .counter(ItemsCount::new(events * members))
        .with_inputs(publish)
        .bench_local_values(|_| core.borrow_mut().apply());
}

/// Each connection has a queue with alternating events of two channels, which cannot be joined.
#[divan::bench(args = [2, 10], sample_size = 1)]
fn flush_queues(bencher: Bencher, events: usize) {
    const MEMBERS: usize = 1_000;
    let Ok(mut core) = Core::new() else { return };
    let connections = core.connections(MEMBERS);
    let channels = [core.channel(0, &connections), core.channel(0, &connections)];
    let (core, event) = (RefCell::new(core), [event()]);
    let queue = || {
        (0..events).for_each(|number| drop(channels[number % 2].send(&event)));
        core.borrow_mut().apply();
    };
    bencher
        .counter(ItemsCount::new(events * MEMBERS))
        .with_inputs(queue)
        .bench_local_values(|()| core.borrow_mut().flush());
}
