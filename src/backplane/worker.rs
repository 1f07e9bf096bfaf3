//! The thread that talks to an engine.
//!
//! - It connects, follows everything that this process follows, delivers what was missed meanwhile,
//!   and is ready. It starts again whenever the connection is lost.
//! - Publications leave in batches. What is not settled is sent again after a lost connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{interval, sleep, timeout};

use super::delivery::Delivery;
use super::engine::{Answer, Arrival, Engine, Fault, Follower, Retained, Subject, Writer};
use super::queue::Queue;
use super::{Command, Outage};

/// How long a connection may take, and how long to wait after one that failed.
const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_DELAY: Duration = Duration::from_millis(50);
const LONGEST_DELAY: Duration = Duration::from_secs(2);
/// How often an engine is asked for the latest number, if nothing arrives.
const NEWS: Duration = Duration::from_millis(500);

pub struct Worker<E> {
    pub engine: E,
    pub queue: Arc<Queue>,
    pub commands: UnboundedReceiver<Command>,
    /// Notified when the worker is to end.
    pub closing: Arc<Notify>,
    pub delivery: Delivery,
    pub outage: Outage,
    /// Histories that are to be completed as soon as there is a connection.
    pub loads: Vec<(Subject, u32)>,
    /// When everything until then had arrived.
    pub heard: Option<Instant>,
    /// Why the thread has to begin anew.
    pub interrupted: Option<Fault>,
}

impl<E: Engine> Worker<E> {
    /// Works until it is told to close. What is not published then is not published at all.
    pub async fn work(&mut self) {
        let closing = self.closing.clone();
        tokio::select! {
            () = closing.notified() => {}
            () = self.serve() => {}
        }
        let fault = Fault::Refused("the backplane is closed".into());
        for outgoing in self.queue.go_offline() {
            self.delivery.settle(outgoing.request, Err(&fault));
        }
    }

    /// A bug costs the connection. The next call of [`Worker::work`] makes another one.
    pub fn recover(&mut self) {
        let bug = "the thread of the backplane has panicked: please report this as a bug";
        self.interrupted = Some(Fault::Lost(bug.into()));
    }

    async fn serve(&mut self) {
        if let Some(fault) = self.interrupted.take() {
            self.interrupt(&fault, LONGEST_DELAY).await;
        }
        let mut delay = FIRST_DELAY;
        loop {
            let begun = Instant::now();
            let Err(fault) = self.session().await;
            // An engine that takes the connection and nothing else is not asked all the time.
            if begun.elapsed() > LONGEST_DELAY {
                delay = FIRST_DELAY;
            }
            self.interrupt(&fault, delay).await;
            delay = LONGEST_DELAY.min(delay * 2);
        }
    }

    /// The connection is lost. Returns when it is time for another one.
    async fn interrupt(&mut self, fault: &Fault, delay: Duration) {
        self.delivery.report(Some(fault));
        if self.outage == Outage::Fail {
            for outgoing in self.queue.go_offline() {
                self.delivery.settle(outgoing.request, Err(fault));
            }
        }
        self.pause(delay).await;
    }

    /// Follows and unfollows are made up for by the next session.
    async fn pause(&mut self, delay: Duration) {
        let pause = sleep(delay);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => return,
                Some(command) = self.commands.recv() => match command {
                    Command::Load { subject, request } => self.loads.push((subject, request)),
                    Command::Follow(_) | Command::Unfollow(_) => {}
                },
            }
        }
    }

    /// One connection, from its beginning until it is lost.
    async fn session(&mut self) -> Answer<Infallible> {
        let connected = timeout(PATIENCE, self.engine.connect()).await;
        let late = || Fault::Lost("the engine does not answer".into());
        let (mut writer, mut follower) = connected.map_err(|_| late())??;
        let directory = &self.delivery.directory;
        directory.nothing_arrives();
        let subjects = directory.subjects();
        follower.follow(&subjects).await?;
        let position = writer.position().await?;
        self.delivery.begin(&position);
        let known = subjects.iter().filter(|it| directory.last(it).is_some());
        let known: Vec<_> = known.cloned().collect();
        directory.open(position.last);
        subjects.iter().for_each(|subject| self.delivery.join(subject));
        let away = self.heard.map(|heard| heard.elapsed());
        catch_up(&mut writer, &self.delivery, &known, away).await?;
        directory.set_arrives(&subjects);
        load(std::mem::take(&mut self.loads), &mut writer, &self.delivery).await?;
        self.queue.go_online();
        self.delivery.report(None);

        let publishing = publish(&self.queue, writer.clone(), &self.delivery);
        let commands = &mut self.commands;
        let heard = &mut self.heard;
        let following = follow(commands, &mut follower, writer, &self.delivery, heard);
        tokio::select! {
            end = publishing => end,
            end = following => end,
        }
    }
}

