// With the configuration of docs/operations.md, HAProxy does not buffer events and closes idle
// streams.
import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { listen } from '../support/listen.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { startHAProxy, withoutHAProxy } from './haproxy/proxy.mjs';

/** Opens streams through HAProxy. The query is the ping interval in milliseconds. */
async function through(t, timeout) {
  const connections = new Map();
  const server = await listen(
    http.createServer((req, res) => {
      const pingInterval = Number(req.url.slice(2));
      const options = pingInterval > 0 ? { pingInterval } : { ping: false };
      connections.set(req.url, new sluice.Connection(req, res, options));
    }),
    'http',
    connectHTTP1,
  );
  t.after(() => server.close());
  const origin = await startHAProxy(t, server.origin, timeout);
  return async (pingInterval) => {
    const client = await connectHTTP1(origin, `/?${pingInterval}`);
    t.after(() => client.leave());
    return { client, connection: connections.get(`/?${pingInterval}`) };
  };
}

describe('behind HAProxy, as docs/operations.md configures it', { skip: withoutHAProxy() }, () => {
  test(
    'events arrive immediately, and a client that leaves closes its connection',
    SOON,
    async (t) => {
      const open = await through(t, '60s');
      const { client, connection } = await open(0);
      for (let n = 1; n <= 20; n += 1) {
        connection.send({ data: n });
        assert.equal((await client.count(n)).at(-1), String(n));
      }
      client.leave();
      await until(() => connection.closed, 'close');
    },
  );

  test('an idle stream is closed, and pings keep another one open', SOON, async (t) => {
    const open = await through(t, '2s');
    const silent = await open(0);
    const pinged = await open(100);
    silent.connection.send({ data: 'last' });
    await silent.client.over();
    assert.deepEqual(silent.client.data, ['last']);
    assert.equal(pinged.client.end, undefined);
    const { pings } = pinged.client;
    await until(() => pinged.client.pings > pings, 'one more ping');
  });
});
