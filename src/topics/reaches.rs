//! What names reach, remembered until any channel's members change.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use crate::channel::{Channel, Reach};

/// Names that are remembered: whoever publishes chooses them.
const MAX_NAMES: usize = 1024;

#[derive(Default)]
pub(super) struct Reaches {
    /// How many changes of membership had happened when the first was remembered.
    changes: u64,
    by_name: HashMap<Box<str>, Known>,
}

struct Known {
    /// Sorted by id. Those without members may be gone.
    channels: Vec<Weak<Channel>>,
    reach: Arc<Reach>,
}

impl Reaches {
    /// The channels that match a name, sorted by id, and their members. `find` is called when it
    /// is not known any more.
    pub fn get(
        &mut self,
        name: &str,
        changes: u64,
        find: impl FnOnce() -> Vec<Arc<Channel>>,
    ) -> (Vec<Arc<Channel>>, Arc<Reach>) {
        if self.changes != changes || self.by_name.len() >= MAX_NAMES {
            self.by_name.clear();
            self.changes = changes;
        }
        if let Some(Known { channels, reach }) = self.by_name.get(name) {
            return (channels.iter().filter_map(Weak::upgrade).collect(), reach.clone());
        }
        let mut channels = find();
        channels.sort_unstable_by_key(|channel| channel.id);
        let reach = Arc::new(Reach::of(&channels));
        let known = Known { channels: channels.iter().map(Arc::downgrade).collect(), reach: reach.clone() };
        self.by_name.insert(name.into(), known);
        (channels, reach)
    }
}
