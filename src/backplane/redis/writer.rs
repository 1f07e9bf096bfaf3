//! The connection for commands.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply};
use redis::{ErrorKind, Script, Value, pipe};

use super::keys::Keys;
use super::{Retain, lost};
use crate::backplane::engine::{
    Answer, Arrival, Fault, Outgoing, Position, Retained, Subject, Writer,
};

const PUBLISH: &str = include_str!("publish.lua");
/// An epoch has at most seven digits in base 36.
const EPOCHS: u64 = 36_u64.pow(7);

#[derive(Clone)]
pub struct RedisWriter {
    connection: MultiplexedConnection,
    keys: Keys,
    retain: Retain,
    script: Arc<Script>,
}

impl RedisWriter {
    pub fn new(connection: MultiplexedConnection, keys: Keys, retain: Retain) -> Self {
        Self { connection, keys, retain, script: Arc::new(Script::new(PUBLISH)) }
    }

    /// The answers, or `None` if Redis does not have the script.
    async fn try_publish(
        &mut self,
        batch: &[Outgoing],
    ) -> Answer<Option<Vec<Answer<Option<u64>>>>> {
        let mut pipeline = pipe();
        let epoch = new_epoch();
        let age = self.retain.age.as_millis() as u64;
        for Outgoing { subject, all, payload, is_kept, number, .. } in batch {
            let Keys { log, node, clock, .. } = &self.keys;
            let stream = self.keys.stream(subject);
            let all_stream = all.as_ref().map(|all| self.keys.stream(all));
            let keys = [log, node, &stream, clock].into_iter().chain(&all_stream);
            let keys: Vec<_> = keys.collect();
            pipeline.cmd("EVALSHA").arg(self.script.get_hash()).arg(keys.len()).arg(keys);
            pipeline.arg(&epoch).arg(number).arg(u8::from(*is_kept)).arg(&payload[..]);
            pipeline.arg(self.retain.events).arg(age).arg(self.keys.channel(subject));
            pipeline.arg(all.as_ref().map(|all| self.keys.channel(all)));
        }
        pipeline.ignore_errors();
        let values: Vec<Value> = pipeline.query_async(&mut self.connection).await.map_err(lost)?;
        let mut answers = Vec::with_capacity(values.len());
        for value in values {
            answers.push(match value.extract_error() {
                Ok(Value::Int(number)) => Ok(Some(number as u64)),
                Ok(other) => Err(Fault::Refused(format!("Redis answered {other:?}"))),
                Err(error)
                    if error.kind() == ErrorKind::Server(redis::ServerErrorKind::NoScript) =>
                {
                    return Ok(None);
                }
                Err(error) => Err(Fault::Refused(error.to_string())),
            });
        }
        Ok(Some(answers))
    }
}

impl Writer for RedisWriter {
    async fn publish(&mut self, batch: &[Outgoing]) -> Answer<Vec<Answer<Option<u64>>>> {
        if let Some(answers) = self.try_publish(batch).await? {
            return Ok(answers);
        }
        let load = redis::cmd("SCRIPT").arg("LOAD").arg(PUBLISH).clone();
        let _: String = load.query_async(&mut self.connection).await.map_err(lost)?;
        let again = self.try_publish(batch).await?;
        again.ok_or_else(|| Fault::Lost("Redis forgets scripts at once".into()))
    }

    async fn position(&mut self) -> Answer<Position> {
        // A log that nobody has published to begins here.
        let (epoch, last): (String, Option<u64>) = pipe()
            .atomic()
            .cmd("HSETNX")
            .arg(&self.keys.log)
            .arg("epoch")
            .arg(new_epoch())
            .ignore()
            .cmd("HGET")
            .arg(&self.keys.log)
            .arg("epoch")
            .cmd("HGET")
            .arg(&self.keys.log)
            .arg("last")
            .query_async(&mut self.connection)
            .await
            .map_err(lost)?;
        if epoch.is_empty()
            || epoch.len() > 7
            || !epoch.bytes().all(|it| it.is_ascii_alphanumeric())
        {
            return Err(Fault::Lost(format!("{} has no valid epoch", self.keys.log)));
        }
        Ok(Position { epoch: epoch.into(), last: last.unwrap_or(0) })
    }

    async fn read(
        &mut self,
        after: &[(Subject, u64)],
        away: Option<Duration>,
    ) -> Answer<Vec<Retained>> {
        if after.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipeline = pipe();
        pipeline.atomic();
        pipeline.cmd("TIME");
        pipeline.cmd("ZRANGE").arg(&self.keys.clock).arg(0).arg(-1).arg("WITHSCORES");
        pipeline.cmd("HGET").arg(&self.keys.log).arg("last");
        for (subject, number) in after {
            let stream = self.keys.stream(subject);
            pipeline.cmd("XRANGE").arg(stream).arg(format!("({number}-0")).arg("+");
        }
        let values: Vec<Value> = pipeline.query_async(&mut self.connection).await.map_err(lost)?;
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or(Value::Nil);
        let (now, _): (u64, u64) = redis::from_redis_value(next()).map_err(parse)?;
        let clock: Vec<(u64, u64)> = redis::from_redis_value(next()).map_err(parse)?;
        let last: Option<u64> = redis::from_redis_value(next()).map_err(parse)?;
        // Nothing that was published after this number has expired.
        let since = now.saturating_sub(self.retain.age.as_secs());
        let young = clock.iter().find(|(_, minute)| minute * 60 >= since);
        let oldest = match (away, young) {
            (Some(away), _) if away < self.retain.age => 0,
            (_, Some((number, _))) => number.saturating_sub(1),
            (_, None) => last.unwrap_or(0),
        };
        let mut retained = Vec::with_capacity(after.len());
        for (subject, _) in after {
            let found: StreamRangeReply = redis::from_redis_value(next()).map_err(parse)?;
            let arrivals: Vec<_> =
                found.ids.iter().filter_map(|entry| arrival(subject, entry)).collect();
            let floor = match arrivals.first() {
                Some(Arrival { previous: 0, number, .. }) => oldest.min(number - 1),
                Some(first) => first.previous,
                None => oldest,
            };
            retained.push(Retained { subject: subject.clone(), arrivals, floor });
        }
        Ok(retained)
    }
}

fn arrival(subject: &Subject, entry: &StreamId) -> Option<Arrival> {
    let number = entry.id.split('-').next()?.parse().ok()?;
    let previous = entry.get::<u64>("p")?;
    let payload = entry.get::<Vec<u8>>("e")?;
    Some(Arrival { subject: subject.clone(), epoch: None, number, previous, payload })
}

fn new_epoch() -> String {
    let mut number = RandomState::new().hash_one(0) % EPOCHS;
    let mut digits = String::new();
    while number > 0 || digits.is_empty() {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits
}

fn parse(error: redis::ParsingError) -> Fault {
    Fault::Lost(format!("Redis has keys of another form: {error}"))
}
