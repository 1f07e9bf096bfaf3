// Replies whose handlers have started but not answered: when they are found and when removed.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { connectRaw } from '../../support/clients/raw.mjs';
import { until } from '../../support/until.mjs';
import { as, SOON, seidGenerator, serveSE } from './app.mjs';

/** A server whose close() does not wait for open requests. */
const start = (t, setUp, options) => serveSE(t, setUp, options, { forceCloseConnections: true });
const seids = (se) => Object.keys(se.clients);
const none = (se) => until(() => seids(se).length === 0, 'the entries to be removed');

/** Routes that wait for ever, and a route that sends an event to a seid. */
function waitAndSend(fastify) {
  fastify.get('/wait', () => {});
  fastify.get('/wait/async', () => new Promise(() => {}));
  fastify.post('/send/:seid', async (request, reply) => {
    const { seid } = request.params;
    return { sent: reply.sendEventBySeid(seid, 'news', 'name') };
  });
}

async function send(connect, seid) {
  const answer = await connect(`/send/${seid}`, { method: 'POST' });
  await answer.over();
  return JSON.parse(answer.text).sent;
}

test('a reply is among the clients as soon as its handler starts', SOON, async (t) => {
  const before = [];
  const { connect, se } = await start(
    t,
    (fastify) => {
      const preHandler = async () => void before.push(...seids(se));
      fastify.get('/', { preHandler }, (request, reply) => {
        assert.equal(se.clients[request.seid], reply);
        reply.sendEvent('found');
      });
    },
    { seidGenerator },
  );
  await (await connect('/', as('ada'))).has('data: found\n\n');
  assert.deepEqual(before, []);
});

for (const path of ['/wait', '/wait/async']) {
  test(`sendEventBySeid opens the stream of a handler that waits: ${path}`, SOON, async (t) => {
    const options = { seidGenerator, autoGenerateId: false };
    const { connect, responses, se } = await start(t, waitAndSend, options);
    const opening = connect(path, as('ada'));
    await until(() => 'ada' in se.clients, 'the handler to start');
    se.clients.ada.code(202).header('x-a', 'b');
    assert.equal(await send(connect, 'ada'), true);
    const client = await opening;
    assert.equal(client.status, 202);
    assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(client.headers['x-a'], 'b');
    assert.equal(await send(connect, 'ada'), true);
    await client.has('event: name\ndata: news\n\n'.repeat(2));
    se.clients.ada.endEvent();
    assert.equal(await client.over(), 'clean');
    assert.equal(await send(connect, 'ada'), false);
    assert.deepEqual(seids(se), []);
    await until(() => responses.some(({ url }) => url === path), 'onResponse');
  });
}

test(
  'an asynchronous handler can still send after another request opened its stream',
  SOON,
  async (t) => {
    let go;
    const { connect, log, se } = await start(
      t,
      (fastify) => {
        waitAndSend(fastify);
        fastify.get('/', async (_request, reply) => {
          await new Promise((resolve) => {
            go = resolve;
          });
          reply.sendEvent('from the handler');
        });
      },
      { seidGenerator, autoGenerateId: false },
    );
    const opening = connect('/', as('ada'));
    await until(() => 'ada' in se.clients, 'the handler to start');
    assert.equal(await send(connect, 'ada'), true);
    const client = await opening;
    go();
    await client.has('event: name\ndata: news\n\ndata: from the handler\n\n');
    assert.deepEqual(
      log.filter(({ level }) => level > 30),
      [],
    );
  },
);

test('a stream that another request opens keeps its own async context', SOON, async (t) => {
  const storage = new AsyncLocalStorage();
  const opened = [];
  class Watched extends PassThrough {
    constructor(options) {
      super(options);
      opened.push(storage.getStore());
    }
  }
  const { connect, se } = await start(
    t,
    (fastify) => {
      fastify.addHook('onRequest', (request, _reply, done) => storage.run(request.url, done));
      waitAndSend(fastify);
    },
    { seidGenerator, stream: Watched },
  );
  connect('/wait', as('ada')).catch(() => {});
  await until(() => 'ada' in se.clients, 'the handler to start');
  assert.equal(await send(connect, 'ada'), true);
  assert.deepEqual(opened, ['/wait']);
});

