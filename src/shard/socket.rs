//! A socket that was handed over. Only its shard writes to it or closes it.
//!
//! - The open file description is shared with Node until Node releases it, so it is never made
//!   non-blocking. Each call passes MSG_DONTWAIT instead.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use libc::MSG_DONTWAIT;
#[cfg(target_os = "linux")]
use libc::MSG_NOSIGNAL;
use socket2::{SockRef, Socket as RawSocket, Type};

use super::keep_alive::KeepAlive;

/// Without this flag, the process is safe because Node ignores SIGPIPE.
#[cfg(not(target_os = "linux"))]
const MSG_NOSIGNAL: libc::c_int = 0;

/// Unsent bytes that the kernel buffers for a client before it refuses more.
#[cfg(target_os = "linux")]
const NOT_SENT_BYTES: u32 = 128 << 10;

pub struct Socket {
    socket: RawSocket,
    /// The client may close its side and still get events.
    half_open: bool,
}

impl Socket {
    /// Duplicates the descriptor, with close-on-exec. The descriptor must be an open stream socket.
    /// `half_open`: the client may close its side and still get events.
    pub fn duplicate(descriptor: i32, half_open: bool) -> io::Result<Self> {
        let borrowed = borrow(descriptor)?;
        if SockRef::from(&borrowed).r#type()? != Type::STREAM {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok(Self { socket: borrowed.try_clone_to_owned()?.into(), half_open })
    }

    /// Tunes a socket that its owner writes to. Other kinds of descriptors are left unchanged.
    /// `shared`: other responses use the socket, so only dead peers matter, and the longest of the
    /// timeouts applies.
    pub fn tune_hosted(descriptor: i32, stall_timeout: Option<Duration>, shared: bool) {
        let Ok(borrowed) = borrow(descriptor) else { return };
        let socket = SockRef::from(&borrowed);
        if !shared {
            bound_unsent(&socket);
            notice_dead_peer(&socket, stall_timeout);
        } else if !has_longer_timeout(&socket, stall_timeout) {
            notice_dead_peer(&socket, stall_timeout);
        }
    }

    /// Makes the kernel detect dead peers, and bounds what it buffers. Unix sockets lack these
    /// options and do not need them.
    pub(super) fn tune(&self, stall_timeout: Option<Duration>) {
        let _ = self.socket.set_tcp_nodelay(true);
        let socket = SockRef::from(&self.socket);
        bound_unsent(&socket);
        notice_dead_peer(&socket, stall_timeout);
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

    /// Reads and discards bytes from the client until none are left or they exceed `limit`. Returns
    /// the number of bytes. Fails if the client has closed its side and must not.
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

    /// Ends the response. Bytes sent before still arrive. The client is expected to close its side.
    pub(super) fn finish(&mut self) {
        self.half_open = false;
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Ends the connection at once, also for other holders of the descriptor.
    pub(super) fn destroy(self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    /// Ends the connection and discards what the kernel still buffers for the client.
    pub(super) fn reset(self) {
        let _ = self.socket.set_linger(Some(Duration::ZERO));
        self.destroy();
    }
}

/// Bounds what the kernel buffers for a client that does not read.
#[cfg(target_os = "linux")]
fn bound_unsent(socket: &SockRef<'_>) {
    let _ = socket.set_tcp_notsent_lowat(NOT_SENT_BYTES);
}

#[cfg(not(target_os = "linux"))]
fn bound_unsent(_socket: &SockRef<'_>) {}

/// A dead peer acknowledges nothing. The user timeout detects this for sent bytes, and keep-alive
/// probes detect it while there is nothing to send.
fn notice_dead_peer(socket: &SockRef<'_>, stall_timeout: Option<Duration>) {
    let Some(timeout) = stall_timeout else { return };
    #[cfg(target_os = "linux")]
    let _ = socket.set_tcp_user_timeout(Some(timeout));
    let _ = socket.set_tcp_keepalive(&KeepAlive::within(timeout).params());
}

/// Whether another response on the socket has set a longer timeout.
#[cfg(target_os = "linux")]
fn has_longer_timeout(socket: &SockRef<'_>, timeout: Option<Duration>) -> bool {
    let set = socket.tcp_user_timeout().ok().flatten();
    matches!((set, timeout), (Some(set), Some(timeout)) if set > timeout)
}

#[cfg(not(target_os = "linux"))]
fn has_longer_timeout(_socket: &SockRef<'_>, _timeout: Option<Duration>) -> bool {
    false
}

/// The caller runs on the thread of the descriptor's owner, which keeps the descriptor open.
fn borrow<'a>(descriptor: i32) -> io::Result<BorrowedFd<'a>> {
    if descriptor < 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the descriptor is not negative, and its owner, on whose thread this runs, keeps it
    // open during the call that uses it.
    Ok(unsafe { BorrowedFd::borrow_raw(descriptor) })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn socket() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        TcpStream::connect(listener.local_addr().unwrap()).unwrap()
    }

    fn user_timeout(stream: &TcpStream) -> Option<Duration> {
        SockRef::from(stream).tcp_user_timeout().unwrap()
    }

    #[test]
    fn a_socket_of_the_host_gets_probes_and_a_user_timeout() {
        let stream = socket();
        Socket::tune_hosted(stream.as_raw_fd(), Some(60 * SECOND), false);
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), 30 * SECOND);
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), 10 * SECOND);
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
        assert_eq!(socket.tcp_notsent_lowat().unwrap(), NOT_SENT_BYTES);
        assert_eq!(user_timeout(&stream), Some(60 * SECOND));
    }

    #[test]
    fn the_longest_timeout_of_a_shared_socket_counts() {
        let stream = socket();
        for (given, expected) in [(5, 5), (9, 9), (3, 9)] {
            Socket::tune_hosted(stream.as_raw_fd(), Some(given * SECOND), true);
            assert_eq!(user_timeout(&stream), Some(expected * SECOND));
        }
    }

    #[test]
    fn without_a_timeout_the_kernel_keeps_its_own() {
        let stream = socket();
        Socket::tune_hosted(stream.as_raw_fd(), None, false);
        assert_eq!(user_timeout(&stream), None);
        assert!(!SockRef::from(&stream).keepalive().unwrap());
    }
}
