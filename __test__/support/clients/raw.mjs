// A client that sends and receives raw bytes.
import net from 'node:net';
import { until } from '../until.mjs';

/**
 * Sends exactly the bytes that the test specifies, and stores all received bytes unchanged.
 */
export class RawClient {
  received = Buffer.alloc(0);
  /** Whether the server has closed its side. */
  ended = false;
  closed = false;

  constructor(socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** All received text, including the head and chunk sizes. */
  get text() {
    return this.received.toString('latin1');
  }

  get head() {
    return this.text.slice(0, this.text.indexOf('\r\n\r\n') + 4);
  }

  get body() {
    return this.text.slice(this.head.length);
  }

  /** Decodes the chunks of the body. `complete` is true after the last chunk. */
  chunks() {
    let { body } = this;
    let text = '';
    for (;;) {
      const size = /^([0-9a-f]+)\r\n/i.exec(body);
      if (!size) return { text, rest: body, complete: false };
      const length = Number.parseInt(size[1], 16);
      const start = size[0].length;
      if (length === 0) {
        const complete = body.startsWith('\r\n', start);
        return { text, rest: body.slice(start + 2), complete };
      }
      if (body.length < start + length + 2) return { text, rest: body, complete: false };
      text += body.slice(start, start + length);
      body = body.slice(start + length + 2);
    }
  }

  send(text) {
    this.socket.write(text, 'latin1');
    return this;
  }

  get(path = '/', headers = '') {
    return this.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  }

  async has(text) {
    await until(
      () => this.text.includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.text.slice(-300))}`,
    );
    return this;
  }

  async eof() {
    await until(() => this.ended || this.closed, 'the end of the connection');
  }
}

/** `where` is an argument of `net.connect`: a port with a host, or a path. */
export function connectRaw(where) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(where);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new RawClient(socket));
    });
  });
}
