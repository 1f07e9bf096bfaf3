//! The work of an engine's thread in this process: it puts arrivals into the order, and notifies
//! the host. JavaScript is not involved in the delivery.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use super::awaited::{Awaited, Kept};
use super::directory::{Directory, Follower};
use super::engine::{Arrival, Fault, Outgoing, Position, Retained, Subject};
use super::mailbox::{self, Mailbox};
use super::payload::Payload;
use super::subject::{of_topic, topic_of};
use crate::audience::Audience;
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::{BackplaneId, EpochId, Place};
use crate::log::{Draft, HistoryId, Key};
use crate::metrics::BackplaneMetrics;
use crate::notice::{Missing, Notice};
use crate::publish::Target;
use crate::sync::Mutex;
use crate::wire::Event;

pub struct Delivery {
    pub id: BackplaneId,
    pub directory: Arc<Directory>,
    pub mailbox: Mailbox,
    awaited: Awaited,
    hub: Weak<Hub>,
    /// `None` until the engine has answered.
    epoch: Mutex<Option<Epoch>>,
}

#[derive(Clone)]
struct Epoch {
    name: Arc<str>,
    id: EpochId,
}

impl Delivery {
    pub fn new(id: BackplaneId, directory: Arc<Directory>, hub: Weak<Hub>) -> Self {
        Self {
            id,
            directory,
            mailbox: Mailbox::default(),
            awaited: Awaited::default(),
            hub,
            epoch: Mutex::new(None),
        }
    }

    /// Begins a session with the log at that position.
    pub fn begin(&self, position: &Position) {
        let Some(hub) = self.hub.upgrade() else { return };
        let id = hub.lock().log.epoch(&position.epoch);
        let before = self.epoch.lock().replace(Epoch { name: position.epoch.clone(), id });
        if before.is_some_and(|epoch| epoch.name != position.epoch) {
            // Clients hold events of another log.
            for subject in self.directory.subjects() {
                self.report_gap(&hub, &subject);
            }
            self.directory.forget_positions();
            self.release_all();
        }
    }

    /// Fails if the log is not the one that the session began with.
    pub fn assert_epoch(&self, name: Option<&str>) -> Result<(), Fault> {
        let epoch = self.epoch.lock();
        let is_current = |name| epoch.as_ref().is_some_and(|epoch| &*epoch.name == name);
        if name.is_none_or(is_current) { Ok(()) } else { Err(Fault::Replaced) }
    }

