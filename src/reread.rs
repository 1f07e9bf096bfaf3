//! Reads the events that a slow client missed in its channels.

use crate::audience::Keeper;
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::notice::Missing;
use crate::order::{Order, source_of};
use crate::shard::Reread;

impl Order {
    pub fn reread(
        &mut self,
        connection: ConnectionId,
        after: Place,
        read: &mut [(ChannelId, Place)],
        limit: usize,
    ) -> Reread {
        let (mut events, mut gaps) = (Vec::new(), Vec::new());
        // The place up to which each channel is read.
        let latest = self.log.last_of(after.epoch());
        let mut end = latest;
        for (id, read) in read {
            let id = *id;
            let Some(channel) = self.audience.channel(id) else { continue };
            if !channel.has(connection) {
                continue;
            }
            let missing = match &channel.keeper {
                // Broadcasts to every client of a broker are not kept.
                Keeper::Topics => continue,
                Keeper::Host => Missing::Channel(id),
                Keeper::Topic { name, .. } => Missing::Topic(name.clone()),
            };
            let Some(source) = source_of(&self.audience, id) else { continue };
            let after = after.max(*read);
            let missed = self.log.after_within(&source, Some(after), limit);
            if !missed.is_complete(after) {
                gaps.push(missing);
                *read = missed.floor;
            }
            let found = missed.state.unwrap_or(missed.events);
            if let (true, Some((place, _))) = (missed.is_cut, found.last()) {
                end = end.min(*place);
            }
            events.extend(found);
        }
        events.retain(|(place, _)| *place <= end);
        events.sort_unstable_by_key(|(place, _)| *place);
        events.dedup_by_key(|(place, _)| *place);
        self.log.count_replayed(events.len());
        let is_complete = end == latest;
        Reread { events, last: end, is_complete, gaps }
    }
}

#[cfg(test)]
mod tests;
