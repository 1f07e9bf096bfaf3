import net from 'node:net';

/** The ways in which a short stream ends. */
const WAYS = {
  /** The server ends the stream. */
  end: {},
  /** The client closes its side. */
  fin: { leave: (socket) => socket.destroy() },
  /** The client resets the connection. */
  reset: { leave: (socket) => socket.resetAndDestroy() },
  /** The client leaves before it receives a response. */
  early: { abandon: (socket) => socket.destroy() },
};

function stream(port, way) {
  const { abandon, leave } = WAYS[way];
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => {
      const request = `GET /${way} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
      socket.write(request, () => abandon?.(socket));
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.includes('data: hello')) return;
      if (leave) leave(socket);
      else if (text.endsWith('0\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

/** Opens `count` streams, `lanes` at a time, and ends them in every way. */
export async function streams(port, count, lanes = 32) {
  const ways = Object.keys(WAYS);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await stream(port, ways[next % ways.length]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
