import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON, serveSE } from './app.mjs';

/** The text that a client receives after `send`. */
async function frames(t, send, options = { autoGenerateId: false }) {
  const { connect } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => {
        send(reply);
        reply.endEvent();
      });
    },
    options,
  );
  const client = await connect('/');
  assert.equal(await client.over(), 'clean');
  assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
  return client.text;
}

const cases = {
  'a string': [['hello'], 'data: hello\n\n'],
  'an object': [[{ a: 1 }], 'data: {"a":1}\n\n'],
  'all four arguments': [
    ['x', 'name', 'id-1', 3000],
    'id: id-1\nevent: name\nretry: 3000\ndata: x\n\n',
  ],
  'nulls, which are left out': [['x', null, null, 0], 'retry: 0\ndata: x\n\n'],
  'an id that is a number': [['x', undefined, 7], 'id: 7\ndata: x\n\n'],
  'an id that resets': [['x', undefined, ''], 'id\ndata: x\n\n'],
  'an event as the only argument': [
    [{ data: { a: 1 }, event: 'name', id: 7, retry: 5 }],
    'id: 7\nevent: name\nretry: 5\ndata: {"a":1}\n\n',
  ],
  'an event of data alone': [[{ data: 'x' }], 'data: x\n\n'],
  'an object with fields that events do not have': [
    [{ data: 'x', from: 'a' }],
    'data: {"data":"x","from":"a"}\n\n',
  ],
  'an object without data': [[{ event: 'x', id: 1 }], 'data: {"event":"x","id":1}\n\n'],
  'an object like an event with other arguments': [
    [{ data: 'x' }, 'name'],
    'event: name\ndata: {"data":"x"}\n\n',
  ],
  'an array': [[[1, 2]], 'data: [1,2]\n\n'],
  lines: [['a\r\nb\rc'], 'data: a\ndata: b\ndata: c\n\n'],
};
for (const [title, [sent, expected]] of Object.entries(cases)) {
  test(`sendEvent takes ${title}`, SOON, async (t) => {
    const text = await frames(t, (reply) => assert.equal(reply.sendEvent(...sent), reply));
    assert.equal(text.replace(/^id: ?$/m, 'id'), expected);
  });
}

test('every event without an id gets a unique one', SOON, async (t) => {
  const send = (reply) => {
    for (let n = 0; n < 5; n += 1) reply.sendEvent('x');
    reply.sendEvent('x', 'name', 'mine').sendEvent({ data: 'x' });
  };
  const ids = [];
  for (let stream = 0; stream < 2; stream += 1) {
    const text = await frames(t, send, {});
    ids.push(...Array.from(text.matchAll(/^id: (.*)$/gm), (match) => match[1]));
  }
  assert.equal(ids.length, 14);
  assert.equal(new Set(ids).size, 13);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9._-]{1,128}$/);
});

test('autoGenerateId: false omits ids', SOON, async (t) => {
  assert.equal(await frames(t, (reply) => reply.sendEvent('x')), 'data: x\n\n');
});

test('options of connections apply to every stream', SOON, async (t) => {
  const options = { autoGenerateId: false, retry: 700, headers: { 'X-A': 'b' } };
  assert.equal(
    await frames(t, (reply) => reply.sendEvent('x'), options),
    'retry: 700\n\ndata: x\n\n',
  );
});

test(
  'an invalid event throws, and leaves a reply without a stream free for another answer',
  SOON,
  async (t) => {
    const codes = [];
    const { connect, se } = await serveSE(t, (fastify) => {
      fastify.get('/', async (_request, reply) => {
        const bad = [
          ['x', 'a\nb'],
          ['x', null, 'a\0'],
          ['x', null, null, -1],
          ['x', null, null, '5'],
          [],
          [1n],
        ];
        for (const sent of bad) {
          try {
            reply.sendEvent(...sent);
          } catch ({ code }) {
            codes.push(code);
          }
        }
        return { answered: 'otherwise' };
      });
    });
    const client = await connect('/');
    await client.over();
    assert.deepEqual(JSON.parse(client.text), { answered: 'otherwise' });
    assert.deepEqual(codes, [
      'ERR_SSE_FIELD',
      'ERR_SSE_FIELD',
      'ERR_SSE_RETRY',
      'ERR_SSE_RETRY',
      'ERR_SSE_EMPTY',
      'ERR_SSE_DATA',
    ]);
    assert.deepEqual(Object.keys(se.clients), []);
  },
);

test('after endEvent sendEvent throws, and endEvent does nothing', SOON, async (t) => {
  let code;
  const text = await frames(t, (reply) => {
    reply.sendEvent('x').endEvent();
    reply.endEvent();
    try {
      reply.sendEvent('y');
    } catch (error) {
      code = error.code;
    }
  });
  assert.equal(text, 'data: x\n\n');
  assert.equal(code, 'ERR_SSE_CLOSED');
});

test('endEvent without any event answers with an empty stream', SOON, async (t) => {
  assert.equal(await frames(t, () => {}), '');
});
