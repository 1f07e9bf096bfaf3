//! Tests of how the bytes of a body are split into frames.

use super::*;
use crate::wire::Framing;

fn plain(frames: &[Frame]) -> Vec<String> {
    let text = |frame: &Frame| String::from_utf8_lossy(&frame.bytes(Framing::Plain)).into_owned();
    frames.iter().map(text).collect()
}

/// The frames of the pieces, and the fault that ends them.
fn split(checks: bool, pieces: &[&str]) -> (Vec<String>, Option<FrameTextFault>) {
    let (mut frames, mut finished) = (Frames::new(checks, 64), Vec::new());
    let mut result = Ok(());
    for piece in pieces {
        result = result.and_then(|()| frames.push(piece.as_bytes(), &mut finished));
    }
    let result = result.and_then(|()| frames.finish(&mut finished));
    let fault = match result {
        Ok(()) => None,
        Err(Error::FrameText(fault)) => Some(fault),
        Err(error) => panic!("{error}"),
    };
    (plain(&finished), fault)
}

const MIXED: &str =
    "\u{feff}: é\r\n\r\nevent:x\rdata\r\rdata:a\ndata:  b\nid\n\n\n\nretry: 1\n\n:\n\n";

#[test]
fn frames_pass_unchanged() {
    let (frames, fault) = split(true, &[MIXED]);
    assert_eq!(fault, None);
    assert_eq!(
        frames,
        [
            "\u{feff}: é\r\n\r\n",
            "event:x\rdata\r\r",
            "data:a\ndata:  b\nid\n\n",
            "\n\nretry: 1\n\n",
            ":\n\n",
        ]
    );
}

#[test]
fn pieces_of_any_size_give_the_same_bytes() {
    for size in 1..MIXED.len() {
        let (mut frames, mut finished) = (Frames::new(true, 64), Vec::new());
        for piece in MIXED.as_bytes().chunks(size) {
            frames.push(piece, &mut finished).unwrap();
        }
        frames.finish(&mut finished).unwrap();
        assert_eq!(plain(&finished).concat(), MIXED, "{size}");
    }
}

#[test]
fn a_frame_is_complete_before_the_lf_of_its_last_crlf() {
    let (mut frames, mut finished) = (Frames::new(true, 64), Vec::new());
    frames.push(b"data: a\r\n\r", &mut finished).unwrap();
    assert_eq!(plain(&finished), ["data: a\r\n\r"]);
    frames.push(b"\ndata: b\r", &mut finished).unwrap();
    // This LF completes a line end and does not end the frame.
    frames.push(b"\ndata: c\r\n\r\n", &mut finished).unwrap();
    assert_eq!(plain(&finished[1..]).concat(), "\ndata: b\r\ndata: c\r\n\r\n");
}

#[test]
fn lines_that_frame_text_refuses_are_refused() {
    let invalid = [
        ("dta: a\n\n", FrameTextFault::UnknownField),
        ("data: a\n\n\u{feff}data: b\n\n", FrameTextFault::UnknownField),
        ("retry: soon\n\n", FrameTextFault::Retry),
        ("retry: +1\n\n", FrameTextFault::Retry),
        ("retry\n\n", FrameTextFault::Retry),
        ("id: a\0\n\n", FrameTextFault::Nul),
        ("event: \0\n\n", FrameTextFault::Nul),
        ("data: a", FrameTextFault::Unfinished),
        ("data: a\n", FrameTextFault::Unfinished),
        ("data: a\r", FrameTextFault::Unfinished),
        ("data: a\n\n\u{feff}", FrameTextFault::Unfinished),
    ];
    for (text, expected) in invalid {
        let (_, fault) = split(true, &["data: before\n\n", text]);
        assert_eq!(fault, Some(expected), "{text:?}");
        let (frames, fault) = split(false, &[text]);
        assert_eq!((frames.concat().as_str(), fault), (text, None));
    }
}

#[test]
fn frames_before_an_invalid_one_pass() {
    let (frames, fault) = split(true, &["data: a\n\ndta\n\ndata: b\n\n", "data: c\n\n"]);
    assert_eq!(frames, ["data: a\n\n"]);
    assert_eq!(fault, Some(FrameTextFault::UnknownField));
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let (mut frames, mut finished) = (Frames::new(true, 64), Vec::new());
    let result = frames.push(b"data: \xff\n\n", &mut finished);
    assert_eq!(result, Err(Error::FrameText(FrameTextFault::Encoding)));
    assert!(finished.is_empty());
    // Later pieces are ignored.
    frames.push(b"data: a\n\n", &mut finished).unwrap();
    frames.finish(&mut finished).unwrap();
    assert!(finished.is_empty());
}

#[test]
fn an_unfinished_frame_is_bounded() {
    let long = "x".repeat(80);
    assert_eq!(split(true, &["data: ", &long]).1, Some(FrameTextFault::TooLong));
    assert_eq!(split(false, &["data: ", &long]).1, Some(FrameTextFault::TooLong));
    // A frame that arrives as a whole is not bounded.
    assert_eq!(split(true, &[&format!("data: {long}\n\n")]).1, None);
    let blank = "\n".repeat(80);
    assert_eq!(split(true, &[&blank, &blank]).1, None);
}

#[test]
fn a_byte_order_mark_alone_gives_no_frame() {
    assert_eq!(split(true, &["\u{feff}"]), (vec![], None));
    assert_eq!(split(false, &["\u{feff}"]), (vec![], None));
    assert_eq!(split(true, &["\u{feff}\n\n"]), (vec!["\u{feff}\n\n".into()], None));
    assert_eq!(split(true, &[""]), (vec![], None));
}
