import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import stream from 'node:stream';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import { SE } from '../../../fastify.js';
import { until } from '../../support/until.mjs';
import { serve } from '../fastify/app.mjs';
import { as, SOON, seidGenerator, serveSE } from './app.mjs';

const require = createRequire(import.meta.url);
const text = readFileSync(new URL('examples.md', import.meta.url), 'utf8');
const snippet = (heading) => {
  const section = text.split('\n## ').find((part) => part.startsWith(`${heading}\n`));
  return /```javascript\n(.*?)```/s.exec(section)[1];
};

test(
  'the documented usage and example run, and an EventSource reads their events',
  SOON,
  async (t) => {
    const greetings = [];
    const setUp = (fastify) => {
      fastify.get('/friend', (_request, reply) => reply.sendEvent('here'));
      new Function('fastify', snippet('Example'))(fastify);
    };
    const plugin = async (fastify) => {
      const code = `${snippet('Usage')}; return SE;`;
      const opts = { seidGenerator: ({ url }) => (url === '/friend' ? '@my_friend' : url) };
      const se = new Function('require', 'fastify', 'opts', code)(require, fastify, opts);
      greetings.push(se);
    };
    plugin[Symbol.for('skip-override')] = true;
    const { connect, log, origin } = await serve(t, setUp, { plugin });
    const friend = await connect('/friend');
    await friend.has('data: here\n\n');

    const received = [];
    const source = new EventSource(`${origin}/events`);
    t.after(() => source.close());
    for (const name of ['greeting', 'new_private_message']) {
      source.addEventListener(name, ({ type, data }) => received.push([type, data]));
    }
    source.addEventListener('error', () => source.close());
    await until(() => source.readyState === EventSource.CLOSED, 'the end of the stream');
    assert.deepEqual(received, [
      ['greeting', 'hello world'],
      ['new_private_message', '{"from":"@other_people","message":"hey guy","date":"x-x-x-x"}'],
    ]);
    await friend.has(
      'event: send_new_message\ndata: {"from":"@my_friend","message":"my name is x"}',
    );
    // The last line of the example throws, as its comment states.
    await until(
      () => log.some(({ err }) => err?.code === 'ERR_SSE_CLOSED'),
      'the error in the log',
    );
    const [se] = greetings;
    assert.deepEqual(Object.keys(se.clients), ['@my_friend']);
  },
);

test('the example also runs with asynchronous onSend hooks and a stream class', SOON, async (t) => {
  const cases = [
    [{ seidGenerator }, async () => void (await new Promise(setImmediate))],
    [{ seidGenerator, stream: stream.PassThrough }, async () => {}],
    [
      { seidGenerator, stream: stream.PassThrough },
      async () => void (await new Promise(setImmediate)),
    ],
  ];
  for (const [options, hook] of cases) {
    const setUp = (fastify) => {
      fastify.addHook('onSend', hook);
      new Function('fastify', snippet('Example'))(fastify);
    };
    const { connect, log, se } = await serveSE(t, setUp, options);
    const client = await connect('/events', as('a'));
    assert.equal(await client.over(), 'clean');
    assert.equal(client.status, 200);
    assert.equal(client.data.length, 2);
    await until(
      () => log.some(({ err }) => err?.code === 'ERR_SSE_CLOSED'),
      'the error in the log',
    );
    assert.deepEqual(Object.keys(se.clients), []);
  }
});

test('the documented properties have the documented values', () => {
  const documented = {};
  const seids = () => 'a';
  const code = snippet('Options').replace(
    'opts.autoGenerateId || true',
    'opts.autoGenerateId ?? true',
  );
  new Function('opts', 'stream', 'defaultSeidGenerator', code).call(documented, {}, stream, seids);
  const se = new SE();
  assert.equal(se.stream, documented.stream);
  assert.deepEqual(se.streamOptions, documented.streamOptions);
  assert.equal(se.autoGenerateId, documented.autoGenerateId);
  assert.deepEqual({ ...se.clients }, documented.clients);
  assert.equal(typeof se.seidGenerator, 'function');
  assert.equal(new SE({ seidGenerator: seids }).seidGenerator, seids);
  assert.equal(new SE({ autoGenerateId: false }).autoGenerateId, false);
});
