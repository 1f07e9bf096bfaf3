import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Fastify from 'fastify';
import sluice from '../../../fastify.js';
import { certificate } from '../../support/certificate.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { until } from '../../support/until.mjs';
import { SOON } from './app.mjs';

const servers = {
  HTTPS: { options: () => ({ https: certificate() }), scheme: 'https', connect: connectHTTP1 },
  'HTTP/2 without TLS': { options: () => ({ http2: true }), scheme: 'http', connect: connectHTTP2 },
  'HTTP/2': {
    options: () => ({ http2: true, https: certificate() }),
    scheme: 'https',
    connect: connectHTTP2,
  },
};

for (const [title, { options, scheme, connect }] of Object.entries(servers)) {
  test(`streams work over ${title}`, SOON, async (t) => {
    const fastify = Fastify(options());
    t.after(() => fastify.close());
    const opened = [];
    let responses = 0;
    fastify.addHook('onResponse', async () => {
      responses += 1;
    });
    await fastify.register(sluice);
    fastify.get('/', (_request, reply) => {
      opened.push(reply.header('X-A', 'b').eventStream().send({ data: 'hello' }));
    });
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const origin = `${scheme}://127.0.0.1:${fastify.server.address().port}`;

    const leaving = await connect(origin, '/');
    await leaving.has('data: hello\n\n');
    assert.equal(leaving.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(leaving.headers['x-a'], 'b');
    assert.equal(opened[0].transport, 'stream');
    leaving.leave();
    await until(() => responses === 1, 'onResponse after the client left');
    await until(() => opened[0].closed, 'the connection to close');

    const staying = await connect(origin, '/');
    await opened[1].send({ data: 'bye' }).end();
    assert.equal(await staying.over(), 'clean');
    assert.deepEqual(staying.data, ['hello', 'bye']);

    const last = await connect(origin, '/');
    await fastify.close();
    assert.equal(await last.over(), 'clean');
    assert.equal(responses, 3);
  });
}

test('inject resolves with the whole stream when it ends', SOON, async () => {
  const fastify = Fastify();
  await fastify.register(sluice);
  fastify.get('/', async (_request, reply) => {
    const connection = reply.header('X-A', 'b').eventStream({ retry: 5 });
    for (let n = 0; n < 3; n += 1) {
      connection.send({ data: n });
      await new Promise(setImmediate);
    }
    await connection.end();
  });
  const response = await fastify.inject('/');
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(response.headers['x-a'], 'b');
  assert.equal(response.payload, 'retry: 5\n\ndata: 0\n\ndata: 1\n\ndata: 2\n\n');
  await fastify.close();
});

test('an injected stream keeps the process alive only until it ends', SOON, async () => {
  const program = `
    const fastify = require('fastify')();
    fastify.register(require('sluice/fastify'));
    fastify.get('/', async (_request, reply) => {
      const connection = reply.eventStream().send({ data: 'one' });
      await new Promise((resolve) => setTimeout(resolve, 50).unref());
      await connection.send({ data: 'two' }).end();
    });
    fastify.inject('/').then(({ payload }) => process.stdout.write(payload));
  `;
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd });
  assert.equal(stdout, 'data: one\n\ndata: two\n\n');
});

test('inject with payloadAsStream gets each event as it is sent', SOON, async () => {
  const fastify = Fastify();
  let connection;
  await fastify.register(sluice);
  fastify.get('/', (_request, reply) => {
    connection = reply.eventStream();
  });
  const response = await fastify.inject({ url: '/', payloadAsStream: true });
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  let text = '';
  const stream = response.stream().setEncoding('utf8');
  stream.on('data', (chunk) => {
    text += chunk;
  });
  connection.send({ data: 'one' });
  await until(() => text === 'data: one\n\n', 'the first event');
  connection.send({ data: 'two' }).end();
  await until(() => stream.readableEnded, 'the end');
  assert.equal(text, 'data: one\n\ndata: two\n\n');
  await fastify.close();
});

test('an injected client that has left does not delay close()', SOON, async () => {
  const fastify = Fastify();
  let connection;
  await fastify.register(sluice);
  fastify.get('/', (_request, reply) => {
    connection = reply.eventStream().send({ data: 'one' });
  });
  const response = await fastify.inject({ url: '/', payloadAsStream: true });
  response.stream().on('error', () => {});
  response.raw.res.destroy();
  const began = Date.now();
  await fastify.close();
  assert.ok(Date.now() - began < 60_000, `it took ${Date.now() - began} ms`);
  assert.equal(connection.closed, true);
});
