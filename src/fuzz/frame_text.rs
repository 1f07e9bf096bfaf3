use bolero::check;

use super::{EventStream, Frames, Text};
use crate::wire::frame_text::parse;
use crate::wire::{Event, Framing};

/// The stream that a client reads when these events arrive in pieces of `piece` bytes.
fn encode(events: &[Event], piece: usize) -> Option<EventStream> {
    let frames = events.iter().map(Event::encode).collect::<Result<Vec<_>, _>>().ok()?;
    let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes(Framing::Plain)).collect();
    Some(EventStream::read(bytes.chunks(piece)))
}

fn held(event: &Event) -> usize {
    let text = [&event.id, &event.event, &event.data, &event.comment];
    text.into_iter().flatten().map(String::len).sum()
}

#[test]
fn a_client_receives_the_same_as_from_the_raw_text() {
    check!().with_type::<(Frames, u8)>().for_each(|(text, piece)| {
        let (text, piece) = (text.as_string(), usize::from(*piece).max(1));
        let Ok(events) = parse(&text) else { return };
        assert!(text.ends_with(['\r', '\n']));
        // An event takes at least the three bytes `:\n\n`, and never holds more than its text.
        assert!(3 * events.len() <= text.len());
        assert!(events.iter().map(held).sum::<usize>() <= text.len());
        // An id or a name with NUL is refused.
        let Some(heard) = encode(&events, piece) else { return assert!(text.contains('\0')) };
        let raw = EventStream::read(text.as_bytes().chunks(piece));
        assert_eq!(heard.messages, raw.messages);
        assert_eq!(heard.last_event_id, raw.last_event_id);
        assert_eq!(heard.retry, raw.retry);
    });
}

#[test]
fn two_joined_texts_parse_to_the_events_of_both_in_order() {
    check!().with_type::<(Frames, Frames)>().for_each(|(first, second)| {
        let (first, second) = (first.as_string(), second.as_string());
        if let (Ok(mut events), Ok(rest)) = (parse(&first), parse(&second)) {
            events.extend(rest);
            assert_eq!(parse(&(first + &second)), Ok(events));
        }
    });
}

#[test]
fn text_that_ends_within_a_frame_is_refused() {
    check!().with_type::<(Frames, Text)>().for_each(|(text, rest)| {
        let text = text.as_string() + "data: " + &rest.as_string().replace(['\r', '\n'], "");
        assert!(parse(&text).is_err());
        assert!(parse(&(text + "\n")).is_err());
    });
}

/// Any text, even if it does not resemble frames.
#[test]
fn no_bytes_make_the_parser_panic() {
    check!().for_each(|bytes| {
        let _ = parse(&String::from_utf8_lossy(bytes));
    });
}
