//! Calls JavaScript outside of any request.

use napi::bindgen_prelude::{Function, JsValue, Object};
use napi::{Env, sys};

use super::error::{Result, internal};

/// Calls a function without an async context: every `AsyncLocalStorage` is empty inside.
///
/// A threadsafe function keeps the context that it was created in. On Node.js 20 and 22, its calls
/// would otherwise see the storage of the request that started the core.
pub fn call_without_context(env: Env, callback: Function<(), ()>) -> Result<()> {
    // Node.js uses the receiver as the resource that holds the storage, so each call gets its own.
    let receiver = Object::new(&env).map_err(internal)?;
    let mut returned = std::ptr::null_mut();
    // SAFETY: all values belong to this environment and to the scope of this call. JavaScript makes
    // the call on the environment's thread. A null context is permitted and means none.
    let status = unsafe {
        sys::napi_make_callback(
            env.raw(),
            std::ptr::null_mut(),
            receiver.raw(),
            callback.raw(),
            0,
            std::ptr::null(),
            &mut returned,
        )
    };
    match status {
        sys::Status::napi_ok => Ok(()),
        status => Err(internal(format!("a callback failed with status {status}"))),
    }
}
