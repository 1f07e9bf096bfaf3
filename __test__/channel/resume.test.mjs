// A client that reconnects gets what it missed in all channels that it joins while it opens.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { eventsOf, got, serve } from './server.mjs';

const { Channel, SSEBroker } = sluice;
const MINTED = /^[0-9a-z]{1,7}-[0-9a-z]+$/;

const data = (events) => events.map((event) => event.data);

for (const transport of ['auto', 'stream']) {
  describe(`a client that reconnects, transport: '${transport}'`, SOON, () => {
    test('gets missed events of several channels in order, each once, then live ones', async (t) => {
      const [a, b, c] = [new Channel(), new Channel(), new Channel({ historySize: 0 })];
      const gaps = [];
      const open = await serve(
        t,
        (connection) => {
          connection.on('gap', (gap) => gaps.push(gap));
          for (const channel of [a, b, c]) channel.add(connection);
          c.send({ data: 'live in c' });
          a.send({ data: 'live in a' });
        },
        { transport },
      );
      const first = await open();
      a.send({ data: 'a1' });
      const [, , { id, data: last }] = await got(first, 3);
      assert.equal(last, 'a1');
      assert.match(id, MINTED);
      first.leave();
      await until(() => a.count() === 0, 'the client has left');
      for (const n of [1, 2, 3]) {
        a.send({ data: `a, missed ${n}` });
        b.send({ data: `b, missed ${n}` });
      }
      const back = await open(id);
      const events = await got(back, 8);
      assert.deepEqual(data(events), [
        ...[1, 2, 3].flatMap((n) => [`a, missed ${n}`, `b, missed ${n}`]),
        'live in c',
        'live in a',
      ]);
      assert.deepEqual(gaps, []);
    });

    test('keeps its place if it disconnects in the middle of the replay', async (t) => {
      const channels = [new Channel(), new Channel(), new Channel()];
      const open = await serve(
        t,
        (connection) => {
          for (const channel of channels) channel.add(connection);
        },
        { transport },
      );
      const first = await open();
      channels[0].send({ data: '0' });
      let [{ id }] = await got(first, 1);
      first.leave();
      await until(() => channels[0].count() === 0, 'the client has left');
      for (let n = 1; n < 100; n += 1) channels[n % 3].send({ data: `${n}` });
      const received = [];
      while (received.length < 99) {
        const back = await open(id);
        const some = (await got(back, 1)).slice(0, 7);
        received.push(...data(some));
        id = some.at(-1).id;
        back.leave();
      }
      assert.deepEqual(
        received,
        Array.from({ length: 99 }, (_, n) => `${n + 1}`),
      );
    });
  });
}

