import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import sluice from '../../../fastify.js';
import { metrics } from '../../../index.js';
import { connectRaw } from '../../support/clients/raw.mjs';
import { until } from '../../support/until.mjs';
import { as, SOON, seidGenerator, serveSE } from './app.mjs';

const empty = (se) => Object.keys(se.clients).length === 0;

test('a reply is among the clients until its stream ends', SOON, async (t) => {
  const replies = [];
  const { connect, responses, se } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (request, reply) => {
        reply.sendEvent('hello');
        assert.equal(se.clients[request.seid], reply);
        replies.push(reply);
      });
    },
    { seidGenerator, autoGenerateId: false },
  );
  const ways = {
    leaves: (client) => client.leave(),
    resets: (client) => client.reset(),
    ends: (_client, reply) => reply.endEvent(),
    destroys: (_client, reply) => reply.raw.destroy(),
  };
  for (const [seid, way] of Object.entries(ways)) {
    const client = await connect('/', as(seid));
    assert.deepEqual(Object.keys(se.clients), [seid]);
    way(client, replies.at(-1));
    await until(() => empty(se), `the entry of the reply that ${seid} to be removed`);
  }
  await until(() => responses.length === 4, 'onResponse');
  // Sending to a client that has left is not an error.
  replies[0].sendEvent('not delivered');
});

test('sendEventBySeid returns whether the client exists', SOON, async (t) => {
  const { connect } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
      fastify.post('/:seid', async (request, reply) => {
        const { seid } = request.params;
        const one = reply.sendEventBySeid(seid, { text: 'news' }, 'name', 'id-1', 5);
        return [one, reply.sendEventBySeid(seid, { data: 'more' }), request.seid];
      });
    },
    { seidGenerator, autoGenerateId: false },
  );
  const client = await connect('/', as('ada'));
  const post = async (path) => {
    const answer = await connect(path, { method: 'POST' });
    await answer.over();
    return JSON.parse(answer.text);
  };
  assert.deepEqual(await post('/ada'), [true, true, '']);
  for (const seid of ['bob', '__proto__', 'constructor', 'toString']) {
    assert.deepEqual(await post(`/${seid}`), [false, false, '']);
  }
  const event = 'id: id-1\nevent: name\nretry: 5\ndata: {"text":"news"}\n\n';
  await client.has(`data: hello\n\n${event}data: more\n\n`);
});

test('a seid that is taken is refused, and the first client keeps its stream', SOON, async (t) => {
  const { connect, se } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
      fastify.get('/plain', async () => ({ plain: true }));
    },
    { seidGenerator },
  );
  for (const seid of ['ada', '__proto__']) {
    const first = await connect('/', as(seid));
    const second = await connect('/', as(seid));
    await second.over();
    assert.equal(second.status, 409);
    assert.equal(JSON.parse(second.text).code, 'ERR_SSE_SEID_TAKEN');
    assert.equal((await connect('/plain', as(seid))).status, 200);
    assert.deepEqual(Object.keys(se.clients), [seid]);
    se.clients[seid].sendEvent('still here');
    await first.has('data: still here\n\n');
    first.leave();
    await until(() => empty(se), 'the entry to be removed');
    const third = await connect('/', as(seid));
    assert.equal(third.status, 200);
    third.leave();
    await until(() => empty(se), 'the entry to be removed again');
  }
});

test('requests that send no event are answered as usual and freed', SOON, async (t) => {
  const { connect, se } = await serveSE(t, (fastify) => {
    fastify.get('/', async ({ seid }) => ({ seid }));
    fastify.get('/empty', async () => {});
  });
  const client = await connect('/');
  await client.over();
  assert.match(JSON.parse(client.text).seid, /^[0-9a-f-]{36}$/);
  const none = await connect('/empty');
  await none.over();
  assert.equal(none.text, '');
  assert.equal((await connect('/nowhere')).status, 404);
  assert.ok(empty(se));
});

