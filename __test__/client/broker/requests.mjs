// Tests which requests the client sends, and when.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connectBroker } from '../../../client/index.js';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { collector, frameworks, start } from './site.mjs';

const nothing = () => {};

for (const [name, framework] of frameworks) {
  describe(name, () => {
    test('all changes of one turn are one request', SOON, async (t) => {
      const { join, has } = await start(t, framework);
      const { client, changes, errors, settled } = join();
      client.subscribe('a', nothing);
      client.subscribe('b', nothing);
      await has('a', 'b');
      await settled();
      const removers = [client.subscribe('c', nothing)];
      await null;
      removers.push(client.subscribe('d', nothing), client.subscribe('e', nothing));
      removers.pop()();
      await has('a', 'b', 'c', 'd');
      await settled();
      for (const remove of removers) remove();
      await has('a', 'b');
      assert.deepEqual(changes(), ['subscribe a b', 'subscribe c d', 'unsubscribe c d']);
      assert.deepEqual(errors, []);
    });

    test('the first handler of a topic subscribes, and the last unsubscribes', SOON, async (t) => {
      const { broker, join, has } = await start(t, framework);
      const { client, changes } = join();
      const { data, handler } = collector();
      const first = client.subscribe('a', nothing);
      await has('a');
      const second = client.subscribe('a', handler);
      first();
      first();
      client.subscribe('b', nothing);
      await has('a', 'b');
      broker.broadcastToTopic('a', { data: 1 });
      await until(() => data.length === 1, 'the event');
      second();
      await has('b');
      client.subscribe('a', nothing);
      await has('a', 'b');
      assert.deepEqual(changes(), ['subscribe a', 'subscribe b', 'unsubscribe a', 'subscribe a']);
    });

    test('a change during a request is sent after it', SOON, async (t) => {
      const { join, has } = await start(t, framework);
      let release;
      const held = new Promise((resolve) => {
        release = resolve;
      });
      const { client, changes, mostAtOnce } = join(
        {},
        ({ topics }) => topics?.includes('a') && held,
      );
      const remove = client.subscribe('a', nothing);
      await until(() => changes().length === 1, 'the request');
      client.subscribe('b', nothing);
      remove();
      client.subscribe('c', nothing)();
      release();
      await has('b');
      await until(() => changes().length === 3, 'the last request');
      assert.deepEqual(changes(), ['subscribe a', 'subscribe b', 'unsubscribe a']);
      assert.equal(mostAtOnce(), 1);
    });

    test(
      'all requests have headers and token; a new stream also has the session',
      SOON,
      async (t) => {
        const { join, has } = await start(t, framework);
        const config = { token: async () => 'secret', headers: () => ({ 'X-Tenant': 'acme' }) };
        const { client, requests } = join(config);
        client.subscribe('a', nothing);
        await has('a');
        client.reconnect();
        await until(() => requests.length === 3, 'the second stream');
        for (const { headers } of requests) {
          assert.equal(headers.get('Authorization'), 'Bearer secret');
          assert.equal(headers.get('X-Tenant'), 'acme');
        }
        const sessions = requests.map(({ headers }) => headers.get('SSE-Session'));
        const [{ clientId }] = requests.filter(({ route }) => route === 'subscribe');
        assert.deepEqual(sessions.slice(0, 2), [null, null]);
        assert.match(sessions[2], new RegExp(`^${clientId} [\\w-]{43}$`));
      },
    );

    test('nothing is requested before connect() and after disconnect()', SOON, async (t) => {
      const { broker, join, has } = await start(t, framework);
      const { client, requests } = join();
      client.subscribe('a', nothing);
      await has('a');
      client.disconnect();
      await until(() => broker.clientCount() === 0, 'the end');
      client.subscribe('b', nothing);
      client.connect();
      await has('a', 'b');
      const routes = requests.map(({ route, topics }) => `${route} ${topics ?? ''}`);
      assert.deepEqual(routes, ['connect ', 'subscribe a', 'connect ', 'subscribe b']);
    });
  });
}

test('any form of the URL leads to the routes', SOON, async () => {
  const urls = [];
  const fetch = async (url) => {
    urls.push(url);
    return new Response(null, { status: 204 });
  };
  for (const url of [
    'http://server.test/_sse',
    'http://server.test/_sse/',
    new URL('http://server.test/_sse?tenant=1'),
    'http://server.test',
  ]) {
    const client = connectBroker(url, { fetch });
    await until(() => client.getState() === 'disconnected', 'the answer');
  }
  assert.deepEqual(urls, [
    'http://server.test/_sse/connect',
    'http://server.test/_sse/connect',
    'http://server.test/_sse/connect?tenant=1',
    'http://server.test/connect',
  ]);
});

test('wrong arguments throw', () => {
  const url = 'http://server.test/_sse';
  const fetch = async () => new Response(null, { status: 204 });
  const client = connectBroker(url, { fetch });
  for (const topic of ['', undefined, null, 5, {}]) {
    assert.throws(() => client.subscribe(topic, nothing), { code: 'ERR_SSE_TYPE' });
  }
  assert.throws(() => client.subscribe('a'), { code: 'ERR_SSE_TYPE' });
  for (const config of [{ maxRetries: -1 }, { share: true, token: () => 'a' }]) {
    assert.throws(() => connectBroker(url, { fetch, ...config }), { code: 'ERR_SSE_OPTION' });
  }
  assert.throws(() => connectBroker('ftp://server.test'), { code: 'ERR_SSE_OPTION' });
});
