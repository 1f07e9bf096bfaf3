//! The epochs that this process knows: its own, and those of the backplanes' logs.

use super::cursor::Epoch;
use crate::ids::{EpochId, Place};
use crate::wire::ID_ROOM;

pub struct Epochs(Vec<Known>);

struct Known {
    epoch: Epoch,
    last: Place,
}

impl Default for Epochs {
    /// The epoch of this process alone.
    fn default() -> Self {
        Self(vec![Known { epoch: Epoch::default(), last: Place::default() }])
    }
}

impl Epochs {
    /// The epoch of a backplane's log, by its name.
    pub fn find_or_add(&mut self, name: &str) -> EpochId {
        let found = self.0.iter().skip(1).position(|known| known.epoch.is(name));
        let index = found.map_or(self.0.len(), |index| index + 1);
        // After more than 65,000 logs, later ones share the last epoch.
        let id = EpochId(index.min(usize::from(u16::MAX)) as u16);
        if usize::from(id.0) == self.0.len() {
            let last = Place::of(id, 0);
            self.0.push(Known { epoch: Epoch::named(name), last });
        }
        id
    }

    /// The place of the next event of this process.
    pub fn next(&mut self) -> Place {
        let local = EpochId::default();
        let next = Place::of(local, self.last(local).number() + 1);
        self.reach(next);
        next
    }

    /// Records that an event exists at that place.
    pub fn reach(&mut self, place: Place) {
        if let Some(known) = self.0.get_mut(usize::from(place.epoch().0)) {
            known.last = known.last.max(place);
        }
    }

    /// The place of the latest event that this process knows of.
    pub fn last(&self, epoch: EpochId) -> Place {
        self.get(epoch).map_or(Place::of(epoch, 0), |known| known.last)
    }

    /// The id that is minted for a place.
    pub fn id(&self, place: Place) -> Option<String> {
        Some(self.get(place.epoch())?.epoch.id(place))
    }

    /// The `id` line of that id.
    pub fn line<'a>(&self, place: Place, buffer: &'a mut [u8; ID_ROOM]) -> &'a [u8] {
        self.get(place.epoch()).map_or(&[], |known| known.epoch.line(place, buffer))
    }

    /// The place that an id was minted for, by any process.
    pub fn place_of(&self, id: &str) -> Option<Place> {
        let mut places = self.0.iter().zip(0..).filter_map(|(known, index)| {
            let place = Place::of(EpochId(index), known.epoch.number_of(id)?);
            // In this process's own epoch, later places were never minted.
            (index > 0 || place <= known.last).then_some(place)
        });
        places.next()
    }

    fn get(&self, epoch: EpochId) -> Option<&Known> {
        self.0.get(usize::from(epoch.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_other_logs_have_their_own_numbers() {
        let mut epochs = Epochs::default();
        assert_eq!(epochs.place_of("k3-5"), None);
        let other = epochs.find_or_add("k3");
        assert_eq!(epochs.find_or_add("k3"), other);
        let place = Place::of(other, 5);
        assert_eq!(epochs.place_of("k3-5"), Some(place));
        assert_eq!(epochs.id(place).as_deref(), Some("k3-5"));
        epochs.reach(place);
        assert_eq!(epochs.last(other), place);
        assert_eq!(epochs.next(), Place::of(EpochId::default(), 1));
        let own = epochs.id(epochs.last(EpochId::default())).unwrap();
        assert_eq!(epochs.place_of(&own), Some(Place(1)));
        // This process has not minted that id yet.
        assert_eq!(epochs.place_of(&own.replace("-1", "-2")), None);
    }
}
