use bolero::check;

use super::{EventStream, Frames, Text};
use crate::wire::frame_text::parse;
use crate::wire::{self, Event, Framing};

const MARK: &str = "\u{feff}";

/// The frames of a text that arrives in pieces, or `None` if the text is refused.
fn split(text: &str, piece: u8, checks: bool) -> Option<Vec<Vec<u8>>> {
    let (mut frames, mut finished) = (wire::Frames::new(checks, usize::MAX), Vec::new());
    for bytes in text.as_bytes().chunks(usize::from(piece).max(1)) {
        frames.push(bytes, &mut finished).ok()?;
    }
    frames.finish(&mut finished).ok()?;
    Some(finished.iter().map(|frame| frame.bytes(Framing::Plain).to_vec()).collect())
}

fn is_valid(text: &str) -> bool {
    let bare = text.strip_prefix(MARK).unwrap_or(text);
    // Frame text needs at least one frame, but a stream may be empty.
    let is_blank = bare.chars().all(|end| matches!(end, '\r' | '\n'));
    is_blank
        || parse(bare).is_ok_and(|events| events.iter().all(|event| Event::encode(event).is_ok()))
}

#[test]
fn a_stream_passes_byte_for_byte_if_it_is_valid_frame_text() {
    check!().with_type::<(bool, Frames, u8)>().for_each(|(has_mark, text, piece)| {
        let text = if *has_mark { MARK } else { "" }.to_owned() + &text.as_string();
        let frames = split(&text, *piece, true);
        // Frame text may contain NUL in an id that a later id of the same frame replaces.
        assert!(frames.is_some() == is_valid(&text) || text.contains('\0'));
        let Some(frames) = frames else { return };
        assert!(frames.iter().all(|frame| !frame.is_empty()));
        if text != MARK {
            assert_eq!(frames.concat(), text.as_bytes());
        }
    });
}

#[test]
fn pings_between_frames_change_nothing_for_a_client() {
    check!().with_type::<(Frames, Text, u8, bool)>().for_each(|(text, rest, piece, is_odd)| {
        let rest = if *is_odd { rest.as_string() } else { String::new() };
        let text = text.as_string() + &rest;
        let Some(frames) = split(&text, *piece, *is_odd) else { return };
        // Before a ping, the byte order mark of a stream is removed.
        let bare = |frame: &[u8]| frame.strip_prefix(MARK.as_bytes()).unwrap_or(frame).to_vec();
        let frames = frames.iter().enumerate();
        let frames =
            frames.map(|(index, frame)| if index == 0 { bare(frame) } else { frame.clone() });
        let with_pings: Vec<_> = frames.flat_map(|frame| [b":\n\n".to_vec(), frame]).collect();
        let heard = EventStream::read(with_pings.iter().map(Vec::as_slice));
        let raw = EventStream::read([text.as_bytes()]);
        assert_eq!(heard.messages, raw.messages);
        assert_eq!(heard.last_event_id, raw.last_event_id);
        assert_eq!(heard.retry, raw.retry);
    });
}

#[test]
fn without_checks_any_bytes_pass() {
    check!().with_type::<(Vec<u8>, u8)>().for_each(|(bytes, piece)| {
        let (mut frames, mut finished) = (wire::Frames::new(false, usize::MAX), Vec::new());
        for piece in bytes.chunks(usize::from(*piece).max(1)) {
            frames.push(piece, &mut finished).unwrap();
        }
        frames.finish(&mut finished).unwrap();
        let passed: Vec<u8> =
            finished.iter().flat_map(|frame| frame.bytes(Framing::Plain)).collect();
        assert!(passed == *bytes || bytes == MARK.as_bytes());
    });
}
