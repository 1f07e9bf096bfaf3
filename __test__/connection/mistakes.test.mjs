// Tests that a newcomer's typical mistakes throw an error that names the mistake and the fix.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as server from '../support/servers/node-http.mjs';
import { site, sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { calls } from './mistakes/calls.mjs';
import { events } from './mistakes/events.mjs';
import { options } from './mistakes/options.mjs';

const mistakes = [...options, ...events, ...calls];

test('each mistake throws an error that names the mistake and the fix', SOON, async (t) => {
  assert.ok(mistakes.length >= 50, `${mistakes.length} mistakes`);
  const titles = mistakes.map(([title, , , message]) => `${title}: ${message}`);
  assert.equal(new Set(titles).size, mistakes.length);
  const { open } = await site(t, server);
  const { connection } = await open();
  const { req, res } = await unanswered(t);
  for (const [title, make, code, message] of mistakes) {
    await t.test(title, async () => {
      const error = { code, message };
      await assert.rejects(async () => make({ connection, req, res }), error);
    });
  }
  assert.equal(connection.closed, false);
});

/** Returns a pending request and its response. */
async function unanswered(t) {
  const requests = [];
  const running = await server.start((req, res) => requests.push({ req, res }));
  t.after(() => running.close());
  const answer = running.connect('/');
  t.after(() => answer.catch(() => {}));
  await until(() => requests.length > 0, 'the request');
  return requests[0];
}

test('options that are undefined are not unknown', () => {
  const channel = new sluice.Channel({ historySize: 1, histroySize: undefined });
  channel.send({ data: 1, date: undefined }, { removed: undefined });
});

test('an event with a name and without data reaches the client', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client } = await open();
  const channel = new sluice.Channel({ ids: 'manual' });
  const broker = new sluice.SSEBroker({ topicField: false, topic: { ids: 'manual' } });
  channel.add(connection);
  broker.connect(connection, { id: 'ada' });
  broker.subscribe('ada', 'a');
  connection.send({ event: 'one' });
  channel.send({ event: 'two' });
  broker.broadcast({ event: 'three' });
  broker.send('ada', { event: 'four' });
  broker.broadcastToTopic('a', { event: 'five' });
  await client.has('event: five\ndata:\n\n');
  for (const name of ['one', 'two', 'three', 'four']) {
    assert.ok(client.text.includes(`event: ${name}\ndata:\n\n`), client.text);
  }
  connection.send({ comment: 'alone' });
  await client.has(': alone\n\n');
});

test('publish() resolves with the id of an event that has only a name', async () => {
  const channel = new sluice.Channel();
  assert.match((await channel.publish({ event: 'tick' })).id, /^\w+-\w+$/);
  assert.equal((await channel.publish({ comment: 'tick' })).id, undefined);
});

test('any JSON data is sent, including an empty object', () => {
  class Empty {}
  const own = { toJSON: () => ({}) };
  const channel = new sluice.Channel();
  for (const data of [{}, new Empty(), Object.create(null), own, new Date(), null]) {
    channel.send({ data });
  }
  assert.equal(channel.closed, false);
});

test('the `raw` request and reply of Fastify work, as in Nest', SOON, async (t) => {
  const app = createRequire(import.meta.url)('fastify')();
  t.after(() => app.close());
  app.get('/', (request, reply) => {
    reply.hijack();
    new sluice.Connection(request.raw, reply.raw).send({ data: 'hello' }).end();
  });
  const response = await fetch(await app.listen({ port: 0 }));
  assert.equal(await response.text(), 'data: hello\n\n');
});
