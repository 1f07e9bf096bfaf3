import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { bridge } from './bridge.mjs';
import { service } from './service.mjs';

/** `app/events/route.js` of a Next.js application, with its module scope. */
function route(sse) {
  async function GET(request) {
    const { searchParams } = new URL(request.url);
    const { client, response } = sse.addClient({
      lastEventId: request.headers.get('Last-Event-ID') ?? undefined,
    });
    for (const channel of searchParams.getAll('channel')) sse.subscribe(client.id, channel);
    return response;
  }

  async function POST(request) {
    const { channel, text } = await request.json();
    sse.broadcast(channel, 'message', { text });
    return Response.json({ listeners: sse.getClientsByChannel(channel).length });
  }

  return { GET, POST };
}

async function serve(t, config) {
  const sse = service(t, config);
  const handlers = route(sse);
  const listener = bridge((request) => handlers[request.method](request));
  const running = await listen(http.createServer(listener), 'http', connectHTTP1);
  t.after(() => running.close());
  return { ...running, ...handlers, sse };
}

describe('a Next-style route handler', () => {
  test('streams the broadcasts of another handler', SOON, async (t) => {
    const { connect, sse, POST } = await serve(t);
    const client = await connect('/events?channel=orders&channel=news');
    await client.has('heartbeat');
    assert.deepEqual([...sse.getClients()[0].channels], ['orders', 'news']);
    const body = JSON.stringify({ channel: 'news', text: 'hello' });
    const answer = await POST(new Request('http://localhost/events', { method: 'POST', body }));
    assert.deepEqual(await answer.json(), { listeners: 1 });
    await client.has('event: message\ndata: {"text":"hello"}\n\n');
    sse.shutdown();
    assert.equal(await client.over(), 'clean');
  });

  test('removes a client that leaves', SOON, async (t) => {
    const { connect, sse } = await serve(t);
    const client = await connect('/events?channel=news');
    await client.has('heartbeat');
    client.leave();
    await until(() => sse.getClients().length === 0, 'the client to be removed');
    assert.deepEqual(sse.getClientsByChannel('news'), []);
  });

  test('disconnects a client that does not read', SOON, async (t) => {
    const { connect, sse } = await serve(t, { maxQueueBytes: 256 << 10, stallTimeout: 200 });
    const client = await connect('/events?channel=news', { reading: false });
    const [{ connection }] = sse.getClients();
    const reasons = [];
    connection.on('close', (reason) => reasons.push(reason));
    const data = 'x'.repeat(64 << 10);
    await until(() => {
      sse.broadcast('news', 'n', data);
      return reasons.length;
    }, 'close');
    assert.match(reasons[0], /^(overflow|stall)$/);
    client.resume();
    assert.equal(await client.over(), 'cut');
  });
});