/// Delivers what was published meanwhile, in order over all subjects. `away`: how long ago
/// everything until then had arrived, if it ever had.
async fn catch_up(
    writer: &mut impl Writer,
    delivery: &Delivery,
    subjects: &[Subject],
    away: Option<Duration>,
) -> Answer<()> {
    let known = subjects.iter().filter_map(|it| Some((it.clone(), delivery.directory.last(it)?)));
    let known: Vec<_> = known.collect();
    let retained = writer.read(&known, away).await?;
    let mut arrivals = Vec::new();
    for (Retained { subject, arrivals: found, floor }, (_, after)) in
        retained.into_iter().zip(&known)
    {
        if floor > *after {
            delivery.lose(&subject, floor);
        }
        arrivals.extend(found);
    }
    arrivals.sort_unstable_by_key(|arrival| arrival.number);
    arrivals.into_iter().for_each(|arrival| delivery.fill(arrival));
    Ok(())
}

/// Publishes until the connection is lost.
async fn publish(
    queue: &Queue,
    mut writer: impl Writer,
    delivery: &Delivery,
) -> Answer<Infallible> {
    loop {
        let batch = queue.next().await;
        let answers = writer.publish(&batch).await?;
        for (outgoing, answer) in batch.iter().zip(&answers) {
            delivery.settle(outgoing.request, answer.as_ref().map(|number| *number));
            if let Ok(Some(number)) = answer {
                delivery.directory.see(*number);
            }
        }
        queue.done(batch.len());
    }
}

/// Delivers what arrives, and does what it is told, until the connection is lost.
async fn follow<W: Writer>(
    commands: &mut UnboundedReceiver<Command>,
    follower: &mut impl Follower,
    mut writer: W,
    delivery: &Delivery,
    heard: &mut Option<Instant>,
) -> Answer<Infallible> {
    let directory = &delivery.directory;
    let (mut told, mut seen) = (Vec::new(), None);
    let mut clock = interval(NEWS);
    loop {
        let arrival = tokio::select! {
            arrival = follower.next() => {
                let arrival = arrival?;
                *heard = Some(Instant::now());
                arrival
            }
            count = commands.recv_many(&mut told, 1024) => {
                if count == 0 {
                    return Err(Fault::Lost("nobody uses the backplane".into()));
                }
                None
            }
            _ = clock.tick() => {
                if seen == directory.seen() {
                    let position = writer.position().await?;
                    delivery.assert_epoch(Some(&position.epoch))?;
                    directory.see(position.last);
                }
                seen = directory.seen();
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
        // Several commands for one subject: what holds now counts.
        followed.sort_unstable();
        followed.dedup();
        followed.retain(|it| directory.is_followed(it));
        followed.iter().for_each(|subject| delivery.join(subject));
        followed.retain(|it| !directory.arrives(it));
        unfollowed.retain(|it| !directory.is_followed(it));
        if !unfollowed.is_empty() {
            follower.unfollow(&unfollowed).await?;
        }
        if !followed.is_empty() {
            follower.follow(&followed).await?;
            directory.set_arrives(&followed);
            catch_up(&mut writer, delivery, &followed, Some(Duration::ZERO)).await?;
        }
        load(loads, &mut writer, delivery).await?;
    }
}

/// Delivers what lies between the last publication of a subject and this one, if the engine has
/// lost a message on the way.
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

/// Reads the whole logs of subjects, once for all who wait for the same one.
async fn load(
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
