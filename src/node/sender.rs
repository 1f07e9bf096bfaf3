//! Functions that send one event. JavaScript holds one function of each kind and passes the
//! receiver.
//!
//! They run once for each event, so they are plain functions. Checking the receiver of a method and
//! converting its arguments one by one costs more than sending the event.

use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::{Either, FromNapiValue, Function, FunctionCallContext};
use napi::{Env, JsError, JsValue, Unknown, sys};

use super::error::{Result, internal};
use super::event::milliseconds;
use crate::wire::EventRef;

/// Bytes of text that a call can read without an allocation.
const ROOM: usize = 4 << 10;
/// The longest character in UTF-8, and the byte that Node.js writes after a text.
const MARGIN: usize = 4 + 1;

/// The number of connections that get the event, or an error.
pub type Outcome = Either<u32, Unknown<'static>>;
/// Takes the receiver, and the fields of the event.
pub type Sender<'env> = Function<'env, (), Outcome>;

/// Creates a sender for receivers with a number.
pub fn to_number<'env>(
    env: &'env Env,
    name: &str,
    send: impl Fn(u64, EventRef<'_>) -> Result<usize> + 'static,
) -> Result<Sender<'env>> {
    sender(env, name, move |call, texts| {
        let receiver = call.get::<f64>(0).map_err(internal)?;
        with_event(call, texts, |event| send(receiver as u64, event))
    })
}

/// Creates a sender for receivers with an optional name.
pub fn to_name<'env>(
    env: &'env Env,
    name: &str,
    send: impl Fn(Option<&str>, EventRef<'_>) -> Result<usize> + 'static,
) -> Result<Sender<'env>> {
    sender(env, name, move |call, texts| {
        let receiver = texts.read(call, 0)?;
        with_event(call, texts, |event| send(receiver.as_deref(), event))
    })
}

fn sender<'env>(
    env: &'env Env,
    name: &str,
    send: impl Fn(&FunctionCallContext<'_>, &mut Texts<'_>) -> Result<usize> + 'static,
) -> Result<Sender<'env>> {
    // The buffer is reused because clearing a new one takes longer than most calls.
    let room = RefCell::new(vec![0; ROOM]);
    let function = env.create_function_from_closure(name, move |call| {
        let send = || send(&call, &mut Texts(&mut room.borrow_mut()));
        let sent = catch_unwind(AssertUnwindSafe(send));
        let sent = sent.unwrap_or_else(|_| Err(internal("the core panicked")));
        Ok(match sent {
            Ok(receivers) => Either::A(receivers as u32),
            Err(error) => Either::B(JsError::from(error).into_unknown(*call.env)),
        })
    });
    function.map_err(internal)
}

/// Sends an event from the arguments after the receiver.
fn with_event(
    call: &FunctionCallContext<'_>,
    texts: &mut Texts<'_>,
    send: impl FnOnce(EventRef<'_>) -> Result<usize>,
) -> Result<usize> {
    let id = texts.read(call, 1)?;
    let name = texts.read(call, 2)?;
    let data = texts.read(call, 3)?;
    let event = EventRef {
        id: id.as_deref(),
        event: name.as_deref(),
        data: data.as_deref(),
        ..EventRef::default()
    };
    // Most events have no further fields.
    if call.length() <= 4 {
        return send(event);
    }
    let retry = call.get::<Option<f64>>(4).map_err(internal)?;
    let comment = texts.read(call, 5)?;
    let retry = retry.map(milliseconds).transpose()?;
    send(EventRef { retry, comment: comment.as_deref(), ..event })
}

/// A buffer for the texts of a call. Texts that do not fit are allocated.
struct Texts<'room>(&'room mut [u8]);

impl<'room> Texts<'room> {
    /// `None` if the argument is not a string, which means `undefined` here.
    fn read(
        &mut self,
        call: &FunctionCallContext<'_>,
        index: usize,
    ) -> Result<Option<Cow<'room, str>>> {
        let (env, argument) = (call.env.raw(), call.get::<Unknown>(index).map_err(internal)?);
        let argument = argument.raw();
        let room = std::mem::take(&mut self.0);
        let mut length = 0;
        // SAFETY: the argument belongs to this environment and to this call, and Node.js writes no
        // more bytes than the room has.
        let status = unsafe {
            sys::napi_get_value_string_utf8(
                env,
                argument,
                room.as_mut_ptr().cast(),
                room.len(),
                &mut length,
            )
        };
        if status == sys::Status::napi_string_expected {
            self.0 = room;
            return Ok(None);
        }
        if status != sys::Status::napi_ok {
            return Err(internal(format!("a text cannot be read: status {status}")));
        }
        // Node.js writes only whole characters, as many as fit.
        if length + MARGIN > room.len() {
            self.0 = room;
            // SAFETY: as above.
            let text = unsafe { String::from_napi_value(env, argument) }.map_err(internal)?;
            return Ok(Some(Cow::Owned(text)));
        }
        let (text, rest) = room.split_at_mut(length);
        self.0 = rest;
        // This is faster than always converting lossily. Invalid UTF-8 does not occur.
        Ok(Some(match str::from_utf8(text) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(text),
        }))
    }
}
