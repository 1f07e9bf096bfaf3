// Tests both columns of docs/migrating.md side by side, for the packages that are installed here.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import fastifySSE from '@fastify/sse';
import { createChannel, createResponse, createSession } from 'better-sse';
import Fastify from 'fastify';
import sluiceFastify from '../../fastify.js';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const { createSSE } = require('../../fetch.js');
const guide = readFileSync(new URL('../../docs/migrating.md', import.meta.url), 'utf8');
const CURSOR = { headers: { 'Last-Event-ID': '7', Accept: 'text/event-stream' } };

/** Serves a handler and returns a function that opens a stream. */
async function serve(t, handler) {
  const server = http.createServer(handler);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address();
  return opener(t, `http://127.0.0.1:${port}`);
}

function opener(t, origin) {
  return async (path, request = CURSOR) => {
    const client = await connectHTTP1(origin, path, request);
    t.after(() => client.leave());
    return client;
  };
}

/** The fields of the received events. The lines of each event are sorted. */
const eventsOf = ({ text }) =>
  text
    .replaceAll(/^:.*\n/gm, '')
    .split('\n\n')
    .map((block) => block.split('\n').filter(Boolean).sort())
    .map((lines) => lines.map((line) => line.replace(/^(\w+): /, '$1:')))
    .filter((lines) => lines.some((line) => line.startsWith('data:')));

/** Opens both columns, and checks that both receive the same `count` events. */
async function bothGive(open, paths, count, given) {
  const clients = await Promise.all(paths.map((path) => open(path)));
  await until(() => clients.every((client) => client.data.length >= count), 'the events');
  const [theirs, ours] = clients.map(eventsOf);
  assert.deepEqual(theirs, ours);
  if (given) assert.deepEqual(ours, given);
  return clients;
}

for (const [heading, name] of [
  ['From better-sse', 'better-sse'],
  ['From @fastify/sse', '@fastify/sse'],
]) {
  test(`the page names the version of ${name} that is tested`, () => {
    const [, version] = new RegExp(`## ${heading}\\n\\nRead from version (\\S+)\\.`).exec(guide);
    const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).version, version);
  });
}

