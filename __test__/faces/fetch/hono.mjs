import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { describe, test } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { connectRaw } from '../../support/clients/raw.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { service } from './service.mjs';

const versions = {
  'HTTP/1.1': [{}, connectHTTP1],
  'HTTP/2': [{ createServer: http2.createServer }, connectHTTP2],
};

/** Requests the stream. The returned function aborts the request. */
const ask = {
  'HTTP/1.1': (origin) => {
    const request = http.get(`${origin}/events`).on('error', () => {});
    return () => request.destroy();
  },
  'HTTP/2': (origin) => {
    const session = http2.connect(origin).on('error', () => {});
    session.request({ ':path': '/events' }).on('error', () => {});
    return () => session.destroy();
  },
};

/** A Hono server with an event stream. `reasons` collects the close reasons of its clients. */
async function serve(t, [options, connect], { config, before = async () => {} } = {}) {
  const sse = service(t, config);
  const reasons = [];
  const app = new Hono();
  app.use(cors({ origin: 'https://a.example' }));
  app.get('/events', async (c) => {
    await before();
    const { client, response } = sse.addClient({ lastEventId: c.req.header('Last-Event-ID') });
    client.connection.on('close', (reason) => reasons.push(reason));
    sse.subscribe(client.id, 'news');
    return response;
  });
  app.get('/closing', async (c) => {
    await before();
    const { client, response } = sse.addClient({ outgoing: c.env.outgoing });
    client.connection.on('close', (reason) => reasons.push(reason));
    return response;
  });
  app.get('/fails', () => {
    const { client } = sse.addClient();
    client.connection.on('close', (reason) => reasons.push(reason));
    throw new Error('after addClient()');
  });
  const server = createAdaptorServer({ fetch: app.fetch, ...options });
  const running = await listen(server, 'http', connect);
  t.after(() => running.close());
  const count = () => sse.getClients().length;
  return { ...running, sse, reasons, count };
}

