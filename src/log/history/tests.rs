use proptest::prelude::*;

use super::*;
use crate::wire::Event;
use crate::wire::{Frame, Framing};

const FAR: usize = usize::MAX;

fn history(size: usize, bytes: usize, age: Option<Duration>) -> History<Frame> {
    History::new(Limits { size, bytes, age })
}

fn frame(text: &str) -> Frame {
    Event { data: Some(text.into()), ..Event::default() }.encode().unwrap()
}

fn texts(frames: Option<Vec<Frame>>) -> Option<Vec<String>> {
    let text = |frame: Frame| {
        let bytes = frame.bytes(Framing::Plain);
        String::from_utf8_lossy(&bytes[6..bytes.len() - 2]).into_owned()
    };
    Some(frames?.into_iter().map(text).collect())
}

fn push(history: &mut History<Frame>, id: Option<&str>, text: &str) {
    let frame = frame(text);
    let bytes = frame.len();
    history.push(id, frame, bytes, Instant::now());
}

fn after(history: &mut History<Frame>, id: &str) -> Option<Vec<String>> {
    texts(history.after(id, Instant::now()))
}

#[test]
fn events_without_an_id_lie_after_the_id_before_them() {
    let mut history = history(10, FAR, None);
    push(&mut history, Some("1"), "a");
    push(&mut history, None, "b");
    push(&mut history, Some("2"), "c");
    assert_eq!(after(&mut history, "1").unwrap(), ["b", "c"]);
    assert_eq!(after(&mut history, "2").unwrap(), [""; 0]);
}

#[test]
fn a_repeated_id_means_its_latest_event() {
    let mut history = history(3, FAR, None);
    for (id, text) in [("x", "a"), ("y", "b"), ("x", "c"), ("z", "d")] {
        push(&mut history, Some(id), text);
    }
    assert_eq!(after(&mut history, "x").unwrap(), ["d"]);
    assert_eq!(after(&mut history, "y").unwrap(), ["c", "d"]);
}

#[test]
fn an_unknown_id_is_unknown_and_the_empty_id_is_nobodys() {
    let mut history = history(10, FAR, None);
    push(&mut history, Some(""), "a");
    assert_eq!(after(&mut history, "nobody's"), None);
    assert_eq!(after(&mut history, ""), None);
}

#[test]
fn the_id_right_before_the_first_entry_has_missed_nothing_else() {
    let mut history = history(2, FAR, None);
    for id in ["1", "2", "3", "4"] {
        push(&mut history, Some(id), id);
    }
    assert_eq!(after(&mut history, "2").unwrap(), ["3", "4"]);
    assert_eq!(after(&mut history, "1"), None);
}

#[test]
fn bytes_bound_it_and_an_event_larger_than_the_bound_is_a_gap() {
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
fn age_bounds_it() {
    let mut history = history(10, FAR, Some(Duration::from_secs(10)));
    let start = Instant::now();
    history.push(Some("1"), frame("a"), 1, start);
    history.push(Some("2"), frame("b"), 1, start + Duration::from_secs(8));
    assert_eq!(texts(history.after("1", start + Duration::from_secs(11))).unwrap(), ["b"]);
    assert_eq!(texts(history.after("1", start + Duration::from_secs(30))), None);
    assert_eq!(texts(history.after("2", start + Duration::from_secs(30))).unwrap(), [""; 0]);
}

#[test]
fn a_size_of_zero_keeps_nothing_and_still_knows_who_is_up_to_date() {
    let mut history = history(0, FAR, None);
    push(&mut history, Some("1"), "a");
    push(&mut history, Some("2"), "b");
    assert!(history.is_empty());
    assert_eq!(after(&mut history, "1"), None);
    assert_eq!(after(&mut history, "2").unwrap(), [""; 0]);
}

proptest! {
    /// Compared with the whole list: it returns everything since the id, or `None`.
    #[test]
    fn it_never_leaves_a_hole(
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
