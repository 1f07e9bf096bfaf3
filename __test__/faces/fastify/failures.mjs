import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fastifyCompress from '@fastify/compress';
import { metrics } from '../../../index.js';
import { until } from '../../support/until.mjs';
import { SOON, serve } from './app.mjs';

const laterHook = async () => void (await sleep(20));

for (const kind of ['throws', 'rejects']) {
  test(`a handler that ${kind} aborts its stream, and the error is logged`, SOON, async (t) => {
    const reasons = [];
    const { connect, log, responses } = await serve(t, (fastify) => {
      fastify.get('/', (_request, reply) => {
        const connection = reply.eventStream().send({ data: 'hello' });
        connection.on('close', (reason) => reasons.push(reason));
        if (kind === 'throws') throw new Error('no more');
        return sleep(30).then(() => Promise.reject(new Error('no more')));
      });
    });
    const client = await connect('/');
    assert.equal(await client.over(), 'cut');
    await until(() => responses.length === 1, 'onResponse');
    assert.deepEqual(reasons, ['destroy']);
    assert.equal(responses[0].statusCode, 200);
    assert.equal(log.filter(({ err }) => err?.message === 'no more').length, 1);
  });
}

test('an error before the stream starts is answered like any other', SOON, async (t) => {
  const opened = [];
  const { connect } = await serve(t, (fastify) => {
    fastify.addHook('onSend', laterHook);
    fastify.get('/', (_request, reply) => {
      opened.push(reply.eventStream().send({ data: 'not delivered' }));
      throw Object.assign(new Error('no'), { statusCode: 418 });
    });
  });
  const client = await connect('/');
  assert.equal(await client.over(), 'clean');
  assert.equal(client.status, 418);
  assert.equal(JSON.parse(client.text).message, 'no');
  await until(() => opened[0].closed, 'the connection to close');
});

test('a failing onSend hook is answered by the error handler', SOON, async (t) => {
  const opened = [];
  const { connect } = await serve(t, (fastify) => {
    fastify.addHook('onSend', async (_request, _reply, payload) => {
      if (typeof payload?.pipe === 'function') throw new Error('the hook failed');
    });
    fastify.get('/', async (_request, reply) => void opened.push(reply.eventStream()));
  });
  const client = await connect('/');
  await client.over();
  assert.equal(client.status, 500);
  assert.equal(JSON.parse(client.text).message, 'the hook failed');
  await until(() => opened[0].closed, 'the connection to close');
});

test('a hook that replaces the payload of the stream gets a clear error', SOON, async (t) => {
  const { connect } = await serve(t, async (fastify) => {
    await fastify.register(fastifyCompress, { customTypes: /event-stream/, threshold: 0 });
    fastify.get('/', (_request, reply) => reply.eventStream().send({ data: 'hello' }));
    fastify.get('/left-out', { compress: false }, (_request, reply) =>
      reply.eventStream().send({ data: 'hello' }),
    );
  });
  const headers = { 'accept-encoding': 'gzip' };
  const client = await connect('/', { headers });
  await client.over();
  assert.equal(client.status, 500);
  assert.equal(JSON.parse(client.text).code, 'ERR_SSE_PAYLOAD');
  await (await connect('/left-out', { headers })).has('data: hello\n\n');
});

test('a second stream, or a stream after an answer, is refused', SOON, async (t) => {
  for (const later of [false, true]) {
    const codes = [];
    const { connect } = await serve(t, (fastify) => {
      if (later) fastify.addHook('onSend', laterHook);
      const open = (reply) => {
        try {
          reply.eventStream().send({ data: 'hello' });
        } catch ({ code }) {
          codes.push(code);
        }
      };
      fastify.get('/twice', (_request, reply) => {
        open(reply);
        open(reply);
      });
      fastify.get('/hijacked', (_request, reply) => {
        reply.hijack();
        open(reply);
        reply.raw.end('mine');
      });
    });
    const client = await connect('/twice');
    await client.has('data: hello\n\n');
    assert.equal(client.end, undefined);
    const other = await connect('/hijacked');
    await other.over();
    assert.equal(other.text, 'mine');
    assert.deepEqual(codes, ['ERR_SSE_HEADERS_SENT', 'ERR_SSE_HEADERS_SENT']);
  }
});

test('invalid options throw in the handler and are answered as its errors', SOON, async (t) => {
  const { origin } = await serve(t, (fastify) => {
    fastify.post('/', async ({ body }, reply) => void reply.eventStream(body));
  });
  const code = async (options) => {
    const response = await fetch(origin, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(options),
    });
    assert.equal(response.status, 500);
    return (await response.json()).code;
  };
  assert.equal(await code({ pingInterval: -1 }), 'ERR_SSE_OPTION');
  assert.equal(await code({ accept: 'all' }), 'ERR_SSE_OPTION');
  assert.equal(await code({ statusCode: 204 }), 'ERR_SSE_OPTION');
  assert.equal(await code([]), 'ERR_SSE_OPTION');
  assert.equal(await code({ headers: { 'X-A': 'a\nb' } }), 'ERR_INVALID_CHAR');
});

test(
  'a client that leaves before the stream opens is reported with its own error code',
  SOON,
  async (t) => {
    let code;
    let asked;
    const { connect } = await serve(t, (fastify) => {
      fastify.get('/', async (request, reply) => {
        asked = request;
        await until(() => request.raw.destroyed && reply.raw.destroyed, 'the client to leave');
        try {
          reply.eventStream();
        } catch (error) {
          code = error.code;
        }
      });
    });
    connect('/').catch(() => {});
    await until(() => asked, 'the request');
    asked.raw.socket.resetAndDestroy();
    await until(() => code, 'the error');
    assert.equal(code, 'ERR_SSE_GONE');
  },
);

test('a client that leaves before the stream starts leaves nothing behind', SOON, async (t) => {
  const opened = [];
  const { connect } = await serve(t, (fastify) => {
    fastify.addHook('onSend', async () => void (await sleep(60)));
    fastify.get('/', (request, reply) => {
      opened.push(reply.eventStream().send({ data: 'not delivered' }));
      setImmediate(() => request.raw.socket.resetAndDestroy());
    });
  });
  await assert.rejects(connect('/'));
  await until(() => opened[0].closed, 'the connection to close');
  await sleep(80);
  const { native, stream } = metrics().connections;
  assert.equal(native + stream, 0);
});
