//! Tests of topics, used as a host does. Connections without a transport queue their events.

use std::time::{Duration, Instant};

use super::*;
use crate::connection::{CloseReason, ConnectionOptions};
use crate::log::{Cursor, HistoryOptions, Keep, Limits};
use crate::notice::NoHost;
use crate::wire::Framing;

fn topics(wildcards: bool) -> Topics {
    with_patterns(wildcards, 100)
}

fn with_patterns(wildcards: bool, max_patterns: usize) -> Topics {
    with_options(TopicsOptions { wildcards, max_patterns, max_topics: usize::MAX })
}

fn with_options(options: TopicsOptions) -> Topics {
    let hub = Arc::new(Hub::start(2, usize::MAX, Box::new(NoHost)).unwrap());
    let pattern_history = history(20);
    Topics::create(&hub, options, self::options(0), pattern_history)
}

impl Topics {
    fn client(&self) -> Connection {
        self.client_after(None)
    }

    fn client_after(&self, cursor: Option<&str>) -> Connection {
        let connection = Connection::open(
            &self.hub,
            ConnectionOptions::default(),
            cursor.map(|id| Cursor { id: id.into(), all_on_gap: false }),
        );
        self.connect(&connection);
        connection
    }

    fn add(&self, connection: &Connection, name: &str) -> JoinOutcome {
        self.subscribe(connection.id, name, false, None).unwrap()
    }

    /// A client that reconnects to one topic.
    fn back(&self, name: &str, cursor: Option<&str>, after: u64) -> (Connection, JoinOutcome) {
        let client = self.client_after(cursor);
        let joined = self.subscribe(client.id, name, true, Some(options(after))).unwrap();
        let is_gap = !client.gaps().is_empty();
        client.resume();
        (client, if is_gap { JoinOutcome::Gap } else { joined })
    }

    /// The number of clients that get a broadcast.
    fn everyone(&self) -> usize {
        let order = self.hub.lock();
        let everyone = order.audience.topics(self.id).unwrap().everyone();
        order.audience.channel(everyone).unwrap().count()
    }

    fn send(&self, name: &str, id: &str) -> usize {
        self.publish(name, &event(id)).unwrap()
    }

    /// Waits until exactly these events are queued.
    fn expect_queued(&self, connection: &Connection, events: &[&str]) {
        let bytes: usize =
            events.iter().map(|id| event(id).encode().unwrap().bytes(Framing::Plain).len()).sum();
        until(|| connection.queued_bytes() == bytes);
    }
}

fn history(size: usize) -> HistoryOptions {
    HistoryOptions {
        limits: Limits { size, bytes: 1 << 20, age: None },
        mint: false,
        keep: Keep::All,
    }
}

fn options(empty_timeout: u64) -> ChannelOptions {
    ChannelOptions {
        history: history(10),
        empty_timeout: (empty_timeout > 0).then(|| Duration::from_millis(empty_timeout)),
    }
}

fn event(id: &str) -> Event {
    Event { id: Some(id.into()), data: Some("x".into()), ..Event::default() }
}

fn until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(5), "the condition did not hold in time");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_topic_exists_from_its_first_subscriber_to_its_last() {
    let topics = topics(true);
    let (one, other) = (topics.client(), topics.client());
    assert_eq!(topics.send("news", "1"), 0);
    assert!(!topics.exists("news"));
    assert_eq!(topics.add(&one, "news"), JoinOutcome::Joined);
    assert_eq!(topics.add(&one, "news"), JoinOutcome::Unchanged);
    topics.add(&other, "news");
    assert_eq!(topics.send("news", "2"), 2);
    assert!(topics.unsubscribe(one.id, "news"));
    assert!(!topics.unsubscribe(one.id, "news"));
    assert_eq!(topics.names(), [Arc::<str>::from("news")]);
    assert!(topics.unsubscribe(other.id, "news"));
    assert!(!topics.exists("news"));
    assert_eq!(topics.hub.metrics().channels, 0);
}

