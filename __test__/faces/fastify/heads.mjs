import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastifyCookie from '@fastify/cookie';
import fastifyCors from '@fastify/cors';
import fastifyHelmet from '@fastify/helmet';
import { until } from '../../support/until.mjs';
import { SOON, serve } from './app.mjs';

test('sends the headers set by reply.header() and other plugins', SOON, async (t) => {
  const { connect } = await serve(t, async (fastify) => {
    await fastify.register(fastifyCors, { origin: ['https://app.example'], credentials: true });
    await fastify.register(fastifyHelmet);
    await fastify.register(fastifyCookie);
    fastify.addHook('onRequest', async (_request, reply) => void reply.header('X-From-Hook', 'a'));
    fastify.addHook('onSend', async (_request, reply) => void reply.header('X-From-Send', 'b'));
    fastify.get('/', (_request, reply) => {
      reply.header('X-Request-Id', '7').setCookie('a', '1').setCookie('b', '2', { httpOnly: true });
      reply.eventStream({ accept: 'only' }).send({ data: 'hello' });
    });
  });
  const client = await connect('/', { headers: { origin: 'https://app.example' } });
  await client.has('data: hello\n\n');
  const { headers } = client;
  assert.equal(headers['access-control-allow-origin'], 'https://app.example');
  assert.equal(headers['access-control-allow-credentials'], 'true');
  assert.equal(headers.vary, 'Origin, Accept');
  assert.match(headers['content-security-policy'], /default-src/);
  assert.deepEqual(headers['set-cookie'], ['a=1; SameSite=Lax', 'b=2; HttpOnly; SameSite=Lax']);
  assert.equal(headers['x-from-hook'], 'a');
  assert.equal(headers['x-from-send'], 'b');
  assert.equal(headers['x-request-id'], '7');
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store, no-transform');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['content-length'], undefined);
});

test('hooks see the head of the stream', SOON, async (t) => {
  let seen;
  const { connect } = await serve(t, (fastify) => {
    fastify.addHook('onSend', async (_request, reply) => {
      seen = { ...reply.getHeaders(), status: reply.statusCode };
    });
    fastify.get('/', (_request, reply) => {
      reply.eventStream({ statusCode: 201, headers: { 'X-Count': 3, 'X-None': undefined } });
    });
  });
  await connect('/');
  assert.equal(seen['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(seen['cache-control'], 'no-store, no-transform');
  assert.equal(seen['x-count'], 3);
  assert.equal('x-none' in seen, false);
  assert.equal(seen.status, 201);
});

test('the status of the options overrides that of the reply', SOON, async (t) => {
  const { connect, responses } = await serve(t, (fastify) => {
    fastify.get('/option', (_request, reply) => {
      reply.code(202).eventStream({ statusCode: 201 }).end();
    });
    fastify.get('/reply', (_request, reply) => void reply.code(202).eventStream().end());
  });
  assert.equal((await connect('/option')).status, 201);
  assert.equal((await connect('/reply')).status, 202);
  await until(() => responses.length === 2, 'both responses');
  assert.deepEqual(
    responses.map(({ statusCode }) => statusCode),
    [201, 202],
  );
});

test(
  'headers of the options override those of the plugin, and both override the reply',
  SOON,
  async (t) => {
    const defaults = { headers: { 'X-Who': 'plugin', 'X-Plugin': '1' }, retry: 700 };
    const setUp = (fastify) => {
      fastify.get('/', (_request, reply) => {
        reply.header('X-Who', 'reply').header('X-Plugin', '0').header('X-Reply', '1');
        const headers = { 'x-who': 'option', 'X-Accel-Buffering': 'yes' };
        reply.eventStream({ headers }).end();
      });
    };
    const { connect } = await serve(t, setUp, { defaults });
    const client = await connect('/');
    assert.equal(client.headers['x-who'], 'option');
    assert.equal(client.headers['x-plugin'], '1');
    assert.equal(client.headers['x-reply'], '1');
    assert.equal(client.headers['x-accel-buffering'], 'yes');
    await client.over();
    assert.equal(client.text, 'retry: 700\n\n');
  },
);

test('HEAD gets only the head of the stream', SOON, async (t) => {
  const opened = [];
  const { connect, log } = await serve(t, (fastify) => {
    const handler = (_request, reply) => {
      opened.push(reply.eventStream({ headers: { 'X-A': 'b' } }).send({ data: 'hello' }));
    };
    fastify.get('/made-by-fastify', handler);
    fastify.route({ method: ['GET', 'HEAD'], url: '/explicit', handler });
  });
  for (const path of ['/made-by-fastify', '/explicit']) {
    const client = await connect(path, { method: 'HEAD' });
    assert.equal(await client.over(), 'clean');
    assert.equal(client.status, 200);
    assert.equal(client.text, '');
    assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(client.headers['cache-control'], 'no-store, no-transform');
    assert.equal(client.headers['x-accel-buffering'], 'no');
    assert.equal(client.headers['x-a'], 'b');
  }
  await until(() => opened.every(({ closed }) => closed), 'the connections to close');
  assert.deepEqual(
    log.filter(({ level }) => level > 30),
    [],
  );
});

test('trailers of the reply do not delay the stream', SOON, async (t) => {
  const { connect, responses } = await serve(t, (fastify) => {
    fastify.get('/', (_request, reply) => {
      reply.trailer('X-Sum', async () => '1');
      const connection = reply.eventStream().send({ data: 'hello' });
      setTimeout(() => connection.send({ data: 'bye' }).end(), 40);
    });
  });
  const client = await connect('/');
  await client.over();
  assert.deepEqual(client.data, ['hello', 'bye']);
  await until(() => responses.length === 1, 'onResponse');
});
