import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import sluice from '../../../index.js';
import { connectRaw } from '../../support/clients/raw.mjs';
import { until } from '../../support/until.mjs';
import { SOON, serve } from './app.mjs';

const completed = (log) => log.filter(({ msg }) => msg === 'request completed');
const unexpected = (log) => log.filter(({ level }) => level > 30);

for (const transport of ['auto', 'stream']) {
  const endings = {
    'the server ends the stream': { end: (connection) => void connection.end(), reason: 'end' },
    'the client leaves': { end: (_connection, client) => client.leave(), reason: 'client' },
    'the client resets its socket': {
      end: (_connection, client) => client.reset(),
      reason: 'client',
    },
    'the timeout expires': { end: (connection) => connection.setTimeout(1), reason: 'timeout' },
    'the queue is full': {
      end: (connection, client) => {
        client.pause();
        for (let n = 0; n < 400; n += 1) connection.send({ data: 'x'.repeat(100_000) });
      },
      reason: 'overflow',
    },
  };
  for (const [title, { end, reason }] of Object.entries(endings)) {
    test(`onResponse and the log line come once when ${title} (${transport})`, SOON, async (t) => {
      const opened = [];
      const reasons = [];
      const { connect, log, responses } = await serve(t, (fastify) => {
        fastify.get('/', (_request, reply) => {
          const connection = reply.eventStream({ transport, maxQueueBytes: 200_000 });
          connection.on('close', (why) => reasons.push(why));
          opened.push(connection);
        });
      });
      const client = await connect('/');
      await sleep(60);
      assert.deepEqual(completed(log), []);
      end(opened[0], client);
      await until(() => responses.length > 0, 'onResponse');
      await sleep(30);
      assert.deepEqual(reasons, [reason]);
      assert.equal(responses.length, 1);
      assert.equal(responses[0].statusCode, 200);
      assert.ok(responses[0].elapsedTime >= 55 && responses[0].elapsedTime < 20_000);
      assert.deepEqual(
        log.map(({ msg }) => msg).filter((msg) => !msg.startsWith('Server listening')),
        ['incoming request', 'request completed'],
      );
      const [line] = completed(log);
      assert.equal(line.res.statusCode, 200);
      assert.ok(line.responseTime >= 55);
    });
  }
}

for (const transport of ['auto', 'stream']) {
  test(`a stream that both sides end at once ends once (${transport})`, SOON, async (t) => {
    const opened = [];
    const { port, responses } = await serve(t, (fastify) => {
      fastify.get('/', (_request, reply) => void opened.push(reply.eventStream({ transport })));
    });
    for (let round = 1; round <= 40; round += 1) {
      const client = await connectRaw({ port, host: '127.0.0.1' });
      client.send('GET / HTTP/1.0\r\n\r\n');
      await client.has('\r\n\r\n');
      client.socket.destroy();
      if (round % 2) await turn();
      await opened.pop().end();
    }
    await until(() => responses.length >= 40, 'onResponse');
    await sleep(20);
    assert.equal(responses.length, 40);
  });
}

test('close() ends the streams and resolves promptly', SOON, async (t) => {
  const reasons = [];
  const { connect, fastify, log } = await serve(t, (instance) => {
    instance.get('/:transport', ({ params }, reply) => {
      reply
        .eventStream(params)
        .send({ data: 'hello' })
        .on('close', (reason) => reasons.push(reason));
    });
  });
  const clients = [await connect('/auto'), await connect('/stream'), await connect('/auto')];
  const began = Date.now();
  await fastify.close();
  assert.ok(Date.now() - began < 60_000, `it took ${Date.now() - began} ms`);
  assert.deepEqual(reasons, ['end', 'end', 'end']);
  for (const client of clients) {
    assert.equal(await client.over(), 'clean');
    assert.deepEqual(client.data, ['hello']);
  }
  assert.equal(completed(log).length, 3);
  assert.deepEqual(unexpected(log), []);
});

test('close() does not wait for a client that does not read', SOON, async (t) => {
  const reasons = [];
  const { connect, fastify } = await serve(t, (instance) => {
    instance.get('/:transport', ({ params }, reply) => {
      const connection = reply.eventStream({ ...params, maxQueueBytes: 64 << 20 });
      connection.on('close', (reason) => reasons.push(reason));
      for (let n = 0; n < 200; n += 1) connection.send({ data: 'x'.repeat(100_000) });
    });
  });
  await connect('/auto', { reading: false });
  await connect('/stream', { reading: false });
  const began = Date.now();
  await fastify.close();
  assert.ok(Date.now() - began < 60_000, `it took ${Date.now() - began} ms`);
  assert.deepEqual(reasons, ['destroy', 'destroy']);
});

test('sending while the server closes raises no error', SOON, async (t) => {
  let sending;
  const { connect, fastify } = await serve(t, (instance) => {
    instance.get('/', (_request, reply) => {
      const connection = reply.eventStream();
      sending = setInterval(() => connection.send({ data: 'x' }), 0);
      connection.on('close', () => clearInterval(sending));
    });
  });
  const client = await connect('/');
  await client.count(3);
  await fastify.close();
  assert.equal(await client.over(), 'clean');
});

test('a stream that opens while the server closes is ended', SOON, async (t) => {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  const { connect, fastify } = await serve(t, (instance) => {
    instance.get('/', async (_request, reply) => {
      await released;
      reply.eventStream().send({ data: 'late' });
    });
  });
  const asked = connect('/');
  await sleep(30);
  const closed = fastify.close();
  await sleep(30);
  release();
  const client = await asked;
  assert.equal(await client.over(), 'clean');
  await closed;
});

test('a thousand streams leave nothing behind', SOON, async (t) => {
  const { connect, responses } = await serve(t, (fastify) => {
    fastify.get('/', (_request, reply) => {
      const connection = reply.eventStream().send({ data: 'x' });
      if (Math.random() < 0.5) connection.end();
    });
  });
  for (let round = 0; round < 20; round += 1) {
    const clients = await Promise.all(Array.from({ length: 50 }, () => connect('/')));
    await Promise.all(clients.map((client) => client.count(1)));
    for (const client of clients) client.leave();
  }
  await until(() => responses.length === 1000, 'a thousand ends');
  await until(() => {
    const { native, stream } = sluice.metrics().connections;
    return native + stream === 0;
  }, 'no open connections');
});
