import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SE } from '../../fastify.js';
import { SOON, serveSE } from './app.mjs';

const answer = async (t, seidGenerator, options) => {
  const { connect, se } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', async ({ seid }) => ({ seid }));
      fastify.post('/', async ({ seid }) => ({ seid }));
    },
    { seidGenerator, ...options },
  );
  const client = await connect('/');
  await client.over();
  const post = await connect('/', { method: 'POST' });
  await post.over();
  assert.deepEqual(JSON.parse(post.text), { seid: '' });
  assert.deepEqual(Object.keys(se.clients), []);
  return { status: client.status, ...JSON.parse(client.text) };
};

const working = {
  'returns it': () => 'ada',
  'returns a number': () => 7,
  'promises it': () => sleep(5, 'ada'),
  'calls back with it': (_request, callback) => callback('ada'),
  'calls back with it later': (_request, callback) => void setTimeout(callback, 5, 'ada'),
  'calls back with no error and it': (_request, callback) => callback(null, 'ada'),
  'is async and calls back': async (_request, callback) => {
    await sleep(5);
    callback(undefined, 'ada');
  },
  'answers twice, of which the first counts': (_request, callback) => {
    callback('ada');
    callback(new Error('too late'));
    return 'bob';
  },
  'takes it from the request': (request) => request.url.replace('/', 'ada'),
};
for (const [title, seidGenerator] of Object.entries(working)) {
  test(`seidGenerator ${title}`, SOON, async (t) => {
    const { status, seid } = await answer(t, seidGenerator);
    assert.equal(status, 200);
    assert.equal(seid, title === 'returns a number' ? '7' : 'ada');
  });
}

const boom = new Error('boom');
const failing = {
  throws: () => {
    throw boom;
  },
  'throws a string': () => {
    throw 'boom';
  },
  rejects: async () => {
    throw boom;
  },
  'calls back with an error': (_request, callback) => callback(boom),
  'calls back with an error and nothing': (_request, callback) => callback(boom, undefined),
  'calls back with something that is no Error': (_request, callback) => callback('boom', undefined),
};
for (const [title, seidGenerator] of Object.entries(failing)) {
  test(`a request whose seidGenerator ${title} fails`, SOON, async (t) => {
    const { status, message } = await answer(t, seidGenerator);
    assert.equal(status, 500);
    assert.match(message, /boom/);
  });
}

for (const value of ['', null, {}, true, undefined]) {
  test(`${JSON.stringify(value) ?? 'undefined'} is no seid`, SOON, async (t) => {
    const { status, code } = await answer(t, (_request, callback) => callback(null, value));
    assert.deepEqual({ status, code }, { status: 500, code: 'ERR_SSE_SEID' });
  });
}

test('an error of seidGenerator may have a status', SOON, async (t) => {
  const { status } = await answer(t, async () => {
    throw Object.assign(new Error('who are you?'), { statusCode: 401 });
  });
  assert.equal(status, 401);
});

test('a seidGenerator that never answers gets the request a 503', SOON, async (t) => {
  for (const never of [() => {}, () => new Promise(() => {}), (_request, _callback) => {}]) {
    const began = Date.now();
    const { status, code } = await answer(t, never, { seidTimeout: 50 });
    assert.deepEqual({ status, code }, { status: 503, code: 'ERR_SSE_SEID_TIMEOUT' });
    assert.ok(Date.now() - began < 60_000);
  }
});

test('options of SE are checked at once', () => {
  const bad = [
    { seidGenerator: 'ada' },
    { stream: 'PassThrough' },
    { autoGenerateId: 'yes' },
    { seidTimeout: 0 },
    { pingInterval: -1 },
    [],
  ];
  for (const options of bad) assert.throws(() => new SE(options), { code: 'ERR_SSE_OPTION' });
});
