// Clients that reconnect, over sockets.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { service } from './service.mjs';

const idsOf = ({ text }) => Array.from(text.matchAll(/^id: (.*)$/gm), ([, id]) => id);
const missed = ({ text }) => text.match(/(?<=^event: n\ndata: ).*/gm) ?? [];

/** Subscribes in the turn of `addClient`, or after an `await` with `resume: 'manual'`. */
async function serve(t, resume) {
  const sse = service(t);
  const app = new Hono();
  app.get('/events', async (c) => {
    const lastEventId = c.req.header('Last-Event-ID');
    const { client, response } = sse.addClient({ lastEventId, outgoing: c.env.outgoing, resume });
    for (const channel of ['news', 'orders']) {
      if (resume) await new Promise((resolve) => setTimeout(resolve, 1));
      sse.subscribe(client.id, channel);
    }
    client.connection.resume();
    return response;
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  const { origin, close } = await listen(server, 'http', connectHTTP1);
  t.after(close);
  return {
    sse,
    connect: (cursor) =>
      connectHTTP1(origin, '/events', { headers: cursor && { 'Last-Event-ID': cursor } }),
    async drop(client) {
      client.leave();
      await until(() => sse.getClients().length === 0, 'the client to be removed');
    },
  };
}

describe('a client that reconnects over sockets', { concurrency: true }, () => {
  for (const resume of [undefined, 'manual']) {
    const how = resume ? 'after an await' : 'in the same turn';
    test(`gets what it missed, once, if it subscribes ${how}`, SOON, async (t) => {
      const { sse, connect, drop } = await serve(t, resume);
      const first = await connect();
      sse.broadcast('news', 'n', 0);
      await first.has('event: n\ndata: 0\n\n');
      await drop(first);
      for (const n of [1, 2, 3, 4]) sse.broadcast(n % 2 ? 'news' : 'orders', 'n', n);

      const second = await connect(idsOf(first).at(-1));
      sse.broadcast('orders', 'n', 5);
      await second.has('event: n\ndata: 5\n\n');
      assert.deepEqual(missed(second), ['1', '2', '3', '4', '5']);
      await drop(second);

      const third = await connect(idsOf(second)[1]);
      sse.broadcast('news', 'n', 6);
      await third.has('event: n\ndata: 6\n\n');
      assert.deepEqual(missed(third), ['3', '4', '5', '6']);
    });

    test(`has a cursor before its first event if it subscribes ${how}`, SOON, async (t) => {
      const { sse, connect, drop } = await serve(t, resume);
      const first = await connect();
      await until(() => idsOf(first).length > 0, 'the primer');
      assert.deepEqual(missed(first), []);
      await drop(first);
      for (const n of [1, 2]) sse.broadcast(n % 2 ? 'news' : 'orders', 'n', n);
      const second = await connect(idsOf(first)[0]);
      sse.broadcast('news', 'n', 3);
      await second.has('event: n\ndata: 3\n\n');
      assert.deepEqual(missed(second), ['1', '2', '3']);
    });
  }
});
