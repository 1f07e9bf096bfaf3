// Tests each overflow policy with a slow client. Other clients lose no events.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { decoded } from '../support/clients/decoded.mjs';
import { listen } from '../support/listen.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';

const { Channel, Connection } = sluice;

const LIMIT = 64 << 10;
/** A run of events is dropped as a whole, and JavaScript writes 64 KiB at a time. */
const SLACK = 400 << 10;
/** Bytes of an event. */
const SIZE = 1000;

/** A client that starts to read when the test calls `wake`. */
class Sleeper {
  events = [];
  hasEnded = false;
  /** @type {Error | undefined} */
  error;
  #response;

  static open(port) {
    const sleeper = new Sleeper();
    return new Promise((resolve, reject) => {
      const headers = { 'Accept-Encoding': 'gzip' };
      const options = { port, host: '127.0.0.1', agent: false, headers };
      const request = http.get(options, (response) => {
        sleeper.#response = response.pause();
        resolve(sleeper);
      });
      request.on('error', reject);
    });
  }

  wake() {
    const parser = createParser({ onEvent: (event) => this.events.push(event) });
    const source = decoded(this.#response, this.#response.headers['content-encoding']);
    source.setEncoding('utf8').on('data', (text) => parser.feed(text));
    source.on('error', (error) => {
      this.error = error;
    });
    source.on('end', () => {
      this.hasEnded = true;
    });
    source.resume();
  }

  leave() {
    this.#response.destroy();
  }

  /** The numbers of the received events. */
  get numbers() {
    const numbered = this.events.filter(({ event }) => event !== 'sluice.reset');
    return numbered.map(({ data }) => Number.parseInt(data, 10));
  }
}

/** A server that adds each connection to the channel. */
async function serve(t, channel, options) {
  const opened = [];
  const server = http.createServer((req, res) => {
    const connection = new Connection(req, res, {
      ping: false,
      stallTimeout: 0,
      maxQueueBytes: LIMIT,
      ...options,
    });
    opened.push(connection);
    channel.add(connection);
  });
  const running = await listen(server, 'http', () => {});
  t.after(() => running.close());
  const { port } = server.address();
  return {
    async open() {
      const sleeper = await Sleeper.open(port);
      t.after(() => sleeper.leave());
      return { sleeper, connection: opened.at(-1) };
    },
  };
}

/**
 * Sends numbered events until `done` is true, and for at least 20 rounds. Returns the number of
 * events.
 */
async function flood(send, done) {
  let count = 0;
  for (let rounds = 0; rounds < 20 || !done(); rounds += 1) {
    assert.ok(rounds < 2000, 'the flood did not reach its condition');
    for (let left = 100; left > 0; left -= 1) {
      send(count);
      count += 1;
    }
    await sleep(10);
  }
  return count;
}

/** Sends events until the client has been behind for a while with a small queue. */
function floodBehind(channel, connection) {
  let rounds = 0;
  return flood(
    (number) => channel.send(numbered(number)),
    () => {
      rounds = connection.queuedBytes <= LIMIT + SLACK ? rounds + 1 : 0;
      return rounds > 100;
    },
  );
}

/** Random data, which does not compress. */
const numbered = (number) => ({
  data: `${number} ${randomBytes((SIZE * 3) / 4).toString('base64')}`,
});

/** Ends the stream and checks that it is well-formed, although events were dropped. */
async function endsWell(sleeper, connection) {
  connection.end();
  await until(() => sleeper.hasEnded || sleeper.error, 'the end');
  assert.equal(sleeper.error, undefined);
}

const isAscending = (numbers) =>
  numbers.every((number, at) => at === 0 || number > numbers[at - 1]);
const upTo = (count) => Array.from({ length: count }, (_, number) => number);

const WAYS = [
  { transport: 'auto' },
  { transport: 'stream' },
  { transport: 'auto', compress: ['gzip'] },
  { transport: 'stream', compress: ['gzip'] },
];

for (const way of WAYS) {
  describe(`a slow client, ${JSON.stringify(way)}`, SOON, () => {
    test("is disconnected with 'disconnect'", async (t) => {
      const channel = new Channel({ historySize: 10 });
      const { open } = await serve(t, channel, way);
      const { connection } = await open();
      const closes = tally(connection, 'close');
      await flood(
        (number) => channel.send(numbered(number)),
        () => closes.length > 0,
      );
      assert.deepEqual(closes, [['overflow']]);
    });

    test("loses the oldest events with 'drop-oldest', and gets a reset", async (t) => {
      const channel = new Channel({ historySize: 10 });
      const { open } = await serve(t, channel, {
        ...way,
        overflow: 'drop-oldest',
        onGap: 'reset',
      });
      const good = await open();
      good.sleeper.wake();
      const { sleeper, connection } = await open();
      const gaps = tally(connection, 'gap');
      const { drops } = sluice.metrics();
      const count = await flood(
        (number) => channel.send(numbered(number)),
        () => sluice.metrics().drops > drops + 1000,
      );
      await until(
        () => connection.queuedBytes <= LIMIT + SLACK,
        () => `a queue of ${connection.queuedBytes} bytes`,
      );
      sleeper.wake();
      await until(
        () => sleeper.events.at(-1)?.event === 'sluice.reset',
        () => `a reset after ${sleeper.numbers.at(-1)}`,
      );
      const { numbers } = sleeper;
      assert.ok(isAscending(numbers));
      assert.equal(numbers.at(-1), count - 1);
      await endsWell(sleeper, connection);
      const lost = gaps.reduce((sum, [{ events }]) => sum + events, 0);
      assert.equal(numbers.length + lost, count);
      await until(() => good.sleeper.numbers.length === count, 'the good client');
      assert.deepEqual(good.sleeper.numbers, upTo(count));
    });

    test("gets the latest event of each key with 'conflate'", async (t) => {
      const key = ({ data }) => String(Number.parseInt(data, 10) % 100);
      const channel = new Channel({ historySize: 0, overflow: 'conflate', key });
      // The queue has room for all keys, however long the flood takes.
      const { open } = await serve(t, channel, { ...way, maxQueueBytes: 200 * SIZE });
      const { sleeper, connection } = await open();
      const closes = tally(connection, 'close');
      const { drops } = sluice.metrics();
      const count = await flood(
        (number) => channel.send(numbered(number)),
        () => sluice.metrics().drops > drops + 5000,
      );
      const most = 100 * (SIZE + 50) + SLACK;
      await until(
        () => connection.queuedBytes <= most,
        () => `a queue of ${connection.queuedBytes} bytes`,
      );
      sleeper.wake();
      await until(() => sleeper.numbers.at(-1) === count - 1, 'the latest event');
      const { numbers } = sleeper;
      assert.ok(isAscending(numbers));
      assert.deepEqual(numbers.slice(-100), upTo(count).slice(-100));
      assert.ok(numbers.length < count);
      assert.deepEqual(closes, []);
      await endsWell(sleeper, connection);
    });

    test("gets every event from the history with 'reread', once and in order", async (t) => {
      const channel = new Channel({ historySize: 1e6, historyBytes: 1 << 30 });
      const { open } = await serve(t, channel, { ...way, overflow: 'reread' });
      const { sleeper, connection } = await open();
      const gaps = tally(connection, 'gap');
      const { replayed } = sluice.metrics().history;
      const count = await floodBehind(channel, connection);
      sleeper.wake();
      // Live events are sent before the client has caught up.
      for (let number = count; number < count + 1000; number += 1) {
        channel.send(numbered(number));
        if (number % 50 === 0) await sleep(1);
      }
      await until(
        () => sleeper.numbers.at(-1) === count + 999,
        () => `${count + 999} after ${sleeper.numbers.at(-1)}`,
      );
      assert.deepEqual(sleeper.numbers, upTo(count + 1000));
      channel.send(numbered(count + 1000));
      await until(() => sleeper.numbers.length === count + 1001, 'a live event');
      assert.deepEqual(gaps, []);
      assert.ok(sluice.metrics().history.replayed > replayed, 'nothing was read again');
      await endsWell(sleeper, connection);
    });

    test("gets one gap with 'reread' if the history is too small", async (t) => {
      const channel = new Channel({ historySize: 200 });
      const { open } = await serve(t, channel, { ...way, overflow: 'reread' });
      const { sleeper, connection } = await open();
      const gaps = tally(connection, 'gap');
      const { replayed } = sluice.metrics().history;
      const count = await floodBehind(channel, connection);
      sleeper.wake();
      await until(() => sleeper.numbers.at(-1) === count - 1, 'the latest event');
      const { numbers } = sleeper;
      assert.ok(isAscending(numbers) && numbers.length < count);
      assert.deepEqual(numbers.slice(-200), upTo(count).slice(-200));
      assert.ok(sluice.metrics().history.replayed > replayed, 'nothing was read again');
      await until(() => gaps.length > 0, 'the gap');
      assert.deepEqual(gaps, [[{ channel, lastEventId: '', lastEventID: '' }]]);
    });
  });
}
