//! An event before and after it enters the order: a draft, then a publication.

use std::sync::Arc;

use super::epochs::Epochs;
use crate::error::Error;
use crate::ids::Place;
use crate::wire::{EventRef, Frame, FrameWriter, ID_ROOM};

/// The key of an event in a state.
#[derive(Clone, Debug)]
pub struct Key {
    pub name: Arc<str>,
    /// Whether the event removes the value.
    pub removes: bool,
}

/// An encoded event that is not published yet.
pub struct Draft {
    frame: FrameWriter,
    id: Option<Arc<str>>,
    key: Option<Key>,
    is_kept: bool,
    may_mint: bool,
    ends: bool,
    /// The place that a backplane assigned.
    pub(super) place: Option<Place>,
}

/// An event with its place in the order.
#[derive(Clone, Debug)]
pub struct Publication {
    pub place: Place,
    pub frame: Frame,
    /// A custom id.
    pub(super) id: Option<Arc<str>>,
    pub key: Option<Key>,
    /// False for comments and control frames, which histories do not keep.
    pub(super) is_kept: bool,
    /// Whether this is the last event of its channel.
    pub ends: bool,
}

impl Draft {
    pub fn new<'a>(event: impl Into<EventRef<'a>>) -> Result<Self, Error> {
        let event = event.into();
        // The empty id resets the client's cursor, so no client returns with it.
        let id = event.id.filter(|id| !id.is_empty()).map(Arc::from);
        let is_kept = event.data.is_some() || event.id.is_some();
        let may_mint = event.data.is_some() && event.id.is_none();
        let frame = event.draft()?;
        Ok(Self { frame, id, key: None, is_kept, may_mint, ends: false, place: None })
    }

    /// An event that sets or removes the value of a key.
    pub fn with_key<'a>(event: impl Into<EventRef<'a>>, key: Key) -> Result<Self, Error> {
        Ok(Self { key: Some(key), ..Self::new(event)? })
    }

    /// Makes this the last event of its channel. Histories always keep it.
    pub fn ending(self) -> Self {
        Self { is_kept: true, ends: true, ..self }
    }

    /// Sets the place that a backplane assigned.
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Whether a history keeps this event.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// `epochs`: mints an id if the event has data and no id.
    pub(super) fn publish(self, place: Place, epochs: Option<&Epochs>) -> Publication {
        let mut buffer = [0; ID_ROOM];
        let line = match epochs {
            Some(epochs) if self.may_mint => epochs.line(place, &mut buffer),
            _ => &[],
        };
        let Self { frame, id, key, is_kept, ends, .. } = self;
        Publication { place, frame: frame.finish(line), id, key, is_kept, ends }
    }
}
