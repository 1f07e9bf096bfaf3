//! Tests that a history respects its limits: number of events, bytes and age.

use proptest::prelude::*;

use super::*;
use crate::wire::Event;
use crate::wire::{Frame, Framing};

const FAR: usize = usize::MAX;

fn history(size: usize, bytes: usize, age: Option<Duration>) -> History<Frame> {
    History::new(Limits { size, bytes, age }, Place(0))
}

fn frame(text: &str) -> Frame {
    Event { data: Some(text.into()), ..Event::default() }.encode().unwrap()
}

fn text(frame: &Frame) -> String {
    let bytes = frame.bytes(Framing::Plain);
    String::from_utf8_lossy(&bytes[6..bytes.len() - 2]).into_owned()
}

fn push_at(history: &mut History<Frame>, id: Option<&str>, text: &str, bytes: usize, now: Instant) {
    let place = Place(history.last().0 + 1);
    history.push(place, id.map(Arc::from).as_ref(), frame(text), bytes, now);
}

fn push(history: &mut History<Frame>, id: Option<&str>, text: &str) {
    push_at(history, id, text, frame(text).len(), Instant::now());
}

/// The events that a client with that id missed, or `None` if some are not kept.
fn after_at(history: &mut History<Frame>, id: &str, now: Instant) -> Option<Vec<String>> {
    let place = history.find(id, now).filter(|place| *place >= history.floor())?;
    Some(history.after(Some(place), now).map(|(_, frame)| text(frame)).collect())
}

fn after(history: &mut History<Frame>, id: &str) -> Option<Vec<String>> {
    after_at(history, id, Instant::now())
}

#[test]
fn an_event_without_an_id_follows_the_latest_id() {
    let mut history = history(10, FAR, None);
    push(&mut history, Some("1"), "a");
    push(&mut history, None, "b");
    push(&mut history, Some("2"), "c");
    assert_eq!(after(&mut history, "1").unwrap(), ["b", "c"]);
    assert_eq!(after(&mut history, "2").unwrap(), [""; 0]);
}

#[test]
fn a_repeated_id_refers_to_its_latest_event() {
    let mut history = history(3, FAR, None);
    for (id, text) in [("x", "a"), ("y", "b"), ("x", "c"), ("z", "d")] {
        push(&mut history, Some(id), text);
    }
    assert_eq!(after(&mut history, "x").unwrap(), ["d"]);
    assert_eq!(after(&mut history, "y").unwrap(), ["c", "d"]);
}

#[test]
fn an_unknown_id_and_the_empty_id_are_not_found() {
    let mut history = history(10, FAR, None);
    push(&mut history, None, "a");
    assert_eq!(after(&mut history, "unknown"), None);
    assert_eq!(after(&mut history, ""), None);
}

#[test]
fn the_id_right_before_the_first_entry_can_be_resumed() {
    let mut history = history(2, FAR, None);
    for id in ["1", "2", "3", "4"] {
        push(&mut history, Some(id), id);
    }
    assert_eq!(after(&mut history, "2").unwrap(), ["3", "4"]);
    assert_eq!(after(&mut history, "1"), None);
}

#[test]
fn bytes_are_bounded_and_an_event_larger_than_the_bound_is_a_gap() {
    let mut history = history(10, 3 * frame("x").len(), None);
    for id in ["1", "2", "3", "4"] {
        push(&mut history, Some(id), "x");
    }
    assert_eq!(history.entries.len(), 3);
    push(&mut history, None, &"y".repeat(1000));
    assert_eq!(history.entries.len(), 0);
    assert_eq!(after(&mut history, "4"), None);
}

#[test]
fn age_is_bounded() {
    let mut history = history(10, FAR, Some(Duration::from_secs(10)));
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    push_at(&mut history, Some("1"), "a", 1, at(0));
    push_at(&mut history, Some("2"), "b", 1, at(8));
    assert_eq!(after_at(&mut history, "1", at(11)).unwrap(), ["b"]);
    assert_eq!(after_at(&mut history, "1", at(30)), None);
    assert_eq!(after_at(&mut history, "2", at(30)).unwrap(), [""; 0]);
}

#[test]
fn a_size_of_zero_keeps_nothing_but_still_recognizes_the_latest_id() {
    let mut history = history(0, FAR, None);
    push(&mut history, Some("1"), "a");
    push(&mut history, Some("2"), "b");
    assert!(history.is_empty());
    assert_eq!(after(&mut history, "1"), None);
    assert_eq!(after(&mut history, "2").unwrap(), [""; 0]);
}

#[test]
fn any_place_since_the_floor_can_be_resumed() {
    let limits = Limits { size: 2, bytes: FAR, age: None };
    let mut history = History::new(limits, Place(10));
    for place in [12, 15, 19] {
        history.push(Place(place), None, frame(&place.to_string()), 1, Instant::now());
    }
    assert_eq!((history.floor(), history.last()), (Place(12), Place(19)));
    for (place, missed) in [(12, 2), (14, 2), (15, 1), (18, 1), (19, 0), (30, 0)] {
        assert_eq!(history.after(Some(Place(place)), Instant::now()).count(), missed, "{place}");
    }
    assert_eq!(history.after(None, Instant::now()).count(), 2);
}

proptest! {
    /// Compared with the whole list: a history returns all events since the id, or `None`.
    #[test]
    fn a_history_never_skips_an_event(
        size in 0usize..6,
        ids in proptest::collection::vec(proptest::option::of(0u8..6), 0..30),
        asked in 0u8..6,
    ) {
        let mut history = history(size, FAR, None);
        for (position, id) in ids.iter().enumerate() {
            push(&mut history, id.map(|id| id.to_string()).as_deref(), &position.to_string());
        }
        prop_assert!(history.entries.len() <= size);
        let latest = ids.iter().rposition(|id| *id == Some(asked));
        match after(&mut history, &asked.to_string()) {
            Some(missed) => {
                let positions = latest.unwrap() + 1..ids.len();
                let all: Vec<String> = positions.map(|position| position.to_string()).collect();
                prop_assert_eq!(missed, all);
            }
            None => prop_assert!(latest.is_none_or(|latest| ids.len() - latest > size)),
        }
    }
}

#[test]
fn loaded_events_precede_the_kept_ones_within_the_limits() {
    let mut history = history(4, FAR, None);
    history.floor = Place(10);
    for number in [11, 12] {
        history.push(Place(number), None, frame(&number.to_string()), 1, Instant::now());
    }
    let earlier = [3, 6, 8, 10, 11].map(|number: u64| {
        (Place(number), Some(Arc::from(format!("id {number}"))), frame(&number.to_string()), 1)
    });
    history.load(earlier.into_iter(), Place(2), Instant::now());
    let now = Instant::now();
    let kept: Vec<_> = history.after(None, now).map(|(place, _)| place.0).collect();
    // Kept events are not added again, and the oldest do not fit.
    assert_eq!(kept, [8, 10, 11, 12]);
    assert_eq!(history.floor(), Place(6));
    assert_eq!(history.find("id 8", now), Some(Place(8)));
    assert_eq!(history.find("id 3", now), None);
}