for (const [version, how] of Object.entries(versions)) {
  describe(`Hono on Node, ${version}`, () => {
    test('a client gets the head, the first frames immediately, and events', SOON, async (t) => {
      const { connect, sse } = await serve(t, how);
      const client = await connect('/events', { headers: { origin: 'https://a.example' } });
      await client.has(': heartbeat ');
      assert.equal(client.status, 200);
      assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
      assert.equal(client.headers['cache-control'], 'no-store, no-transform');
      assert.equal(client.headers['access-control-allow-origin'], 'https://a.example');
      assert.match(client.text, /^retry: 3000\n\n: heartbeat \d+\n\n(id: .*\n\n)?$/);
      sse.broadcast('news', 'notification', { message: 'hello' }, 'n-1');
      await client.has('id: n-1\nevent: notification\ndata: {"message":"hello"}\n\n');
      sse.shutdown();
      assert.equal(await client.over(), 'clean');
    });

    test('a client that reconnects gets what it missed', SOON, async (t) => {
      const { connect, sse } = await serve(t, how);
      await connect('/events');
      for (const id of ['grüße-1', 'grüße-2']) sse.broadcast('news', 'n', id, id);
      const header = Buffer.from('grüße-1').toString('latin1');
      const client = await connect('/events', { headers: { 'Last-Event-ID': header } });
      await client.has('data: grüße-2\n\n');
      assert.doesNotMatch(client.text, /grüße-1/);
    });

    const departures = {
      'after its first bytes': async (client) => {
        await client.has('heartbeat');
        client.leave();
      },
      immediately: (client) => client.leave(),
      'with a TCP reset': async (client) => {
        await client.has('heartbeat');
        client.reset();
      },
    };
    for (const [when, leave] of Object.entries(departures)) {
      test(`a client that leaves ${when} is removed`, SOON, async (t) => {
        const { connect, count, reasons, sse } = await serve(t, how);
        const [leaving, staying] = [await connect('/events'), await connect('/events')];
        await leave(leaving);
        await until(() => reasons.length, 'close');
        assert.deepEqual(reasons, ['client']);
        assert.equal(count(), 1);
        sse.broadcastAll('n', 'still here');
        await staying.has('data: still here\n\n');
      });
    }

    test('a client that leaves before the handler answers is removed', SOON, async (t) => {
      let answer;
      const answered = new Promise((resolve) => {
        answer = resolve;
      });
      const { count, origin, reasons, server } = await serve(t, how, { before: () => answered });
      const request = once(server, 'request');
      const leave = ask[version](origin);
      const [, res] = await request;
      const gone = once(res, 'close');
      leave();
      await gone;
      answer();
      await until(() => reasons.length, 'close');
      assert.deepEqual(reasons, ['client']);
      assert.equal(count(), 0);
    });

    test('a hundred clients that connect and leave are all removed', SOON, async (t) => {
      const { connect, count, reasons, sse } = await serve(t, how);
      for (let round = 0; round < 4; round += 1) {
        const clients = await Promise.all(Array.from({ length: 25 }, () => connect('/events')));
        sse.broadcast('news', 'n', round);
        for (const client of clients) client.leave();
      }
      await until(
        () => reasons.length === 100,
        () => `100 closed clients (${reasons.length} so far)`,
      );
      assert.equal(count(), 0);
      assert.deepEqual(sse.getClientsByChannel('news'), []);
    });

    test('a client that does not read is disconnected and removed', SOON, async (t) => {
      const logged = t.mock.method(console, 'error', () => {});
      const config = { maxQueueBytes: 256 << 10, eventBufferSize: 1e6 };
      const { connect, count, reasons, sse } = await serve(t, how, { config });
      const deaf = await connect('/events', { reading: false });
      const good = await connect('/events');
      const data = 'x'.repeat(32 << 10);
      for (let sent = 1; reasons.length === 0 && sent < 2000; sent += 1) {
        sse.broadcast('news', 'n', data);
        await good.has(`${data}\n\n`);
        good.text = '';
      }
      assert.deepEqual(reasons, ['overflow']);
      assert.equal(count(), 1);
      deaf.resume();
      assert.equal(await deaf.over(), 'cut');
      for (const {
        arguments: [error],
      } of logged.mock.calls) {
        assert.equal(error.code, 'ERR_SSE_DISCONNECTED');
      }
    });

    test('a client is removed when its Node response closes', SOON, async (t) => {
      t.mock.method(console, 'error', () => {});
      const { connect, count, sse } = await serve(t, how, { config: { stallTimeout: 0 } });
      const client = await connect('/closing');
      await client.has('heartbeat');
      assert.equal((await connect('/closing', { method: 'HEAD' })).status, 200);
      await until(() => count() === 1, 'the client of HEAD to be removed');
      sse.broadcastAll('n', 'still here');
      await client.has('data: still here\n\n');
      client.leave();
      await until(() => count() === 0, 'the client to be removed');
    });

    test('a response that is never read is closed after stallTimeout', SOON, async (t) => {
      t.mock.method(console, 'error', () => {});
      const { connect, count, reasons } = await serve(t, how, { config: { stallTimeout: 50 } });
      assert.equal((await connect('/events', { method: 'HEAD' })).status, 200);
      assert.equal((await connect('/fails')).status, 500);
      await until(() => reasons.length === 2, 'both clients to close');
      assert.deepEqual(reasons, ['stall', 'stall']);
      assert.equal(count(), 0);
    });
  });
}

test('requests that are pipelined behind a stream count as clients that left', SOON, async (t) => {
  const logged = t.mock.method(console, 'error', () => {});
  let answer;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  let requests = 0;
  const before = () => {
    requests += 1;
    return answered;
  };
  const { count, reasons, server, sse } = await serve(t, versions['HTTP/1.1'], { before });
  const raw = await connectRaw({ port: server.address().port, host: '127.0.0.1' });
  raw.send('GET /closing HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5));
  await until(() => requests === 5, 'all requests');
  answer();
  await until(() => reasons.length === 4, 'four clients to close');
  assert.equal(count(), 1);
  sse.broadcastAll('n', 'still here');
  await raw.has('data: still here\n\n');
  raw.socket.destroy();
  await until(() => count() === 0 && reasons.length === 5, 'the last client to close');
  assert.deepEqual(new Set(reasons), new Set(['client']));
  assert.equal(logged.mock.callCount(), 0);
});

test('rejects an outgoing value that is not a Node response', SOON, (t) => {
  const sse = service(t);
  for (const outgoing of [null, {}, new Response('')]) {
    assert.throws(() => sse.addClient({ outgoing }), { code: 'ERR_SSE_OPTION' });
  }
  assert.equal(sse.getClients().length, 0);
});
