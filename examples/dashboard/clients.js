// Runs as a child process: many clients on plain sockets that read and discard everything.
const net = require('node:net');

const CONNECTING_AT_ONCE = 100;
const RETRY = 500;

const sockets = new Set();
const buffer = Buffer.allocUnsafe(64 * 1024);
let target = { count: 0 };
let connecting = 0;

function connect() {
  const { host, port, path } = target;
  let opened = false;
  connecting += 1;
  // All sockets share one buffer, because the bytes are discarded.
  const onread = {
    buffer,
    callback() {
      if (!opened) {
        opened = true;
        connecting -= 1;
        adjust();
      }
      return true;
    },
  };
  const socket = net.connect({ host, port, onread });
  sockets.add(socket);
  // Without `close`, the server would keep the socket open for another request after the stream.
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n\r\n`);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    sockets.delete(socket);
    if (opened) {
      adjust();
    } else {
      setTimeout(() => {
        connecting -= 1;
        adjust();
      }, RETRY);
    }
  });
}

function adjust() {
  while (sockets.size < target.count && connecting < CONNECTING_AT_ONCE) {
    connect();
  }
  for (const socket of sockets) {
    if (sockets.size <= target.count) {
      break;
    }
    sockets.delete(socket);
    socket.destroy();
  }
}

process.on('message', (message) => {
  target = message;
  adjust();
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group, but the server decides when the clients exit.
process.on('SIGINT', () => {});
