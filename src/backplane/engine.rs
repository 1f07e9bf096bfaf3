//! The interface of an engine, which keeps a log of each subject, and sends each publication to the
//! subject's followers.

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
    /// A second subject, for all topics of a broker. The publication has the same number in both.
    pub all: Option<Subject>,
    pub payload: Arc<[u8]>,
    /// Whether the log keeps the publication.
    pub is_kept: bool,
    /// Increases with each publication. A publication that is sent again after a lost connection
    /// keeps its number, so that the engine accepts it once.
    pub number: u64,
    /// The host's promise that awaits the publication.
    pub request: Option<u32>,
}

impl Outgoing {
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        [&self.subject].into_iter().chain(&self.all)
    }
}

/// A publication as received from the engine.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub subject: Subject,
    /// The log of the publication, if the engine names it.
    pub epoch: Option<Arc<str>>,
    pub number: u64,
    /// The number of the previous kept publication of the same subject. 0 if there was none.
    pub previous: u64,
    pub payload: Vec<u8>,
}

/// The publications of a subject that an engine has kept after a number.
#[derive(Debug)]
pub struct Retained {
    pub subject: Subject,
    /// In order.
    pub arrivals: Vec<Arrival>,
    /// Every publication after this number is included.
    pub floor: u64,
}

/// The position of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// A random name. A replaced log gets a new one.
    pub epoch: Arc<str>,
    /// The number of the latest publication.
    pub last: u64,
}

/// How long an engine keeps its events.
#[derive(Clone, Copy, Debug)]
pub struct Retain {
    /// How many events of each subject. An engine may keep a few more.
    pub events: u32,
    pub age: Duration,
}

/// Why an operation of an engine failed.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection is lost, or cannot be established. It is retried.
    Lost(String),
    /// The log has been replaced.
    Replaced,
    /// The engine refuses a publication. The connection still works.
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

/// Used by a single thread.
pub trait Engine: 'static {
    type Writer: Writer;
    type Follower: Follower;

    /// Connects or reconnects.
    fn connect(&mut self) -> impl Future<Output = Answer<(Self::Writer, Self::Follower)>>;
}

pub trait Writer: Clone + 'static {
    /// Publishes in order. Returns the number of each publication, if it is known.
    fn publish(
        &mut self,
        batch: &[Outgoing],
    ) -> impl Future<Output = Answer<Vec<Answer<Option<u64>>>>>;

    fn position(&mut self) -> impl Future<Output = Answer<Position>>;

    /// Reads the publications of each subject after a number, all at one point in time. `away`: how
    /// long ago all publications had last arrived, or `None` if never. Publications that have
    /// expired since then are missing.
    fn read(
        &mut self,
        after: &[(Subject, u64)],
        away: Option<Duration>,
    ) -> impl Future<Output = Answer<Vec<Retained>>>;
}

pub trait Follower {
    /// Every publication after the returned number arrives. With `None`, those arrive that are
    /// published after the returned future has resolved.
    fn follow(&mut self, subjects: &[Subject]) -> impl Future<Output = Answer<Option<u64>>>;

    fn unfollow(&mut self, subjects: &[Subject]) -> impl Future<Output = Answer<()>>;

    /// The next publication, or `None` as a sign of life. No publication is lost if the future is
    /// dropped.
    fn next(&mut self) -> impl Future<Output = Answer<Option<Arrival>>>;
}
