import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fastifySSE from '@fastify/sse';
import Fastify from 'fastify';
import Fastify4 from 'fastify4';
import sluice, { SE } from '../../../fastify.js';
import { SOON, serve } from './app.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const require = createRequire(import.meta.url);

test('the plugin and SE can be imported in every way', () => {
  const required = require('sluice/fastify');
  assert.equal(required, sluice);
  assert.equal(required.default, sluice);
  assert.equal(required.SE, SE);
  assert.equal(typeof SE, 'function');
});

test('the types pass strict type checks', { timeout: 240_000 }, async () => {
  const tsc = file('../../../node_modules/typescript/bin/tsc');
  const project = file('../../package/types/fastify.tsconfig.json');
  const check = promisify(execFile)(process.execPath, [tsc, '-p', project]);
  await check.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
});

test('options are checked when Fastify becomes ready', SOON, async () => {
  const start = (options) => Fastify().register(sluice, options).ready();
  await assert.rejects(start({ pingInterval: -1 }), { code: 'ERR_SSE_OPTION' });
  await assert.rejects(start({ retry: '5' }), { code: 'ERR_SSE_OPTION' });
  await assert.rejects(start({ transport: 'carrier pigeon' }), { code: 'ERR_SSE_OPTION' });
  await start({ pingInterval: 5, prefix: '/events' });
});

test('Fastify 4 rejects the plugin and names the required version', SOON, async () => {
  await assert.rejects(Fastify4().register(sluice).ready(), {
    code: 'FST_ERR_PLUGIN_VERSION_MISMATCH',
    message: /5\.x/,
  });
  await assert.rejects(Fastify4().register(new SE().plugin).ready(), {
    code: 'FST_ERR_PLUGIN_VERSION_MISMATCH',
  });
});

test(
  'an encapsulated plugin is visible only in its context, with its own defaults',
  SOON,
  async (t) => {
    const known = {};
    const none = async () => {};
    const setUp = async (fastify) => {
      fastify.get('/root', async (_request, reply) => {
        known.root = reply.eventStream !== undefined;
        return 'none';
      });
      for (const name of ['a', 'b']) {
        await fastify.register(async (context) => {
          await context.register(sluice, { headers: { 'X-Context': name } });
          context.get(`/${name}`, (_request, reply) => reply.eventStream().send({ data: name }));
        });
      }
    };
    const { connect } = await serve(t, setUp, { plugin: none });
    await connect('/root');
    assert.deepEqual(known, { root: false });
    for (const name of ['a', 'b']) {
      const client = await connect(`/${name}`);
      await client.has(`data: ${name}\n\n`);
      assert.equal(client.headers['x-context'], name);
    }
  },
);

test('close() ends the streams of encapsulated plugins too', SOON, async (t) => {
  const { connect, fastify } = await serve(
    t,
    async (instance) => {
      await instance.register(async (context) => {
        await context.register(sluice);
        context.get('/', (_request, reply) => reply.eventStream());
      });
    },
    { plugin: async () => {} },
  );
  const client = await connect('/');
  await fastify.close();
  assert.equal(await client.over(), 'clean');
});

test('the plugin works alongside @fastify/sse', SOON, async (t) => {
  const { connect } = await serve(t, async (fastify) => {
    await fastify.register(fastifySSE);
    fastify.get('/theirs', { sse: 'only' }, async (_request, reply) => {
      await reply.sse.send({ data: 'theirs' });
    });
    fastify.get('/ours', async (_request, reply) => {
      reply.eventStream().send({ data: 'ours' }).end();
    });
  });
  const headers = { accept: 'text/event-stream' };
  const theirs = await connect('/theirs', { headers });
  const ours = await connect('/ours', { headers });
  await theirs.has('theirs');
  await ours.over();
  assert.equal(ours.text, 'data: ours\n\n');
});
