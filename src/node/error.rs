//! Errors of the core as JavaScript errors with a `code`.

use napi::Status;

use crate::error::Error;

pub struct Code(&'static str);

pub type Result<T> = std::result::Result<T, napi::Error<Code>>;

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self.0
    }
}

/// Errors from napi itself, such as a failed conversion or a panic, are bugs in sluice because the
/// shim checks every argument.
impl From<Status> for Code {
    fn from(_: Status) -> Self {
        Code("ERR_SSE_INTERNAL")
    }
}

impl From<Error> for napi::Error<Code> {
    fn from(error: Error) -> Self {
        napi::Error::new(Code(error.code()), error.to_string())
    }
}

pub fn internal(error: impl std::fmt::Display) -> napi::Error<Code> {
    napi::Error::new(Code("ERR_SSE_INTERNAL"), error.to_string())
}
