import assert from 'node:assert/strict';
import { PassThrough, Readable, Transform } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fastifyCompress from '@fastify/compress';
import { metrics } from '../../../index.js';
import { until } from '../../support/until.mjs';
import { SOON, serveSE } from './app.mjs';

const made = [];
class Counted extends Transform {
  bytes = 0;
  constructor(options) {
    super(options);
    this.options = options;
    made.push(this);
  }
  _transform(chunk, _encoding, callback) {
    this.bytes += chunk.length;
    callback(null, chunk);
  }
}

test('a stream class is constructed with its options and gets every frame', SOON, async (t) => {
  const streamOptions = { allowHalfOpen: false, highWaterMark: 64 };
  const { connect, responses, se } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => {
        reply.header('X-A', 'b').sendEvent('hello').sendEvent('x'.repeat(1000));
      });
    },
    { stream: Counted, streamOptions, autoGenerateId: false },
  );
  const client = await connect('/');
  const text = `data: hello\n\ndata: ${'x'.repeat(1000)}\n\n`;
  await client.has(text);
  assert.equal(client.text, text);
  assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(client.headers['cache-control'], 'no-store, no-transform');
  assert.equal(client.headers['x-a'], 'b');
  const stream = made.at(-1);
  assert.equal(stream.options, streamOptions);
  assert.equal(stream.bytes, text.length);
  const [reply] = Object.values(se.clients);
  reply.sendEvent('bye').endEvent();
  assert.equal(await client.over(), 'clean');
  await client.has('data: bye\n\n');
  await until(() => responses.length === 1, 'onResponse');
  assert.equal(stream.destroyed, true);
});

test('a stream class can compress events', SOON, async (t) => {
  const { connect } = await serveSE(
    t,
    async (fastify) => {
      await fastify.register(fastifyCompress, { customTypes: /event-stream/, threshold: 0 });
      fastify.get('/', (_request, reply) => reply.sendEvent('hello').endEvent());
    },
    { stream: PassThrough, autoGenerateId: false },
  );
  const client = await connect('/', { headers: { 'accept-encoding': 'gzip' } });
  await client.over();
  assert.equal(client.headers['content-encoding'], 'gzip');
  assert.equal(client.text, 'data: hello\n\n');
});

for (const [title, handler] of Object.entries({
  'async, and returns nothing': async (_request, reply) => void reply.sendEvent('hello'),
  'not async, and returns the reply': (_request, reply) => reply.sendEvent('hello'),
})) {
  test(`a handler may be ${title}, with a stream class and a slow hook`, SOON, async (t) => {
    const { connect } = await serveSE(
      t,
      (fastify) => {
        fastify.addHook('onSend', async () => void (await sleep(20)));
        fastify.get('/', handler);
      },
      { stream: PassThrough, autoGenerateId: false },
    );
    const client = await connect('/');
    await client.has('data: hello\n\n');
    await sleep(40);
    assert.equal(client.end, undefined);
  });
}

test('when the client leaves, the stream is destroyed and the entry removed', SOON, async (t) => {
  const { connect, log, responses, se } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
    },
    { stream: Counted },
  );
  const client = await connect('/');
  await client.has('data: hello');
  client.leave();
  await until(() => Object.keys(se.clients).length === 0, 'the entry to be removed');
  await until(() => responses.length === 1, 'onResponse');
  assert.equal(made.at(-1).destroyed, true);
  assert.equal(log.filter(({ msg }) => msg === 'request completed').length, 1);
  await until(() => metrics().connections.stream === 0, 'the connection to close');
});

test(
  'a slow client applies back-pressure to the stream until its queue overflows',
  SOON,
  async (t) => {
    const { connect, se } = await serveSE(
      t,
      (fastify) => {
        fastify.get('/', (_request, reply) => {
          for (let n = 0; n < 400; n += 1) reply.sendEvent('x'.repeat(100_000));
        });
      },
      { stream: PassThrough, maxQueueBytes: 200_000 },
    );
    const client = await connect('/', { reading: false });
    await until(() => Object.keys(se.clients).length === 0, 'the connection to overflow');
    client.resume();
    assert.equal(await client.over(), 'cut');
  },
);

test('a stream that fails aborts the response', SOON, async (t) => {
  const { connect, se } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
    },
    { stream: Counted },
  );
  const client = await connect('/');
  await client.has('data: hello');
  made.at(-1).destroy(new Error('no more'));
  assert.equal(await client.over(), 'cut');
  await until(() => Object.keys(se.clients).length === 0, 'the entry to be removed');
});

test('close ends the streams of a stream class', SOON, async (t) => {
  const { connect, fastify } = await serveSE(
    t,
    (instance) => {
      instance.get('/', (_request, reply) => reply.sendEvent('hello'));
    },
    { streamOptions: { highWaterMark: 16 } },
  );
  const client = await connect('/');
  const began = Date.now();
  await fastify.close();
  assert.ok(Date.now() - began < 60_000);
  assert.equal(await client.over(), 'clean');
  await client.has('data: hello\n\n');
});

test('a class that is not writable is refused', SOON, async (t) => {
  const { connect } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
    },
    { stream: Readable },
  );
  const client = await connect('/');
  await client.over();
  assert.equal(client.status, 500);
  assert.equal(JSON.parse(client.text).code, 'ERR_SSE_OPTION');
});
