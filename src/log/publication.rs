//! An event on its way into the order: a draft, then a publication.

use std::sync::Arc;

use super::epochs::Epochs;
use crate::error::Error;
use crate::ids::Place;
use crate::wire::{EventRef, Frame, FrameWriter, ID_ROOM};

/// What an event stands for in a state.
#[derive(Clone, Debug)]
pub struct Key {
    pub name: Arc<str>,
    /// Whether the event ends the value.
    pub removes: bool,
}

/// An event that is encoded, but not published yet.
pub struct Draft {
    frame: FrameWriter,
    id: Option<Arc<str>>,
    key: Option<Key>,
    is_kept: bool,
    may_mint: bool,
    ends: bool,
    /// Where a backplane has put it.
    pub(super) place: Option<Place>,
}

/// An event in the order.
#[derive(Clone, Debug)]
pub struct Publication {
    pub place: Place,
    pub frame: Frame,
    /// A custom id.
    pub(super) id: Option<Arc<str>>,
    pub key: Option<Key>,
    /// Comments and control frames are not kept in a history.
    pub(super) is_kept: bool,
    /// Whether it is the last one of its channel.
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

    /// It is the last event of its channel. Every history must know that.
    pub fn ending(self) -> Self {
        Self { is_kept: true, ends: true, ..self }
    }

    /// A backplane has put it at that place.
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Whether a history keeps it.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// `epochs`: they mint an id for an event with data and without an id.
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
