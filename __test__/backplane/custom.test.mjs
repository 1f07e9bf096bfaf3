// Backplanes with an engine in JavaScript.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { got } from '../channel/server.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const { customBackplane, memoryBackplane } = createRequire(import.meta.url)('../../backplane.js');

let names = 0;
/** Returns a unique name. */
const fresh = () => {
  names += 1;
  return `test-${names}`;
};

/** A server whose clients join a channel. */
async function site(t, backplane) {
  const channel = new sluice.Channel({ name: 'news', backplane });
  const gaps = [];
  const server = http.createServer((req, res) => {
    const connection = new sluice.Connection(req, res, { ping: false });
    connection.on('gap', (gap) => gaps.push(gap));
    channel.add(connection);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    backplane.close();
    channel.close();
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const open = async (id) => {
    const before = channel.count();
    const headers = id === undefined ? {} : { 'Last-Event-ID': id };
    const client = await connectHTTP1(origin, '/', { headers });
    await until(() => channel.count() > before, 'the member');
    return client;
  };
  await until(() => backplane.state === 'online', 'the engine');
  return { channel, gaps, open, publish: (data) => channel.publish({ data }) };
}

const data = (events) => events.map((event) => event.data);

/** An engine with the log of `memoryBackplane()` and the methods of a test. */
function engineOf(methods) {
  const log = { epoch: 'abc', last: 0, events: [] };
  const engine = {
    connects: 0,
    followed: new Set(),
    taken: new Map(),
    connect(callbacks) {
      engine.connects += 1;
      engine.callbacks = callbacks;
    },
    publish: (batch) =>
      batch.map(({ subjects: [subject], payload, number: own }) => {
        if (engine.taken.has(own)) return { number: engine.taken.get(own) };
        const previous = log.last;
        log.last += 1;
        const arrival = { subject, epoch: log.epoch, number: log.last, previous, payload };
        log.events.push(arrival);
        engine.taken.set(own, log.last);
        if (!engine.isDeaf) engine.callbacks.deliver([arrival]);
        return { number: log.last };
      }),
    follow: (subjects) => subjects.forEach((subject) => void engine.followed.add(subject)),
    unfollow: (subjects) => subjects.forEach((subject) => void engine.followed.delete(subject)),
    position: () => ({ epoch: log.epoch, last: log.last }),
    read: (after) =>
      after.map(({ subject, number }) => ({
        subject,
        arrivals: log.events.filter((event) => event.number > number),
        floor: 0,
      })),
    ...methods,
  };
  return engine;
}

describe('a backplane in memory', SOON, () => {
  test('channels of the same name share their events', async (t) => {
    const name = fresh();
    const one = await site(t, memoryBackplane({ name }));
    const other = await site(t, memoryBackplane({ name }));
    const client = await other.open();
    const { id } = await one.publish('hello');
    assert.deepEqual(await got(client, 1), [{ id, data: 'hello' }]);
    client.leave();
  });

  test('a client resumes in a channel without its own history', async (t) => {
    const name = fresh();
    const one = await site(t, memoryBackplane({ name }));
    const { id } = await one.publish('first');
    for (const text of ['second', 'third']) await one.publish(text);
    const other = await site(t, memoryBackplane({ name }));
    const client = await other.open(id);
    assert.deepEqual(data(await got(client, 2)), ['second', 'third']);
    assert.deepEqual(other.gaps, []);
    client.leave();
  });

  test('events that are no longer stored are reported as a gap', async (t) => {
    const [name, retain] = [fresh(), { events: 2 }];
    const one = await site(t, memoryBackplane({ name, retain }));
    const { id } = await one.publish('first');
    for (const text of ['a', 'b', 'c', 'd']) await one.publish(text);
    const other = await site(t, memoryBackplane({ name, retain }));
    const client = await other.open(id);
    await until(() => other.gaps.length > 0, 'the gap');
    client.leave();
  });

  test('events are sent once even if JavaScript was blocked for a long time', async (t) => {
    const { open, publish } = await site(t, memoryBackplane({ name: fresh() }));
    const client = await open();
    const sends = ['a', 'b', 'c'].map(publish);
    // Longer than the timeout of the engine.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6000);
    await Promise.all(sends);
    await publish('end');
    assert.deepEqual(data(await got(client, 4)), ['a', 'b', 'c', 'end']);
    client.leave();
  });
});

describe('an engine of the application', SOON, () => {
  test('events that were missed during a lost connection are read', async (t) => {
    const engine = engineOf();
    const { open, publish, gaps } = await site(t, customBackplane(engine));
    const client = await open();
    const before = sluice.metrics().backplanes;
    engine.isDeaf = true;
    await publish('missed');
    engine.isDeaf = false;
    engine.callbacks.lost(new Error('the cable is out'));
    await until(() => engine.connects > 1, 'another connection');
    await publish('live');
    assert.deepEqual(data(await got(client, 2)), ['missed', 'live']);
    assert.deepEqual(gaps, []);
    await until(() => sluice.metrics().backplanes.queuedBytes === 0, 'the queue');
    const after = sluice.metrics().backplanes;
    const counted = Object.entries(after).map(([name, count]) => [name, count - before[name]]);
    const expected = { published: 2, delivered: 2, filled: 1, connects: 1, queuedBytes: 0 };
    assert.deepEqual(Object.fromEntries(counted), expected);
    client.leave();
  });

  test('missing events before a delivered event are read', async (t) => {
    const engine = engineOf();
    const { open, publish } = await site(t, customBackplane(engine));
    const client = await open();
    engine.isDeaf = true;
    await publish('missed');
    engine.isDeaf = false;
    await publish('live');
    assert.deepEqual(data(await got(client, 2)), ['missed', 'live']);
    assert.equal(engine.connects, 1);
    client.leave();
  });

  test('a failing method is reported and retried', async (t) => {
    const failures = [
      () => Promise.reject(new Error('the disk is full')),
      () => [],
      () => 'something else',
      () => [{ number: 1 }],
    ];
    const backplane = customBackplane(engineOf({ publish: () => failures.shift()() }));
    const messages = [];
    backplane.on('offline', ({ message }) => messages.push(message));
    const { publish } = await site(t, backplane);
    const { id } = await publish('hello');
    assert.ok(id);
    assert.match(messages[0], /publish\(\) failed: the disk is full/);
  });

  test('a channel stays ended when the engine loses events', async (t) => {
    const read = (after) => after.map(({ subject }) => ({ subject, arrivals: [], floor: 9 }));
    const engine = engineOf({ read });
    const { channel, open, publish, gaps } = await site(t, customBackplane(engine));
    const { id } = await publish('first');
    const before = sluice.metrics().backplanes.delivered;
    await channel.end();
    const [subject] = engine.followed;
    const payload = Buffer.alloc(0);
    engine.callbacks.deliver([{ subject, epoch: 'abc', number: 10, previous: 9, payload }]);
    await until(() => sluice.metrics().backplanes.delivered - before === 2, 'the arrival');
    const client = await open(id);
    await until(() => client.end !== undefined && gaps.length === 1, 'the end, after a gap');
    assert.equal(channel.ended, true);
    await assert.rejects(publish('late'), { code: 'ERR_SSE_CHANNEL_ENDED' });
  });

  test('the engine can refuse an event', async (t) => {
    const publish = (batch) => batch.map(() => ({ refused: 'it is too large' }));
    const site1 = await site(t, customBackplane(engineOf({ publish })));
    await assert.rejects(site1.publish('hello'), {
      code: 'ERR_SSE_BACKPLANE',
      message: /it is too large/,
    });
  });

  test('the engine is notified when the backplane closes', async (t) => {
    let closes = 0;
    const close = () => {
      closes += 1;
    };
    const engine = engineOf({ close });
    const backplane = customBackplane(engine);
    const { channel } = await site(t, backplane);
    channel.close();
    await until(() => engine.followed.size === 0, 'the end of following');
    backplane.close();
    backplane.close();
    assert.equal(closes, 1);
  });

  test('an object that is not an engine is refused', () => {
    assert.throws(() => customBackplane({ connect() {} }), { code: 'ERR_SSE_TYPE' });
    assert.throws(() => customBackplane(undefined), { code: 'ERR_SSE_TYPE' });
    assert.throws(() => customBackplane(engineOf(), { outage: 'hope' }), {
      code: 'ERR_SSE_OPTION',
    });
  });
});
