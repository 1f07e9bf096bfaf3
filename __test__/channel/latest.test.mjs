// A channel that keeps the latest value of each key sends clients its state, then changes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { eventsOf, got, serve } from './server.mjs';

const { Channel, metrics } = sluice;
const data = (events) => events.map((event) => event.data);
const latest = (options) => new Channel({ keep: 'latest', key: ({ data }) => data[0], ...options });
const lastId = (text) =>
  text
    .match(/^id: (.*)$/gm)
    ?.at(-1)
    .slice(4);

/** Sends each text. A text that begins with `-` removes its key. */
function send(channel, ...texts) {
  for (const text of texts) {
    if (text.startsWith('-')) channel.send({ data: `${text.slice(1)} gone` }, { remove: true });
    else channel.send({ data: text });
  }
}

/** A server whose clients join these channels. Gaps are collected in `gaps`. */
function join(t, channels, options) {
  const gaps = [];
  const connections = [];
  const open = serve(
    t,
    (connection) => {
      connections.push(connection);
      connection.on('gap', ({ channel }) => gaps.push(channel));
      for (const channel of channels) channel.add(connection);
    },
    options,
  );
  return open.then((open) => ({ open, gaps, connections }));
}

for (const transport of ['auto', 'stream']) {
  describe(`latest values, transport: '${transport}'`, SOON, () => {
    test('are sent in the order of places, without removed ones, before changes', async (t) => {
      const prices = latest();
      send(prices, 'a1', 'b1', 'c1', 'a2', '-b', 'd1');
      const { open, gaps } = await join(t, [prices], { transport });
      const client = await open();
      assert.deepEqual(data(await got(client, 3)), ['c1', 'a2', 'd1']);
      send(prices, 'a3', '-c');
      assert.deepEqual(data(await got(client, 5)).slice(3), ['a3', 'c gone']);
      assert.deepEqual(gaps, []);
    });

    test('have no gaps or duplicates between the state and live events', async (t) => {
      const prices = latest();
      send(prices, 'a1', 'b1');
      const handler = (connection) => {
        send(prices, 'a2');
        prices.add(connection);
        send(prices, 'b2', 'c1');
        connection.send({ data: 'own' });
      };
      const open = await serve(t, handler, { transport });
      assert.deepEqual(data(await got(await open(), 5)), ['b1', 'a2', 'b2', 'c1', 'own']);
    });

    test('of several channels are merged by place, and leave the cursor up to date', async (t) => {
      const [one, other, news] = [latest(), latest(), new Channel()];
      send(one, 'a1');
      send(other, 'b1');
      send(one, 'c1');
      news.send({ data: 'before the visit' });
      const { open, gaps } = await join(t, [news, other, one], { transport });
      const client = await open();
      const first = await got(client, 3);
      assert.deepEqual(data(first), ['a1', 'b1', 'c1']);
      await until(() => lastId(client.text) !== first.at(-1).id, 'the cursor after the state');
      client.leave();
      news.send({ data: 'missed' });
      const again = await open(lastId(client.text));
      assert.deepEqual(data(await got(again, 1)), ['missed']);
      assert.deepEqual(gaps, []);
    });

    test('that were missed are replayed with removals, in order with other events', async (t) => {
      const [prices, news] = [latest(), new Channel()];
      const { open, gaps } = await join(t, [prices, news], { transport });
      const counts = metrics().history;
      send(prices, 'a1', 'b1', 'c1');
      const client = await open();
      const { id } = (await got(client, 3)).at(-1);
      client.leave();
      send(prices, 'a2', '-b');
      news.send({ data: 'news' });
      send(prices, 'a3', 'd1', '-d');
      const again = await open(id);
      assert.deepEqual(data(await got(again, 4)), ['b gone', 'news', 'a3', 'd gone']);
      send(prices, 'live');
      assert.equal((await got(again, 5)).at(-1).data, 'live');
      assert.deepEqual(gaps, []);
      // The first visit is not a reconnect.
      const { hits, misses, replayed } = metrics().history;
      assert.deepEqual([hits - counts.hits, misses - counts.misses], [2, 0]);
      assert.equal(replayed - counts.replayed, 3 + 4);
    });

    test('are sent completely after a gap, following the reset', async (t) => {
      const prices = latest({ historySize: 2 });
      const counts = metrics().history;
      send(prices, 'a1', 'b1');
      for (const onGap of ['ignore', 'reset', 'all']) {
        const { open, gaps } = await join(t, [prices], { transport, onGap });
        const client = await open('unknown');
        const expected = onGap === 'reset' ? ['{}', 'a1', 'b1'] : ['a1', 'b1'];
        assert.deepEqual(data(await got(client, expected.length)), expected);
        assert.deepEqual(gaps, [prices]);
      }
      const { misses, replayed } = metrics().history;
      assert.deepEqual([misses - counts.misses, replayed - counts.replayed], [3, 6]);
    });

    test('are sent completely if a removal after the cursor was dropped', async (t) => {
      const prices = latest({ historySize: 2 });
      const { open, gaps } = await join(t, [prices], { transport });
      send(prices, 'a1', 'b1');
      const client = await open();
      const { id } = (await got(client, 2)).at(-1);
      client.leave();
      send(prices, '-x', '-y');
      assert.deepEqual(data(await got(await open(id), 2)), ['x gone', 'y gone']);
      send(prices, '-z');
      assert.deepEqual(data(await got(await open(id), 2)), ['a1', 'b1']);
      assert.deepEqual(gaps, [prices]);
    });

    test('are replayed to a client that joins later, or joins again', async (t) => {
      const prices = latest();
      send(prices, 'a1', 'b1');
      const { open, connections } = await join(t, [], { transport, onGap: 'reset' });
      const client = await open();
      prices.add(connections[0]);
      const { id } = (await got(client, 2)).at(-1);
      prices.remove(connections[0]);
      send(prices, 'a2');
      prices.add(connections[0]);
      assert.deepEqual(data(await got(client, 4)), ['a1', 'b1', 'b1', 'a2']);

      const known = await open(id);
      await until(() => connections.length === 2, 'the second connection');
      await new Promise(setImmediate);
      prices.add(connections[1]);
      assert.deepEqual(data(await got(known, 1)), ['a2']);

      const unknown = await open('unknown');
      await until(() => connections.length === 3, 'the third connection');
      await new Promise(setImmediate);
      prices.add(connections[2]);
      assert.deepEqual(data(await got(unknown, 3)), ['{}', 'b1', 'a2']);
    });
  });
}

