//! Handles arrivals and follow commands while there is a connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{MissedTickBehavior, interval};

use super::Command;
use super::delivery::Delivery;
use super::engine::{Answer, Arrival, Fault, Follower, Retained, Subject, Writer};

/// How often an engine is asked for its latest number while nothing arrives.
const NEWS: Duration = Duration::from_millis(500);
/// How long the host waits for the arrival of an event that the engine has kept. The wait may take
/// twice as long. Reading the event from the log would put it before earlier events of other
/// subjects.
const LATE: Duration = Duration::from_secs(2);

/// Delivers the publications that were missed, in order over all subjects. `away`: how long ago all
/// publications had last arrived, or `None` if never. `end`: later publications arrive through the
/// subscription, in order with other subjects.
pub async fn catch_up(
    writer: &mut impl Writer,
    delivery: &Delivery,
    subjects: &[Subject],
    away: Option<Duration>,
    end: u64,
) -> Answer<()> {
    let known = subjects.iter().filter_map(|it| Some((it.clone(), delivery.directory.last(it)?)));
    let known: Vec<_> = known.filter(|(_, last)| *last < end).collect();
    if known.is_empty() {
        return Ok(());
    }
    let retained = writer.read(&known, away).await?;
    let mut arrivals = Vec::new();
    for (Retained { subject, arrivals: found, floor }, (_, after)) in
        retained.into_iter().zip(&known)
    {
        if floor > *after {
            delivery.lose(&subject, floor);
        }
        arrivals.extend(found.into_iter().filter(|it| it.number <= end));
    }
    arrivals.sort_unstable_by_key(|arrival| arrival.number);
    arrivals.into_iter().for_each(|arrival| delivery.fill(arrival));
    known.iter().for_each(|(subject, _)| delivery.reach(subject, end));
    Ok(())
}

/// Delivers arrivals and executes commands until the connection is lost.
pub async fn follow<W: Writer>(
    commands: &mut UnboundedReceiver<Command>,
    follower: &mut impl Follower,
    mut writer: W,
    delivery: &Delivery,
    heard: &mut Option<Instant>,
) -> Answer<Infallible> {
    let directory = &delivery.directory;
    let (mut told, mut seen, mut awaited) = (Vec::new(), None, HashMap::new());
    let (mut news, mut late) = (interval(NEWS), interval(LATE));
    // After a pause, missed ticks would fire at once, and new publications would count as late.
    late.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let arrival = tokio::select! {
            arrival = follower.next() => {
                let arrival = arrival?;
                *heard = Some(Instant::now());
                arrival
            }
            count = commands.recv_many(&mut told, 1024) => {
                if count == 0 {
                    return Err(Fault::Lost("the backplane is no longer in use".into()));
                }
                None
            }
            _ = news.tick() => {
                hear_news(&mut seen, &mut writer, delivery).await?;
                None
            }
            _ = late.tick() => {
                delivery.release_late(&mut awaited);
                None
            }
        };
        if let Some(arrival) = arrival {
            delivery.assert_epoch(arrival.epoch.as_deref())?;
            fill(&arrival, &mut writer, delivery).await?;
            delivery.deliver(arrival);
            continue;
        }
        let (mut followed, mut unfollowed, mut loads) = (Vec::new(), Vec::new(), Vec::new());
        for command in told.drain(..) {
            match command {
                Command::Follow(subject) => followed.push(subject),
                Command::Unfollow(subject) => unfollowed.push(subject),
                Command::Load { subject, request } => loads.push((subject, request)),
            }
        }
        // If there are several commands for one subject, only the current state counts.
        followed.sort_unstable();
        followed.dedup();
        followed.retain(|it| directory.is_followed(it));
        followed.iter().for_each(|subject| delivery.join(subject));
        followed.retain(|it| !directory.arrives(it));
        unfollowed.retain(|it| !directory.is_followed(it));
        unfollowed.iter().for_each(|subject| delivery.release(subject, u64::MAX));
        if !unfollowed.is_empty() {
            follower.unfollow(&unfollowed).await?;
        }
        if !followed.is_empty() {
            let end = match follower.follow(&followed).await? {
                Some(end) => end,
                None => writer.position().await?.last,
            };
            directory.set_arrives(&followed);
            catch_up(&mut writer, delivery, &followed, Some(Duration::ZERO), end).await?;
        }
        load(loads, &mut writer, delivery).await?;
    }
}

/// Asks for the latest number if nothing has arrived since the last tick.
async fn hear_news(
    seen: &mut Option<u64>,
    writer: &mut impl Writer,
    delivery: &Delivery,
) -> Answer<()> {
    let directory = &delivery.directory;
    if *seen == directory.seen() {
        let position = writer.position().await?;
        delivery.assert_epoch(Some(&position.epoch))?;
        directory.see(position.last);
    }
    *seen = directory.seen();
    Ok(())
}

/// Delivers the publications between the last one of a subject and this one, if the engine has lost
/// messages on the way.
async fn fill(arrival: &Arrival, writer: &mut impl Writer, delivery: &Delivery) -> Answer<()> {
    let Some(last) = delivery.directory.last(&arrival.subject) else { return Ok(()) };
    let is_covered = delivery.directory.is_covered(&arrival.subject, arrival.number);
    if arrival.previous <= last || is_covered {
        return Ok(());
    }
    let retained = writer.read(&[(arrival.subject.clone(), last)], Some(Duration::ZERO)).await?;
    for Retained { subject, arrivals, floor } in retained {
        if floor > last {
            delivery.lose(&subject, floor);
        }
        arrivals.into_iter().filter(|it| it.number < arrival.number).for_each(|it| {
            delivery.fill(it);
        });
    }
    Ok(())
}

/// Reads the whole logs of subjects, once for all requests for the same subject.
pub async fn load(
    requests: Vec<(Subject, u32)>,
    writer: &mut impl Writer,
    delivery: &Delivery,
) -> Answer<()> {
    let mut waiting: HashMap<Subject, Vec<u32>> = HashMap::new();
    for (subject, request) in requests {
        waiting.entry(subject).or_default().push(request);
    }
    let partial = waiting.keys().filter(|subject| delivery.is_partial(subject));
    let subjects: Vec<_> = partial.map(|subject| (subject.clone(), 0)).collect();
    if !subjects.is_empty() {
        for retained in writer.read(&subjects, None).await? {
            delivery.load(retained);
        }
    }
    waiting.into_values().flatten().for_each(|request| delivery.loaded(request));
    Ok(())
}
