import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fastifyCompress from '@fastify/compress';
import sluice from '../../../index.js';
import { withoutPrimer } from '../../support/primer.mjs';
import { until } from '../../support/until.mjs';
import { SOON, serve } from './app.mjs';

const problems = (log) => log.filter(({ level }) => level > 30).map(({ msg }) => msg);
const laterHook = async () => void (await sleep(20));

// Every form of handler, with and without a hook that delays the start of the stream.
const handlers = {
  'a function that returns nothing': (_request, reply) => {
    reply.eventStream().send({ data: 'hello' });
  },
  'an async function that returns nothing': async (_request, reply) => {
    reply.eventStream().send({ data: 'hello' });
  },
  'an async function that continues': async (_request, reply) => {
    const connection = reply.eventStream();
    await sleep(40);
    connection.send({ data: 'hello' });
  },
  'a function that returns the connection': (_request, reply) =>
    reply.eventStream().send({ data: 'hello' }),
  'an async function that returns the connection': async (_request, reply) =>
    reply.eventStream().send({ data: 'hello' }),
  'a function that returns a channel': (_request, reply) =>
    new sluice.Channel().add(reply.eventStream()).send({ data: 'hello' }),
  'an async function that returns the reply': async (_request, reply) => {
    reply.eventStream().send({ data: 'hello' });
    return reply;
  },
};
for (const later of [false, true]) {
  for (const [title, handler] of Object.entries(handlers)) {
    const hooks = later ? 'an asynchronous onSend hook' : 'no hook';
    test(`a handler may be ${title} (${hooks})`, SOON, async (t) => {
      const { connect, log } = await serve(t, (fastify) => {
        if (later) fastify.addHook('onSend', laterHook);
        fastify.get('/', handler);
      });
      const client = await connect('/');
      await client.has('data: hello\n\n');
      await sleep(60);
      assert.equal(client.end, undefined);
      assert.equal(withoutPrimer(client.text).replace(/^id: .*\n/, ''), 'data: hello\n\n');
      assert.deepEqual(problems(log), []);
    });
  }

  test(
    `another return value of a handler is ignored with a warning (${later})`,
    SOON,
    async (t) => {
      const { connect, log } = await serve(t, (fastify) => {
        if (later) fastify.addHook('onSend', laterHook);
        fastify.get('/', (_request, reply) => {
          reply.eventStream().send({ data: 'hello' });
          return { data: 'something else' };
        });
      });
      const client = await connect('/');
      await sleep(50);
      assert.equal(client.text, 'data: hello\n\n');
      assert.equal(client.end, undefined);
      assert.match(problems(log).join(), /the return value of the handler is ignored/);
    },
  );

  for (const kind of ['throws', 'rejects']) {
    const fail = {
      throws: (connection) => {
        connection?.send({ data: 'hello' });
        throw new Error('no more');
      },
      rejects: async (connection) => {
        connection?.send({ data: 'hello' });
        await sleep(later ? 0 : 20);
        throw new Error('no more');
      },
    }[kind];

    test(
      `a stream that has ended is complete even if its handler ${kind} (${later})`,
      SOON,
      async (t) => {
        const { connect, log } = await serve(t, (fastify) => {
          if (later) fastify.addHook('onSend', laterHook);
          fastify.get('/', (_request, reply) => {
            reply.eventStream().send({ data: 'all' }).end();
            return fail();
          });
        });
        const client = await connect('/');
        assert.equal(await client.over(), 'clean');
        assert.equal(client.text, 'data: all\n\n');
        await until(
          () => log.some(({ err }) => err?.message === 'no more'),
          'the error in the log',
        );
      },
    );
  }
}

test('@fastify/compress does not compress event streams', SOON, async (t) => {
  const opened = [];
  const { connect } = await serve(t, async (fastify) => {
    await fastify.register(fastifyCompress, { threshold: 0 });
    fastify.get('/', (_request, reply) => {
      opened.push(reply.eventStream().send({ data: 'hello' }));
    });
    fastify.get('/other', () => ({ text: 'x'.repeat(2000) }));
  });
  const headers = { 'accept-encoding': 'gzip' };
  const client = await connect('/', { headers });
  await client.has('data: hello\n\n');
  assert.equal(client.headers['content-encoding'], undefined);
  assert.equal(opened[0].transport, process.platform === 'win32' ? 'stream' : 'native');
  assert.equal((await connect('/other', { headers })).headers['content-encoding'], 'gzip');
});

test('hooks run in order, and a rejected request gets no stream', SOON, async (t) => {
  const order = [];
  const { connect, responses } = await serve(t, (fastify) => {
    for (const name of ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'onSend']) {
      fastify.addHook(name, async () => void order.push(name));
    }
    const preHandler = async (request, reply) => {
      if (request.headers.authorization !== 'Bearer key') return reply.code(401).send({ no: true });
    };
    fastify.get('/', { preHandler }, async (_request, reply) => {
      order.push('handler');
      reply.eventStream().send({ data: 'hello' }).end();
    });
  });
  const stranger = await connect('/');
  await stranger.over();
  assert.equal(stranger.status, 401);
  assert.deepEqual(JSON.parse(stranger.text), { no: true });
  order.length = 0;
  const client = await connect('/', { headers: { authorization: 'Bearer key' } });
  assert.equal(await client.over(), 'clean');
  const before = ['onRequest', 'preParsing', 'preValidation', 'preHandler'];
  assert.deepEqual(order, [...before, 'handler', 'onSend']);
  await until(() => responses.length === 2, 'both responses');
  assert.deepEqual(
    responses.map(({ statusCode }) => statusCode),
    [401, 200],
  );
});

test('a hook may open the stream: the handler is skipped', SOON, async (t) => {
  let handled = false;
  const { connect } = await serve(t, (fastify) => {
    const preHandler = async (_request, reply) => {
      reply.eventStream().send({ data: 'from a hook' });
      return reply;
    };
    fastify.get('/', { preHandler }, async () => {
      handled = true;
    });
  });
  await (await connect('/')).has('data: from a hook\n\n');
  assert.equal(handled, false);
});

test('handlerTimeout limits the handler, not the stream', SOON, async (t) => {
  const { connect } = await serve(t, (fastify) => {
    fastify.get('/', { handlerTimeout: 40 }, async (_request, reply) => {
      const connection = reply.eventStream();
      await sleep(120);
      connection.send({ data: 'still here' });
    });
  });
  const client = await connect('/');
  await client.has('data: still here\n\n');
  assert.equal(client.end, undefined);
});
