//! The types of shuttle, with the interfaces of the types that they replace.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError};

pub use shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
pub use shuttle::thread;
use tokio::runtime::Runtime;

/// The scheduler replaces the runtime, so timers never fire and sockets never become ready.
pub fn block_on<F: Future>(_runtime: &Runtime, future: F) -> F::Output {
    shuttle::future::block_on(future)
}

#[derive(Debug, Default)]
pub struct Mutex<T>(shuttle::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(Some(self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// `None` only while [`Condvar::wait`] holds the inner guard.
pub struct MutexGuard<'a, T>(Option<shuttle::sync::MutexGuard<'a, T>>);

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().unwrap()
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().unwrap()
    }
}

#[derive(Default)]
pub struct Condvar(shuttle::sync::Condvar);

impl Condvar {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.0.take().unwrap();
        guard.0 = Some(self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let queue = Arc::new(Mutex::new(VecDeque::new()));
    (Sender(queue.clone()), Receiver(queue))
}

pub struct Sender<T>(Arc<Mutex<VecDeque<T>>>);

impl<T> Sender<T> {
    pub fn send(&self, item: T) -> Result<(), T> {
        self.0.lock().push_back(item);
        Ok(())
    }
}

pub struct Receiver<T>(Arc<Mutex<VecDeque<T>>>);

impl<T> Receiver<T> {
    pub fn len(&self) -> usize {
        self.0.lock().len()
    }

    pub fn try_iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.0.lock().pop_front())
    }
}