describe('better-sse and sluice', () => {
  test('a session and a connection: events, cursor, state, close', SOON, async (t) => {
    const seen = {};
    const open = await serve(t, async (req, res) => {
      const headers = { 'X-Own': 'yes' };
      if (req.url === '/theirs') {
        const session = await createSession(req, res, { keepAlive: null, retry: 2000, headers });
        session.once('disconnected', () => Object.assign(seen, { disconnected: true }));
        Object.assign(seen, { session, lastId: session.lastId, isConnected: session.isConnected });
        session.push({ celsius: 21 }, 'report', '8');
      } else {
        const options = { ping: false, retry: 2000, headers };
        const connection = new sluice.Connection(req, res, options);
        connection.once('close', (reason) => Object.assign(seen, { reason }));
        Object.assign(seen, { connection });
        connection.send({ data: { celsius: 21 }, event: 'report', id: '8' });
      }
    });
    const clients = await bothGive(open, ['/theirs', '/ours'], 1, [
      ['data:{"celsius":21}', 'event:report', 'id:8'],
    ]);
    for (const { headers, text } of clients) {
      assert.equal(headers['x-own'], 'yes');
      assert.match(text, /^retry: ?2000$/m);
    }
    const { session, connection } = seen;
    assert.deepEqual([seen.lastId, connection.lastEventId], ['7', '7']);
    assert.deepEqual([session.isConnected, connection.closed], [true, false]);
    for (const client of clients) client.leave();
    await until(() => seen.disconnected && seen.reason, 'both to close');
    assert.equal(seen.reason, 'client');
    assert.deepEqual([session.isConnected, connection.closed], [false, true]);
  });

  test('push() encodes strings as JSON, and send() sends them unchanged', SOON, async (t) => {
    const open = await serve(t, async (req, res) => {
      if (req.url === '/theirs') {
        (await createSession(req, res)).push('text', 'note', '1');
      } else {
        new sluice.Connection(req, res).send({ data: 'text', event: 'note', id: '1' });
      }
    });
    const [theirs, ours] = await Promise.all([open('/theirs'), open('/ours')]);
    await until(() => theirs.data.length > 0 && ours.data.length > 0, 'the events');
    assert.deepEqual([theirs.data, ours.data], [['"text"'], ['text']]);
  });

  test('iterate() and connection.stream() send the same items', SOON, async (t) => {
    const items = [{ n: 1 }, { n: 2 }];
    const open = await serve(t, async (req, res) => {
      if (req.url === '/theirs') await (await createSession(req, res)).iterate(items);
      else await new sluice.Connection(req, res).stream(items);
    });
    const [theirs, ours] = await Promise.all([open('/theirs'), open('/ours')]);
    await until(() => theirs.data.length === 2 && ours.data.length === 2, 'the items');
    assert.deepEqual(theirs.data, ours.data);
  });

  test('a channel: members, broadcast, events of members', SOON, async (t) => {
    const theirs = createChannel();
    const ours = new sluice.Channel();
    const told = [];
    theirs.on('session-registered', () => told.push('session-registered'));
    theirs.on('session-deregistered', () => told.push('session-deregistered'));
    ours.on('join', () => told.push('join'));
    ours.on('leave', () => told.push('leave'));
    const open = await serve(t, async (req, res) => {
      if (req.url === '/theirs') theirs.register(await createSession(req, res));
      else ours.add(new sluice.Connection(req, res));
    });
    const clients = await Promise.all([open('/theirs', {}), open('/ours', {})]);
    await until(() => theirs.sessionCount === 1 && ours.count() === 1, 'the members');
    theirs.broadcast({ n: 1 }, 'tick', { eventId: '1' });
    ours.send({ data: { n: 1 }, event: 'tick', id: '1' });
    await until(() => clients.every(({ data }) => data.length === 1), 'the event');
    assert.deepEqual(eventsOf(clients[0]), eventsOf(clients[1]));
    assert.equal(theirs.activeSessions.length, ours.connections().length);
    theirs.broadcast({ n: 2 }, 'tick', { filter: () => false });
    theirs.deregister(theirs.activeSessions[0]);
    ours.remove(ours.connections()[0]);
    assert.deepEqual([theirs.sessionCount, ours.count()], [0, 0]);
    assert.deepEqual(told.sort(), ['join', 'leave', 'session-deregistered', 'session-registered']);
    assert.equal(clients[0].data.length, 1);
  });

  test('createResponse() and addClient() respond to a Fetch request', SOON, async (t) => {
    // A body without a server does not keep the process alive.
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const request = new Request('http://localhost/', CURSOR);
    // Pings of better-sse would keep the process alive after the body was cancelled.
    const options = { keepAlive: null };
    const push = (session) => session.push({ n: 1 }, 'tick', '8');
    const theirs = createResponse(request, options, push);
    const sse = createSSE();
    const { client, response: ours } = sse.addClient({ lastEventId: '7' });
    sse.sendTo(client.id, 'tick', { n: 1 });
    for (const response of [theirs, ours]) {
      assert.match(response.headers.get('content-type'), /^text\/event-stream/);
      let text = '';
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (/data: ?\{"n":1\}/.test(text)) break;
      }
      assert.match(text, /^event: ?tick$/m);
    }
    sse.shutdown();
  });
});

