//! What an engine must do: keep a log of each subject, and tell its followers of each publication.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// The name of a channel or a topic in the engine.
pub type Subject = Arc<str>;

/// A publication on its way to the engine.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub subject: Subject,
    /// A second subject, that of all topics of a broker. The publication has one number in both.
    pub all: Option<Subject>,
    pub payload: Arc<[u8]>,
    /// Whether the log keeps it.
    pub is_kept: bool,
    /// Counts up. A publication that is sent again after a lost connection keeps its number, so
    /// that the engine takes it once.
    pub number: u64,
    /// The host's promise that waits for it.
    pub request: Option<u32>,
}

impl Outgoing {
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        [&self.subject].into_iter().chain(&self.all)
    }
}

/// A publication as the engine gives it back.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub subject: Subject,
    /// The log that it belongs to, if the engine says so.
    pub epoch: Option<Arc<str>>,
    pub number: u64,
    /// The number of the kept publication before it in the same subject. 0 if there is none.
    pub previous: u64,
    pub payload: Vec<u8>,
}

/// What an engine has kept of a subject after a number.
#[derive(Debug)]
pub struct Retained {
    pub subject: Subject,
    /// In order.
    pub arrivals: Vec<Arrival>,
    /// Everything that was published after this number is there.
    pub floor: u64,
}

/// Where a log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// A random name. A log that was replaced has another one.
    pub epoch: Arc<str>,
    /// The number of the latest publication.
    pub last: u64,
}

/// How long an engine keeps its events.
#[derive(Clone, Copy, Debug)]
pub struct Retain {
    /// How many of each subject; an engine may keep a few more.
    pub events: u32,
    pub age: Duration,
}

/// Why an engine could not do something.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection is lost, or cannot be made: it is tried again.
    Lost(String),
    /// The log has been replaced.
    Replaced,
    /// The engine refuses a publication. The connection is fine.
    Refused(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Lost(reason) | Fault::Refused(reason) => formatter.write_str(reason),
            Fault::Replaced => formatter.write_str("the log was replaced"),
        }
    }
}

pub type Answer<Of> = Result<Of, Fault>;

/// It is used by one thread.
pub trait Engine: 'static {
    type Writer: Writer;
    type Follower: Follower;

    /// Connects, also again.
    fn connect(&mut self) -> impl Future<Output = Answer<(Self::Writer, Self::Follower)>>;
}

pub trait Writer: Clone + 'static {
    /// Publishes in order. Returns the number of each publication, as far as it is known.
    fn publish(
        &mut self,
        batch: &[Outgoing],
    ) -> impl Future<Output = Answer<Vec<Answer<Option<u64>>>>>;

    fn position(&mut self) -> impl Future<Output = Answer<Position>>;

    /// Reads what each subject has after a number, all of them as of one moment. `away`: how long
    /// ago every publication until then had arrived, if it ever had. What has expired since is
    /// missing.
    fn read(
        &mut self,
        after: &[(Subject, u64)],
        away: Option<Duration>,
    ) -> impl Future<Output = Answer<Vec<Retained>>>;
}

pub trait Follower {
    /// Every publication after the returned number arrives. If there is none, every one does that
    /// comes after the returned future has resolved.
    fn follow(&mut self, subjects: &[Subject]) -> impl Future<Output = Answer<Option<u64>>>;

    fn unfollow(&mut self, subjects: &[Subject]) -> impl Future<Output = Answer<()>>;

    /// The next publication, or only a sign of life. It is not lost if the future is dropped.
    fn next(&mut self) -> impl Future<Output = Answer<Option<Arrival>>>;
}
