//! What an engine's thread does in this process: it puts arrivals into the order, and tells the
//! host. JavaScript takes no part in the delivery.

use std::sync::{Arc, Weak};

use super::directory::{Directory, Follower};
use super::engine::{Arrival, Fault, Position, Retained};
use super::payload::Payload;
use crate::hub::Hub;
use crate::ids::{BackplaneId, ChannelId, EpochId, Place};
use crate::log::Draft;
use crate::metrics::BackplaneMetrics;
use crate::notice::{Missing, Notice};
use crate::publish::Target;
use crate::sync::Mutex;

pub struct Delivery {
    pub id: BackplaneId,
    pub directory: Arc<Directory>,
    hub: Weak<Hub>,
    /// Once the engine has answered.
    epoch: Mutex<Option<Epoch>>,
}

#[derive(Clone)]
struct Epoch {
    name: Arc<str>,
    id: EpochId,
}

impl Delivery {
    pub fn new(id: BackplaneId, directory: Arc<Directory>, hub: Weak<Hub>) -> Self {
        Self { id, directory, hub, epoch: Mutex::new(None) }
    }

    /// A session begins with the log there.
    pub fn begin(&self, position: &Position) {
        let Some(hub) = self.hub.upgrade() else { return };
        let id = hub.lock().log.epoch(&position.epoch);
        let before = self.epoch.lock().replace(Epoch { name: position.epoch.clone(), id });
        if before.is_some_and(|epoch| epoch.name != position.epoch) {
            // Clients have events of another log.
            for subject in self.directory.subjects() {
                self.report_gap(&hub, &subject);
            }
            self.directory.forget_positions();
        }
    }

    /// A fault if the log is not the one that the session has begun with.
    pub fn assert_epoch(&self, name: Option<&str>) -> Result<(), Fault> {
        let epoch = self.epoch.lock();
        let is_current = |name| epoch.as_ref().is_some_and(|epoch| &*epoch.name == name);
        if name.is_none_or(is_current) { Ok(()) } else { Err(Fault::Replaced) }
    }

