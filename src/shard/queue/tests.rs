//! Tests of the queue of a connection: what it keeps, counts and drops.

use super::*;

mod coded;

fn bytes(bytes: usize) -> QueueLimits {
    QueueLimits { bytes, events: u64::MAX }
}

fn queue(segments: &[(&'static str, bool)]) -> Queue {
    let mut queue = Queue::default();
    for (text, live) in segments {
        let bytes = Bytes::from_static(text.as_bytes());
        queue.push(Segment { bytes, events: 1, live: *live, ..Segment::default() });
    }
    queue
}

fn advance(queue: &mut Queue, count: usize) -> u64 {
    queue.advance(count, |_| {})
}

#[test]
fn an_event_is_delivered_with_its_last_byte() {
    let mut queue = queue(&[("abc", true), ("de", true)]);
    assert_eq!(advance(&mut queue, 2), 0);
    assert_eq!(queue.bytes(), 3);
    assert_eq!(advance(&mut queue, 2), 1);
    assert_eq!(queue.iter().next().unwrap(), "e");
    assert_eq!(advance(&mut queue, 1), 1);
    assert!(queue.is_empty());
}

#[test]
fn the_largest_segment_and_replays_do_not_count_against_the_bound() {
    let mut queue = queue(&[("12", true), ("12345678", true), ("123", true), ("replayed", false)]);
    assert!(queue.exceeds(bytes(4)));
    assert!(!queue.exceeds(bytes(5)));
    assert_eq!(queue.bytes(), 21);
    advance(&mut queue, 3);
    assert!(!queue.exceeds(bytes(3)));
}

#[test]
fn events_count_until_their_last_byte_has_left_unless_they_are_replayed() {
    let mut queue = queue(&[("abc", true), ("de", true), ("replayed", false)]);
    let events = |events| QueueLimits { bytes: usize::MAX, events };
    assert!(queue.exceeds(events(1)));
    assert!(!queue.exceeds(events(2)));
    advance(&mut queue, 2);
    assert!(queue.exceeds(events(1)));
    advance(&mut queue, 1);
    assert!(!queue.exceeds(events(1)));
    queue.clear();
    assert!(!queue.exceeds(events(0)));
}

#[test]
fn the_front_is_whole_segments_unless_the_first_is_too_large() {
    let mut queue = queue(&[("abc", true), ("de", true), ("f", true)]);
    let front =
        |queue: &Queue, limit| queue.front(limit).map(|part| part.to_bytes()).collect::<Vec<_>>();
    assert_eq!(front(&queue, 2), ["ab"]);
    assert_eq!(front(&queue, 4), ["abc"]);
    assert_eq!(front(&queue, 5), ["abc", "de"]);
    assert_eq!(advance(&mut queue, 2), 0);
    assert_eq!(front(&queue, 4), ["c", "de", "f"]);
    assert_eq!(advance(&mut queue, 4), 3);
    assert!(front(&queue, 9).is_empty());
}

#[test]
fn clearing_counts_lost_events() {
    let mut queue = queue(&[("abc", true), ("de", false)]);
    advance(&mut queue, 1);
    assert_eq!(queue.clear(), 2);
    assert_eq!((queue.bytes(), queue.live_bytes), (0, 0));
}

#[test]
fn the_oldest_events_are_dropped_whole_and_the_latest_stays() {
    let mut queue = queue(&[("abcd", true), ("control", true), ("efgh", true), ("ijkl", true)]);
    queue.0.as_mut().unwrap().segments[1].events = 0;
    // The first event has begun.
    advance(&mut queue, 2);
    assert_eq!(queue.drop_oldest(bytes(13)), 1);
    let left: Vec<_> = queue.iter().cloned().collect();
    assert_eq!(left, ["cd", "control", "ijkl"]);
    assert_eq!(queue.drop_oldest(bytes(1)), 0);
    let rest = queue.bytes();
    assert_eq!(advance(&mut queue, rest), 2);
    assert!(queue.is_empty() && !queue.exceeds(bytes(0)));
}

fn keyed(text: &'static str, key: &str) -> Segment {
    let key = Some((ChannelId(1), key.into()));
    let bytes = Bytes::from_static(text.as_bytes());
    Segment { bytes, events: 1, live: true, key, ..Segment::default() }
}

#[test]
fn only_the_latest_event_of_each_key_is_kept_unless_it_has_begun() {
    let mut queue = Queue::default();
    assert_eq!(queue.push_latest(keyed("a1", "a")), 0);
    advance(&mut queue, 1);
    assert_eq!(queue.push_latest(keyed("b1", "b")), 0);
    assert_eq!(queue.push_latest(keyed("a2", "a")), 0);
    assert_eq!(queue.push_latest(keyed("b2", "b")), 1);
    assert_eq!(queue.push_latest(keyed("a3", "a")), 1);
    let left: Vec<_> = queue.iter().cloned().collect();
    assert_eq!(left, ["1", "b2", "a3"]);
    assert_eq!((queue.bytes(), advance(&mut queue, 5)), (5, 3));
    assert!(queue.is_empty());
}

#[test]
fn keeps_at_most_one_event_per_key() {
    let mut queue = Queue::default();
    queue.push(Segment {
        bytes: Bytes::from_static(b"begun"),
        events: 1,
        live: true,
        ..Segment::default()
    });
    advance(&mut queue, 1);
    for number in 0..100_000 {
        queue.push_latest(keyed("text", &(number % 100).to_string()));
        assert!(queue.segments.len() <= 300, "{}", queue.segments.len());
        if number % 1000 == 999 {
            // The client reads a little.
            advance(&mut queue, 6);
        }
    }
    assert!(queue.iter().count() <= 100);
    assert!(queue.live_events <= 100);
    let bytes = queue.bytes();
    assert_eq!(bytes, queue.iter().map(Bytes::len).sum::<usize>());
    advance(&mut queue, bytes);
    assert_eq!((queue.live_events, queue.live_bytes, queue.bytes()), (0, 0, 0));
}

#[test]
fn the_latest_event_of_each_key_is_left_in_order() {
    let mut queue = Queue::default();
    let mut expected: Vec<(usize, String)> = Vec::new();
    for number in 0..5_000 {
        let (key, text) = (number * number / 7 % 61, format!("{number:05}"));
        let bytes = Bytes::from(text.clone());
        queue.push_latest(Segment { bytes, ..keyed("", &key.to_string()) });
        expected.retain(|(other, _)| *other != key);
        expected.push((key, text));
        if number % 50 == 49 {
            advance(&mut queue, expected.remove(0).1.len());
        }
        let left: Vec<_> = queue.iter().map(|bytes| bytes.as_ref()).collect();
        let latest: Vec<_> = expected.iter().map(|(_, text)| text.as_bytes()).collect();
        assert_eq!(left, latest, "after event {number}");
    }
}

#[test]
fn publications_are_dropped_from_the_first_one_that_has_not_begun() {
    let mut queue = queue(&[("own", true)]);
    for place in [5, 6] {
        let bytes = Bytes::from_static(b"event");
        let place = Some(Place(place));
        queue.push(Segment { bytes, events: 1, live: true, place, ..Segment::default() });
    }
    assert_eq!(queue.drop_publications(), Some(Place(5)));
    assert_eq!((queue.bytes(), queue.drop_publications()), (3, None));
}
