//! The latest event of each topic that no history keeps, because the topic has no subscribers or
//! has closed.

use std::collections::HashMap;

use crate::ids::Place;

/// The number of names is limited because publishers choose them.
const MAX_NAMES: usize = 1024;

pub struct Lost {
    by_name: HashMap<Box<str>, Place>,
    /// The place for every other topic.
    others: Place,
}

impl Lost {
    /// Counts all events up to a place as lost.
    pub fn before(place: Place) -> Self {
        Self { by_name: HashMap::new(), others: place }
    }

    pub fn add(&mut self, name: &str, place: Place) {
        if let Some(latest) = self.by_name.get_mut(name) {
            *latest = place.max(*latest);
            return;
        }
        if self.by_name.len() == MAX_NAMES {
            // Reporting a false gap is better than missing a real one.
            self.others = self.by_name.drain().map(|(_, place)| place).fold(self.others, Ord::max);
        }
        self.by_name.insert(name.into(), place);
    }

    pub fn latest(&self, name: &str) -> Place {
        self.by_name.get(name).map_or(self.others, |place| self.others.max(*place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_each_topic_up_to_a_bound_and_assumes_the_worst_beyond() {
        let mut lost = Lost::before(Place(5));
        lost.add("a", Place(6));
        lost.add("a", Place(8));
        assert_eq!((lost.latest("a"), lost.latest("b")), (Place(8), Place(5)));
        for number in 0..MAX_NAMES as u64 {
            lost.add(&format!("n{number}"), Place(10 + number));
        }
        assert!(lost.by_name.len() <= MAX_NAMES);
        assert!(lost.latest("a") >= Place(8));
        assert!(lost.latest("n0") >= Place(10));
    }
}
