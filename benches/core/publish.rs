//! From an event to the inbox of the shard.

use divan::Bencher;
use sluice::bench::{Core, event};

#[divan::bench(args = [0, 100])]
fn to_a_channel_that_keeps(bencher: Bencher, kept: usize) {
    let Ok(mut core) = Core::new() else { return };
    let members = core.connections(1);
    let channel = core.channel(kept, &members);
    let event = [event()];
    bencher.with_inputs(|| core.turn()).bench_local_values(|()| channel.send(&event));
}

#[divan::bench(args = [0, 2, 4])]
fn to_a_topic_with_patterns(bencher: Bencher, patterns: usize) {
    let Ok(mut core) = Core::new() else { return };
    let members = core.connections(1 + patterns);
    let topics = core.topics();
    let names = ["prices.acme", "prices.*", "*.acme", "*.*", ">"];
    for (member, name) in members.iter().zip(names) {
        topics.connect(member);
        let _ = topics.subscribe(member.id, name, false, None);
    }
    let inputs = || {
        core.turn();
        ("prices.acme".to_owned(), event())
    };
    bencher.with_inputs(inputs).bench_local_values(|(name, event)| topics.publish(name, event));
}
