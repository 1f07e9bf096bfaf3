//! Tests of how held events and a replay are merged.

use super::*;
use crate::wire::{Event, Framing};

fn frame(text: &str) -> Frame {
    Event { data: Some(text.into()), ..Event::default() }.encode().unwrap()
}

fn replay(texts: &[(u64, &str)]) -> Vec<(Place, Frame)> {
    texts.iter().map(|(place, text)| (Place(*place), frame(text))).collect()
}

fn texts(merged: Vec<Merged>) -> Vec<String> {
    let text = |Merged { frame, live, .. }: Merged| {
        let bytes = frame.bytes(Framing::Plain);
        let text = String::from_utf8_lossy(&bytes[6..bytes.len() - 2]).into_owned();
        if live { text } else { format!("({text})") }
    };
    merged.into_iter().map(text).collect()
}

#[test]
fn merges_replay_and_live_events_by_place_each_once() {
    let mut held = Held::default();
    held.begin(Place(4));
    held.push(Place(5), frame("e"));
    held.push(Place(7), frame("g"));
    held.push(Place(9), frame("i"));
    let replay = replay(&[(3, "c"), (5, "e"), (6, "f"), (9, "i")]);
    assert_eq!(texts(held.merge(replay)), ["(c)", "(e)", "(f)", "g", "(i)"]);
}

#[test]
fn an_event_for_the_connection_alone_follows_the_events_that_came_before_it() {
    let mut held = Held::default();
    assert!(!held.push_own(&frame("welcome")), "nothing to wait for yet");
    held.begin(Place(4));
    assert!(held.push_own(&frame("own 1")));
    held.push(Place(5), frame("e"));
    assert!(held.push_own(&frame("own 2")));
    let replay = replay(&[(3, "c"), (4, "d"), (5, "e")]);
    assert_eq!(texts(held.merge(replay)), ["(c)", "(d)", "own 1", "(e)", "own 2"]);
}
