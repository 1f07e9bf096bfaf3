// Options with the same meaning have one name on every face. The other name is an alias.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import * as nodeHTTP from '../support/servers/node-http.mjs';
import { site, sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { createSSE } from './fetch/service.mjs';
import { faces } from './option-names/faces.mjs';

const { HubHandle } = createRequire(import.meta.url)('../../binding.js');

/** The options that the core has read, by the handle that opened the connection. */
const read = new Map();
const { settings } = HubHandle.prototype;
HubHandle.prototype.settings = function (options) {
  const handle = settings.call(this, options);
  read.set(handle, options);
  return handle;
};

/** Records the options of the connections that open. */
function watch(t) {
  const open = t.mock.method(HubHandle.prototype, 'open');
  return {
    options: () => open.mock.calls.map(({ arguments: [handle] }) => read.get(handle)),
    stop: () => open.mock.restore(),
  };
}

const SOON = { timeout: 60_000 };
const NAMES = [
  ['maxLifetime', 'timeout'],
  ['maxQueueEvents', 'eventBufferSize'],
  ['pingInterval', 'heartbeatInterval'],
];

const connect = (address) => {
  const { origin, pathname } = new URL(address);
  return connectHTTP1(origin, pathname);
};

/** The error of a face that rejects the options. */
async function refusal(t, serve, options) {
  let address;
  try {
    address = await serve(t, options);
  } catch (error) {
    return error;
  }
  return JSON.parse((await (await fetch(address)).text()) || '{}');
}

for (const [face, serve] of Object.entries(faces)) {
  for (const [name, alias] of NAMES) {
    test(`${face} names the invalid option as given, ${name} or ${alias}`, SOON, async (t) => {
      for (const given of [name, alias]) {
        const { code, message } = await refusal(t, serve, { [given]: -1 });
        assert.equal(code, 'ERR_SSE_OPTION');
        assert.match(message, new RegExp(`^\`${given}\` must be a whole number`));
      }
    });

    test(`${face} rejects different values for ${name} and ${alias}`, SOON, async (t) => {
      const { code, message } = await refusal(t, serve, { [name]: 5, [alias]: 6 });
      assert.equal(code, 'ERR_SSE_OPTION');
      assert.match(message, new RegExp(`\`${alias}\` is an alias of \`${name}\``));
    });
  }

  for (const [life, interval] of [
    ['maxLifetime', 'pingInterval'],
    ['timeout', 'heartbeatInterval'],
  ]) {
    test(`${face} sends pings at ${interval}`, SOON, async (t) => {
      const client = await connect(await serve(t, { [interval]: 5 }));
      const pings = () => Array.from(client.text.matchAll(/^:/gm)).length;
      await until(() => pings() >= 3, 'three pings');
    });

    test(`${face} ends a connection after ${life}`, SOON, async (t) => {
      const client = await connect(await serve(t, { [life]: 20 }));
      assert.equal(await client.over(), 'clean');
    });
  }

  test(`${face} accepts a name and its alias with the same value`, SOON, async (t) => {
    const same = Object.fromEntries(NAMES.flat().map((name) => [name, 20]));
    const client = await connect(await serve(t, same));
    assert.equal(await client.over(), 'clean');
  });

  test(`${face} sends no pings with a pingInterval of 0`, SOON, async (t) => {
    const client = await connect(await serve(t, { pingInterval: 0, maxLifetime: 20 }));
    assert.equal(await client.over(), 'clean');
    assert.equal(client.pings, 0);
  });
}

for (const name of ['maxQueueEvents', 'eventBufferSize']) {
  test(`${name} bounds the queue of a client of createSSE`, SOON, async () => {
    const sse = createSSE({ [name]: 3 });
    const { client } = sse.addClient();
    let reason;
    client.connection.on('close', (why) => {
      reason = why;
    });
    // The body buffers some events too, and a burst may be 16 times as long.
    const data = 'x'.repeat(64 << 10);
    await until(() => {
      if (!reason) sse.broadcastAll('news', data);
      return reason;
    }, 'the overflow');
    assert.equal(reason, 'overflow');
  });
}

test('lastEventId is the cursor of a new client, and lastEventID is its alias', () => {
  const sse = createSSE();
  for (const options of [{ lastEventId: '7' }, { lastEventID: '7' }]) {
    const { client } = sse.addClient(options);
    assert.equal(client.lastEventId, '7');
    assert.equal(client.connection.lastEventId, '7');
    assert.equal(client.connection.lastEventID, '7');
  }
  for (const [options, message] of [
    [{ lastEventId: 7 }, /^`lastEventId` must be a string/],
    [{ lastEventID: 7 }, /^`lastEventID` must be a string/],
    [{ lastEventId: '7', lastEventID: '8' }, /`lastEventID` is an alias of `lastEventId`/],
  ]) {
    assert.throws(() => sse.addClient(options), { code: 'ERR_SSE_OPTION', message });
  }
  sse.shutdown();
});

test(
  'connections, gaps and clients of a broker have the cursor under both names',
  SOON,
  async (t) => {
    const { open } = await site(t, nodeHTTP);
    const { connection } = await open({}, { headers: { 'Last-Event-ID': '7' } });
    assert.equal(connection.lastEventId, '7');
    assert.equal(connection.lastEventID, '7');

    const gaps = [];
    connection.on('gap', (gap) => gaps.push(gap));
    const channel = new sluice.Channel().add(connection);
    const broker = new sluice.SSEBroker();
    const client = broker.connect(connection);
    assert.equal(client.lastEventId, '7');
    assert.equal(client.lastEventID, '7');
    client.topics.add('news');
    assert.deepEqual(gaps, [
      { channel, lastEventId: '7', lastEventID: '7' },
      { topic: 'news', lastEventId: '7', lastEventID: '7' },
    ]);
  },
);

/** The documented defaults of `pingInterval`. */
const PING_INTERVALS = {
  Connection: 50_000,
  'sluice/express': 15_000,
  'sluice/fastify with plugin defaults': 15_000,
  SE: 50_000,
  SSEBroker: 30_000,
  createSSE: 30_000,
};

for (const [face, interval] of Object.entries(PING_INTERVALS)) {
  test(`${face} sends pings every ${interval} ms by default`, SOON, async (t) => {
    const opened = watch(t);
    await connect(await faces[face](t, {}));
    const [{ pingInterval }] = opened.options();
    assert.equal(pingInterval, interval);
  });
}

for (const [face, serve] of Object.entries(faces)) {
  const lifetimes = async (t, options) => {
    const opened = watch(t);
    const address = await serve(t, options);
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(address)));
    for (const client of clients) client.leave();
    return opened.options().map(({ timeout }) => timeout);
  };

  test(`${face} draws a random lifetime for each connection`, SOON, async (t) => {
    const drawn = await lifetimes(t, { maxLifetime: 1_000_000 });
    assert.equal(drawn.length, 20);
    assert.ok(new Set(drawn).size > 1, 'the lifetimes differ');
    for (const one of drawn) assert.ok(one >= 900_000 && one <= 1_000_000, `${one}`);
  });
}

test('maxLifetimeJitter of 0 gives every connection the same lifetime', SOON, async (t) => {
  for (const face of ['Connection', 'createSSE']) {
    const opened = watch(t);
    const address = await faces[face](t, { maxLifetime: 1000, maxLifetimeJitter: 0 });
    await Promise.all([connect(address), connect(address)]);
    const drawn = opened.options().map(({ timeout }) => timeout);
    assert.deepEqual(drawn, [1000, 1000]);
    opened.stop();
  }
});

test('jitter does not turn the shortest lifetime into an unlimited one', SOON, async (t) => {
  const client = await connect(await faces.Connection(t, { maxLifetime: 1, maxLifetimeJitter: 1 }));
  assert.equal(await client.over(), 'clean');
});
