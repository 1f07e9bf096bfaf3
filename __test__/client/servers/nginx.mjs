import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startProxy, withoutNginx } from '../../carrier/nginx/proxy.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { connected, serve } from './serve.mjs';

const skip = withoutNginx();
const SOON = { timeout: 240_000 };

/** By default, nginx sends HTTP/1.0 requests upstream. */
const UPSTREAM = {
  'HTTP/1.0': {},
  'HTTP/1.1': { location: 'proxy_http_version 1.1; proxy_set_header Connection "";' },
};

for (const [version, settings] of Object.entries(UPSTREAM)) {
  describe(`the client with sluice behind nginx, over ${version}`, { skip }, () => {
    /** A channel whose events pass through nginx. */
    async function behind(t, more) {
      const channel = new sluice.Channel();
      const connections = [];
      const handler = (req, res) => {
        const connection = new sluice.Connection(req, res, { retry: 1 });
        connections.push(connection);
        channel.add(connection);
      };
      const server = await serve(t, handler);
      const proxy = await startProxy(server.origin, { ...settings, ...more });
      t.after(() => proxy.stop());
      return { channel, connections, handler, server, url: proxy.origins.http };
    }

    test('events arrive immediately', SOON, async (t) => {
      const { channel, url } = await behind(t);
      const { data } = await connected(t, { url });
      for (let n = 1; n <= 20; n += 1) {
        channel.send({ id: String(n), data: n });
        await until(() => data().length === n, 'the event before the next one is sent');
      }
    });

    test('gzip in nginx does not delay events', SOON, async (t) => {
      const http = 'gzip on; gzip_proxied any; gzip_types text/event-stream; gzip_min_length 0;';
      const { channel, url } = await behind(t, { http });
      const { data } = await connected(t, { url });
      for (let n = 1; n <= 20; n += 1) {
        channel.send({ id: String(n), data: n });
        await until(() => data().length === n, 'the event before the next one is sent');
      }
    });

    test('reconnects with its cursor when nginx closes an idle stream', SOON, async (t) => {
      const location = `${settings.location ?? ''} proxy_read_timeout 1s;`;
      const { channel, connections, url } = await behind(t, { location });
      const { data } = await connected(t, { url });
      channel.send({ id: 'ü 1', data: 1 });
      await until(() => connections.length === 2, 'the second connection');
      assert.equal(connections[1].lastEventID, 'ü 1');
      channel.send({ id: 'ü 2', data: 2 });
      await until(() => data().length === 2, 'both events');
      assert.deepEqual(data(), [1, 2]);
    });

    test('retries a 502 from nginx while the server restarts', SOON, async (t) => {
      const { channel, connections, handler, server, url } = await behind(t);
      const { data, errors } = await connected(t, { url, maxRetries: 0 });
      channel.send({ id: '1', data: 1 });
      await until(() => data().length === 1, 'an event');
      await server.close();
      channel.send({ id: '2', data: 2 });
      await until(() => errors.some(({ status }) => status === 502), '502');
      await serve(t, handler, server.port);
      await until(() => data().length === 2, 'the missed event');
      assert.deepEqual(data(), [1, 2]);
      assert.equal(connections.at(-1).lastEventID, '1');
    });
  });
}
