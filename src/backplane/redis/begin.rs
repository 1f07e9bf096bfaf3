//! Begins a session with the current log.

use redis::Script;
use redis::aio::MultiplexedConnection;

use super::fault::fault;
use super::keys;
use super::seen::Seen;
use crate::backplane::engine::{Answer, Fault};
use crate::backplane::epoch::{is_epoch, new_epoch};

const BEGIN: &str = include_str!("begin.lua");
/// Numbers that are skipped when another run of the server continues the log. More than the server
/// can have lost.
const LEFT_OUT: u64 = 1 << 26;

/// Returns what was seen of the current log. `before`: what was seen of the log that the process
/// knows.
pub async fn begin(
    commands: &mut MultiplexedConnection,
    prefix: &str,
    before: Option<&Seen>,
) -> Answer<Seen> {
    let run = run(commands).await?;
    let (known, latest) = before.map_or(("", 0), |seen| (&*seen.epoch, seen.latest()));
    let (log, cuts) = (keys::log(prefix), keys::cuts(prefix));
    let script = Script::new(BEGIN);
    let mut call = script.key(&log);
    call.key(cuts).arg(new_epoch()).arg(run).arg(known).arg(latest).arg(LEFT_OUT);
    let (epoch, _): (String, u64) = call.invoke_async(commands).await.map_err(fault)?;
    if !is_epoch(&epoch) {
        return Err(Fault::Lost(format!("{log} has no valid epoch")));
    }
    match before {
        Some(seen) if *seen.epoch == *epoch => Ok(seen.clone()),
        _ => Ok(Seen::new(epoch.into())),
    }
}

/// The name of the server's run. It changes with each restart, and differs between replicas.
async fn run(commands: &mut MultiplexedConnection) -> Answer<String> {
    let info: String =
        redis::cmd("INFO").arg("server").query_async(commands).await.map_err(fault)?;
    let run = info.lines().find_map(|line| line.strip_prefix("run_id:"));
    let missing = || Fault::Lost("INFO server has no run_id".into());
    run.map(|run| run.trim().to_owned()).ok_or_else(missing)
}