#[test]
fn a_client_that_closes_leaves_its_topics_without_notices_about_them() {
    let topics = topics(true);
    let (one, other) = (topics.client(), topics.client());
    topics.add(&one, "a");
    topics.add(&one, "b.*");
    topics.add(&other, "b.*");
    one.close(CloseReason::Client);
    until(|| one.is_closed() && topics.hub.metrics().channels == 1);
    assert_eq!(topics.names(), [Arc::<str>::from("b.*")]);
    assert_eq!(topics.send("b.c", "1"), 1);
    let told: Vec<_> = topics.hub.take_notices();
    assert!(
        matches!(told.as_slice(), [crate::notice::Notice::Closed { left, .. }] if left.is_empty())
    );
    other.close(CloseReason::Client);
    until(|| topics.hub.metrics().channels == 0);
}

#[test]
fn overlapping_subscriptions_deliver_and_count_an_event_once() {
    let topics = topics(true);
    let clients: Vec<_> = (0..4).map(|_| topics.client()).collect();
    for name in ["orders.created", "orders.*", "orders.>", "*.created", ">"] {
        topics.add(&clients[0], name);
    }
    topics.add(&clients[1], "orders.created");
    topics.add(&clients[2], "orders.>");
    topics.add(&clients[3], "orders.deleted");
    assert_eq!(topics.send("orders.created", "1"), 3);
    assert_eq!(topics.send("orders.created.late", "2"), 2);
    for (client, expected) in clients.iter().zip([&["1", "2"][..], &["1"], &["1", "2"], &[]]) {
        topics.expect_queued(client, expected);
    }
    let ids = |name| topics.subscribers(name).unwrap();
    assert_eq!(ids("orders.created"), [clients[0].id, clients[1].id, clients[2].id]);
    assert_eq!(ids("orders.*"), [clients[0].id]);
    assert_eq!(ids("nothing"), [clients[0].id]);
}

#[test]
fn a_disconnected_client_leaves_at_once_and_cannot_subscribe() {
    let topics = topics(true);
    let (client, other) = (topics.client(), topics.client());
    for name in ["news", "orders.*"] {
        topics.add(&client, name);
        topics.add(&other, name);
    }
    topics.disconnect(client.id);
    assert_eq!((topics.send("news", "1"), topics.send("orders.created", "2")), (1, 1));
    assert_eq!(topics.broadcast(&event("3")), Ok(1));
    assert_eq!(topics.subscribers("news"), Ok(vec![other.id]));
    topics.disconnect(other.id);
    assert_eq!(topics.names(), Vec::<Arc<str>>::new());
    client.close(CloseReason::Client);
    other.close(CloseReason::Client);
    until(|| topics.hub.metrics().channels == 0);
    assert_eq!(topics.add(&client, "news"), JoinOutcome::Unchanged);
    assert!(!topics.unsubscribe(client.id, "news"));
    assert_eq!(topics.send("news", "1"), 0);
}

#[test]
fn a_broadcast_reaches_every_open_client() {
    let topics = topics(true);
    let broadcast = |id| topics.broadcast(&event(id)).unwrap();
    assert_eq!(broadcast("1"), 0);
    let (one, other) = (topics.client(), topics.client());
    assert_eq!(broadcast("2"), 2);
    one.close(CloseReason::Client);
    until(|| topics.everyone() == 1);
    assert_eq!(broadcast("3"), 1);
    topics.expect_queued(&other, &["2", "3"]);
    assert_eq!(topics.broadcast(&Event::default()), Err(Error::Empty));
    assert_eq!(topics.hub.metrics().channels, 0);
}

#[test]
fn closing_removes_all_clients_and_discards_histories() {
    let mut topics = topics(true);
    topics.topic.empty_timeout = Some(Duration::from_secs(60));
    let (one, other) = (topics.client(), topics.client());
    topics.add(&one, "kept");
    topics.add(&other, "orders.>");
    topics.send("kept", "1");
    topics.unsubscribe(one.id, "kept");
    assert!(topics.exists("kept"));
    topics.close();
    assert_eq!((topics.send("kept", "2"), topics.send("orders.created", "2")), (0, 0));
    assert_eq!(topics.broadcast(&event("2")), Ok(0));
    assert_eq!(topics.add(&one, "kept"), JoinOutcome::Unchanged);
    assert_eq!(topics.hub.metrics().channels, 0);
}

