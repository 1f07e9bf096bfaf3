// A snapshot is sent before the live events that were published while it was read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { got, serve } from './server.mjs';

const { Channel } = sluice;
const data = (events) => events.map((event) => event.data);

/** A snapshot function whose reads the test completes. */
function slowState() {
  const reads = [];
  const snapshot = () => new Promise((resolve, reject) => reads.push({ resolve, reject }));
  const read = async (number) => {
    await until(() => reads.length > number, `read ${number}`);
    return reads[number];
  };
  return { reads, snapshot, read };
}

for (const transport of ['auto', 'stream']) {
  describe(`a snapshot, transport: '${transport}'`, SOON, () => {
    test('is sent first, then all events since add() was called', async (t) => {
      const [prices, news] = [new Channel(), new Channel({ historySize: 0 })];
      const { snapshot, read } = slowState();
      prices.send({ data: 'too early' });
      const open = await serve(
        t,
        (connection) => {
          news.add(connection);
          prices.add(connection, { snapshot });
          connection.send({ data: 'own' });
        },
        { transport },
      );
      const client = await open();
      const state = await read(0);
      prices.send({ data: 'price 1' });
      news.send({ data: 'news' });
      prices.send({ data: 'price 2' });
      state.resolve([{ data: 'state 1' }, { data: 'state 2' }]);
      const first = await got(client, 6);
      assert.deepEqual(data(first), ['state 1', 'state 2', 'own', 'price 1', 'news', 'price 2']);
      prices.send({ data: 'price 3' });
      assert.deepEqual(data(await got(client, 7)).at(-1), 'price 3');
    });

    test('is not read for a client that can resume', async (t) => {
      const prices = new Channel();
      const { reads, snapshot } = slowState();
      prices.send({ id: '1', data: 1 });
      prices.send({ id: '2', data: 2 });
      const open = await serve(t, (connection) => prices.add(connection, { snapshot }), {
        transport,
      });
      const client = await open('1');
      await got(client, 1);
      prices.send({ id: '3', data: 3 });
      assert.deepEqual(data(await got(client, 2)), ['2', '3']);
      assert.equal(reads.length, 0);
    });

    test('follows a gap, before the replay of other channels and live events', async (t) => {
      const [prices, news] = [new Channel({ historySize: 1 }), new Channel()];
      const { snapshot, read } = slowState();
      const gaps = [];
      const open = await serve(
        t,
        (connection) => {
          connection.on('gap', ({ channel }) => gaps.push(channel));
          prices.add(connection, { snapshot });
          news.add(connection);
        },
        { transport },
      );
      news.send({ id: 'n1', data: 'news 1' });
      for (const n of [1, 2, 3]) prices.send({ data: `price ${n}` });
      news.send({ data: 'news 2' });
      const client = await open('n1');
      const state = await read(0);
      assert.deepEqual(gaps, [prices]);
      prices.send({ data: 'live' });
      state.resolve({ data: 'state' });
      assert.deepEqual(data(await got(client, 3)), ['state', 'news 2', 'live']);
    });
  });
}

describe('a snapshot', SOON, () => {
  test('of each channel is sent when it is ready, and live events wait for all of them', async (t) => {
    const channels = [new Channel(), new Channel()];
    const states = channels.map(() => slowState());
    const open = await serve(t, (connection) => {
      for (const [n, channel] of channels.entries()) {
        channel.add(connection, { snapshot: states[n].snapshot });
      }
    });
    const client = await open();
    const [one, other] = await Promise.all(states.map(({ read }) => read(0)));
    channels[0].send({ data: 'live' });
    other.resolve({ data: 'state 1' });
    assert.deepEqual(data(await got(client, 1)), ['state 1']);
    one.resolve({ data: 'state 0' });
    assert.deepEqual(data(await got(client, 3)), ['state 1', 'state 0', 'live']);
  });

  test('is sent for a channel that is joined later too', async (t) => {
    const first = new Channel();
    const connections = [];
    const open = await serve(t, (connection) =>
      connections.push(first.add(connection), connection),
    );
    first.send({ id: '1', data: 'first' });
    const client = await open('1');
    first.send({ data: 'live' });
    await got(client, 1);
    // The channel is newer than the cursor, so the join has a gap.
    const later = new Channel();
    later.add(connections[1], { snapshot: async () => [{ data: 'state' }] });
    later.send({ data: 'later' });
    assert.deepEqual(data(await got(client, 3)), ['live', 'state', 'later']);
  });

  test('that is undefined sends nothing', async (t) => {
    const channel = new Channel();
    const open = await serve(t, (connection) => {
      channel.add(connection, { snapshot: () => undefined });
      channel.send({ data: 'live' });
    });
    assert.deepEqual(data(await got(await open(), 1)), ['live']);
  });

  test('that fails destroys the connection, with a warning', async (t) => {
    const channel = new Channel();
    const wrong = [
      () => Promise.reject(new Error('no database')),
      () => {
        throw new Error('no database');
      },
      () => [{ data: 1, event: 'two\nlines' }],
      () => 'text',
      () => null,
    ];
    for (const snapshot of wrong) {
      const warned = once(process, 'warning');
      const reasons = [];
      const open = await serve(t, (connection) => {
        connection.on('close', (reason) => reasons.push(reason));
        channel.add(connection, { snapshot });
      });
      await open().catch(() => {});
      const [warning] = await warned;
      assert.equal(warning.code, 'SLUICE_SNAPSHOT');
      await until(() => reasons.length > 0, 'the close');
      assert.deepEqual(reasons, ['destroy']);
    }
    await until(() => channel.count() === 0, 'the members have left');
  });

  test('that is never ready holds back events only up to the bound of the queue', async (t) => {
    const channel = new Channel();
    const reasons = [];
    const handler = (connection) => {
      connection.on('close', (reason) => reasons.push(reason));
      channel.add(connection, { snapshot: () => new Promise(() => {}) });
    };
    const open = await serve(t, handler, { maxQueueEvents: 10 });
    await open();
    // A client that keeps up may have 16 times as many events queued, for one burst.
    for (let n = 0; n < 200; n += 1) channel.send({ data: n });
    await until(() => reasons.length > 0, 'the close');
    assert.deepEqual(reasons, ['overflow']);
  });

  test('does not delay the end of its connection', async (t) => {
    const channel = new Channel();
    const connections = [];
    const open = await serve(t, (connection) => {
      connections.push(connection);
      channel.add(connection, { snapshot: () => new Promise(() => {}) });
      channel.send({ data: 'last' });
    });
    const client = await open();
    await connections[0].end();
    assert.deepEqual(data(await got(client, 1)), ['last']);
  });

  test('must be a function', async (t) => {
    const channel = new Channel();
    const errors = [];
    const open = await serve(t, (connection) => {
      for (const options of [{ snapshot: [] }, 'snapshot']) {
        try {
          channel.add(connection, options);
        } catch (error) {
          errors.push(error.code);
        }
      }
      connection.end();
    });
    await open();
    assert.deepEqual(errors, ['ERR_SSE_OPTION', 'ERR_SSE_OPTION']);
    assert.equal(channel.count(), 0);
  });
});