describe('latest values', SOON, () => {
  test('continue after an interrupted state', async (t) => {
    const [one, other] = [latest(), latest()];
    send(one, 'a1');
    send(other, 'b1');
    send(one, 'c1');
    const { open, gaps } = await join(t, [one, other]);
    // As if only the first value had arrived.
    const [first] = await got(await open(), 3);
    assert.deepEqual(data(await got(await open(first.id), 2)), ['b1', 'c1']);
    assert.deepEqual(gaps, []);
  });

  test('keep custom ids, which stay valid cursors after the key has a new value', async (t) => {
    const prices = latest();
    const { open, gaps } = await join(t, [prices]);
    for (const n of [1, 2, 3]) prices.send({ id: `id-${n}`, data: `a${n}` });
    send(prices, 'b1');
    assert.deepEqual(data(await got(await open('id-1'), 2)), ['a3', 'b1']);
    assert.deepEqual(data(await got(await open('id-3'), 1)), ['b1']);
    assert.deepEqual(gaps, []);
    await got(await open('id-4'), 2);
    assert.deepEqual(gaps, [prices]);
  });

  test('are bounded by count and bytes, and the oldest are dropped first', async (t) => {
    const before = metrics().history.bytes;
    const few = latest({ historySize: 3 });
    send(few, 'a1', 'b1', 'c1', 'a2', 'd1');
    const small = latest({ historyBytes: 200 });
    send(small, ...'abcdefghijklmnopqrstuvwxyz', `0${'x'.repeat(300)}`);
    assert.ok(metrics().history.bytes - before < 200 + 4 * 60);
    const { open } = await join(t, [few]);
    assert.deepEqual(data(await got(await open(), 3)), ['c1', 'a2', 'd1']);
    const other = await join(t, [small]);
    const client = await other.open();
    const kept = data(await got(client, 2));
    assert.equal(kept.join(''), 'abcdefghijklmnopqrstuvwxyz'.slice(-kept.length));
    few.close();
    small.close();
    // Channels of other tests may be collected meanwhile.
    assert.ok(metrics().history.bytes <= before);
  });

  test('of ten thousand keys that change often take only the memory of the latest', async (t) => {
    const before = metrics().history.bytes;
    const key = ({ data }) => String(data);
    const prices = new Channel({ keep: 'latest', key, historySize: 10_000 });
    for (let n = 0; n < 50_000; n += 1) prices.send({ data: n % 10_000 });
    const frame = 'id: xxxxxxx-xxxx\ndata: 9999\n\n'.length + '1c\r\n\r\n'.length + '9999'.length;
    assert.ok(metrics().history.bytes - before <= 10_000 * (frame + 4));
    const { open } = await join(t, [prices]);
    const client = await open();
    const numbers = data(await got(client, 10_000)).map(Number);
    assert.deepEqual(numbers, [...Array(10_000).keys()]);
    prices.close();
  });

  test('are complete even if the connection ends immediately', async (t) => {
    const prices = latest();
    send(prices, 'a1');
    const open = await serve(t, (connection) => {
      prices.add(connection);
      send(prices, 'b1');
      connection.end();
    });
    assert.deepEqual(data(await got(await open(), 2)), ['a1', 'b1']);
  });

  test('do not change for events without data, which are only delivered', async (t) => {
    const calls = [];
    const key = (event) => calls.push(event) && 'a';
    const prices = new Channel({ keep: 'latest', key });
    const { open } = await join(t, [prices]);
    const event = { data: { price: 1 } };
    prices.send(event);
    prices.send({ comment: 'hello' }).send({ retry: 5 }).send({ id: 'mark' });
    assert.equal(calls.length, 1);
    assert.equal(calls[0], event);
    assert.deepEqual(data(await got(await open(), 1)), ['{"price":1}']);
    const marked = await open('mark');
    prices.send({ data: 2 });
    assert.deepEqual(data(await got(marked, 1)), ['2']);
  });

  test('require a string as key, and are not sent without one', async (t) => {
    const keys = [undefined, null, 7, '', 'x'.repeat(1025), Promise.resolve('a'), 'x'.repeat(1024)];
    const prices = new Channel({ keep: 'latest', key: () => keys[0] });
    const { open } = await join(t, [prices]);
    const client = await open();
    for (; keys.length > 1; keys.shift()) {
      const code = { code: 'ERR_SSE_KEY', name: 'TypeError' };
      assert.throws(() => prices.send({ data: 'wrong' }), code);
      assert.throws(() => prices.send({ data: 'wrong' }, { remove: true }), code);
    }
    const failing = new Channel({
      keep: 'latest',
      key: () => {
        throw new RangeError('no key');
      },
    });
    assert.throws(() => failing.send({ data: 1 }), RangeError);
    prices.send({ data: 'right' });
    assert.deepEqual(data(await got(client, 1)), ['right']);
    assert.deepEqual(data(eventsOf(client)), ['right']);
  });

  test('refuse frame text, removals without data, and snapshots', async (t) => {
    const prices = latest();
    assert.throws(() => prices.write('data: a1\n\n'), { code: 'ERR_SSE_KEY' });
    for (const event of [{ event: 'gone' }, { id: '1' }, { comment: 'a' }])
      assert.throws(() => prices.send(event, { remove: true }), { code: 'ERR_SSE_KEY' });
    const errors = [];
    const open = await serve(t, (connection) => {
      try {
        prices.add(connection, { snapshot: () => [] });
      } catch ({ code }) {
        errors.push(code);
      }
      connection.end();
    });
    await open();
    assert.deepEqual(errors, ['ERR_SSE_OPTION']);
    assert.equal(prices.count(), 0);
  });

  test('have checked options', () => {
    const key = () => 'a';
    for (const options of [
      { keep: 'latest' },
      { keep: 'latest', key: 'symbol' },
      { overflow: 'conflate' },
      { overflow: 'ignore' },
      { keep: 'first', key },
      { keep: true, key },
      { keep: 'latest', key, historySize: 0 },
    ])
      assert.throws(() => new Channel(options), { code: 'ERR_SSE_OPTION' });
    const all = new Channel({ keep: 'all' });
    assert.throws(() => all.send({ data: 1 }, { remove: true }), { code: 'ERR_SSE_OPTION' });
    assert.throws(() => latest().send({ data: 'a' }, { remove: 1 }), { code: 'ERR_SSE_OPTION' });
    assert.throws(() => latest().send({ data: 'a' }, true), { code: 'ERR_SSE_OPTION' });
    all.send({ data: 1 }, { remove: false }).send({ data: 1 }, {});
  });

  test('are not an option of a broker', () => {
    const create = () => new sluice.SSEBroker({ topic: { keep: 'latest', key: () => '' } });
    assert.throws(create, { code: 'ERR_SSE_OPTION', message: /`topic` has .* `keep`/ });
  });

  test('are removed by age', async (t) => {
    const prices = latest({ historyAge: 1 });
    send(prices, 'a1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { open } = await join(t, [prices]);
    const client = await open();
    send(prices, 'b1');
    assert.deepEqual(data(await got(client, 1)), ['b1']);
  });

  test('are not sent to a connection that closes immediately', async (t) => {
    const prices = latest();
    send(prices, 'a1');
    const reasons = [];
    const open = await serve(t, (connection) => {
      connection.on('close', (reason) => reasons.push(reason));
      prices.add(connection);
      connection.destroy();
    });
    await open().catch(() => {});
    await until(() => reasons.length === 1, 'the close');
    assert.equal(prices.count(), 0);
  });
});