describe('@fastify/sse and sluice/fastify', () => {
  async function site(t, routes) {
    const fastify = Fastify({ forceCloseConnections: true });
    await fastify.register(fastifySSE, { heartbeatInterval: 0 });
    await fastify.register(sluiceFastify);
    routes(fastify);
    t.after(() => fastify.close());
    return opener(t, await fastify.listen({ port: 0, host: '127.0.0.1' }));
  }

  test('one event, and a source', SOON, async (t) => {
    async function* source() {
      for (const n of [1, 2]) yield { id: String(n), event: 'tick', data: { n } };
    }
    const open = await site(t, (fastify) => {
      fastify.get('/theirs', { sse: 'only' }, async (_request, reply) => {
        await reply.sse.send({ id: '0', event: 'first', data: { n: 0 }, retry: 2000 });
        await reply.sse.send(source());
      });
      fastify.get('/ours', async (_request, reply) => {
        const connection = reply.eventStream({ accept: 'only' });
        connection.send({ id: '0', event: 'first', data: { n: 0 }, retry: 2000 });
        await connection.stream(source());
        await connection.end();
      });
    });
    const clients = await bothGive(open, ['/theirs', '/ours'], 3);
    for (const client of clients) assert.equal(await client.over(), 'clean');
  });

  test('keepAlive, lastEventId, isConnected, onClose and close', SOON, async (t) => {
    const seen = {};
    const open = await site(t, (fastify) => {
      fastify.get('/theirs', { sse: 'only' }, async (_request, reply) => {
        reply.sse.keepAlive();
        reply.sse.onClose(() => Object.assign(seen, { onClose: true }));
        await reply.sse.send({ data: 'open' });
        const { lastEventId, isConnected } = reply.sse;
        Object.assign(seen, { theirs: reply.sse, lastEventId, isConnected });
      });
      fastify.get('/ours', async (_request, reply) => {
        const connection = reply.eventStream();
        connection.on('close', () => Object.assign(seen, { close: true }));
        connection.send({ data: 'open' });
        Object.assign(seen, { connection });
      });
    });
    const clients = await Promise.all([open('/theirs'), open('/ours')]);
    await until(() => clients.every(({ data }) => data.length === 1), 'both to stay open');
    assert.deepEqual([seen.lastEventId, seen.isConnected], ['7', true]);
    assert.deepEqual([seen.connection.lastEventId, seen.connection.closed], ['7', false]);
    seen.theirs.close();
    seen.connection.end();
    for (const client of clients) assert.equal(await client.over(), 'clean');
    await until(() => seen.onClose && seen.close, 'both close events');
    assert.deepEqual([seen.theirs.isConnected, seen.connection.closed], [false, true]);
  });

  test("clients of other types: 'only', 'dual' and 'manual'", SOON, async (t) => {
    const open = await site(t, (fastify) => {
      fastify.get('/theirs/only', { sse: 'only' }, (_request, reply) =>
        reply.sse.send({ data: 1 }),
      );
      fastify.get('/ours/only', async (_request, reply) => {
        reply.eventStream({ accept: 'only' })?.send({ data: 1 });
      });
      fastify.get('/theirs/dual', { sse: 'dual' }, async (_request, reply) => {
        if (reply.sse) return reply.sse.send({ data: 1 });
        return { n: 1 };
      });
      fastify.get('/ours/dual', async (_request, reply) => {
        const connection = reply.eventStream({ accept: 'dual' });
        if (!connection) return { n: 1 };
        connection.send({ data: 1 });
        connection.end();
      });
      fastify.get('/theirs/manual', { sse: 'manual' }, async (request, reply) => {
        if (request.query.stream) return reply.sse.send({ data: 1 });
        return { n: 1 };
      });
      fastify.get('/ours/manual', async (request, reply) => {
        if (!request.query.stream) return { n: 1 };
        const connection = reply.eventStream();
        connection.send({ data: 1 });
        connection.end();
      });
    });
    const refusing = { headers: { Accept: 'application/json' } };
    const cases = [
      ['only', refusing, 406],
      ['dual', refusing, 200],
      ['manual', refusing, 200],
      ['manual?stream=1', refusing, 200],
      ['dual', CURSOR, 200],
    ];
    for (const [path, request, status] of cases) {
      const types = [];
      for (const side of ['theirs', 'ours']) {
        const client = await open(`/${side}/${path}`, request);
        assert.equal(client.status, status, `${side} ${path}`);
        types.push(client.headers['content-type']?.split(';')[0]);
      }
      if (status === 200) assert.equal(types[0], types[1], path);
    }
  });
});
