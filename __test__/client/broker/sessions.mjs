// Tests that topics survive a broken connection.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { collector, frameworks, start } from './site.mjs';

const nothing = () => {};
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Sends the same number to all topics, so each handler gets each number once. */
const send = (broker, topics, n) => {
  for (const topic of topics) broker.broadcastToTopic(topic, { data: n });
};

for (const [name, framework] of frameworks) {
  describe(name, () => {
    test('a resumed session misses no events and needs no new subscriptions', SOON, async (t) => {
      const { broker, join, has, cut } = await start(t, framework);
      const { client, changes, connects, errors } = join();
      const all = { a: collector(), b: collector(), c: collector() };
      for (const [topic, { handler }] of Object.entries(all)) client.subscribe(topic, handler);
      await has('a', 'b', 'c');
      let n = 0;
      const next = () => {
        n += 1;
        send(broker, Object.keys(all), n);
      };
      for (let cuts = 1; cuts <= 3; cuts += 1) {
        next();
        await until(() => all.c.data.length === n, 'the events');
        cut();
        next();
        next();
        await until(() => connects().length === cuts + 1, 'the next stream');
        next();
        await until(() => all.c.data.length === n, 'the events');
      }
      for (const { data } of Object.values(all)) assert.deepEqual(data, range(1, n));
      assert.deepEqual(changes(), ['subscribe a b c']);
      assert.ok(errors.every(({ code }) => code === 'ERR_SSE_NETWORK'));
    });

    test('a client that reconnects before its first event misses no events', SOON, async (t) => {
      const { broker, join, has, cut } = await start(t, framework, {
        broker: { connection: { onGap: 'reset' } },
      });
      const other = join();
      other.client.subscribe('b', nothing);
      await has('b');
      // A client that connects later must get neither a gap nor a replay of these events.
      for (const topic of ['a', 'b']) broker.broadcastToTopic(topic, { data: 'before' });
      let open;
      const opened = new Promise((resolve) => {
        open = resolve;
      });
      const { client, changes, connects, errors } = join({}, ({ route }) => {
        // The second stream waits.
        if (route === 'connect' && connects().length === 2) return opened;
      });
      const { data, handler } = collector();
      for (const topic of ['a', 'b']) client.subscribe(topic, handler);
      await has('a', 'b');
      await until(() => client.getLastEventId() !== '', 'the cursor');
      const [, { id }] = broker.clients();
      cut();
      await until(() => connects().length === 2 && !broker.client(id), 'the break');
      for (const topic of ['a', 'b']) broker.broadcastToTopic(topic, { data: topic });
      open();
      await until(() => data.length === 2, 'the events');
      assert.deepEqual(data, ['a', 'b']);
      assert.deepEqual(
        errors.filter(({ code }) => code === 'ERR_SSE_GAP'),
        [],
      );
      assert.deepEqual(changes(), ['subscribe a b']);
      assert.equal(connects().length, 2);
    });

    test('after a reconnect, only changed subscriptions are sent', SOON, async (t) => {
      const { broker, join, has, cut } = await start(t, framework);
      const { client, changes } = join();
      const remove = client.subscribe('a', nothing);
      client.subscribe('b', nothing);
      await has('a', 'b');
      const back = new Promise((resolve) => {
        const off = client.onStateChange((state) => {
          if (state !== 'connecting') return;
          off();
          remove();
          client.subscribe('c', nothing);
          resolve();
        });
      });
      cut();
      await back;
      await has('b', 'c');
      assert.deepEqual(changes(), ['subscribe a b', 'subscribe c', 'unsubscribe a']);
      assert.equal(broker.clientCount(), 1);
    });

    test('a new session subscribes to all topics again in one request', SOON, async (t) => {
      const { broker, join, has } = await start(t, framework);
      const { client, changes, requests } = join();
      const { data, handler } = collector();
      for (const topic of ['a', 'b', 'c']) client.subscribe(topic, handler);
      await has('a', 'b', 'c');
      const [{ id }] = broker.clients();
      broker.disconnect(id);
      await until(() => changes().length === 2, 'the request');
      await has('a', 'b', 'c');
      assert.deepEqual(changes(), ['subscribe a b c', 'subscribe a b c']);
      const ids = requests.flatMap(({ clientId }) => clientId ?? []);
      assert.equal(ids[0], id);
      assert.notEqual(ids[1], id);
      send(broker, ['a', 'b', 'c'], 1);
      await until(() => data.length === 3, 'the events');
    });

    test('a response for an earlier session is ignored', SOON, async (t) => {
      const { broker, join, has, origin, basePath } = await start(t, framework);
      let release;
      const released = new Promise((resolve) => {
        release = resolve;
      });
      const { client, changes, connects } = join({}, async ({ route }, init) => {
        if (route === 'connect' || changes().length > 1) return undefined;
        const answer = await fetch(`${origin}${basePath}/subscribe`, init);
        await released;
        return answer;
      });
      client.subscribe('a', nothing);
      await has('a');
      const [{ id, connection }] = broker.clients();
      broker.disconnect(id);
      await until(() => connection.closed && connects().length === 2, 'the second stream');
      await until(() => client.isConnected() && broker.clientCount() === 1, 'the new session');
      // After `connected`.
      const marks = collector();
      client.on('mark', marks.handler);
      broker.broadcast({ event: 'mark', data: 1 });
      await until(() => marks.data.length === 1, 'the mark');
      release();
      await has('a');
      assert.equal(changes().length, 2);
    });

    test('a session with the same id and another secret is a new session', SOON, async (t) => {
      const identify = () => ({ id: 'ada' });
      const { broker, join, has } = await start(t, framework, { options: { identify } });
      const { client, changes, connects } = join();
      client.subscribe('a', nothing);
      await has('a');
      broker.disconnect('ada');
      await until(() => connects().length === 2 && changes().length === 2, 'the requests');
      await has('a');
      assert.deepEqual(changes(), ['subscribe a', 'subscribe a']);
    });

    test('a topic that could not be restored is subscribed again', SOON, async (t) => {
      let isRefused = false;
      const topic = (name) => {
        if (isRefused && name === 'b') throw Object.assign(new Error('not now'), { status: 404 });
        return { historySize: 0, emptyTimeout: 0 };
      };
      const { join, has, cut } = await start(t, framework, { broker: { topic } });
      const { client, changes, errors } = join();
      for (const topic of ['a', 'b']) client.subscribe(topic, nothing);
      await has('a', 'b');
      isRefused = true;
      cut();
      await has('a');
      const refusals = () => errors.filter(({ code }) => code === 'ERR_SSE_SUBSCRIBE');
      await until(() => refusals().length === 1, 'the refusal');
      assert.deepEqual(refusals()[0].topics, ['b']);
      assert.equal(refusals()[0].status, 404);
      assert.equal(changes()[1], 'subscribe a b');
    });
  });
}
