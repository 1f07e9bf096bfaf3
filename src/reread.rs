//! Reads for a client that was too slow what its channels have published meanwhile.

use crate::audience::Keeper;
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::log::Source;
use crate::notice::Missing;
use crate::order::Order;
use crate::shard::Reread;

impl Order {
    pub fn reread(
        &mut self,
        connection: ConnectionId,
        after: Place,
        joined: &mut Vec<(ChannelId, Place)>,
        limit: usize,
    ) -> Reread {
        let (mut events, mut gaps) = (Vec::new(), Vec::new());
        for id in self.audience.channels_of(connection) {
            let Some(channel) = self.audience.channel(id) else { continue };
            let (source, missing) = match &channel.keeper {
                // Broadcasts to every client of a broker are in no history.
                Keeper::Topics => continue,
                Keeper::Host => (Source::Channel(id), Missing::Channel(id)),
                Keeper::Topic { topics, name, is_pattern } => {
                    let source = match is_pattern {
                        true => Source::Pattern(*topics, name),
                        false => Source::Channel(id),
                    };
                    (source, Missing::Topic(name.clone()))
                }
            };
            let since = joined.iter().find(|(channel, _)| *channel == id);
            let after = since.map_or(after, |(_, place)| after.max(*place));
            let missed = self.log.after(&source, Some(after));
            if !missed.is_complete(after) {
                gaps.push(missing);
                // It is reported once.
                joined.retain(|(channel, _)| *channel != id);
                joined.push((id, missed.floor));
            }
            events.extend(missed.state.unwrap_or(missed.events));
        }
        events.sort_unstable_by_key(|(place, _)| *place);
        events.dedup_by_key(|(place, _)| *place);
        let mut bytes = 0;
        let fits = events.iter().take_while(|(_, frame)| {
            let has_room = bytes < limit;
            bytes += frame.len();
            has_room
        });
        let count = fits.count();
        let is_complete = count == events.len();
        events.truncate(count.max(1));
        let last = match events.last() {
            Some((place, _)) if !is_complete => *place,
            _ => self.log.last(),
        };
        self.log.count_replayed(events.len());
        Reread { events, last, is_complete, gaps }
    }
}
