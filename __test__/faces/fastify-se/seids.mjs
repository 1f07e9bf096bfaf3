import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SE } from '../../../fastify.js';
import { until } from '../../support/until.mjs';
import { serve } from '../fastify/app.mjs';
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
  'calls back with it': (_request, _reply, callback) => callback('ada'),
  'calls back with it later': (_request, _reply, callback) => void setTimeout(callback, 5, 'ada'),
  'calls back with no error and it': (_request, _reply, callback) => callback(null, 'ada'),
  'is async and calls back': async (_request, _reply, callback) => {
    await sleep(5);
    callback(undefined, 'ada');
  },
  'answers twice: the first answer counts': (_request, _reply, callback) => {
    callback('ada');
    callback(new Error('too late'));
    return 'bob';
  },
  'calls back later, and returns the timer': (_request, _reply, callback) =>
    setTimeout(callback, 5, null, 'ada'),
  'calls back twice: the first call counts': (_request, _reply, callback) => {
    callback(null, 'ada');
    callback(null, 'bob');
  },
  'takes it from the reply': (_request, reply) => (reply.sent ? 'sent' : 'ada'),
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
  'calls back with an error': (_request, _reply, callback) => callback(boom),
  'calls back with an error and nothing': (_request, _reply, callback) => callback(boom, undefined),
  'calls back with an error before it calls back with a seid': (_request, _reply, callback) => {
    callback(boom);
    callback(null, 'ada');
  },
  'calls back with a value other than an Error': (_request, _reply, callback) =>
    callback('boom', undefined),
};
for (const [title, seidGenerator] of Object.entries(failing)) {
  test(`a request whose seidGenerator ${title} fails`, SOON, async (t) => {
    const { status, message } = await answer(t, seidGenerator);
    assert.equal(status, 500);
    assert.match(message, /boom/);
  });
}

for (const value of ['', null, {}, true, undefined]) {
  test(`${JSON.stringify(value) ?? 'undefined'} is not a valid seid`, SOON, async (t) => {
    const { status, code } = await answer(t, (_request, _reply, callback) => callback(null, value));
    assert.deepEqual({ status, code }, { status: 500, code: 'ERR_SSE_SEID' });
  });
}

test('an error of seidGenerator may have a status code', SOON, async (t) => {
  const { status } = await answer(t, async () => {
    throw Object.assign(new Error('who are you?'), { statusCode: 401 });
  });
  assert.equal(status, 401);
});

test('a request whose seidGenerator never answers gets a 503', SOON, async (t) => {
  for (const never of [
    () => {},
    () => new Promise(() => {}),
    (_request, _reply, _callback) => {},
  ]) {
    const began = Date.now();
    const { status, code } = await answer(t, never, { seidTimeout: 50 });
    assert.deepEqual({ status, code }, { status: 503, code: 'ERR_SSE_SEID_TIMEOUT' });
    assert.ok(Date.now() - began < 60_000);
  }
});

test('options of SE are checked immediately', () => {
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

test('an error after the first answer is logged, and the request continues', SOON, async (t) => {
  const late = {
    'calls back again': (_request, _reply, callback) => {
      callback(null, 'ada');
      callback(boom);
    },
    throws: (_request, _reply, callback) => {
      callback(null, 'ada');
      throw boom;
    },
    rejects: async (_request, _reply, callback) => {
      callback(null, 'ada');
      throw boom;
    },
  };
  for (const [what, seidGenerator] of Object.entries(late)) {
    const { connect, log } = await serveSE(
      t,
      (fastify) => {
        fastify.get('/', async ({ seid }) => ({ seid }));
      },
      { seidGenerator },
    );
    const client = await connect('/');
    await client.over();
    assert.deepEqual(JSON.parse(client.text), { seid: 'ada' }, what);
    const warned = () => log.some(({ level, err }) => level === 40 && err?.message === 'boom');
    await until(warned, `the warning when it ${what}`);
  }
});

test('seidGenerator runs after authentication', SOON, async (t) => {
  const hooks = ['onRequest', 'preParsing', 'preValidation'];
  const log = (request, entry) => {
    request.trace ??= [];
    request.trace.push(entry);
  };
  const se = new SE({
    seidGenerator: (request) => {
      log(request, 'seid');
      return request.trace.join(' ');
    },
  });
  const hook = (entry) => async (request) => log(request, entry);
  const plugin = async (fastify) => {
    fastify.addHook('preHandler', hook('preHandler-before'));
    await fastify.register(se.plugin);
  };
  plugin[Symbol.for('skip-override')] = true;
  const { connect } = await serve(
    t,
    async (fastify) => {
      await fastify.register(async (scope) => {
        for (const name of hooks) scope.addHook(name, hook(`${name}-scope`));
        const own = Object.fromEntries(hooks.map((name) => [name, hook(`${name}-route`)]));
        scope.get('/', { ...own, preHandler: hook('preHandler-route') }, async (request) => ({
          seid: request.seid,
          trace: request.trace,
        }));
      });
    },
    { plugin },
  );
  const client = await connect('/');
  await client.over();
  const { seid, trace } = JSON.parse(client.text);
  const before = hooks.flatMap((name) => [`${name}-scope`, `${name}-route`]);
  assert.equal(seid, [...before, 'preHandler-before', 'seid'].join(' '));
  assert.equal(trace.at(-1), 'preHandler-route');
});

test('a request that a hook refuses gets no seid', SOON, async (t) => {
  let calls = 0;
  const { connect, se } = await serveSE(
    t,
    (fastify) => {
      fastify.addHook('onRequest', async (_request, reply) => reply.code(401).send());
      fastify.get('/', async () => ({}));
    },
    {
      seidGenerator: () => {
        calls += 1;
        return 'ada';
      },
    },
  );
  assert.equal((await connect('/')).status, 401);
  assert.equal(calls, 0);
  assert.deepEqual(Object.keys(se.clients), []);
});
