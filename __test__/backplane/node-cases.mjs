// Test cases for brokers that share their lists of clients, for every engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf } from '../channel/server.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { until } from '../support/until.mjs';
import { Node } from './nodes.mjs';

const PROGRAM = 'broker-node.mjs';

export async function cluster(t, Server, count, broker = { presenceDelay: 200 }) {
  const server = await Server.start(t);
  const given = { backplane: { url: server.url }, broker };
  const start = () => Node.start(t, given, PROGRAM);
  const nodes = await Promise.all(Array.from({ length: count }, start));
  return { server, nodes, start };
}

export function connect(t, node, query, headers = {}) {
  const opened = connectHTTP1(node.origin, `/events?${new URLSearchParams(query)}`, { headers });
  return opened.then((client) => {
    t.after(() => client.leave());
    return client;
  });
}

export const knows = (node, count) =>
  until(async () => (await node.ask('count')) === count, `${count} clients`);
const members = async (node, topic) =>
  (await node.ask('presence', { topic })).map(({ id }) => id).sort();
export const shows = (node, topic, ids) =>
  until(async () => String(await members(node, topic)) === String(ids), `members ${ids}`);
const tells = (node, what) =>
  until(async () => (await node.ask('told')).map(String).includes(String(what)), `${what}`);
const texts = (client) => eventsOf(client).map(({ data }) => data);

/** Connects through the routes, and returns the data of the `connected` event. */
async function connectRoutes(t, node, headers = {}) {
  const client = await connectHTTP1(node.origin, '/sse/connect', { headers });
  t.after(() => client.leave());
  await until(() => eventsOf(client).length > 0, 'the greeting');
  return { client, ...JSON.parse(eventsOf(client)[0].data) };
}