    /// Everything after that number will arrive.
    pub fn start(&self, subject: &str, last: u64) {
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(last)) else { return };
        let mut order = hub.lock();
        for channel in self.channels(&order.audience, subject) {
            order.log.restart(channel, place);
        }
        self.directory.reach(subject, last);
    }

    /// A subject that is followed has more channels here.
    pub fn join(&self, subject: &str) {
        let Some(last) = self.directory.last(subject) else { return };
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(last)) else { return };
        let mut order = hub.lock();
        for channel in self.channels(&order.audience, subject) {
            if order.log.epoch_of(channel) != place.epoch() {
                order.log.restart(channel, place);
            }
        }
    }

    /// Gives an event that was missed, and read from the log.
    pub fn fill(&self, arrival: Arrival) {
        self.count(|metrics| metrics.filled += 1);
        self.deliver(arrival);
    }

    /// Gives an event to everybody here whom it is for, unless they have it.
    pub fn deliver(&self, arrival: Arrival) {
        let Arrival { subject, number, payload, .. } = arrival;
        let is_known = self.directory.last(&subject).is_none_or(|last| number <= last);
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(number)) else { return };
        if is_known {
            return;
        }
        self.directory.reach(&subject, number);
        hub.count_backplane(|metrics| metrics.delivered += 1);
        // An event of a newer version is skipped, as are those that break the rules.
        let Some(payload) = Payload::decode(&payload) else { return };
        for follower in self.directory.followers(&subject) {
            let target = match follower {
                Follower::Channel(channel) => Target::Channel(channel),
                Follower::Topic { topics, .. } => Target::Topic(topics, name_of(&subject)),
                Follower::Everyone(topics) => Target::Everyone(topics),
            };
            if let Ok(draft) = draft(&payload, &subject, follower, place) {
                // The channel may have closed.
                let _ = hub.publish_drafts(target, [draft]);
            }
        }
    }

    /// Events up to that number are no longer in the log, and were not delivered.
    pub fn lose(&self, subject: &str, floor: u64) {
        let (Some(hub), Some(place)) = (self.hub.upgrade(), self.place(floor)) else { return };
        self.report_gap(&hub, subject);
        let mut order = hub.lock();
        for channel in self.channels(&order.audience, subject) {
            order.log.restart(channel, place);
        }
    }

    /// Whether a history here lacks events that the log may have.
    pub fn is_partial(&self, subject: &str) -> bool {
        self.hub.upgrade().is_some_and(|hub| {
            let order = hub.lock();
            let mut channels = self.channels(&order.audience, subject).into_iter();
            channels.any(|channel| order.log.is_partial(channel))
        })
    }

    /// Completes the histories of a subject.
    pub fn load(&self, Retained { subject, arrivals, floor }: Retained) {
        let (Some(hub), Some(floor)) = (self.hub.upgrade(), self.place(floor)) else { return };
        let mut order = hub.lock();
        for channel in self.channels(&order.audience, &subject) {
            let drafts = arrivals.iter().filter_map(|arrival| {
                let payload = Payload::decode(&arrival.payload)?;
                let place = self.place(arrival.number)?;
                draft(&payload, &subject, Follower::Channel(channel), place).ok()
            });
            let drafts = drafts.collect();
            order.log.load(channel, floor, drafts);
        }
    }

    /// The histories that the host has asked for are complete, or as complete as they get.
    pub fn loaded(&self, request: u32) {
        self.tell(Notice::Loaded { request });
    }

    /// What became of a publication, if the host waits for it.
    pub fn settle(&self, request: Option<u32>, answer: Result<Option<u64>, &Fault>) {
        if answer.is_ok() {
            self.count(|metrics| metrics.published += 1);
        }
        let Some(request) = request else { return };
        let result = match answer {
            Ok(number) => Ok(number.and_then(|number| {
                let hub = self.hub.upgrade()?;
                hub.lock().log.id_of(self.place(number)?)
            })),
            Err(fault) => Err(fault.to_string()),
        };
        self.tell(Notice::Published { request, result });
    }

    /// The engine can be reached, or it cannot, because of a fault.
    pub fn report(&self, fault: Option<&Fault>) {
        let reason = fault.map(Fault::to_string);
        let is_online = reason.is_none();
        if is_online {
            self.count(|metrics| metrics.connects += 1);
        }
        self.tell(Notice::Backplane { backplane: self.id, is_online, reason });
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

    fn place(&self, number: u64) -> Option<Place> {
        Some(Place::of(self.epoch.lock().as_ref()?.id, number))
    }

    /// The channels of a subject whose history is kept here.
    fn channels(&self, audience: &crate::audience::Audience, subject: &str) -> Vec<ChannelId> {
        let followers = self.directory.followers(subject).into_iter();
        let channels = followers.filter_map(|follower| match follower {
            Follower::Channel(channel) => Some(channel),
            Follower::Topic { topics, .. } => audience.topics(topics)?.find(name_of(subject)),
            Follower::Everyone(_) => None,
        });
        channels.collect()
    }

    /// Every member misses something.
    fn report_gap(&self, hub: &Hub, subject: &str) {
        let order = hub.lock();
        for follower in self.directory.followers(subject) {
            let found = match follower {
                Follower::Channel(channel) => Some((channel, Missing::Channel(channel))),
                Follower::Topic { topics, .. } => {
                    let name = name_of(subject);
                    let topics = order.audience.topics(topics);
                    let channel = topics.and_then(|topics| topics.find(name));
                    channel.map(|channel| (channel, Missing::Topic(name.into())))
                }
                // Broadcasts to every client are in no history.
                Follower::Everyone(_) => None,
            };
            let Some((channel, missing)) = found else { continue };
            let Some(channel) = order.audience.channel(channel) else { continue };
            for connection in channel.members() {
                hub.tell_host(Notice::Gap { connection, missing: missing.clone() });
            }
        }
    }
}

/// The name of a topic or a channel, without the kind in front of it.
fn name_of(subject: &str) -> &str {
    subject.split_once(':').map_or("", |(_, name)| name)
}

fn draft(
    payload: &Payload,
    subject: &str,
    follower: Follower,
    place: Place,
) -> Result<Draft, crate::error::Error> {
    let Payload { event, key } = payload;
    let mut event = event.clone();
    if let Follower::Topic { has_field: true, .. } = follower {
        event.topic = Some(name_of(subject).to_owned());
    }
    let draft = match key {
        Some(key) => Draft::with_key(&event, key.clone())?,
        None => Draft::new(&event)?,
    };
    Ok(draft.at(place))
}