test('a request that is not yet authenticated gets no events', SOON, async (t) => {
  const arrived = [];
  const { connect, se } = await start(
    t,
    (fastify) => {
      waitAndSend(fastify);
      const preHandler = (request, reply) => {
        arrived.push(request.seid);
        return new Promise((resolve) => {
          deny = () => resolve(reply.code(401).send({ denied: true }));
        });
      };
      fastify.get('/', { preHandler }, () => assert.fail('the handler must not run'));
    },
    { seidGenerator },
  );
  let deny;
  const answer = connect('/', as('ada'));
  await until(() => arrived.length === 1, 'the authentication to start');
  assert.deepEqual(seids(se), []);
  assert.equal(await send(connect, 'ada'), false);
  deny();
  const client = await answer;
  assert.equal(client.status, 401);
  assert.deepEqual(seids(se), []);
});

const ordinary = {
  'returns a value': async () => ({ a: 1 }),
  'sends a value': (_request, reply) => void reply.send({ a: 1 }),
  'sends a stream': (_request, reply) => reply.send(Readable.from(['a', 'b'])),
  redirects: (_request, reply) => reply.redirect('/elsewhere'),
  throws: () => {
    throw new Error('no');
  },
  rejects: async () => {
    throw new Error('no');
  },
  'sends an invalid payload': (_request, reply) =>
    reply.type('application/json').serializer(String).send(Symbol('s')),
  'calls the not-found handler': (_request, reply) => reply.callNotFound(),
  'answers with the event stream of the plugin': (_request, reply) => {
    reply.eventStream().send({ data: 'hello' }).end();
  },
};
for (const [title, handler] of Object.entries(ordinary)) {
  test(`a reply is removed as soon as its handler ${title}`, SOON, async (t) => {
    const held = [];
    const generated = [];
    const { connect, se } = await start(
      t,
      async (fastify) => {
        await fastify.register((await import('../../../fastify.js')).default);
        fastify.setErrorHandler(async (_error, request, reply) => {
          held.push([...seids(se), reply.sendEventBySeid(request.seid, 'late')]);
          await new Promise(setImmediate);
          return reply.code(500).send({ failed: true });
        });
        // Until Fastify writes the head, no other answer may start.
        fastify.addHook('onSend', async (request, reply) => {
          if (request.method !== 'GET') return;
          await new Promise(setImmediate);
          held.push([...seids(se), reply.sendEventBySeid(request.seid, 'late')]);
        });
        fastify.get('/', handler);
      },
      {
        seidGenerator: (request) => {
          generated.push(request.id);
          return request.headers['x-seid'];
        },
      },
    );
    const client = await connect('/', as('ada'));
    await client.over();
    assert.ok(!client.text.includes('late'));
    assert.ok(held.length > 0);
    for (const seen of held) assert.deepEqual(seen, [false]);
    assert.deepEqual(seids(se), []);
    assert.equal(generated.length, 1);
  });
}

test('a handler that hijacks the response gets no events', SOON, async (t) => {
  let taken;
  const { connect, se } = await start(
    t,
    (fastify) => {
      waitAndSend(fastify);
      fastify.get('/', (_request, reply) => {
        reply.hijack();
        taken = reply;
      });
    },
    { seidGenerator },
  );
  const answer = connect('/', as('ada'));
  await until(() => taken !== undefined, 'the handler');
  assert.equal(await send(connect, 'ada'), false);
  taken.raw.end('its own');
  const client = await answer;
  await client.over();
  assert.equal(client.text, 'its own');
  await none(se);
});

test('a client that leaves while its handler waits is removed', SOON, async (t) => {
  const { connect, port, se } = await start(t, waitAndSend, { seidGenerator });
  const socket = async (text, ...names) => {
    const client = await connectRaw({ port, host: '127.0.0.1' });
    client.send(text);
    await until(() => names.every((name) => name in se.clients), `${names} to wait`);
    return client;
  };
  const get = (seid) => `GET /wait HTTP/1.1\r\nHost: a\r\nX-Seid: ${seid}\r\n\r\n`;
  const one = await socket(get('ada'), 'ada');
  // Requests that are queued behind another response get no event when their socket closes.
  const names = Array.from({ length: 20 }, (_, n) => `client-${n}`);
  const many = await socket(names.map(get).join(''), ...names);
  one.socket.resetAndDestroy();
  many.socket.resetAndDestroy();
  await none(se);
  assert.equal(await send(connect, 'ada'), false);
});

