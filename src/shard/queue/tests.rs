use super::*;

fn bytes(bytes: usize) -> QueueLimits {
    QueueLimits { bytes, events: u64::MAX }
}

fn queue(segments: &[(&'static str, bool)]) -> Queue {
    let mut queue = Queue::default();
    for (text, live) in segments {
        queue.push(Segment { bytes: Bytes::from_static(text.as_bytes()), events: 1, live: *live });
    }
    queue
}

#[test]
fn an_event_is_delivered_with_its_last_byte() {
    let mut queue = queue(&[("abc", true), ("de", true)]);
    assert_eq!(queue.advance(2), 0);
    assert_eq!(queue.bytes(), 3);
    assert_eq!(queue.advance(2), 1);
    assert_eq!(queue.iter().next().unwrap(), "e");
    assert_eq!(queue.advance(1), 1);
    assert!(queue.is_empty());
}

#[test]
fn the_largest_segment_and_what_is_replayed_do_not_count_against_the_bound() {
    let mut queue = queue(&[("12", true), ("12345678", true), ("123", true), ("replayed", false)]);
    assert!(queue.exceeds(bytes(4)));
    assert!(!queue.exceeds(bytes(5)));
    assert_eq!(queue.bytes(), 21);
    queue.advance(3);
    assert!(!queue.exceeds(bytes(3)));
}

#[test]
fn events_count_until_their_last_byte_has_left_unless_they_are_replayed() {
    let mut queue = queue(&[("abc", true), ("de", true), ("replayed", false)]);
    let events = |events| QueueLimits { bytes: usize::MAX, events };
    assert!(queue.exceeds(events(1)));
    assert!(!queue.exceeds(events(2)));
    queue.advance(2);
    assert!(queue.exceeds(events(1)));
    queue.advance(1);
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
    assert_eq!(queue.advance(2), 0);
    assert_eq!(front(&queue, 4), ["c", "de", "f"]);
    assert_eq!(queue.advance(4), 3);
    assert!(front(&queue, 9).is_empty());
}

#[test]
fn clearing_counts_what_is_lost() {
    let mut queue = queue(&[("abc", true), ("de", false)]);
    queue.advance(1);
    assert_eq!(queue.clear(), 2);
    assert_eq!((queue.bytes(), queue.live_bytes), (0, 0));
}