#[test]
fn patterns_match_token_by_token() {
    let topics = topics(true);
    let matches = |pattern: &str, name: &str| {
        let client = topics.client();
        topics.add(&client, pattern);
        let matches = topics.send(name, "1") == 1;
        topics.unsubscribe(client.id, pattern);
        matches
    };
    for (pattern, name) in [
        ("*", "a"),
        ("a.*", "a.b"),
        ("*.b", "a.b"),
        ("a.*.c", "a.b.c"),
        (">", "a"),
        (">", "a.b.c"),
        ("a.>", "a.b"),
        ("a.>", "a.b.c"),
        ("*.*.>", "a.b.c"),
        ("a.*", "a."),
    ] {
        assert!(matches(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in [
        ("*", "a.b"),
        ("a.*", "a"),
        ("a.*", "b.a"),
        ("a.*", "a.b.c"),
        ("a.>", "a"),
        ("*.*.>", "a.b"),
        ("a.*.c", "a.b.d"),
    ] {
        assert!(!matches(pattern, name), "{pattern} {name}");
    }
}

#[test]
fn without_wildcards_a_pattern_is_an_ordinary_name() {
    let topics = topics(false);
    let client = topics.client();
    topics.add(&client, ">");
    assert_eq!(topics.send("a", "1"), 0);
    assert_eq!(topics.send(">", "2"), 1);
    assert_eq!(topics.check("a.>.b"), Ok(()));
}

#[test]
fn bad_names_change_nothing() {
    let topics = topics(true);
    let client = topics.client();
    let long = "é".repeat(513);
    assert_eq!(topics.check(&long[2..]), Ok(()));
    for name in ["", "a.>.b", &long] {
        assert!(
            matches!(topics.subscribe(client.id, name, false, None), Err(Error::Topic(_))),
            "{name}"
        );
        assert!(matches!(topics.publish(name, &event("1")), Err(Error::Topic(_))), "{name}");
        assert!(topics.subscribers(name).is_err(), "{name}");
        assert!(!topics.unsubscribe(client.id, name), "{name}");
    }
    assert!(matches!(topics.publish("a.*", &event("1")), Err(Error::Topic(_))));
    assert_eq!(topics.publish("nobody", &Event::default()), Err(Error::Empty));
    assert_eq!(topics.hub.metrics().channels, 0);
}

#[test]
fn a_topic_with_a_history_outlives_its_last_subscriber_for_a_while() {
    let topics = topics(true);
    let subscribe = |name, cursor| topics.back(name, cursor, 50);
    let (first, _) = subscribe("news", None);
    let (all, _) = subscribe("*", None);
    topics.send("news", "1");
    first.close(CloseReason::Client);
    until(|| topics.subscribers("news").unwrap() == [all.id]);
    assert_eq!(topics.names(), [Arc::<str>::from("*")]);
    topics.send("news", "2");
    let (second, joined) = subscribe("news", Some("1"));
    assert_eq!(joined, JoinOutcome::Gathered);
    topics.expect_queued(&second, &["2"]);
    topics.unsubscribe(all.id, "*");
    let (third, joined) = subscribe("*", Some("1"));
    assert_eq!(joined, JoinOutcome::Gathered);
    topics.expect_queued(&third, &["2"]);
    second.close(CloseReason::Client);
    third.close(CloseReason::Client);
    until(|| topics.hub.metrics().channels == 0);
    assert_eq!(subscribe("news", Some("1")).1, JoinOutcome::Gap);
}

#[test]
fn empty_topics_without_events_are_kept_up_to_a_limit() {
    let topics = topics(true);
    let client = topics.client();
    let subscribe = |name: &str| {
        topics.subscribe(client.id, name, false, Some(options(60_000))).unwrap();
        topics.unsubscribe(client.id, name);
    };
    (0..10_100).for_each(|number| subscribe(&number.to_string()));
    assert_eq!(topics.hub.metrics().channels, 10_000);
    assert!(topics.exists("9999") && !topics.exists("10000"));
    // Topics with members and closed topics do not count towards the limit.
    topics.add(&client, "0");
    subscribe("one more");
    assert!(topics.exists("one more"));
    topics.close();
    assert_eq!(topics.hub.metrics().channels, 0);
}

#[test]
fn joining_a_topic_resets_its_empty_timeout() {
    let topics = topics(true);
    let client = topics.client();
    let subscribe = || topics.subscribe(client.id, "news", false, Some(options(100))).unwrap();
    subscribe();
    topics.send("news", "1");
    for _ in 0..3 {
        topics.unsubscribe(client.id, "news");
        std::thread::sleep(Duration::from_millis(60));
        assert!(topics.exists("news"));
        subscribe();
    }
    topics.unsubscribe(client.id, "news");
    until(|| topics.hub.metrics().channels == 0);
}

#[test]
fn a_subscriber_gets_each_event_once_while_others_come_and_go() {
    let topics = topics(true);
    let client = topics.client();
    topics.add(&client, "a.b");
    topics.add(&client, "a.>");
    let ids: Vec<_> = (100..300).map(|id| id.to_string()).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| ids.iter().all(|id| topics.send("a.b", id) > 0));
        scope.spawn(|| {
            for _ in 0..200 {
                let other = topics.client();
                topics.add(&other, "a.*");
                topics.add(&other, "a.b");
                other.close(CloseReason::Client);
            }
        });
    });
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    topics.expect_queued(&client, &ids);
    until(|| topics.subscribers("a.b").unwrap() == [client.id]);
    assert_eq!(topics.names().len(), 2);
}

