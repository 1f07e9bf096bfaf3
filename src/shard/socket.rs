//! A socket that was handed over. Only its shard writes it or closes it.
//!
//! - The open file description is shared with Node until Node lets go of it, so it is never made non-blocking: every call says
//!   so itself.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use libc::MSG_DONTWAIT;
#[cfg(target_os = "linux")]
use libc::MSG_NOSIGNAL;
use socket2::{SockRef, Socket as RawSocket, Type};

/// Node ignores SIGPIPE; where the flag is missing that is what protects the process.
#[cfg(not(target_os = "linux"))]
const MSG_NOSIGNAL: libc::c_int = 0;

/// A client that never reads parks no more than this in the kernel before its send is refused.
#[cfg(target_os = "linux")]
const NOT_SENT_BYTES: u32 = 128 << 10;

pub struct Socket {
    socket: RawSocket,
    /// The client may close its side and still get events.
    half_open: bool,
}

impl Socket {
    /// A duplicate of the descriptor, closed on exec. The descriptor must be an open stream socket.
    pub fn duplicate(descriptor: i32) -> io::Result<Self> {
        if descriptor < 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // SAFETY: the descriptor is not negative, and its owner, on whose thread this runs, keeps it open during the call.
        let borrowed = unsafe { BorrowedFd::borrow_raw(descriptor) };
        if SockRef::from(&borrowed).r#type()? != Type::STREAM {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(Self { socket: borrowed.try_clone_to_owned()?.into(), half_open: false })
    }

    /// Whether the client may close its side and still get events.
    pub fn allow_half_open(self, half_open: bool) -> Self {
        Self { half_open, ..self }
    }

    /// Notices dead peers and bounds what the kernel holds. A Unix socket has neither need nor option.
    pub(super) fn tune(&self, stall_timeout: Option<Duration>) {
        let _ = self.socket.set_tcp_nodelay(true);
        #[cfg(target_os = "linux")]
        {
            let _ = self.socket.set_tcp_user_timeout(stall_timeout);
            let _ = self.socket.set_tcp_notsent_lowat(NOT_SENT_BYTES);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = stall_timeout;
    }

    pub(super) fn descriptor(&self) -> i32 {
        self.socket.as_raw_fd()
    }

    pub(super) fn send(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let flags = MSG_DONTWAIT | MSG_NOSIGNAL;
        match parts {
            [part] => self.socket.send_with_flags(part, flags),
            parts => self.socket.send_vectored_with_flags(parts, flags),
        }
    }

    /// Reads what the client sent and throws it away, until there is no more or it is more than `limit`:
    /// how much it was. It is an error that the client has closed its side, unless it may.
    pub(super) fn discard(&self, limit: usize) -> io::Result<usize> {
        let mut scratch = [MaybeUninit::uninit(); 4096];
        let mut total = 0;
        while total <= limit {
            match self.socket.recv_with_flags(&mut scratch, MSG_DONTWAIT) {
                Ok(0) if self.half_open => break,
                Ok(0) => return Err(io::ErrorKind::ConnectionReset.into()),
                Ok(count) => total += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(total)
    }

    /// Why the connection broke, if it did.
    pub(super) fn error(&self) -> Option<io::Error> {
        self.socket.take_error().unwrap_or_else(Some)
    }

    /// Ends the response; what was sent before still arrives. Now the client's end counts again.
    pub(super) fn finish(&mut self) {
        self.half_open = false;
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Ends the connection at once, for the client and for whoever else holds the socket.
    pub(super) fn destroy(self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    /// Ends the connection and throws away what the kernel still holds for the client.
    pub(super) fn reset(self) {
        let _ = self.socket.set_linger(Some(Duration::ZERO));
        self.destroy();
    }
}
