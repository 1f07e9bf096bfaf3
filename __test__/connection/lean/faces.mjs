// Lean connections in Express, Fastify and a broker.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import express from 'express';
import Fastify from 'fastify';
import { connectRaw } from '../../support/clients/raw.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { counted } from './site.mjs';

const require = createRequire(import.meta.url);
const { sse } = require('../../../express.js');
const sluiceFastify = require('../../../fastify.js');

async function connect(t, port, path) {
  const client = (await connectRaw({ port, host: '127.0.0.1' })).get(path);
  t.after(() => client.socket.destroy());
  return client;
}

test('sse() of Express opens lean connections', SOON, async (t) => {
  const channel = new sluice.Channel();
  const app = express();
  const router = express.Router();
  const seen = [];
  router.get(
    '/news',
    sse(
      (connection) => {
        channel.add(connection);
        seen.push(connection.request.url);
      },
      { lean: true },
    ),
  );
  router.get(
    '/fails',
    sse(
      async (connection) => {
        connection.send({ data: 'one' });
        throw new Error('no');
      },
      { lean: true },
    ),
  );
  app.use('/mounted', router);
  const errors = [];
  app.use((error, _req, _res, _next) => errors.push(error.message));
  const server = app.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address();
  const client = await connect(t, port, '/mounted/news');
  await client.has('\r\n\r\n');
  assert.deepEqual(seen, ['/mounted/news']);
  channel.send({ data: 'hello' });
  await client.has('data: hello\n\n');
  const failing = await connect(t, port, '/mounted/fails');
  await failing.eof();
  await failing.has('data: one\n\n');
  assert.equal(failing.chunks().complete, true);
  await until(() => errors.length > 0, 'the error');
  assert.deepEqual(errors, ['no']);
  client.socket.destroy();
  await counted(server, 0);
});

test('reply.eventStream() of Fastify accepts the option', SOON, async (t) => {
  const channel = new sluice.Channel();
  const responses = [];
  const app = Fastify();
  await app.register(sluiceFastify);
  app.addHook('onResponse', async (request) => void responses.push(request.url));
  app.get('/news', (_request, reply) => {
    channel.add(reply.eventStream({ lean: true }));
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => app.close());
  const client = await connect(t, app.server.address().port, '/news');
  await client.has('\r\n\r\n');
  channel.send({ data: 'hello' });
  await client.has('data: hello\n\n');
  const [connection] = channel.connections();
  await connection.end();
  await client.eof();
  await until(() => responses.length > 0, 'the hook');
  assert.deepEqual(responses, ['/news']);
  await counted(app.server, 0);
});

test('clients of a broker can be lean', SOON, async (t) => {
  const { SSEBroker } = sluice;
  const broker = new SSEBroker();
  const app = express();
  app.get('/events', (req, res) => {
    const client = broker.connect(req, res, { lean: true });
    broker.subscribe(client.id, 'news');
  });
  const server = app.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = await connect(t, server.address().port, '/events');
  await client.has('\r\n\r\n');
  broker.broadcastToTopic('news', { data: 'hello' });
  await client.has('data: hello\n\n');
  client.socket.destroy();
  await counted(server, 0);
  await broker.close?.();
});
