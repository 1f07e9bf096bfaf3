//! Shuts hubs down at exit. When `process.exit()` ends the main thread, Node.js skips the cleanup
//! of its environment. Without this, the shards would end before they have applied all commands.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Once, Weak};

use parking_lot::Mutex;

use crate::hub::Hub;

/// A hub, and whether its environment is gone.
type Open = (Weak<Hub>, Arc<AtomicBool>);

static HUBS: Mutex<Vec<Open>> = Mutex::new(Vec::new());

/// Shuts the hub down when the process exits, unless it is already shut down.
pub fn shut_down_at_exit(hub: &Arc<Hub>, gone: &Arc<AtomicBool>) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        #[cfg(unix)]
        // SAFETY: the function has the C calling convention and catches every panic.
        unsafe {
            libc::atexit(shut_down_all);
        }
    });
    let mut hubs = HUBS.lock();
    hubs.retain(|(hub, _)| hub.strong_count() > 0);
    hubs.push((Arc::downgrade(hub), gone.clone()));
}

/// Shuts all hubs down. The shards apply their commands and end. JavaScript no longer runs.
#[cfg(unix)]
extern "C" fn shut_down_all() {
    let _ = std::panic::catch_unwind(|| {
        for (hub, gone) in std::mem::take(&mut *HUBS.lock()) {
            if let Some(hub) = hub.upgrade() {
                gone.store(true, SeqCst);
                hub.shutdown();
            }
        }
    });
}
