//! The connection for subscriptions.

use std::collections::HashSet;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, Value, pipe};
use tokio::time::{Instant, timeout_at};

use super::PATIENCE;
use super::fault::fault;
use super::keys::Keys;
use super::pushes::Pushes;
use super::seen::Seen;
use crate::backplane::engine::{Answer, Arrival, Fault, Follower, Subject};

/// Maximum number of subscriptions in one pipeline.
const BATCH: usize = 1000;
/// A connection without messages is checked with a PING at this interval.
const SILENCE: Duration = Duration::from_secs(5);

pub struct RedisFollower {
    connection: MultiplexedConnection,
    pushes: Pushes,
    keys: Keys,
    seen: Seen,
    /// Whether pub/sub channels are sharded: each belongs to the node of its slot.
    is_sharded: bool,
    followed: HashSet<Subject>,
    /// When the latest sign of life arrived, and when the pending PING was sent.
    heard: Instant,
    asked: Option<Instant>,
}

impl RedisFollower {
    pub fn new(
        connection: MultiplexedConnection,
        pushes: Pushes,
        keys: Keys,
        seen: Seen,
        is_sharded: bool,
    ) -> Self {
        let (followed, heard) = (HashSet::new(), Instant::now());
        Self { connection, pushes, keys, seen, is_sharded, followed, heard, asked: None }
    }

    /// Redis confirms each channel.
    async fn command(&mut self, name: &str, subjects: &[Subject]) -> Answer<()> {
        for batch in subjects.chunks(BATCH) {
            let mut pipeline = pipe();
            for subject in batch {
                pipeline.cmd(name).arg(self.keys.channel(subject));
            }
            let _: Vec<Value> = pipeline.query_async(&mut self.connection).await.map_err(fault)?;
        }
        Ok(())
    }

    fn take(&self, info: &PushInfo) -> Answer<Option<Arrival>> {
        let [Value::BulkString(channel), rest @ ..] = &info.data[..] else { return Ok(None) };
        let channel = str::from_utf8(channel).ok();
        let Some(subject) = channel.and_then(|channel| self.keys.subject_of(channel)) else {
            return Ok(None);
        };
        if info.kind == PushKind::SUnsubscribe {
            let has_moved = self.followed.contains(subject);
            let moved = || Fault::Lost("another node of the cluster has the slot".into());
            return if has_moved { Err(moved()) } else { Ok(None) };
        }
        let [Value::BulkString(message)] = rest else { return Ok(None) };
        // Foreign messages on the same pub/sub channel are ignored.
        let arrival = arrival(subject, message);
        if let Some(arrival) =
            arrival.as_ref().filter(|it| it.epoch.as_ref() == Some(&self.seen.epoch))
        {
            self.seen.see(arrival.number);
        }
        Ok(arrival)
    }
}

/// `<epoch> <number> <previous> <payload>`
fn arrival(subject: &str, message: &[u8]) -> Option<Arrival> {
    let mut parts = message.splitn(4, |byte| *byte == b' ');
    let mut text = || str::from_utf8(parts.next()?).ok();
    let (epoch, number, previous) = (text()?, text()?, text()?);
    let (number, previous) = (number.parse().ok()?, previous.parse().ok()?);
    let payload = parts.next()?.to_vec();
    Some(Arrival { subject: subject.into(), epoch: Some(epoch.into()), number, previous, payload })
}

impl Follower for RedisFollower {
    async fn follow(&mut self, subjects: &[Subject]) -> Answer<Option<u64>> {
        self.followed.extend(subjects.iter().cloned());
        let command = if self.is_sharded { "SSUBSCRIBE" } else { "SUBSCRIBE" };
        self.command(command, subjects).await.map(|()| None)
    }

    async fn unfollow(&mut self, subjects: &[Subject]) -> Answer<()> {
        for subject in subjects {
            self.followed.remove(subject);
        }
        self.command(if self.is_sharded { "SUNSUBSCRIBE" } else { "UNSUBSCRIBE" }, subjects).await
    }

    async fn next(&mut self) -> Answer<Option<Arrival>> {
        match timeout_at(self.heard + SILENCE, self.pushes.next()).await {
            Ok(Some(info)) => {
                (self.heard, self.asked) = (Instant::now(), None);
                self.take(&info)
            }
            Ok(None) => Err(Fault::Lost("Redis has closed the connection".into())),
            Err(_) => {
                // The caller may drop this future at any time, so the deadline must not restart
                // each time.
                let asked = *self.asked.get_or_insert_with(Instant::now);
                let ping = redis::cmd("PING").clone();
                let pong = timeout_at(asked + PATIENCE, ping.query_async(&mut self.connection));
                let silent = |_| Fault::Lost("Redis does not answer".into());
                let _: Value = pong.await.map_err(silent)?.map_err(fault)?;
                (self.heard, self.asked) = (Instant::now(), None);
                Ok(None)
            }
        }
    }
}
