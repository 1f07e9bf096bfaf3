//! Tests of the commands that a publication needs.

use super::*;
use crate::audience::TopicsOptions;
use crate::log::{HistoryOptions, Keep, Limits};
use crate::membership::ChannelOptions;
use crate::order::Ordered;
use crate::shard::Inbox;

fn drafts(events: &[Event]) -> Vec<Draft> {
    events.iter().map(|event| Draft::new(event).unwrap()).collect()
}

fn history(size: usize) -> HistoryOptions {
    HistoryOptions {
        limits: Limits { size, bytes: 1 << 20, age: None },
        mint: true,
        keep: Keep::All,
    }
}

#[test]
fn a_broadcast_is_one_command_for_each_shard_with_members() {
    let inboxes: Arc<[Arc<Inbox>]> = (0..3).map(|_| Arc::new(Inbox::new())).collect();
    let order = Ordered::new(inboxes.clone());
    let mut order = order.lock();
    let options = ChannelOptions { history: history(10), empty_timeout: None };
    let channel = order.create_channel(options);
    // The third shard has no members.
    for id in (0..300).filter(|id| id % 3 != 2) {
        order.audience.open(ConnectionId(id), Arc::default());
        order.join(ConnectionId(id), channel, false).unwrap();
    }
    let drained = || inboxes.iter().map(|inbox| inbox.drain().count()).collect::<Vec<_>>();
    assert_eq!(drained(), [100, 100, 0]);
    let events = [Event { data: Some("x".into()), ..Event::default() }];
    assert_eq!(order.publish(Target::Channel(channel), drafts(&events).into_iter()), Ok(200));
    assert_eq!(drained(), [1, 1, 0]);
}

#[test]
fn events_of_one_call_are_one_command_so_a_member_gets_all_or_none() {
    let inboxes: Arc<[Arc<Inbox>]> = Arc::new([Arc::new(Inbox::new())]);
    let order = Ordered::new(inboxes.clone());
    let mut order = order.lock();
    let options = ChannelOptions { history: history(10), empty_timeout: None };
    let channel = order.create_channel(options);
    order.audience.open(ConnectionId(0), Arc::default());
    order.join(ConnectionId(0), channel, false).unwrap();
    inboxes[0].drain().for_each(drop);
    let event = |data: &str| Event { data: Some(data.into()), ..Event::default() };
    let events = [event("first half"), event("second half")];
    assert_eq!(order.publish(Target::Channel(channel), drafts(&events).into_iter()), Ok(1));
    let commands: Vec<_> = inboxes[0].drain().collect();
    let [Command::Broadcasts { entries, .. }] = &commands[..] else { panic!("not one command") };
    assert_eq!(entries.len(), 2);
    assert!(entries[0].place < entries[1].place);
    assert_eq!(inboxes[0].weight(), 0);
}

const NAME: &str = "a.b.c.d.e.f.g.h.i.j.k.l";

/// One of 4,095 patterns that match [`NAME`].
fn pattern(number: usize) -> String {
    let tokens = NAME.split('.').enumerate();
    let masked = tokens.map(|(at, token)| if number >> at & 1 == 1 { "*" } else { token });
    masked.collect::<Vec<_>>().join(".")
}

#[test]
fn an_event_goes_to_at_most_one_channel_per_receiver() {
    let inboxes: Arc<[Arc<Inbox>]> = (0..2).map(|_| Arc::new(Inbox::new())).collect();
    let order = Ordered::new(inboxes.clone());
    let mut order = order.lock();
    let options = TopicsOptions { wildcards: true, max_patterns: 1000, max_topics: usize::MAX };
    let topics = order.create_topics(options);
    for id in 0..4 {
        order.audience.open(ConnectionId(id), Arc::default());
        order.connect(ConnectionId(id), topics);
    }
    for number in 0..4000 {
        let (id, pattern) = (ConnectionId(number as u64 % 4), pattern(number + 1));
        order.subscribe_to_pattern(id, topics, &pattern, false, history(20)).unwrap();
    }
    inboxes.iter().for_each(|inbox| inbox.drain().for_each(drop));
    let events = [Event { data: Some("x".into()), ..Event::default() }];
    assert_eq!(order.publish(Target::Topic(topics, NAME), drafts(&events).into_iter()), Ok(4));
    for inbox in &*inboxes {
        let commands: Vec<_> = inbox.drain().collect();
        let [Command::Multicast { channels, .. }] = &commands[..] else {
            panic!("not one multicast");
        };
        assert_eq!(channels.len(), 4);
    }
}