#[test]
fn the_patterns_of_a_client_are_limited_and_its_topics_are_not() {
    let topics = with_patterns(true, 2);
    let (one, other) = (topics.client(), topics.client());
    topics.add(&one, "a.*");
    topics.add(&one, "b.>");
    for name in ["a.b", "c", "d"] {
        topics.add(&one, name);
    }
    let limit = Err(Error::PatternLimit(2));
    assert_eq!(topics.subscribe(one.id, "c.*", false, None), limit);
    assert!(!topics.exists("c.*"));
    // The client is already subscribed to this pattern.
    assert_eq!(topics.add(&one, "a.*"), JoinOutcome::Unchanged);
    topics.add(&other, "c.*");
    assert_eq!(topics.subscribe(one.id, "c.*", false, None), limit);
    assert!(topics.unsubscribe(one.id, "a.*"));
    assert_eq!(topics.add(&one, "c.*"), JoinOutcome::Joined);
    assert_eq!(topics.subscribe(one.id, "a.*", false, None), limit);
}

#[test]
fn a_client_resumes_a_pattern_with_an_id_of_any_topic() {
    let topics = topics(true);
    topics.add(&topics.client(), "orders.*");
    for (topic, id) in
        [("orders.eu", "1"), ("news", "2"), ("orders.us", "3"), ("orders.us.ny", "4")]
    {
        topics.send(topic, id);
    }
    let (back, joined) = topics.back("orders.*", Some("1"), 0);
    assert_eq!(joined, JoinOutcome::Gathered);
    let (other, joined) = topics.back("orders.>", Some("2"), 0);
    assert_eq!(joined, JoinOutcome::Gathered);
    topics.send("orders.asia", "5");
    topics.expect_queued(&back, &["3", "5"]);
    topics.expect_queued(&other, &["3", "4", "5"]);
    for id in 100..120 {
        topics.send("else", &format!("{id}"));
    }
    assert_eq!(topics.back("orders.*", Some("3"), 0).1, JoinOutcome::Gap);
}

#[test]
fn topics_and_patterns_of_clients_are_limited() {
    let topics = with_options(TopicsOptions { wildcards: true, max_patterns: 9, max_topics: 2 });
    let (one, other) = (topics.client(), topics.client());
    let subscribe =
        |client: &Connection, name: &str| topics.subscribe(client.id, name, false, None);
    subscribe(&one, "news").unwrap();
    subscribe(&one, "news.*").unwrap();
    assert_eq!(subscribe(&one, "sport"), Err(Error::TopicsFull));
    assert_eq!(subscribe(&one, "sport.*"), Err(Error::TopicsFull));
    assert!(!topics.exists("sport"));
    // Existing names accept any number of clients.
    assert_eq!(subscribe(&other, "news"), Ok(JoinOutcome::Joined));
    assert_eq!(subscribe(&other, "news.*"), Ok(JoinOutcome::Joined));
    topics.unsubscribe(one.id, "news.*");
    topics.unsubscribe(other.id, "news.*");
    assert_eq!(subscribe(&one, "sport"), Ok(JoinOutcome::Joined));
}
