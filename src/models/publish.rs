use std::sync::Arc;

use super::{Clients, check};
use crate::audience::TopicsOptions;
use crate::handle::Topics;
use crate::membership::JoinOutcome;
use crate::models::clients::{Client, event, event_with_id, history};
use crate::sync::thread;

#[test]
fn members_on_all_shards_get_every_event_in_the_same_order() {
    check(|| {
        let mut clients = Clients::new(2);
        let channel = Arc::new(clients.channel());
        let members = [clients.connect(), clients.connect()];
        for member in &members {
            channel.join(&member.connection, false).unwrap();
        }
        let senders = ["a", "b"].map(|sender| {
            let channel = channel.clone();
            thread::spawn(move || {
                for number in 0..2 {
                    assert_eq!(channel.send(&[event(&format!("{sender}{number}"))]), Ok(2));
                }
            })
        });
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        let [first, second] = clients.finish([&members[0], &members[1]]);
        assert_eq!(first, second);
        for sender in ["a", "b"] {
            let own = first.iter().filter(|data| data.starts_with(sender));
            assert!(own.eq(&[format!("{sender}0"), format!("{sender}1")]), "{first:?}");
        }
        assert_eq!(first.len(), 4, "{first:?}");
    });
}

#[test]
fn live_events_follow_a_replay_without_a_gap_or_a_repeat() {
    check(|| {
        let mut clients = Clients::new(2);
        let channel = Arc::new(clients.channel());
        channel.send(&[event_with_id("0"), event_with_id("1")]).unwrap();
        let sender = {
            let channel = channel.clone();
            thread::spawn(move || {
                for number in 2..5 {
                    channel.send(&[event_with_id(&number.to_string())]).unwrap();
                }
            })
        };
        let member = clients.open(Some("0"));
        assert_eq!(channel.join(&member.connection, true), Ok(JoinOutcome::Gathered));
        member.attach();
        assert!(member.connection.gaps().is_empty());
        member.connection.resume();
        sender.join().unwrap();
        let [read] = clients.finish([&member]);
        assert_eq!(read, ["1", "2", "3", "4"]);
    });
}

#[test]
fn a_client_that_resumes_a_topic_and_a_pattern_gets_each_event_once() {
    check(|| {
        let mut clients = Clients::new(2);
        let topics = Arc::new(topics(&clients));
        let early = clients.connect();
        topics.connect(&early.connection);
        // The topics have histories from now on.
        topics.subscribe(early.connection.id, "news.a", false, None).unwrap();
        topics.subscribe(early.connection.id, "news.*", false, None).unwrap();
        topics.publish("news.a", &event_with_id("0")).unwrap();
        let sender = {
            let topics = topics.clone();
            thread::spawn(move || {
                for number in 1..4 {
                    let event = event_with_id(&number.to_string());
                    topics.publish("news.a", &event).unwrap();
                }
            })
        };
        let client = clients.open(Some("0"));
        topics.connect(&client.connection);
        for name in ["news.a", "news.*"] {
            topics.subscribe(client.connection.id, name, true, None).unwrap();
        }
        client.attach();
        assert!(client.connection.gaps().is_empty());
        client.connection.resume();
        sender.join().unwrap();
        let [all, read] = clients.finish([&early, &client]);
        assert_eq!(all, ["0", "1", "2", "3"]);
        assert_eq!(read, ["1", "2", "3"]);
    });
}

#[test]
fn changing_overlapping_subscriptions_deliver_an_event_once() {
    check(|| {
        let mut clients = Clients::new(1);
        let topics = Arc::new(topics(&clients));
        let [by_name, both, by_pattern] = [(); 3].map(|()| clients.connect());
        for client in [&by_name, &both, &by_pattern] {
            topics.connect(&client.connection);
        }
        let subscribe = |client: &Client, name: &str| {
            topics.subscribe(client.connection.id, name, false, None).unwrap()
        };
        subscribe(&by_name, "news.a");
        subscribe(&both, "news.a");
        let sender = {
            let topics = topics.clone();
            thread::spawn(move || {
                for number in 0..3 {
                    topics.publish("news.a", &event(&number.to_string())).unwrap();
                }
            })
        };
        subscribe(&by_pattern, "news.*");
        subscribe(&both, "news.*");
        sender.join().unwrap();
        let [all, each_once, tail] = clients.finish([&by_name, &both, &by_pattern]);
        assert_eq!(all, ["0", "1", "2"]);
        assert_eq!(each_once, all);
        assert!(all.ends_with(&tail), "{tail:?}");
    });
}

fn topics(clients: &Clients) -> Topics {
    let names = TopicsOptions { wildcards: true, max_patterns: 9, max_topics: 9 };
    Topics::create(&clients.hub, names, history(), history().history)
}
