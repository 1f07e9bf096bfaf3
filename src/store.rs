//! Keys to channels. A channel is forgotten when it closes; the store does not keep it alive.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::channel::Channel;

pub struct Store<K> {
    channels: Mutex<HashMap<K, Weak<Channel>>>,
}

impl<K> Default for Store<K> {
    fn default() -> Self {
        Self { channels: Mutex::default() }
    }
}

impl<K: Clone + Eq + Hash + Send + 'static> Store<K> {
    /// Puts a channel under a key, in place of the one that was there.
    pub fn insert(self: &Arc<Self>, key: K, channel: &Arc<Channel>) {
        self.channels.lock().insert(key.clone(), Arc::downgrade(channel));
        self.forget_when_closed(key, channel);
    }

    /// The channel under a key; a new one if there is none.
    pub fn get_or_insert<Q>(self: &Arc<Self>, key: &Q, new: impl FnOnce() -> Arc<Channel>) -> Arc<Channel>
    where
        K: Borrow<Q> + for<'a> From<&'a Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut channels = self.channels.lock();
        if let Some(channel) = channels.get(key).and_then(Weak::upgrade) {
            return channel;
        }
        let channel = new();
        let key = K::from(key);
        channels.insert(key.clone(), Arc::downgrade(&channel));
        drop(channels);
        self.forget_when_closed(key, &channel);
        channel
    }

    fn forget_when_closed(self: &Arc<Self>, key: K, channel: &Arc<Channel>) {
        let store = Arc::downgrade(self);
        let closed = Arc::downgrade(channel);
        channel.when_closed(move || {
            if let Some(store) = store.upgrade() {
                store.forget(&key, &closed);
            }
        });
    }

    pub fn get<Q>(&self, key: &Q) -> Option<Arc<Channel>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.channels.lock().get(key)?.upgrade()
    }

    pub fn len(&self) -> usize {
        self.channels.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn entries(&self) -> Vec<(K, Arc<Channel>)> {
        let channels = self.channels.lock();
        channels.iter().filter_map(|(key, channel)| Some((key.clone(), channel.upgrade()?))).collect()
    }

    pub fn channels(&self) -> Vec<Arc<Channel>> {
        self.channels.lock().values().filter_map(Weak::upgrade).collect()
    }

    /// Only while the key still leads to that channel: another may have taken its place.
    fn forget(&self, key: &K, channel: &Weak<Channel>) {
        let mut channels = self.channels.lock();
        if channels.get(key).is_some_and(|kept| kept.ptr_eq(channel)) {
            channels.remove(key);
        }
    }
}

#[cfg(test)]
mod tests;