test('a client that leaves before its first event raises no error', SOON, async (t) => {
  let asked;
  let sent;
  const { connect, log, se } = await serveSE(t, (fastify) => {
    fastify.get('/', async (request, reply) => {
      asked = request;
      await until(() => reply.raw.destroyed, 'the client to leave');
      sent = reply.sendEvent('hello').sendEvent('nobody');
      reply.endEvent();
    });
  });
  connect('/').catch(() => {});
  await until(() => asked, 'the request');
  asked.raw.socket.resetAndDestroy();
  await until(() => sent !== undefined, 'the events to be sent');
  await sleep(20);
  assert.ok(empty(se));
  assert.deepEqual(
    log.filter(({ level }) => level > 30),
    [],
  );
});

test('HEAD gets only the head and is not registered as a client', SOON, async (t) => {
  const { connect, se } = await serveSE(
    t,
    (fastify) => {
      fastify.get('/', (_request, reply) => reply.sendEvent('hello').sendEvent('again'));
    },
    { seidGenerator },
  );
  const open = await connect('/', as('ada'));
  const head = await connect('/', { method: 'HEAD', ...as('ada') });
  assert.equal(await head.over(), 'clean');
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(open.end, undefined);
  assert.deepEqual(Object.keys(se.clients), ['ada']);
});

test('only GET requests have a stream', SOON, async (t) => {
  const { connect } = await serveSE(t, (fastify) => {
    fastify.post('/', (_request, reply) => reply.sendEvent('hello'));
  });
  const client = await connect('/', { method: 'POST' });
  await client.over();
  assert.equal(client.status, 500);
  assert.equal(JSON.parse(client.text).code, 'ERR_SSE_SEID');
});

test('close ends every stream and leaves no client', SOON, async (t) => {
  const { connect, fastify, se } = await serveSE(t, (instance) => {
    instance.get('/', (_request, reply) => reply.sendEvent('hello'));
  });
  const clients = await Promise.all(Array.from({ length: 5 }, () => connect('/')));
  assert.equal(Object.keys(se.clients).length, 5);
  await fastify.close();
  for (const client of clients) assert.equal(await client.over(), 'clean');
  assert.ok(empty(se));
});

test('SE and the plugin work side by side, with one stream per reply', SOON, async (t) => {
  const codes = [];
  const { connect } = await serveSE(
    t,
    async (fastify) => {
      await fastify.register(sluice);
      fastify.get('/se', (_request, reply) => reply.sendEvent('se'));
      fastify.get('/plugin', (_request, reply) => reply.eventStream().send({ data: 'plugin' }));
      fastify.get('/both', (_request, reply) => {
        reply.eventStream().send({ data: 'first' }).end();
        try {
          reply.sendEvent('second');
        } catch ({ code }) {
          codes.push(code);
        }
      });
    },
    { autoGenerateId: false },
  );
  await (await connect('/se')).has('data: se\n\n');
  await (await connect('/plugin')).has('data: plugin\n\n');
  const both = await connect('/both');
  await both.over();
  assert.equal(both.text, 'data: first\n\n');
  assert.deepEqual(codes, ['ERR_SSE_HEADERS_SENT']);
});

test('five hundred clients whose sockets are reset leave nothing behind', SOON, async (t) => {
  const { port, responses, se } = await serveSE(t, (fastify) => {
    fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
  });
  for (let round = 0; round < 10; round += 1) {
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => connectRaw({ port, host: '127.0.0.1' })),
    );
    await Promise.all(clients.map((client) => client.get().has('data: hello')));
    for (const client of clients) client.socket.resetAndDestroy();
  }
  await until(() => responses.length === 500, 'onResponse');
  await until(() => empty(se), 'the entries to be removed');
  await until(() => {
    const { native, stream } = metrics().connections;
    return native + stream === 0;
  }, 'the connections to close');
});
