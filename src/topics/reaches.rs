//! What names reach, remembered until any channel's members change.

use std::collections::HashMap;
use std::sync::Arc;

use crate::channel::Reach;

/// Names that are remembered: whoever publishes chooses them.
const MAX_NAMES: usize = 1024;

#[derive(Default)]
pub(super) struct Reaches {
    /// How many changes of membership had happened when the first was remembered.
    changes: u64,
    by_name: HashMap<Box<str>, Arc<Reach>>,
}

impl Reaches {
    /// What a name reaches; `find` is called when that is not known any more.
    pub fn get(&mut self, name: &str, changes: u64, find: impl FnOnce() -> Reach) -> Arc<Reach> {
        if self.changes != changes || self.by_name.len() >= MAX_NAMES {
            self.by_name.clear();
            self.changes = changes;
        }
        if let Some(reach) = self.by_name.get(name) {
            return reach.clone();
        }
        let reach = Arc::new(find());
        self.by_name.insert(name.into(), reach.clone());
        reach
    }
}
