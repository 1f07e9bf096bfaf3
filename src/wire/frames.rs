//! Splits bytes in the wire format, which arrive in pieces of any size, into frames. Each frame
//! passes unchanged, with its line ends, comments and a byte order mark at the start.

use memchr::memchr2;

use super::frame::{BYTE_ORDER_MARK, Frame};
use crate::error::{Error, FrameTextFault};

/// The pieces of one source. After an error, further pieces are ignored.
pub struct Frames {
    /// Whether frames that `frame_text` refuses are errors here too.
    checks: bool,
    /// The maximum size of an unfinished frame, in bytes.
    longest: usize,
    /// The unfinished frame.
    rest: Vec<u8>,
    scan: Scan,
    /// Whether no line of the source was scanned yet.
    is_fresh: bool,
    /// Whether a frame was finished.
    has_passed: bool,
    has_failed: bool,
}

/// How far the unfinished frame has been read. Positions begin at its first byte.
#[derive(Default)]
struct Scan {
    /// The start of the current line.
    line: usize,
    /// The position up to which the current line has no end.
    searched: usize,
    /// Whether the frame has a line that is not blank.
    has_lines: bool,
}

impl Frames {
    pub fn new(checks: bool, longest: usize) -> Self {
        let (rest, scan) = (Vec::new(), Scan::default());
        let (is_fresh, has_passed, has_failed) = (true, false, false);
        Self { checks, longest, rest, scan, is_fresh, has_passed, has_failed }
    }

    /// Appends the frames that these bytes complete. Frames before an invalid one are appended too.
    pub fn push(&mut self, bytes: &[u8], finished: &mut Vec<Frame>) -> Result<(), Error> {
        if self.has_failed {
            return Ok(());
        }
        let mut rest = std::mem::take(&mut self.rest);
        // Most pieces are whole frames, which are not copied here.
        let result = if rest.is_empty() {
            self.split(bytes, finished).map(|taken| rest.extend_from_slice(&bytes[taken..]))
        } else {
            rest.extend_from_slice(bytes);
            self.split(&rest, finished).map(|taken| drop(rest.drain(..taken)))
        };
        // This frees the buffer because a connection may be idle for long after a large frame.
        self.rest = if rest.is_empty() { Vec::new() } else { rest };
        self.ended(result.and_then(|()| {
            let is_too_long = self.rest.len() > self.longest;
            if is_too_long { Err(FrameTextFault::TooLong) } else { Ok(()) }
        }))
    }

    /// Ends the source. An unfinished frame is an error or, without checks, passes unchanged.
    pub fn finish(&mut self, finished: &mut Vec<Frame>) -> Result<(), Error> {
        let rest = std::mem::take(&mut self.rest);
        let is_mark_alone = !self.has_passed && rest == BYTE_ORDER_MARK;
        if rest.is_empty() || is_mark_alone || self.has_failed {
            return Ok(());
        }
        if self.checks {
            return self.ended(Err(FrameTextFault::Unfinished));
        }
        self.take(&rest, finished).map_err(Error::FrameText)
    }

    fn ended(&mut self, result: Result<(), FrameTextFault>) -> Result<(), Error> {
        self.has_failed = result.is_err();
        if self.has_failed {
            self.rest = Vec::new();
        }
        result.map_err(Error::FrameText)
    }

    /// Returns how many bytes the completed frames took.
    fn split(&mut self, bytes: &[u8], finished: &mut Vec<Frame>) -> Result<usize, FrameTextFault> {
        let mut start = 0;
        let Scan { mut line, mut searched, mut has_lines } = std::mem::take(&mut self.scan);
        while let Some(found) = memchr2(b'\r', b'\n', &bytes[searched..]) {
            let end = searched + found;
            let content = self.content(&bytes[line..end]);
            let after = match bytes[end..] {
                [b'\r', b'\n', ..] => end + 2,
                // The LF of this line end may still follow. It would look like a blank line.
                [b'\r'] if !content.is_empty() => {
                    searched = end;
                    break;
                }
                _ => end + 1,
            };
            if !content.is_empty() {
                if self.checks {
                    check_line(content)?;
                }
                has_lines = true;
            } else if has_lines {
                self.take(&bytes[start..after], finished)?;
                (start, has_lines) = (after, false);
            }
            self.is_fresh = false;
            (line, searched) = (after, after);
        }
        // Blank lines between frames need not wait for the next frame.
        if !has_lines && line > start {
            self.take(&bytes[start..line], finished)?;
            start = line;
        }
        let is_waiting = bytes.last() == Some(&b'\r') && searched + 1 == bytes.len();
        let searched = if is_waiting { searched } else { bytes.len() };
        self.scan = Scan { line: line - start, searched: searched - start, has_lines };
        Ok(start)
    }

    /// Strips the byte order mark of the stream from a line.
    fn content<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let bare = if self.is_fresh { line.strip_prefix(BYTE_ORDER_MARK) } else { None };
        bare.unwrap_or(line)
    }

    fn take(&mut self, bytes: &[u8], finished: &mut Vec<Frame>) -> Result<(), FrameTextFault> {
        if self.checks && std::str::from_utf8(bytes).is_err() {
            return Err(FrameTextFault::Encoding);
        }
        let frame = if self.has_passed { Frame::of(bytes) } else { Frame::first_of(bytes) };
        self.has_passed = true;
        finished.push(frame);
        Ok(())
    }
}

/// Refuses lines that `frame_text` or, after it, the encoder would refuse.
fn check_line(line: &[u8]) -> Result<(), FrameTextFault> {
    let colon = memchr::memchr(b':', line);
    let (name, value) = colon.map_or((line, &b""[..]), |at| (&line[..at], &line[at + 1..]));
    let value = value.strip_prefix(b" ").unwrap_or(value);
    match name {
        b"" | b"data" => Ok(()),
        b"id" | b"event" if value.contains(&0) => Err(FrameTextFault::Nul),
        b"id" | b"event" => Ok(()),
        b"retry" if is_milliseconds(value) => Ok(()),
        b"retry" => Err(FrameTextFault::Retry),
        _ => Err(FrameTextFault::UnknownField),
    }
}

fn is_milliseconds(value: &[u8]) -> bool {
    let text = std::str::from_utf8(value).ok().filter(|text| !text.starts_with('+'));
    text.is_some_and(|text| text.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests;
