//! An event, its rules and its bytes (WHATWG HTML, section 9.2.5 and 9.2.6).
//!
//! - This is the only encoder: every string on the wire passes through it.
//! - A conforming parser reads the event back, with line ends normalised to LF.
//! - A name or an id that would forge another line is an error. Nothing is stripped. A topic's name
//!   that would forge a line is valid, so only the field is omitted. Clients work without it.

use memchr::{memchr2, memchr3};

use super::frame::{Frame, FrameWriter};
use crate::error::Error;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub id: Option<String>,
    pub event: Option<String>,
    /// The topic that the event is sent to. Parsers that do not know the field ignore it.
    pub topic: Option<String>,
    pub data: Option<String>,
    /// The reconnect delay in milliseconds.
    pub retry: Option<u32>,
    pub comment: Option<String>,
}

/// An event with borrowed text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventRef<'a> {
    pub id: Option<&'a str>,
    pub event: Option<&'a str>,
    pub topic: Option<&'a str>,
    pub data: Option<&'a str>,
    pub retry: Option<u32>,
    pub comment: Option<&'a str>,
}

impl Event {
    pub fn comment(text: impl Into<String>) -> Self {
        Self { comment: Some(text.into()), ..Self::default() }
    }

    pub fn retry(milliseconds: u32) -> Self {
        Self { retry: Some(milliseconds), ..Self::default() }
    }

    /// Sets the client's cursor without dispatching a message.
    pub fn cursor(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    pub fn encode(&self) -> Result<Frame, Error> {
        EventRef::from(self).encode()
    }
}

impl<'a> From<&'a Event> for EventRef<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            id: event.id.as_deref(),
            event: event.event.as_deref(),
            topic: event.topic.as_deref(),
            data: event.data.as_deref(),
            retry: event.retry,
            comment: event.comment.as_deref(),
        }
    }
}

impl From<EventRef<'_>> for Event {
    fn from(event: EventRef<'_>) -> Self {
        Self {
            id: event.id.map(str::to_owned),
            event: event.event.map(str::to_owned),
            topic: event.topic.map(str::to_owned),
            data: event.data.map(str::to_owned),
            retry: event.retry,
            comment: event.comment.map(str::to_owned),
        }
    }
}

impl EventRef<'_> {
    pub fn encode(self) -> Result<Frame, Error> {
        self.draft().map(|draft| draft.finish(b""))
    }

    /// Encodes the event into a frame that can still get an id.
    pub fn draft(self) -> Result<FrameWriter, Error> {
        if self.is_empty() {
            return Err(Error::Empty);
        }
        let mut frame = FrameWriter::with_capacity(self.size_hint());
        if let Some(comment) = self.comment {
            push_lines(&mut frame, "", comment);
        }
        if let Some(id) = self.id {
            push_line(&mut frame, "id", single_line("id", id)?);
        }
        if let Some(event) = self.event {
            push_line(&mut frame, "event", single_line("event", event)?);
        }
        if let Some(topic) = self.topic.filter(|name| single_line("topic", name).is_ok()) {
            push_line(&mut frame, "topic", topic);
        }
        if let Some(retry) = self.retry {
            push_line(&mut frame, "retry", &retry.to_string());
        }
        if let Some(data) = self.data {
            push_lines(&mut frame, "data", data);
        }
        frame.push(b"\n");
        Ok(frame)
    }

    /// An event with only a topic counts as empty.
    fn is_empty(&self) -> bool {
        let text = [self.id, self.event, self.data, self.comment];
        self.retry.is_none() && text.iter().all(|text| text.is_none())
    }

    fn size_hint(&self) -> usize {
        let text = [self.id, self.event, self.topic, self.data, self.comment];
        text.into_iter().flatten().map(str::len).sum::<usize>() + 64
    }
}

fn single_line<'a>(name: &'static str, value: &'a str) -> Result<&'a str, Error> {
    match memchr3(b'\r', b'\n', 0, value.as_bytes()) {
        Some(_) => Err(Error::Field(name)),
        None => Ok(value),
    }
}

fn push_lines(frame: &mut FrameWriter, name: &str, text: &str) {
    for line in Lines(Some(text)) {
        push_line(frame, name, line);
    }
}

fn push_line(frame: &mut FrameWriter, name: &str, value: &str) {
    frame.push(name.as_bytes());
    frame.push(b":");
    if !value.is_empty() {
        frame.push(b" ");
        frame.push(value.as_bytes());
    }
    frame.push(b"\n");
}

/// The lines of a text, separated by CRLF, CR or LF. The last line may be empty.
pub(crate) struct Lines<'a>(pub(crate) Option<&'a str>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0?;
        let Some(end) = memchr2(b'\r', b'\n', text.as_bytes()) else {
            self.0 = None;
            return Some(text);
        };
        let rest = &text[end..];
        self.0 = Some(rest.strip_prefix("\r\n").unwrap_or(&rest[1..]));
        Some(&text[..end])
    }
}

#[cfg(test)]
mod tests;
