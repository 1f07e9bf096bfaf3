// A client of a process that ends. Checks that it has received a valid stream up to some point.
import assert from 'node:assert/strict';
import { connectRaw } from '../../support/clients/raw.mjs';
import { until } from '../../support/until.mjs';

const FRAME = /^(?:id: (\d+)\n)?(?:event: \w+\n)?(?:data: (\d+)?.*\n)?(?:retry: \d+\n)?$/;

export class Client {
  #raw;

  /** Resolves with undefined if the process has already ended. */
  static async connect(port, { moment }) {
    const client = new Client();
    try {
      client.#raw = await connectRaw({ port, host: '127.0.0.1' });
    } catch {
      return undefined;
    }
    client.#raw.get('/', moment === 'replay' ? 'Last-Event-ID: 1\r\n' : '');
    if (moment === 'queues') client.#raw.socket.pause();
    return client;
  }

  leave() {
    this.#raw.socket.destroy();
  }

  read() {
    this.#raw.socket.resume();
  }

  async over() {
    this.read();
    await until(() => this.#raw.ended || this.#raw.closed, 'the end of a connection');
  }

  get complete() {
    return this.#raw.chunks().complete;
  }

  get wasServed() {
    return this.#raw.head.startsWith('HTTP/1.1 200 ');
  }

  /** Checks the received stream. Returns its number of events. */
  check({ moment, overflow, transport }) {
    if (!this.wasServed) return 0;
    const { text } = this.#raw.chunks();
    // The chunks of the core hold whole frames. JavaScript writes large frames in pieces.
    const isWhole = text === '' || text.endsWith('\n\n');
    assert.ok(isWhole || transport === 'stream', JSON.stringify(text.slice(-100)));
    const numbers = [];
    for (const frame of text.split('\n\n').slice(0, -1)) {
      const [, id, data] = FRAME.exec(`${frame}\n`) ?? assert.fail(JSON.stringify(frame));
      if (data !== undefined && id !== undefined) {
        assert.equal(id, data);
        numbers.push(Number(id));
      }
    }
    const drops = overflow === 'conflate' || (moment === 'queues' && overflow !== 'disconnect');
    for (const [at, number] of numbers.slice(1).entries()) {
      const follows = drops ? number > numbers[at] : number === numbers[at] + 1;
      assert.ok(follows, `${number} after ${numbers[at]}`);
    }
    if (moment === 'replay' && !drops && numbers.length > 0) assert.equal(numbers[0], 2);
    return numbers.length;
  }
}
