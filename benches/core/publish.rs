//! From an event to the inbox of the shard.

use divan::Bencher;
use sluice::bench::{Core, event};
use sluice::publish::Target;
use sluice::wire::EventRef;

#[divan::bench(args = [0, 100])]
fn to_a_channel_that_keeps(bencher: Bencher, kept: usize) {
    let Ok(mut core) = Core::new() else { return };
    let members = core.connections(1);
    let channel = core.channel(kept, &members);
    let (hub, target, event) = (core.hub.clone(), Target::Channel(channel.id), event());
    bencher
        .with_inputs(|| core.turn())
        .bench_local_values(|()| hub.publish_one(target, EventRef::from(&event)));
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
    let event = event();
    bencher
        .with_inputs(|| core.turn())
        .bench_local_values(|()| topics.publish("prices.acme", &event));
}