async function post(node, path, body) {
  const response = await fetch(`${node.origin}/sse/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...(await response.json()) };
}

/** @param Server starts a server of the engine: `RedisServer` */
export function nodeCases(Server) {
  test('an event for one client reaches it in another process', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const client = await connect(t, nodes[1], { id: 'ada' });
    await knows(nodes[0], 1);
    assert.equal(await nodes[0].ask('here'), 0);
    const event = { event: 'hello', data: { to: 'ada' } };
    assert.equal(await nodes[0].ask('send', { id: 'ada', event }), true);
    assert.equal(await nodes[0].ask('send', { id: 'nobody', event }), false);
    await until(() => texts(client).includes('{"to":"ada"}'), 'the event');
    assert.equal(eventsOf(client).length, 1);
  });

  test('a client of another process can be subscribed, unsubscribed and disconnected', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const client = await connect(t, nodes[1], { id: 'ada' });
    await knows(nodes[0], 1);
    const topicsOf = async () => String(await nodes[1].ask('topicsOf', { id: 'ada' }));
    assert.equal(await nodes[0].ask('subscribe', { id: 'ada', topics: ['a', 'b'] }), true);
    await until(async () => (await topicsOf()) === 'a,b', 'the topics');
    assert.equal(await nodes[0].ask('unsubscribe', { id: 'ada', topics: ['a'] }), true);
    await until(async () => (await topicsOf()) === 'b', 'the other topic');
    assert.equal(await nodes[0].ask('disconnect', { id: 'ada' }), true);
    await until(() => client.end, 'the end');
    await knows(nodes[0], 0);
    assert.equal(await nodes[0].ask('disconnect', { id: 'ada' }), false);
  });

  test('a client can subscribe over HTTP at another process than its own', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const { client, clientId, secret } = await connectRoutes(t, nodes[1]);
    await knows(nodes[0], 1);
    const asked = { clientId, secret, topics: ['news'] };
    assert.equal((await post(nodes[0], 'subscribe', asked)).status, 200);
    await nodes[1].ask('toTopic', { topic: 'news', event: { data: 'hot' } });
    await until(() => texts(client).includes('hot'), 'the event');
    const wrong = await post(nodes[0], 'subscribe', { ...asked, secret: 'wrong' });
    assert.deepEqual([wrong.status, wrong.code], [403, 'ERR_SSE_SECRET']);
    const unknown = await post(nodes[0], 'subscribe', { ...asked, clientId: 'unknown' });
    assert.deepEqual([unknown.status, unknown.code], [403, 'ERR_SSE_SECRET']);
    assert.equal(unknown.error, wrong.error);
    const denied = await post(nodes[0], 'subscribe', { ...asked, topics: ['x', 'secret'] });
    assert.deepEqual([denied.status, denied.topics], [403, ['secret']]);
    const invalid = await post(nodes[0], 'subscribe', { ...asked, topics: ['a.>.b'] });
    assert.deepEqual([invalid.status, invalid.code], [400, 'ERR_SSE_TOPIC']);
    assert.equal((await post(nodes[0], 'unsubscribe', asked)).status, 200);
    assert.deepEqual(await nodes[1].ask('topicsOf', { id: clientId }), []);
  });

  test('a request for a client of an unresponsive process is answered with 503', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const { clientId, secret } = await connectRoutes(t, nodes[1]);
    await knows(nodes[0], 1);
    nodes[1].signal('SIGSTOP');
    const answer = await post(nodes[0], 'subscribe', { clientId, secret, topics: ['news'] });
    nodes[1].signal('SIGCONT');
    assert.deepEqual([answer.status, answer.code], [503, 'ERR_SSE_BACKPLANE']);
  });

  test('members of a topic are listed in every process with their public data', async (t) => {
    const { nodes, start } = await cluster(t, Server, 2);
    await connect(t, nodes[0], { id: 'ada', topic: 'room', shown: 'Ada' });
    await connect(t, nodes[1], { id: 'bob', topic: 'room', shown: 'Bob' });
    await connect(t, nodes[1], { id: 'bob', topic: 'room', shown: 'Bob' });
    await connect(t, nodes[1], { id: 'hidden', topic: 'room' });
    for (const node of nodes) await knows(node, 4);
    const late = await start();
    await knows(late, 4);
    for (const node of [...nodes, late]) {
      const all = await node.ask('presence', { topic: 'room' });
      assert.equal(all.filter(({ metadata }) => metadata === 'Ada').length, 1);
      assert.equal(all.filter(({ metadata }) => metadata === 'Bob').length, 2);
      assert.equal(all.length, 3);
      await tells(node, ['join', 'room', 'ada', 'Ada']);
      await tells(node, ['join', 'room', 'bob', 'Bob']);
    }
  });

  test('a new process receives a state that has many parts', async (t) => {
    const { nodes, start } = await cluster(t, Server, 1);
    const ids = Array.from({ length: 50 }, (_none, number) => `client-${100 + number}`);
    for (const id of ids) {
      await connect(t, nodes[0], { id, topic: 'room', shown: 'x'.repeat(4000) });
    }
    const late = await start();
    await shows(late, 'room', ids);
    assert.equal((await late.ask('told')).length, 50);
  });

  test('a member that reconnects to another process in time does not leave', async (t) => {
    const { nodes } = await cluster(t, Server, 2, { presenceDelay: 6000 });
    const query = { id: 'ada', topic: 'room', shown: 'Ada' };
    const first = await connect(t, nodes[0], query);
    await tells(nodes[1], ['join', 'room', 'ada', 'Ada']);
    first.leave();
    await shows(nodes[1], 'room', []);
    const second = await connect(t, nodes[1], query);
    await shows(nodes[0], 'room', ['ada']);
    second.leave();
    for (const node of nodes) {
      await tells(node, ['leave', 'room', 'ada']);
      const told = await node.ask('told');
      assert.deepEqual(
        told.map(([what]) => what),
        ['join', 'leave'],
      );
    }
  });

  test('a member with connections to two processes is listed once', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const query = { id: 'ada', topic: 'room', shown: 'Ada' };
    const clients = [await connect(t, nodes[0], query), await connect(t, nodes[1], query)];
    for (const node of nodes) await knows(node, 2);
    for (const node of nodes) assert.deepEqual(await members(node, 'room'), ['ada']);
    clients[0].leave();
    for (const node of nodes) await knows(node, 1);
    for (const node of nodes) assert.deepEqual(await members(node, 'room'), ['ada']);
    clients[1].leave();
    for (const node of nodes) {
      await tells(node, ['leave', 'room', 'ada']);
      assert.equal((await node.ask('told')).length, 2);
    }
  });

  test('the clients of a process that was killed are removed', async (t) => {
    const { nodes } = await cluster(t, Server, 3);
    await connect(t, nodes[0], { id: 'ada', topic: 'room', shown: 'Ada' });
    await connect(t, nodes[1], { id: 'bob', topic: 'room', shown: 'Bob' });
    for (const node of nodes) await knows(node, 2);
    await nodes[1].kill();
    for (const node of [nodes[0], nodes[2]]) {
      await knows(node, 1);
      assert.deepEqual(await members(node, 'room'), ['ada']);
      await tells(node, ['leave', 'room', 'bob']);
    }
  });

  test('the clients of a broker that was closed are removed immediately', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    await connect(t, nodes[1], { id: 'bob', topic: 'room', shown: 'Bob' });
    await shows(nodes[0], 'room', ['bob']);
    await nodes[1].ask('close');
    await knows(nodes[0], 0);
    await shows(nodes[0], 'room', []);
  });

  test('a session moves to another process, which ends the old connection', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const { client, clientId, secret } = await connectRoutes(t, nodes[0]);
    await post(nodes[0], 'subscribe', { clientId, secret, topics: ['news', 'orders.*'] });
    await knows(nodes[1], 1);
    const wrong = await connectRoutes(t, nodes[1], { 'SSE-Session': `${clientId} wrong` });
    assert.notEqual(wrong.clientId, clientId);
    wrong.client.leave();
    const headers = { 'SSE-Session': `${encodeURIComponent(clientId)} ${secret}` };
    const back = await connectRoutes(t, nodes[1], headers);
    assert.deepEqual([back.clientId, back.secret, back.resumed], [clientId, secret, true]);
    await until(() => client.end, 'the end of the old connection');
    assert.deepEqual(await nodes[1].ask('topicsOf', { id: clientId }), ['news', 'orders.*']);
    // Moves back once the first process knows where the client is, and that it has left.
    await knows(nodes[0], 1);
    back.client.leave();
    await until(async () => (await nodes[1].ask('here')) === 0, 'the close');
    await knows(nodes[0], 0);
    const again = await connectRoutes(t, nodes[0], headers);
    assert.deepEqual([again.clientId, again.resumed], [clientId, true]);
    assert.deepEqual(await nodes[0].ask('topicsOf', { id: clientId }), ['news', 'orders.*']);
  });

  test('a client with an application-defined id resumes its topics in another process', async (t) => {
    const { nodes } = await cluster(t, Server, 2);
    const first = await connect(t, nodes[0], { id: 'ada', topic: 'news' });
    await knows(nodes[1], 1);
    first.leave();
    await until(async () => (await nodes[0].ask('here')) === 0, 'the close');
    await knows(nodes[1], 0);
    await connect(t, nodes[1], { id: 'ada' }, { 'Last-Event-ID': 'x' });
    const topics = async () => String(await nodes[1].ask('topicsOf', { id: 'ada' }));
    await until(async () => (await topics()) === 'news', 'the topics');
  });

  test('processes have complete lists of clients after an outage of the engine', async (t) => {
    const { server, nodes } = await cluster(t, Server, 2);
    await connect(t, nodes[0], { id: 'ada', topic: 'room', shown: 'Ada' });
    await shows(nodes[1], 'room', ['ada']);
    await server.stop();
    await until(async () => (await nodes[0].ask('state')) === 'offline', 'the outage');
    await connect(t, nodes[0], { id: 'bob', topic: 'room', shown: 'Bob' });
    await server.start();
    await shows(nodes[1], 'room', ['ada', 'bob']);
    const told = await nodes[1].ask('told');
    assert.deepEqual(
      told.map(([what]) => what),
      ['join', 'join'],
    );
  });

  test('messages for a process whose JavaScript is blocked are bounded', async (t) => {
    const connection = { maxQueueBytes: 128 << 20 };
    const { nodes } = await cluster(t, Server, 2, { connection, maxQueueEvents: 0 });
    const client = await connect(t, nodes[1], { id: 'ada', topic: 'room', shown: 'Ada' });
    await shows(nodes[0], 'room', ['ada']);
    const before = await nodes[1].ask('rss');
    const blocked = nodes[1].ask('block', { milliseconds: 8000 });
    await until(() => nodes[1].isBlocking, 'the block');
    const data = 'x'.repeat(500_000);
    let sent = 0;
    for (; sent < 60; sent += 1) {
      try {
        await nodes[0].ask('send', { id: 'ada', event: { data } });
      } catch (error) {
        assert.equal(error.code, 'ERR_SSE_BACKPLANE_FULL');
        await nodes[0].ask('state');
      }
    }
    await blocked;
    await shows(nodes[1], 'room', ['ada']);
    assert.ok((await nodes[1].ask('rss')) - before < 100 << 20);
    // Both processes can still communicate.
    await knows(nodes[0], 1);
    await nodes[0].ask('send', { id: 'ada', event: { data: 'last' } });
    await until(() => client.text.includes('data: last'), 'the last event');
    const arrived = eventsOf(client).length - 1;
    // At most 8 MiB are queued for JavaScript.
    assert.ok(arrived > 0 && arrived < sent, `${arrived} of ${sent} arrived`);
  });
}