describe('the resume of a connection', SOON, () => {
  test('keeps events of connection.send() in order', async (t) => {
    const channel = new Channel();
    channel.send({ id: 'known', data: 'before' }).send({ data: 'missed' });
    const open = await serve(t, (connection) => {
      connection.send({ data: 'welcome' });
      channel.add(connection);
      channel.send({ data: 'live' });
      connection.send({ data: 'own' });
    });
    const events = await got(await open('known'), 4);
    assert.deepEqual(data(events), ['welcome', 'missed', 'live', 'own']);
  });

  test("waits for resume() with resume: 'manual', but end() still sends everything", async (t) => {
    const channel = new Channel();
    channel.send({ id: '1', data: 'one' }).send({ data: 'missed' });
    for (const finish of ['resume', 'end']) {
      const connections = [];
      const open = await serve(t, (connection) => connections.push(connection), {
        resume: 'manual',
      });
      const client = await open('1');
      await sleep(20);
      channel.add(connections[0]);
      await sleep(20);
      assert.deepEqual(eventsOf(client), []);
      connections[0][finish]();
      assert.deepEqual(data(await got(client, 1)), ['missed'], finish);
    }
  });

  test('holds back live events only up to the bound of the queue', async (t) => {
    const channel = new Channel();
    channel.send({ id: '1', data: 'one' });
    const reasons = [];
    const options = { resume: 'manual', maxQueueBytes: 1000 };
    const open = await serve(
      t,
      (connection) => {
        connection.on('close', (reason) => reasons.push(reason));
        channel.add(connection);
        for (let n = 0; n < 100; n += 1) channel.send({ data: 'x'.repeat(1000) });
      },
      options,
    );
    await open('1');
    await until(() => reasons.length === 1, 'the close');
    assert.deepEqual(reasons, ['overflow']);
    assert.equal(sluice.metrics().queuedBytes, 0);
  });

  test('replays a channel separately if it is joined later', async (t) => {
    const [a, b] = [new Channel(), new Channel()];
    a.send({ id: '1', data: 'one' });
    b.send({ data: 'b1' });
    a.send({ data: 'a1' });
    const open = await serve(t, (connection) => {
      a.add(connection);
      setTimeout(() => b.add(connection), 20);
    });
    const client = await open('1');
    assert.deepEqual(data(await got(client, 2)), ['a1', 'b1']);
  });

  test('loses no events of a channel that is left and joined again while it gathers', async (t) => {
    const channel = new Channel();
    channel.send({ id: '1', data: 'one' }).send({ data: 'missed' });
    const open = await serve(t, (connection) => {
      channel.add(connection);
      channel.remove(connection);
      channel.add(connection);
      channel.send({ data: 'live' });
    });
    assert.deepEqual(data(await got(await open('1'), 2)), ['missed', 'live']);
  });

  test('takes the cursor from the header, else from the query if that is allowed', async (t) => {
    const channel = new Channel();
    for (const id of ['ä 1', 'ä 2', 'ä 3']) channel.send({ id, data: id });
    const cursors = [];
    const add = (connection) => {
      cursors.push(connection.lastEventId);
      channel.add(connection);
    };
    const open = await serve(t, add, { cursorQuery: 'after' });
    const path = `/?other=1&after=${encodeURIComponent('ä 1')}`;
    assert.deepEqual(data(await got(await open(undefined, path), 2)), ['ä 2', 'ä 3']);
    const header = Buffer.from('ä 2').toString('latin1');
    assert.deepEqual(data(await got(await open(header, path), 1)), ['ä 3']);
    for (const none of ['/', '/?', '/?after=', '/after=1', `/?after=${'x'.repeat(1025)}`]) {
      await open(undefined, none);
      assert.equal(cursors.at(-1), undefined, none);
    }
    const without = await serve(t, add);
    await without(undefined, path);
    assert.equal(cursors.at(-1), undefined);
    const connection = { cursorQuery: '' };
    assert.throws(() => new SSEBroker({ connection }), { code: 'ERR_SSE_OPTION' });
  });

  test('delivers an event of a topic and its patterns once', async (t) => {
    const broker = new SSEBroker();
    t.after(() => broker.close());
    const gaps = [];
    const open = await serve(t, (connection) => {
      connection.on('gap', ({ topic }) => gaps.push(topic));
      const client = broker.connect(connection);
      broker.subscribe(client.id, 'a.b', 'a.*', '>');
    });
    const first = await open();
    await until(() => broker.topics().length === 3, 'the subscriptions');
    broker.broadcastToTopic('a.b', { data: 'seen' });
    const [{ id }] = await got(first, 1);
    first.leave();
    await until(() => broker.clientCount() === 0, 'the client has left');
    for (const topic of ['a.b', 'a.c', 'b']) broker.broadcastToTopic(topic, { data: topic });
    const back = await open(id);
    await until(() => broker.topics().length === 3, 'the subscriptions');
    await sleep(10);
    broker.broadcastToTopic('a.b', { data: 'live' });
    assert.deepEqual(data(await got(back, 4)), ['a.b', 'a.c', 'b', 'live']);
    assert.deepEqual(gaps, []);
  });
});

