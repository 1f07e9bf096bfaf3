// What console.log() shows of the objects of the public API.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const { SE } = require('../../fastify.js');
const { memoryBackplane } = require('../../backplane.js');

test('every object says what it is and how it is', SOON, async (t) => {
  const channel = new sluice.Channel();
  const broker = new sluice.SSEBroker();
  const connections = [];
  const server = http.createServer((req, res) => {
    const client = broker.connect(req, res, { id: 'ada', metadata: { name: 'A\u001b[31m' } });
    client.topics.add('orders');
    channel.add(client.connection);
    connections.push(client.connection);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${server.address().port}`;
  const client = await connectHTTP1(origin, '/', { headers: { 'Last-Event-ID': '7' } });
  t.after(() => client.leave());
  await until(() => connections.length === 1, 'the client');
  const [connection] = connections;

  const shown = inspect(connection);
  assert.match(shown, /^Connection \{\n? +id: '[\w-]{36}',/);
  assert.match(shown, /state: 'open'/);
  assert.match(shown, /transport: '(native|stream)'/);
  assert.match(shown, /queuedBytes: \d+/);
  assert.match(shown, /lastEventId: '7'/);
  assert.equal(inspect(channel), 'Channel { members: 1, draining: false, closed: false }');
  assert.equal(
    inspect(broker),
    'SSEBroker { clients: 1, topics: 1, draining: false, closed: false }',
  );
  const member = broker.client('ada');
  assert.match(inspect(member), /^BrokerClient \{/);
  assert.match(inspect(member), /name: 'A\\x1B\[31m'/, 'control characters are escaped');
  assert.match(inspect(member), /topics: \[ 'orders' \]/);
  assert.ok(!inspect(member, { depth: 9, showHidden: true }).includes(member.secret));
  assert.match(inspect(new sluice.SSEHelper(broker)), /^SSEHelper \{\s+broker: SSEBroker \{/);

  const service = sluice.createSSE();
  t.after(() => service.shutdown());
  assert.equal(inspect(service), 'SSE { clients: 0, channels: [] }');
  const backplane = memoryBackplane({ name: 'inspect' });
  assert.equal(inspect(backplane), "Backplane { state: 'idle', queuedBytes: 0 }");
  assert.equal(inspect(new SE()), 'SE { clients: [], autoGenerateId: true }');

  assert.equal(inspect([[[[channel]]]]), '[ [ [ [Array] ] ] ]');
  assert.equal(inspect({ a: { b: { c: channel } } }), '{ a: { b: { c: [Channel] } } }');
  await broker.close();
  channel.close();
  assert.match(inspect(broker), /clients: 0, topics: 0, draining: false, closed: true/);
  assert.match(inspect(channel), /members: 0, draining: false, closed: true/);
  assert.match(inspect(connection), /state: '(ending|closed)'/);
});
