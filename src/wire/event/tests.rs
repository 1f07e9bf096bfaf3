//! Tests of the encoder of events.

use proptest::prelude::*;

use super::*;
use crate::wire::Framing;
use crate::wire::frame_text::parse;

fn plain(event: &Event) -> String {
    String::from_utf8(event.encode().unwrap().bytes(Framing::Plain).to_vec()).unwrap()
}

fn data(text: &str) -> Event {
    Event { data: Some(text.into()), ..Event::default() }
}

#[test]
fn every_field_has_its_line_and_a_blank_line_ends_the_frame() {
    let event = Event {
        id: Some("7".into()),
        event: Some("news".into()),
        topic: Some("orders.7".into()),
        data: Some("hello".into()),
        retry: Some(0),
        comment: Some("note".into()),
    };
    assert_eq!(
        plain(&event),
        ": note\nid: 7\nevent: news\ntopic: orders.7\nretry: 0\ndata: hello\n\n"
    );
}

#[test]
fn all_three_line_ends_split_data() {
    assert_eq!(plain(&data("a\nb\rc\r\nd")), "data: a\ndata: b\ndata: c\ndata: d\n\n");
    assert_eq!(plain(&data("a\n")), "data: a\ndata:\n\n");
    assert_eq!(plain(&data("\n\r")), "data:\ndata:\ndata:\n\n");
}

#[test]
fn empty_values_are_sent() {
    assert_eq!(plain(&data("")), "data:\n\n");
    assert_eq!(plain(&Event { id: Some(String::new()), ..Event::default() }), "id:\n\n");
    assert_eq!(plain(&Event::comment("")), ":\n\n");
}

#[test]
fn a_leading_space_is_kept() {
    assert_eq!(plain(&data(" x")), "data:  x\n\n");
}

#[test]
fn a_field_that_would_forge_a_line_is_refused() {
    for forged in ["a\nb", "a\rb", "a\0b"] {
        let id = Event { id: Some(forged.into()), ..data("x") };
        let event = Event { event: Some(forged.into()), ..data("x") };
        assert_eq!(id.encode().unwrap_err(), Error::Field("id"));
        assert_eq!(event.encode().unwrap_err(), Error::Field("event"));
    }
}

#[test]
fn a_topic_that_would_forge_a_line_is_omitted() {
    for forged in ["a\nb", "a\rb", "a\0b"] {
        let event = Event { topic: Some(forged.into()), ..data("x") };
        assert_eq!(plain(&event), "data: x\n\n");
    }
}

#[test]
fn an_event_without_fields_is_refused() {
    assert_eq!(Event::default().encode().unwrap_err(), Error::Empty);
    let topic = Event { topic: Some("news".into()), ..Event::default() };
    assert_eq!(topic.encode().unwrap_err(), Error::Empty);
}

#[test]
fn the_chunk_form_is_the_plain_form_with_its_length() {
    let frame = data(&"x".repeat(300)).encode().unwrap();
    let plain = frame.bytes(Framing::Plain);
    let expected = [format!("{:x}\r\n", plain.len()).as_bytes(), &plain, b"\r\n"].concat();
    assert_eq!(frame.bytes(Framing::Chunked), expected);
}

fn normalise(text: String) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

proptest! {
    #[test]
    fn an_encoded_event_is_parsed_back(
        id in proptest::option::of("[^\r\n\0]{0,8}"),
        event in proptest::option::of("[^\r\n\0]{0,8}"),
        data in proptest::option::of("(?s)(.|\r|\n|\r\n| |:){0,20}"),
        retry in proptest::option::of(any::<u32>()),
        comment in proptest::option::of("(?s)(.|\r|\n){0,8}"),
    ) {
        let sent = Event { id, event, data, retry, comment, ..Event::default() };
        prop_assume!(sent != Event::default());
        let read = parse(&plain(&sent)).unwrap();
        let (data, comment) = (sent.data.map(normalise), sent.comment.map(normalise));
        let expected = Event { data, comment, ..sent };
        prop_assert_eq!(read, vec![expected]);
    }
}
