//! Every error of the core, with its code. Each message says what to do.

use thiserror::Error;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum Error {
    #[error(
        "`{0}` must not contain CR, LF or NUL: encode or reject such values before sending them"
    )]
    Field(&'static str),
    #[error("`retry` must be a whole number of milliseconds from 0 to 4294967295")]
    Retry,
    #[error("an event needs at least one of `id`, `event`, `data`, `retry` and `comment`")]
    Empty,
    #[error("{0}: pass complete frames only, each ended by a blank line, or use send()")]
    FrameText(FrameTextFault),
    #[error("the channel is closed: create a new one")]
    ChannelClosed,
    #[error("the channel has ended: create a new one")]
    ChannelEnded,
    #[error("not a topic: {0}")]
    Topic(&'static str),
    #[error(
        "a client may subscribe to {0} patterns: unsubscribe it from some, or raise `maxPatterns`"
    )]
    PatternLimit(usize),
    #[error("the broker has too many topics: try again later")]
    TopicsFull,
    #[error("the backplane's engine cannot be reached: try again later")]
    BackplaneOffline,
    #[error(
        "too many events wait for the backplane's engine: send fewer, or raise `maxQueueBytes`"
    )]
    BackplaneFull,
    #[error("the event was not kept: {0}")]
    NotKept(String),
    #[error("the core cannot start ({0}): raise the limits of open files and threads")]
    Start(String),
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum FrameTextFault {
    #[error("the frame text has no frame")]
    Nothing,
    #[error("the frame text is unfinished")]
    Unfinished,
    #[error("the frame text has a line that is not an `id`, `event`, `data`, `retry` or comment")]
    UnknownField,
    #[error("the frame text has a `retry` that is not a number of milliseconds")]
    Retry,
    #[error("the frame text has an `id` or an `event` with NUL")]
    Nul,
    #[error("the frame text is not UTF-8")]
    Encoding,
    #[error("the frame text has an unfinished frame that is too long")]
    TooLong,
}

impl Error {
    pub fn code(&self) -> &'static str {
        match self {
            Error::Field(_) => "ERR_SSE_FIELD",
            Error::Retry => "ERR_SSE_RETRY",
            Error::Empty => "ERR_SSE_EMPTY",
            Error::FrameText(_) => "ERR_SSE_FRAME",
            Error::ChannelClosed => "ERR_SSE_CHANNEL_CLOSED",
            Error::ChannelEnded => "ERR_SSE_CHANNEL_ENDED",
            Error::Topic(_) => "ERR_SSE_TOPIC",
            Error::PatternLimit(_) => "ERR_SSE_TOPIC_LIMIT",
            Error::TopicsFull => "ERR_SSE_LIMIT",
            Error::BackplaneOffline | Error::NotKept(_) => "ERR_SSE_BACKPLANE",
            Error::BackplaneFull => "ERR_SSE_BACKPLANE_FULL",
            Error::Start(_) => "ERR_SSE_START",
        }
    }
}
