import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import * as nodeHTTP from '../support/servers/node-http.mjs';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';

const SOON = { timeout: 30_000 };
const EVENT = 'event: heartbeat\ndata: {}\n\n';

/** A broker behind a real server. */
async function serve(t, options) {
  const broker = new sluice.SSEBroker(options);
  const server = await nodeHTTP.start((req, res) => broker.connect(req, res));
  t.after(() => server.close());
  return { broker, ...server };
}

test('heartbeats are comments by default and can be events', SOON, async (t) => {
  for (const [heartbeat, frame] of [
    [undefined, ':\n\n'],
    ['comment', ':\n\n'],
    ['event', EVENT],
  ]) {
    const { connect } = await serve(t, { heartbeat, heartbeatInterval: 10 });
    const client = await connect('/');
    await until(() => client.text.length >= 3 * frame.length, 'three heartbeats');
    assert.equal(client.text.replaceAll(frame, ''), '', heartbeat);
  }
});

test('a heartbeat event never has an id, also between other events', SOON, async (t) => {
  const { broker, connect } = await serve(t, { heartbeat: 'event', heartbeatInterval: 5 });
  const client = await connect('/');
  let expected = '';
  for (let id = 1; id <= 5; id += 1) {
    const before = client.text.length;
    await until(() => client.text.indexOf(EVENT, before) >= 0, 'a heartbeat');
    broker.broadcast({ id: `${id}`, data: 'news' });
    await client.has(`id: ${id}\n`);
    expected += `id: ${id}\ndata: news\n\n`;
  }
  await until(() => client.text.endsWith(EVENT), 'the last heartbeat');
  assert.equal(client.text.replaceAll(EVENT, ''), expected);
});

test('an EventSource gets heartbeat events and keeps its cursor', SOON, async (t) => {
  const options = { heartbeat: 'event', heartbeatInterval: 10, connection: { retry: 10 } };
  const { broker, origin } = await serve(t, options);
  const source = new EventSource(origin);
  t.after(() => source.close());
  const heard = [];
  source.addEventListener('heartbeat', ({ data }) => heard.push(data));
  source.addEventListener('message', () => heard.push('news'));
  await until(() => heard.length > 0, 'a heartbeat');
  broker.broadcast({ id: '7', data: 'news' });
  await until(() => heard.includes('news') && heard.at(-1) === '{}', 'a heartbeat after the news');
  const [{ id }] = broker.clients();
  broker.disconnect(id);
  const isBack = () => broker.clients().some((client) => client.id !== id);
  await until(isBack, 'the client to reconnect');
  assert.equal(broker.clients()[0].lastEventId, '7');
  assert.deepEqual([...new Set(heard)].sort(), ['news', '{}']);
});

test('missed heartbeats are not replayed to a client that reconnects', SOON, async (t) => {
  const { broker, connect } = await serve(t, {
    heartbeat: 'event',
    onConnect: ({ id }) => broker.subscribe(id, 'news'),
  });
  const first = await connect('/');
  broker.clients()[0].connection.setPing(5);
  broker.broadcastToTopic('news', { id: '1', data: 'one' });
  await first.has('data: one');
  broker.broadcastToTopic('news', { id: '2', data: 'two' });
  await until(() => first.text.split(EVENT).length > 5, 'five heartbeats');
  const second = await connect('/', { headers: { 'Last-Event-ID': '1' } });
  await second.has('data: two\n\n');
  assert.equal(second.text, 'id: 2\ntopic: news\ndata: two\n\n');
});

test('heartbeatInterval: 0 turns heartbeat events off', SOON, async (t) => {
  const { broker, connect } = await serve(t, { heartbeat: 'event', heartbeatInterval: 0 });
  const client = await connect('/');
  assert.equal(broker.broadcast({ data: 'only this' }), 1);
  await client.has('only this\n\n');
  assert.equal(client.text, 'data: only this\n\n');
});

test('other values of `heartbeat` throw', () => {
  for (const heartbeat of ['time', 'Event', '', 5, true, null, {}]) {
    assert.throws(
      () => new sluice.SSEBroker({ heartbeat }),
      { code: 'ERR_SSE_OPTION', message: /`heartbeat` must be one of 'comment', 'event'/ },
      String(heartbeat),
    );
  }
});