describe('a gap', SOON, () => {
  /** Returns the events that a client with that cursor gets, and the reported gaps. */
  async function comeBack(t, channels, id, options, expected) {
    const gaps = [];
    const open = await serve(
      t,
      (connection) => {
        connection.on('gap', ({ channel }) => gaps.push(channels.indexOf(channel)));
        for (const channel of channels) channel.add(connection);
        setImmediate(() => connection.send({ data: 'the last one' }));
      },
      options,
    );
    const events = await got(await open(id), expected);
    return { events: data(events), gaps };
  }

  /** Two channels, of which the second has dropped an event that the client missed. */
  const trimmed = () => {
    const channels = [new Channel(), new Channel({ historySize: 2 })];
    channels[0].send({ id: 'seen', data: 'seen' });
    for (const n of [1, 2, 3]) channels[1].send({ data: `b${n}` });
    channels[0].send({ data: 'a1' });
    return channels;
  };

  test('is reported only for the channel that has dropped events', async (t) => {
    const before = sluice.metrics().history;
    const channels = trimmed();
    const { events, gaps } = await comeBack(t, channels, 'seen', {}, 2);
    const { bytes, hits, misses, replayed } = sluice.metrics().history;
    assert.deepEqual(
      [hits - before.hits, misses - before.misses, replayed - before.replayed],
      [1, 1, 1],
    );
    // Channels of other tests may be collected at any time, which frees their histories.
    for (const channel of channels) channel.close();
    assert.ok(sluice.metrics().history.bytes < bytes);
    assert.deepEqual(gaps, [1]);
    assert.deepEqual(events, ['a1', 'the last one']);
  });

  test("with onGap: 'all', replays the whole history", async (t) => {
    const { events, gaps } = await comeBack(t, trimmed(), 'seen', { onGap: 'all' }, 4);
    assert.deepEqual(gaps, [1]);
    assert.deepEqual(events, ['b2', 'b3', 'a1', 'the last one']);
  });

  test("with onGap: 'reset', sends one sluice.reset before the replay", async (t) => {
    const { events } = await comeBack(t, trimmed(), 'seen', { onGap: 'reset' }, 3);
    assert.deepEqual(events, ['{}', 'a1', 'the last one']);
    const unknown = await comeBack(t, trimmed(), 'unknown', { onGap: 'reset' }, 2);
    assert.deepEqual(unknown, { events: ['{}', 'the last one'], gaps: [0, 1] });
  });

  test("with onGap: 'reset', sends another event for a channel that is joined later", async (t) => {
    const [first, later] = trimmed();
    const add = (connection) => {
      first.add(connection);
      setTimeout(() => later.add(connection), 10);
    };
    const open = await serve(t, add, { onGap: 'reset' });
    assert.deepEqual(data(await got(await open('unknown'), 2)), ['{}', '{}']);
  });

  test('is reported for a channel that a listener joins', async (t) => {
    const channels = trimmed();
    const other = new Channel();
    const gaps = [];
    const open = await serve(t, (connection) => {
      connection.on('gap', ({ channel }) => {
        gaps.push(channel);
        other.add(connection);
      });
      for (const channel of channels) channel.add(connection);
    });
    assert.deepEqual(data(await got(await open('seen'), 1)), ['a1']);
    assert.deepEqual(gaps, [channels[1], other]);
  });

  test('calls an onGap function, whose events come before the replay', async (t) => {
    const onGap = (connection, { lastEventId }) =>
      connection.send({ data: `after ${lastEventId}` });
    const { events } = await comeBack(t, trimmed(), 'seen', { onGap }, 3);
    assert.deepEqual(events, ['after seen', 'a1', 'the last one']);
  });

  test('is reported for minted ids of other processes and of the future', async (t) => {
    const channel = new Channel();
    channel.send({ data: 'x' });
    const [{ id }] = await mintedBy(t, channel);
    const [epoch] = id.split('-');
    for (const cursor of [`0${epoch.slice(1)}-1`, `${epoch}-zzzzzz`, `${epoch}-01`, epoch]) {
      const { gaps } = await comeBack(t, [channel], cursor, {}, 1);
      assert.deepEqual(gaps, [0], cursor);
    }
  });

  test('is not reported for a known id of 1 KiB', async (t) => {
    const channel = new Channel();
    const id = 'x'.repeat(1024);
    channel.send({ id, data: 'seen' }).send({ data: 'missed' });
    const { events, gaps } = await comeBack(t, [channel], id, {}, 2);
    assert.deepEqual({ events, gaps }, { events: ['missed', 'the last one'], gaps: [] });
  });

  test('is avoided for an id that several channels know: the earliest place counts', async (t) => {
    const channels = [new Channel(), new Channel()];
    channels[1].send({ id: 'twice', data: 'b1' });
    channels[0].send({ data: 'a1' }).send({ id: 'twice', data: 'a2' }).send({ data: 'a3' });
    channels[1].send({ data: 'b2' });
    const { events, gaps } = await comeBack(t, channels, 'twice', {}, 5);
    assert.deepEqual(gaps, []);
    assert.deepEqual(events, ['a1', 'a2', 'a3', 'b2', 'the last one']);
  });

  async function mintedBy(t, channel) {
    const open = await serve(t, (connection) => {
      channel.add(connection);
      channel.send({ data: 'y' });
    });
    return got(await open(), 1);
  }
});

describe('ids', SOON, () => {
  test('are minted for events with data in channels with a history, unless ids are manual', async (t) => {
    const options = [{}, { ids: 'manual' }, { historySize: 0 }, { ids: 'auto' }];
    for (const [n, option] of options.entries()) {
      const channel = new Channel(option);
      const open = await serve(t, (connection) => {
        channel.add(connection);
        channel.send({ comment: 'no data' }).send({ id: 'own', data: '1' }).send({ data: '2' });
      });
      const [own, other] = await got(await open(), 2);
      assert.equal(own.id, 'own');
      if (n % 3 === 0) assert.match(other.id, MINTED);
      else assert.equal(other.id, 'own', 'the previous id is kept');
    }
    assert.throws(() => new Channel({ ids: 'none' }), { code: 'ERR_SSE_OPTION' });
    assert.throws(() => new SSEBroker({ topic: { ids: 1 } }), { code: 'ERR_SSE_OPTION' });
  });
});
