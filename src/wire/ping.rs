//! Pings, which a connection sends at every interval even if the host is busy.
//!
//! - A ping never carries an id, so the client's cursor does not change.
//! - A ping is not counted as an event and is not kept in a history.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::event::Event;
use super::frame::Frame;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PingForm {
    /// An empty comment.
    Comment,
    /// A comment with the time in milliseconds since the epoch. The first one is sent at once.
    Time,
    /// An event named `heartbeat`, for clients that cannot see comments.
    Event,
}

impl PingForm {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "comment" => Some(PingForm::Comment),
            "time" => Some(PingForm::Time),
            "event" => Some(PingForm::Event),
            _ => None,
        }
    }

    /// Whether a ping is sent when the connection opens.
    pub fn begins_at_once(self) -> bool {
        self == PingForm::Time
    }

    pub fn frame(self) -> Frame {
        static COMMENT: OnceLock<Frame> = OnceLock::new();
        static EVENT: OnceLock<Frame> = OnceLock::new();
        match self {
            PingForm::Comment => COMMENT.get_or_init(|| encode(Event::comment(""))).clone(),
            PingForm::Time => encode(Event::comment(format!("heartbeat {}", now()))),
            PingForm::Event => EVENT.get_or_init(|| encode(heartbeat())).clone(),
        }
    }
}

/// The data is `{}` because many clients parse all data as JSON, and some drop events with empty
/// data.
fn heartbeat() -> Event {
    Event { event: Some("heartbeat".into()), data: Some("{}".into()), ..Event::default() }
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

fn encode(event: Event) -> Frame {
    event.encode().expect("a ping is a valid event")
}
