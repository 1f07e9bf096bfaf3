// Tests that a console prints the state of each public class without secrets.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';

const require = createRequire(import.meta.url);
const { memoryBackplane } = require('../../backplane.js');
const { SE } = require('../../fastify.js');

/** Opens one stream, and resolves with the return value of `handle`. */
async function open(t, handle) {
  let result;
  const server = http.createServer((req, res) => {
    result = handle(req, res);
  });
  t.after(() => server.close());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const request = http.get({ port, host: '127.0.0.1', path: '/news', agent: false });
  request.on('error', () => {});
  t.after(() => request.destroy());
  const response = await new Promise((resolve) => request.on('response', resolve));
  response.on('error', () => {});
  return result;
}

test('a connection prints its state', SOON, async (t) => {
  const connection = await open(t, (req, res) => new sluice.Connection(req, res));
  const text = inspect(connection);
  assert.match(text, /^Connection \{/);
  for (const part of [`id: '${connection.id}'`, "state: 'open'", "url: '/news'"]) {
    assert.ok(text.includes(part), text);
  }
  assert.match(text, /transport: '(native|stream)'/);
  assert.match(text, /queuedBytes: \d+/);
  assert.equal(inspect({ connection }, { depth: 0 }), '{ connection: [Connection] }');
});

test('a channel prints its members', SOON, async (t) => {
  const channel = new sluice.Channel();
  await open(t, (req, res) => channel.add(new sluice.Connection(req, res)));
  assert.equal(inspect(channel), 'Channel { members: 1, closed: false, draining: false }');
  channel.close();
  assert.equal(inspect(channel), 'Channel { members: 0, closed: true, draining: false }');
});

test('a subclass prints its own name, and a stub can be printed', () => {
  class News extends sluice.Channel {}
  assert.match(inspect(new News()), /^News \{ members: 0/);
  assert.equal(inspect(Object.create(sluice.Channel.prototype)), 'Channel {}');
  assert.doesNotThrow(() => inspect(sluice.Channel.prototype));
});

test('a broker and its client print without the secret', SOON, async (t) => {
  const broker = new sluice.SSEBroker();
  t.after(() => broker.close());
  const client = await open(t, (req, res) => {
    const made = broker.connect(req, res, { id: 'ada', metadata: { team: 'blue' } });
    broker.subscribe('ada', 'orders');
    return made;
  });
  assert.equal(
    inspect(broker),
    'SSEBroker { clients: 1, topics: 1, draining: false, closed: false }',
  );
  const { secret } = client;
  const text = inspect(client, { depth: 9 });
  assert.match(text, /^BrokerClient \{\s+id: 'ada',\s+topics: \[ 'orders' \]/);
  assert.ok(text.includes("team: 'blue'") && text.includes('Connection {'), text);
  assert.ok(!text.includes(secret), 'the secret is printed');
  assert.match(inspect(new sluice.SSEHelper(broker)), /^SSEHelper \{\s+broker: SSEBroker \{/);
});

test('a backplane, SE, createSSE and its clients print their state', (t) => {
  const backplane = memoryBackplane();
  t.after(() => backplane.close());
  assert.match(inspect(backplane), /^\w*Backplane \{ state: 'idle', queuedBytes: 0 \}$/);
  assert.equal(inspect(new SE()), 'SE { clients: 0, autoGenerateId: true }');
  const service = sluice.createSSE();
  t.after(() => service.shutdown());
  const { client } = service.addClient();
  service.subscribe(client.id, 'news');
  assert.equal(inspect(service), 'SSE { clients: 1, channels: 1 }');
  assert.match(inspect(client), /^FetchClient \{\s+id: '.*',\s+channels: \[ 'news' \]/);
});