    /// Restarts the histories of a subject that have another epoch than the log.
    pub fn join(&self, subject: &str) {
        let Some(last) = self.directory.last(subject) else { return };
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(last)) else { return };
        let mut order = hub.lock();
        for (history, _) in self.histories(&order.audience, subject) {
            if order.log.epoch_of(history) != place.epoch() {
                order.log.restart(history, place);
            }
        }
    }

    /// Delivers an event that was missed, and was read from the log.
    pub fn fill(&self, arrival: Arrival) {
        self.count(|metrics| metrics.filled += 1);
        self.deliver(arrival);
    }

    /// Records that every event of a subject up to that number is delivered.
    pub fn reach(&self, subject: &str, number: u64) {
        self.directory.reach(subject, number);
        self.release(subject, number);
    }

    /// Delivers an event to its followers in this process, unless they have it.
    pub fn deliver(&self, arrival: Arrival) {
        let (subject, number) = (arrival.subject.clone(), arrival.number);
        self.pass_on(arrival);
        self.release(&subject, number);
    }

    fn pass_on(&self, arrival: Arrival) {
        let Arrival { subject, number, payload, .. } = arrival;
        let is_known = self.directory.last(&subject).is_none_or(|last| number <= last);
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(number)) else { return };
        if is_known || self.directory.is_covered(&subject, number) {
            return;
        }
        self.directory.reach(&subject, number);
        if let Some(message) = mailbox::decode(&payload) {
            return self.hear(&subject, message);
        }
        hub.count_backplane(|metrics| metrics.delivered += 1);
        // Events of a newer version are skipped, as are invalid ones.
        let Some(Payload { mut event, key, ends }) = Payload::decode(&payload) else { return };
        let topic = event.topic.take().unwrap_or_default();
        for follower in self.directory.followers(&subject) {
            let target = match follower {
                Follower::Channel(channel) => Target::Channel(channel),
                Follower::Topic { topics, .. } | Follower::AllTopics { topics, .. } => {
                    Target::Topic(topics, &topic)
                }
                Follower::Everyone(topics) => Target::Everyone(topics),
                Follower::Host => {
                    self.announce(&subject, number);
                    continue;
                }
            };
            event.topic = follower.has_field().then(|| topic.clone());
            if let Ok(draft) = draft(&event, key.clone(), ends, place) {
                // The channel may have closed or ended.
                let is_published = hub.publish_drafts(target, [draft]).is_ok();
                if let (true, true, Follower::Channel(channel)) = (ends, is_published, follower) {
                    hub.tell_host(Notice::Ended(channel));
                }
            }
            if let Follower::AllTopics { .. } = follower {
                let broker = subject.split_once(':').map_or("", |(_, broker)| broker);
                self.reach(&of_topic(broker, &topic), number);
            }
        }
    }

    /// Handles a message from another host.
    fn hear(&self, subject: &Subject, message: &[u8]) {
        let is_for_host = self.directory.followers(subject).contains(&Follower::Host);
        if is_for_host && self.mailbox.push(subject, message.to_vec()) {
            self.tell(Notice::Mail(self.id));
        }
    }

    /// Tells a host that waits for an event of the subject. It gets the id of the place before the
    /// event.
    fn announce(&self, subject: &Subject, number: u64) {
        let Some(id) = self.id_at(number.saturating_sub(1)) else { return };
        if self.mailbox.push_first(subject, id.into_bytes()) {
            self.tell(Notice::Mail(self.id));
        }
    }

    /// Reports a gap: events up to that number are no longer in the log, and were not delivered.
    pub fn lose(&self, subject: &str, floor: u64) {
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(floor)) else { return };
        self.report_gap(&hub, subject);
        self.release(subject, floor);
        let mut order = hub.lock();
        for (history, _) in self.histories(&order.audience, subject) {
            order.log.restart(history, place);
        }
    }

    /// Whether a history in this process lacks events that the log may have.
    pub fn is_partial(&self, subject: &str) -> bool {
        self.hub.upgrade().is_some_and(|hub| {
            let order = hub.lock();
            let mut histories = self.histories(&order.audience, subject).into_iter();
            histories.any(|(history, _)| order.log.is_partial(history))
        })
    }

    /// Completes the histories of a subject.
    pub fn load(&self, Retained { subject, arrivals, floor }: Retained) {
        let (Some(hub), Some(floor)) = (self.hub.upgrade(), self.place(floor)) else { return };
        let mut order = hub.lock();
        for (history, follower) in self.histories(&order.audience, &subject) {
            let earlier = arrivals.iter().filter_map(|arrival| {
                let Payload { mut event, key, ends } = Payload::decode(&arrival.payload)?;
                let topic = event.topic.as_deref().map(Arc::from);
                if !follower.has_field() {
                    event.topic = None;
                }
                Some((topic, draft(&event, key, ends, self.place(arrival.number)?).ok()?))
            });
            order.log.load(history, floor, earlier.collect());
            if let HistoryId::Channel(channel) = history
                && order.log.has_ended(channel)
            {
                order.end_members(channel);
                hub.tell_host(Notice::Ended(channel));
            }
        }
    }

    /// Tells the host that the requested histories are as complete as possible.
    pub fn loaded(&self, request: u32) {
        self.tell(Notice::Loaded { request });
    }

    /// Reports the outcome of a publication if the host awaits it. If there are members here, the
    /// host waits until they have the event.
    pub fn settle(&self, outgoing: &Outgoing, answer: Result<Option<u64>, &Fault>) {
        if answer.is_ok() {
            self.count(|metrics| metrics.published += 1);
        }
        let Some(request) = outgoing.request else { return };
        let result = match answer {
            Ok(Some(number)) if self.directory.lacks(&outgoing.subject, number) => {
                return self.awaited.push(&outgoing.subject, Kept { number, request });
            }
            Ok(Some(number)) => self.outcome(&outgoing.subject, number),
            Ok(None) => Ok(None),
            Err(fault) => Err(Error::NotKept(fault.to_string())),
        };
        self.tell(Notice::Published { request, result });
    }

    /// Releases the host from waiting for events of a subject up to that number.
    pub fn release(&self, subject: &str, number: u64) {
        self.tell_kept(subject, self.awaited.take(subject, number));
    }

    /// Releases the host from events that it already awaited at the last call.
    pub fn release_late(&self, awaited: &mut HashMap<Subject, u32>) {
        let before = std::mem::replace(awaited, self.awaited.oldest());
        for (subject, request) in &*awaited {
            if before.get(subject) == Some(request) {
                self.release(subject, u64::MAX);
            }
        }
    }

    /// Releases the host from all events that the engine already has.
    pub fn release_all(&self) {
        for (subject, kept) in self.awaited.take_all() {
            self.tell_kept(&subject, kept);
        }
    }

    fn tell_kept(&self, subject: &str, kept: Vec<Kept>) {
        for Kept { number, request } in kept {
            let result = self.outcome(subject, number);
            self.tell(Notice::Published { request, result });
        }
    }

    /// The id of a publication that the engine has kept. A process may publish to a channel before
    /// it learns that another process has ended the channel. Such an event is refused.
    fn outcome(&self, subject: &str, number: u64) -> Result<Option<String>, Error> {
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(number)) else {
            return Ok(None);
        };
        let order = hub.lock();
        let mut histories = self.histories(&order.audience, subject).into_iter();
        let is_late = histories.any(|(history, _)| match history {
            HistoryId::Channel(channel) => order.log.ended_at(channel).is_some_and(|it| it < place),
            HistoryId::Patterns(_) => false,
        });
        if is_late { Err(Error::ChannelEnded) } else { Ok(order.log.id_of(place)) }
    }

    /// Reports that the engine is reachable, or why it is not.
    pub fn report(&self, fault: Option<&Fault>) {
        let reason = fault.map(Fault::to_string);
        let is_online = reason.is_none();
        if is_online {
            self.count(|metrics| metrics.connects += 1);
        } else {
            self.release_all();
        }
        self.tell(Notice::Backplane { backplane: self.id, is_online, reason });
        // Messages between hosts are not kept.
        if is_online && self.mailbox.lose() {
            self.tell(Notice::Mail(self.id));
        }
    }

    fn count(&self, count: impl FnOnce(&mut BackplaneMetrics)) {
        if let Some(hub) = self.hub.upgrade() {
            hub.count_backplane(count);
        }
    }

    fn tell(&self, notice: Notice) {
        if let Some(hub) = self.hub.upgrade() {
            hub.tell_host(notice);
        }
    }

    /// The minted id for that number.
    pub fn id_at(&self, number: u64) -> Option<String> {
        self.hub.upgrade()?.lock().log.id_of(self.place(number)?)
    }

    fn place(&self, number: u64) -> Option<Place> {
        Some(Place::of(self.epoch.lock().as_ref()?.id, number))
    }

    /// The histories in this process that hold a subject's events.
    fn histories(&self, audience: &Audience, subject: &str) -> Vec<(HistoryId, Follower)> {
        let followers = self.directory.followers(subject).into_iter();
        let histories = followers.filter_map(|follower| {
            let history = match follower {
                Follower::Channel(channel) => HistoryId::Channel(channel),
                Follower::Topic { topics, .. } => {
                    HistoryId::Channel(audience.topics(topics)?.find(topic_of(subject))?)
                }
                Follower::AllTopics { topics, .. } => HistoryId::Patterns(topics),
                Follower::Everyone(_) | Follower::Host => return None,
            };
            Some((history, follower))
        });
        histories.collect()
    }

    /// Reports a gap to every member.
    fn report_gap(&self, hub: &Hub, subject: &str) {
        let order = hub.lock();
        for (history, follower) in self.histories(&order.audience, subject) {
            let groups = match (history, follower) {
                (HistoryId::Patterns(topics), _) => order.audience.patterns(topics),
                (HistoryId::Channel(channel), _) => {
                    let members = order.audience.channel(channel).map(|it| it.members().collect());
                    vec![(topic_of(subject).into(), members.unwrap_or_default())]
                }
            };
            for (name, members) in groups {
                let missing = match follower {
                    Follower::Channel(channel) => Missing::Channel(channel),
                    _ => Missing::Topic(name),
                };
                for connection in members {
                    hub.tell_host(Notice::Gap { connection, missing: missing.clone() });
                }
            }
        }
    }
}

fn draft(event: &Event, key: Option<Key>, ends: bool, place: Place) -> Result<Draft, Error> {
    let draft = match key {
        Some(key) => Draft::with_key(event, key)?,
        None => Draft::new(event)?,
    };
    let draft = if ends { draft.ending() } else { draft };
    Ok(draft.at(place))
}
