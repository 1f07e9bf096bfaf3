use bolero::{TypeGenerator, check};

use super::event_stream::Message;
use super::{EventStream, Name, Text};
use crate::ids::Place;
use crate::log::cursor::Epoch;
use crate::wire::{Event, EventRef, Framing, ID_ROOM};

#[derive(Clone, Debug, TypeGenerator)]
struct Fields {
    id: Option<Name>,
    event: Option<Name>,
    topic: Option<Name>,
    data: Option<Text>,
    retry: Option<u32>,
    comment: Option<Text>,
}

impl Fields {
    fn event(&self) -> Event {
        let text = |field: &Option<Text>| field.as_ref().map(Text::as_string);
        let name = |field: &Option<Name>| field.as_ref().map(Name::as_string);
        Event {
            id: name(&self.id),
            event: name(&self.event),
            topic: name(&self.topic),
            data: text(&self.data),
            retry: self.retry,
            comment: text(&self.comment),
        }
    }
}

fn normalised(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A comment or a topic never changes the message that a client receives.
fn assert_heard(bytes: &[u8], event: &Event) {
    let heard = EventStream::read([bytes]);
    let id = event.id.clone().unwrap_or_default();
    let message = |data: &String| Message {
        event: event.event.clone().filter(|name| !name.is_empty()).unwrap_or("message".into()),
        data: normalised(data),
        last_event_id: id.clone(),
    };
    assert_eq!(heard.messages, Vec::from_iter(event.data.as_ref().map(message)));
    assert_eq!(heard.last_event_id, id);
    assert_eq!(heard.retry, event.retry.map(u128::from));
}

#[test]
fn a_client_receives_the_encoded_event() {
    check!().with_type::<Fields>().for_each(|fields| {
        let event = fields.event();
        let forges = |name: &Option<String>| {
            name.as_ref().is_some_and(|name| name.contains(['\r', '\n', '\0']))
        };
        let is_empty = Event { topic: None, ..event.clone() } == Event::default();
        let Ok(frame) = event.encode() else {
            return assert!(forges(&event.id) || forges(&event.event) || is_empty);
        };
        assert!(!forges(&event.id) && !forges(&event.event) && !is_empty);
        let plain = frame.bytes(Framing::Plain);
        assert_heard(&plain, &event);
        let chunk = [format!("{:x}\r\n", plain.len()).as_bytes(), &plain, b"\r\n"].concat();
        assert_eq!(frame.bytes(Framing::Chunked), chunk);
    });
}

#[test]
fn a_client_receives_the_id_that_the_log_adds() {
    let epoch = Epoch::default();
    check!().with_type::<(Fields, u64)>().for_each(|(fields, place)| {
        let event = Event { id: None, ..fields.event() };
        let Ok(draft) = EventRef::from(&event).draft() else { return };
        let mut buffer = [0; ID_ROOM];
        let frame = draft.finish(epoch.line(Place(*place), &mut buffer));
        let event = Event { id: Some(epoch.id(Place(*place))), ..event };
        assert_heard(&frame.bytes(Framing::Plain), &event);
    });
}