test(
  'a client that leaves before its handler starts is never among the clients',
  SOON,
  async (t) => {
    let asked;
    let began = 0;
    const { connect, se } = await start(
      t,
      (fastify) => {
        const preHandler = async (request) => {
          asked = request;
          await until(() => request.raw.destroyed, 'the client to leave');
        };
        fastify.get('/', { preHandler }, () => {
          began += 1;
        });
      },
      { seidGenerator },
    );
    connect('/', as('ada')).catch(() => {});
    await until(() => asked, 'the request');
    asked.raw.socket.resetAndDestroy();
    await until(() => began === 1, 'the handler to start');
    assert.deepEqual(seids(se), []);
  },
);

test('HEAD is never among the clients, however long it waits', SOON, async (t) => {
  let began;
  const { connect, se } = await start(
    t,
    (fastify) => {
      waitAndSend(fastify);
      fastify.head('/', (_request, reply) => {
        began = reply;
      });
    },
    { seidGenerator },
  );
  const answer = connect('/', { method: 'HEAD', ...as('ada') });
  await until(() => began !== undefined, 'the handler to start');
  assert.deepEqual(seids(se), []);
  assert.equal(await send(connect, 'ada'), false);
  began.send();
  assert.equal(await (await answer).over(), 'clean');
});

test('a request of inject() waits and is removed like any other', SOON, async (t) => {
  const options = { seidGenerator, autoGenerateId: false };
  const { fastify, se } = await start(t, waitAndSend, options);
  const injected = fastify.inject({ url: '/wait', ...as('ada') });
  await until(() => 'ada' in se.clients, 'the handler to start');
  const sent = await fastify.inject({ method: 'POST', url: '/send/ada' });
  assert.deepEqual(sent.json(), { sent: true });
  se.clients.ada.endEvent();
  assert.equal((await injected).payload, 'event: name\ndata: news\n\n');
  assert.deepEqual(seids(se), []);
  await fastify.inject({ url: '/nowhere', ...as('ada') });
  assert.deepEqual(seids(se), []);
});

test(
  'of several requests with one seid, the open stream is used, else the oldest request',
  SOON,
  async (t) => {
    const waiting = [];
    const { connect, se } = await start(
      t,
      (fastify) => {
        waitAndSend(fastify);
        fastify.get('/next', (_request, reply) => void waiting.push(reply));
      },
      { seidGenerator, autoGenerateId: false },
    );
    const answers = [];
    for (let place = 0; place < 4; place += 1) {
      answers.push(connect('/next', as('ada')));
      await until(() => waiting.length === place + 1, 'the handler to start');
      assert.equal(se.clients.ada, waiting[0]);
    }
    waiting[1].send('ordinary');
    assert.equal(se.clients.ada, waiting[0]);
    waiting[0].send('ordinary');
    assert.equal(se.clients.ada, waiting[2]);
    waiting[3].sendEvent('open');
    assert.equal(se.clients.ada, waiting[3]);
    assert.throws(() => waiting[2].sendEvent('too late'), { code: 'ERR_SSE_SEID_TAKEN' });
    assert.equal(await send(connect, 'ada'), true);
    waiting[3].endEvent();
    assert.equal(se.clients.ada, waiting[2]);
    assert.equal(await send(connect, 'ada'), true);
    waiting[2].endEvent();
    assert.deepEqual(seids(se), []);
    const texts = await Promise.all(
      answers.map(async (answer) => {
        const client = await answer;
        await client.over();
        return client.text;
      }),
    );
    const news = 'event: name\ndata: news\n\n';
    assert.deepEqual(texts, ['ordinary', 'ordinary', news, `data: open\n\n${news}`]);
  },
);

test('requests on a shared socket leave no listeners behind', SOON, async (t) => {
  const sockets = new Set();
  const counts = [];
  const { port, se } = await start(t, (fastify) => {
    fastify.get('/', async ({ raw }) => {
      sockets.add(raw.socket);
      counts.push(raw.socket.listenerCount('close'));
      await new Promise(setImmediate);
      return 'answer';
    });
  });
  const client = await connectRaw({ port, host: '127.0.0.1' });
  for (let round = 1; round <= 5; round += 1) {
    for (let n = 0; n < 20; n += 1) client.get();
    await until(() => client.text.split('answer').length === round * 20 + 1, 'the answers');
  }
  assert.equal(sockets.size, 1);
  const [socket] = sockets;
  assert.ok(socket.listenerCount('close') <= counts[0]);
  assert.deepEqual(seids(se), []);
  client.socket.destroy();
});
