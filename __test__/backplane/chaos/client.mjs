// A client that records the ids that it receives, and reconnects with its cursor.
import http from 'node:http';

/** The pause before a reconnect, in milliseconds. */
const PAUSE = 50;

export class ChaosClient {
  /** The cursor of the first join. */
  first;
  cursor;
  /** The received ids, with `null` for a gap. */
  received = [];
  /** The times at which connections with a gap were opened. */
  gaps = [];
  /** For each received line, the cursors of the connections that delivered it. */
  trace = new Map();
  /** The number of events after which the client drops the connection. */
  patience = Infinity;
  #request;
  #timer;

  constructor(channels, origin) {
    this.channels = channels;
    this.origin = origin;
    this.connect();
  }

  connect() {
    clearTimeout(this.#timer);
    this.#request?.destroy();
    const query = new URLSearchParams(this.channels.map((name) => ['channel', name]));
    const headers = this.cursor === undefined ? {} : { 'Last-Event-ID': this.cursor };
    const opened = Date.now();
    const { cursor } = this;
    const request = http.get(`${this.origin()}/?${query}`, { agent: false, headers });
    this.#request = request;
    const again = () => {
      if (this.#request !== request) return;
      this.#request = undefined;
      this.#timer = setTimeout(() => this.connect(), PAUSE);
    };
    request.on('error', () => {}).on('close', again);
    request.on('response', (response) => {
      let rest = '';
      response.on('error', () => {});
      response.setEncoding('utf8').on('data', (text) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          if (this.#request !== request) return;
          this.#got(block, opened, cursor);
        }
      });
    });
  }

  #got(block, opened, cursor) {
    const fields = new Map(
      block.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^[^:]*: ?/, '')]),
    );
    const id = fields.get('id');
    if (id !== undefined) {
      this.cursor = id;
      this.first ??= id;
    }
    if (fields.get('event') === 'sluice.reset') {
      this.received.push(null);
      this.gaps.push(opened);
    } else if (fields.has('data')) {
      const line = `${id} ${fields.get('data')}`;
      this.received.push(line);
      this.trace.set(line, [...(this.trace.get(line) ?? []), cursor]);
      this.patience -= 1;
      if (this.patience > 0) return;
      this.patience = Infinity;
      this.connect();
    }
  }

  leave() {
    clearTimeout(this.#timer);
    const request = this.#request;
    this.#request = undefined;
    request?.destroy();
  }
}
