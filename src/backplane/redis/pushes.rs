//! Messages that have arrived and wait for the engine's thread. The queue is bounded: if the thread
//! is too slow, the connection counts as lost, and the missing events are read from the log.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use redis::aio::SendError;
use redis::{PushInfo, PushKind, Value};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::sync::Mutex;

const MAX_MESSAGES: usize = 1 << 16;
const MAX_BYTES: usize = 64 << 20;

pub struct Pushes {
    arrived: Receiver<PushInfo>,
    bytes: Arc<AtomicUsize>,
}

/// Also returns the function that the connection calls with each message.
pub fn pushes() -> (Pushes, impl Fn(PushInfo) -> Result<(), SendError> + Send + Sync) {
    let (sender, arrived) = channel(MAX_MESSAGES);
    let bytes = Arc::<AtomicUsize>::default();
    let pushes = Pushes { arrived, bytes: bytes.clone() };
    let sender = Mutex::new(Some(sender));
    let push = move |info: PushInfo| {
        let is_wanted =
            matches!(info.kind, PushKind::Message | PushKind::SMessage | PushKind::SUnsubscribe);
        let mut sender = sender.lock();
        let is_taken = !is_wanted && info.kind != PushKind::Disconnection
            || sender.as_ref().is_some_and(|sender| is_wanted && send(sender, info, &bytes));
        if is_taken {
            return Ok(());
        }
        // No message may follow a missing one.
        *sender = None;
        Err(SendError)
    };
    (pushes, push)
}

fn send(sender: &Sender<PushInfo>, info: PushInfo, bytes: &AtomicUsize) -> bool {
    let size = size(&info);
    bytes.fetch_add(size, Relaxed) + size <= MAX_BYTES && sender.try_send(info).is_ok()
}

impl Pushes {
    /// `None` once the connection is lost. No message is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<PushInfo> {
        let info = self.arrived.recv().await?;
        self.bytes.fetch_sub(size(&info), Relaxed);
        Some(info)
    }
}

fn size(info: &PushInfo) -> usize {
    let bytes = info.data.iter().map(|value| match value {
        Value::BulkString(bytes) => bytes.len(),
        _ => 0,
    });
    size_of::<PushInfo>() + bytes.sum::<usize>()
}
