//! The parser of a browser: the standard (WHATWG HTML, section 9.2.6), step by step. It shares no
//! code with the encoder or the parser of frame text.

/// A message that a client receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub event: String,
    pub data: String,
    pub last_event_id: String,
}

#[derive(Default)]
pub struct EventStream {
    pub messages: Vec<Message>,
    /// The cursor that the client would reconnect with.
    pub last_event_id: String,
    pub retry: Option<u128>,
    has_begun: bool,
    after_cr: bool,
    line: Vec<u8>,
    data: String,
    event: String,
    id: String,
}

impl EventStream {
    /// Parses bytes that arrive in these pieces.
    pub fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut stream = Self::default();
        for piece in pieces {
            piece.iter().for_each(|byte| stream.push(*byte));
        }
        stream
    }

    fn push(&mut self, byte: u8) {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        match byte {
            b'\n' if after_cr => {}
            b'\n' | b'\r' => self.end_line(),
            _ => self.line.push(byte),
        }
    }

    fn end_line(&mut self) {
        let bytes = std::mem::take(&mut self.line);
        let mut line = String::from_utf8_lossy(&bytes).into_owned();
        if !std::mem::replace(&mut self.has_begun, true) && line.starts_with('\u{feff}') {
            line.remove(0);
        }
        if line.is_empty() {
            return self.dispatch();
        }
        match line.find(':') {
            Some(0) => {}
            Some(colon) => {
                let value = &line[colon + 1..];
                self.field(&line[..colon], value.strip_prefix(' ').unwrap_or(value));
            }
            None => self.field(&line, ""),
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        match name {
            "event" => self.event = value.into(),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.id = value.into(),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().or(self.retry);
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        self.last_event_id = self.id.clone();
        let (mut data, event) = (std::mem::take(&mut self.data), std::mem::take(&mut self.event));
        if data.pop().is_some() {
            let event = if event.is_empty() { "message".into() } else { event };
            let last_event_id = self.last_event_id.clone();
            self.messages.push(Message { event, data, last_event_id });
        }
    }
}
