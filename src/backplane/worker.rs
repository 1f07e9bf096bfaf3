//! The thread that talks to an engine.
//!
//! - It connects, follows the subjects of this process, delivers missed events, and is then ready.
//!   It starts again whenever the connection is lost.
//! - Publications are sent in batches. After a lost connection, unsettled ones are sent again.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{sleep, timeout};

use super::delivery::Delivery;
use super::engine::{Answer, Engine, Fault, Follower, Subject, Writer};
use super::following::{catch_up, follow, load};
use super::queue::Queue;
use super::{Command, Outage};

/// How long a connection may take, and how long to wait after a failed one.
const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_DELAY: Duration = Duration::from_millis(50);
const LONGEST_DELAY: Duration = Duration::from_secs(2);

pub struct Worker<E> {
    pub engine: E,
    pub queue: Arc<Queue>,
    pub commands: UnboundedReceiver<Command>,
    /// Notified when the worker must end.
    pub closing: Arc<Notify>,
    pub delivery: Arc<Delivery>,
    pub outage: Outage,
    /// Histories to complete as soon as there is a connection.
    pub loads: Vec<(Subject, u32)>,
    /// The time up to which all publications had arrived.
    pub heard: Option<Instant>,
    /// Why the thread must start again.
    pub interrupted: Option<Fault>,
}

impl<E: Engine> Worker<E> {
    /// Runs until the backplane closes. Publications that are not sent by then are refused.
    pub async fn work(&mut self) {
        let closing = self.closing.clone();
        tokio::select! {
            () = closing.notified() => {}
            () = self.serve() => {}
        }
        let fault = Fault::Refused("the backplane is closed".into());
        for outgoing in self.queue.go_offline() {
            self.delivery.settle(&outgoing, Err(&fault));
        }
        self.delivery.release_all();
    }

    /// Recovers from a panic, which costs the connection. The next call of [`Worker::work`] opens
    /// another one.
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
            // Avoids frequent retries if an engine accepts connections but fails right after that.
            if begun.elapsed() > LONGEST_DELAY {
                delay = FIRST_DELAY;
            }
            self.interrupt(&fault, delay).await;
            delay = LONGEST_DELAY.min(delay * 2);
        }
    }

    /// Reports the lost connection. Returns when it is time for the next one.
    async fn interrupt(&mut self, fault: &Fault, delay: Duration) {
        self.delivery.report(Some(fault));
        if self.outage == Outage::Fail {
            for outgoing in self.queue.go_offline() {
                self.delivery.settle(&outgoing, Err(fault));
            }
        }
        self.pause(delay).await;
    }

    /// Waits. Follows and unfollows are ignored, because the next session reads the directory.
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

    /// Runs one connection until it is lost.
    async fn session(&mut self) -> Answer<Infallible> {
        let connected = timeout(PATIENCE, self.engine.connect()).await;
        let late = || Fault::Lost("the engine does not answer".into());
        let (mut writer, mut follower) = connected.map_err(|_| late())??;
        let directory = &self.delivery.directory;
        directory.nothing_arrives();
        let (mut subjects, mut followed) = (Vec::new(), HashSet::new());
        loop {
            // The host may add channels meanwhile.
            let all = directory.subjects().into_iter();
            let new: Vec<_> = all.filter(|subject| followed.insert(subject.clone())).collect();
            if new.is_empty() {
                break;
            }
            follower.follow(&new).await?;
            subjects.extend(new);
        }
        let position = writer.position().await?;
        self.delivery.begin(&position);
        let known = subjects.iter().filter(|it| directory.last(it).is_some());
        let known: Vec<_> = known.cloned().collect();
        directory.open(position.last);
        subjects.iter().for_each(|subject| self.delivery.join(subject));
        let away = self.heard.map(|heard| heard.elapsed());
        catch_up(&mut writer, &self.delivery, &known, away, position.last).await?;
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
            delivery.settle(outgoing, answer.as_ref().map(|number| *number));
            if let Ok(Some(number)) = answer {
                delivery.directory.see(*number);
            }
        }
        queue.done(batch.len());
    }
}
