//! Parses text that is already in the wire format, so it can pass through the encoder too.

use super::event::{Event, Lines};
use crate::error::{Error, FrameTextFault};

/// The events of one or more complete frames.
pub fn parse(text: &str) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    let mut event = Event::default();
    let mut lines = Lines(Some(text)).peekable();
    while let Some(line) = lines.next() {
        // Only an empty line follows the last line end of a complete frame.
        if lines.peek().is_none() {
            if !line.is_empty() || event != Event::default() {
                return Err(Error::FrameText(FrameTextFault::Unfinished));
            }
        } else if !line.is_empty() {
            read_line(&mut event, line).map_err(Error::FrameText)?;
        } else if event != Event::default() {
            events.push(std::mem::take(&mut event));
        }
    }
    if events.is_empty() { Err(Error::FrameText(FrameTextFault::Nothing)) } else { Ok(events) }
}

fn read_line(event: &mut Event, line: &str) -> Result<(), FrameTextFault> {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    let value = value.strip_prefix(' ').unwrap_or(value);
    match name {
        "" => append_line(&mut event.comment, value),
        "data" => append_line(&mut event.data, value),
        "event" => event.event = Some(value.to_owned()),
        "id" => event.id = Some(value.to_owned()),
        "retry" if value.starts_with('+') => return Err(FrameTextFault::Retry),
        "retry" => event.retry = Some(value.parse().map_err(|_| FrameTextFault::Retry)?),
        _ => return Err(FrameTextFault::UnknownField),
    }
    Ok(())
}

fn append_line(field: &mut Option<String>, line: &str) {
    match field {
        Some(text) => {
            text.push('\n');
            text.push_str(line);
        }
        None => *field = Some(line.to_owned()),
    }
}

#[cfg(test)]
mod tests;
