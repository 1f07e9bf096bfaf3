//! Tests of text that is already in the wire format.

use super::*;

fn fault(text: &str) -> FrameTextFault {
    match parse(text) {
        Err(Error::FrameText(fault)) => fault,
        other => panic!("{text:?} gave {other:?}"),
    }
}

#[test]
fn several_frames_become_several_events() {
    let events = parse("id: 1\ndata: a\ndata:b\n\n: note\r\n\r\nevent:x\rdata\r\r").unwrap();
    assert_eq!(
        events,
        [
            Event { id: Some("1".into()), data: Some("a\nb".into()), ..Event::default() },
            Event::comment("note"),
            Event { event: Some("x".into()), data: Some(String::new()), ..Event::default() },
        ]
    );
}

#[test]
fn blank_lines_between_frames_are_ignored() {
    assert_eq!(parse("\n\ndata: a\n\n\n\n").unwrap().len(), 1);
}

#[test]
fn unfinished_text_is_refused() {
    assert_eq!(fault("data: a"), FrameTextFault::Unfinished);
    assert_eq!(fault("data: a\n"), FrameTextFault::Unfinished);
    assert_eq!(fault("data: a\n\ndata: b\n"), FrameTextFault::Unfinished);
    assert_eq!(fault("data: a\n\nda"), FrameTextFault::Unfinished);
    assert_eq!(fault(""), FrameTextFault::Nothing);
    assert_eq!(fault("\n\n"), FrameTextFault::Nothing);
}

#[test]
fn lines_that_a_client_would_ignore_are_refused() {
    assert_eq!(fault("dta: a\n\n"), FrameTextFault::UnknownField);
    assert_eq!(fault("\u{feff}data: a\n\n"), FrameTextFault::UnknownField);
    assert_eq!(fault("retry: soon\n\n"), FrameTextFault::Retry);
    assert_eq!(fault("retry: +1\n\n"), FrameTextFault::Retry);
}
