//! The connection for commands.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply};
use redis::{Script, Value, pipe};

use super::fault::{fault, is_unknown_script, parse};
use super::keys::Keys;
use super::seen::Seen;
use crate::backplane::engine::{
    Answer, Arrival, Fault, Outgoing, Position, Retain, Retained, Subject, Writer,
};

const PUBLISH: &str = include_str!("publish.lua");

#[derive(Clone)]
pub struct RedisWriter {
    connection: MultiplexedConnection,
    keys: Keys,
    seen: Seen,
    retain: Retain,
    /// Whether pub/sub channels are sharded: each belongs to the node of its slot.
    is_sharded: bool,
    script: Arc<Script>,
}

impl RedisWriter {
    pub fn new(
        connection: MultiplexedConnection,
        keys: Keys,
        seen: Seen,
        retain: Retain,
        is_sharded: bool,
    ) -> Self {
        let script = Arc::new(Script::new(PUBLISH));
        Self { connection, keys, seen, retain, is_sharded, script }
    }
}

impl Writer for RedisWriter {
    async fn publish(&mut self, batch: &[Outgoing]) -> Answer<Vec<Answer<Option<u64>>>> {
        let mut call = redis::cmd("EVALSHA");
        call.arg(self.script.get_hash()).arg(3 + 2 * batch.len());
        call.arg(&self.keys.log).arg(&self.keys.node).arg(&self.keys.clock);
        for Outgoing { subject, all, .. } in batch {
            call.arg(self.keys.stream(subject));
            call.arg(self.keys.stream(all.as_ref().unwrap_or(subject)));
        }
        call.arg(&*self.keys.epoch).arg(self.retain.events).arg(self.retain.age.as_millis() as u64);
        call.arg(if self.is_sharded { "SPUBLISH" } else { "PUBLISH" });
        for Outgoing { subject, all, payload, is_kept, number, .. } in batch {
            call.arg(number).arg(u8::from(*is_kept)).arg(&payload[..]);
            call.arg(self.keys.channel(subject));
            call.arg(self.keys.channel(all.as_ref().unwrap_or(subject)));
        }
        let mut answers = call.query_async(&mut self.connection).await;
        if answers.as_ref().is_err_and(is_unknown_script) {
            let load = redis::cmd("SCRIPT").arg("LOAD").arg(PUBLISH).clone();
            let _: String = load.query_async(&mut self.connection).await.map_err(fault)?;
            answers = call.query_async(&mut self.connection).await;
        }
        let answers: Vec<Value> = answers.map_err(fault)?;
        if answers.len() != batch.len() {
            return Err(Fault::Lost("Redis did not answer every publication".into()));
        }
        let answers = answers.into_iter().map(|answer| match answer {
            // The publication was accepted too long ago to know its number.
            Value::Int(0) => Ok(None),
            Value::Int(number) => {
                self.seen.see(number as u64);
                Ok(Some(number as u64))
            }
            Value::BulkString(reason) => {
                Err(Fault::Refused(String::from_utf8_lossy(&reason).into_owned()))
            }
            other => Err(Fault::Refused(format!("Redis answered {other:?}"))),
        });
        Ok(answers.collect())
    }

    async fn position(&mut self) -> Answer<Position> {
        let read = redis::cmd("HMGET").arg(&self.keys.log).arg("epoch").arg("last").clone();
        let (epoch, last): (Option<String>, Option<u64>) =
            read.query_async(&mut self.connection).await.map_err(fault)?;
        if epoch.as_deref() != Some(&*self.keys.epoch) {
            return Err(Fault::Replaced);
        }
        Ok(Position { epoch: self.keys.epoch.clone(), last: last.unwrap_or(0) })
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
        pipeline.cmd("HMGET").arg(&self.keys.log).arg("epoch").arg("last");
        for (subject, number) in after {
            let stream = self.keys.stream(subject);
            pipeline.cmd("XRANGE").arg(stream).arg(format!("({number}-0")).arg("+");
        }
        let values: Vec<Value> = pipeline.query_async(&mut self.connection).await.map_err(fault)?;
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or(Value::Nil);
        let (now, _): (u64, u64) = redis::from_redis_value(next()).map_err(parse)?;
        let clock: Vec<(u64, u64)> = redis::from_redis_value(next()).map_err(parse)?;
        let (epoch, last): (Option<String>, Option<u64>) =
            redis::from_redis_value(next()).map_err(parse)?;
        if epoch.as_deref() != Some(&*self.keys.epoch) {
            return Err(Fault::Replaced);
        }
        // Publications after this number have not expired.
        let since = now.saturating_sub(self.retain.age.as_secs());
        let young = clock.iter().find(|(_, minute)| minute.saturating_mul(60) >= since);
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
                Some(Arrival { previous: 0, number, .. }) => oldest.min(number.saturating_sub(1)),
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
