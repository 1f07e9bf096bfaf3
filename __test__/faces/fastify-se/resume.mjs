// Clients that reconnect with the same seid.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import { as, SOON, seidGenerator, serveSE } from './app.mjs';

const idsOf = ({ text }) => Array.from(text.matchAll(/^id: (.*)$/gm), ([, id]) => id);

/** A route that greets its client, and one that sends to a seid. */
function greetAndSend(fastify) {
  fastify.get('/', (_request, reply) => reply.sendEvent('hello'));
  fastify.get('/wait', () => {});
  fastify.post('/send/:seid/:text', async ({ params }, reply) => ({
    sent: reply.sendEventBySeid(params.seid, params.text),
  }));
}

/** A server whose clients send their seid and their last event id. */
async function serve(t, options = {}) {
  const { connect, se } = await serveSE(t, greetAndSend, { seidGenerator, ...options });
  return {
    se,
    connect: (seid, cursor, path = '/') =>
      connect(path, {
        headers: { ...as(seid).headers, ...(cursor && { 'Last-Event-ID': cursor }) },
      }),
    async send(seid, text) {
      const answer = await connect(`/send/${seid}/${text}`, { method: 'POST' });
      await answer.over();
      return JSON.parse(answer.text).sent;
    },
    async drop(client, seid) {
      client.leave();
      await until(() => !(seid in se.clients), 'the client to be removed');
    },
  };
}

describe('a client of SE that reconnects', { concurrency: true }, () => {
  const streams = { 'the core': {}, 'a stream of the application': { stream: PassThrough } };
  for (const [writer, options] of Object.entries(streams)) {
    test(`gets what it missed, once, written by ${writer}`, SOON, async (t) => {
      const { connect, send, drop } = await serve(t, options);
      const first = await connect('ada');
      assert.equal(await send('ada', 'seen'), true);
      await first.has('data: seen\n\n');
      await drop(first, 'ada');
      for (const text of ['one', 'two']) assert.equal(await send('ada', text), false);
      assert.equal(await send('bob', 'of another seid'), false);

      const second = await connect('ada', idsOf(first).at(-1));
      assert.equal(await send('ada', 'three'), true);
      await second.has('data: three\n\n');
      assert.deepEqual(second.data, ['one', 'two', 'hello', 'three']);
      await drop(second, 'ada');

      const third = await connect('ada', idsOf(second)[0]);
      await third.has('data: hello\n\n');
      assert.equal(await send('ada', 'four'), true);
      await third.has('data: four\n\n');
      assert.deepEqual(third.data, ['two', 'hello', 'three', 'hello', 'four']);
    });
  }

  test('gets what was sent before its old connection was found dead', SOON, async (t) => {
    const { connect, send, drop } = await serve(t);
    const first = await connect('ada');
    await first.has('data: hello\n\n');
    const [cursor] = idsOf(first);
    for (const text of ['one', 'two']) assert.equal(await send('ada', text), true);
    await first.has('data: two\n\n');
    await drop(first, 'ada');
    const second = await connect('ada', cursor);
    await second.has('data: hello\n\n');
    assert.deepEqual(second.data, ['one', 'two', 'hello']);
  });

  test('has a cursor before its first event with an id', SOON, async (t) => {
    const { connect, send, drop, se } = await serve(t);
    const opening = connect('ada', undefined, '/wait');
    await until(() => 'ada' in se.clients, 'the handler to start');
    // An empty id resets the cursor, so that only the primer counts.
    se.clients.ada.sendEvent({ data: 'reset', id: '' });
    const first = await opening;
    await until(() => idsOf(first).length > 0, 'the primer');
    assert.match(
      first.text,
      /^id: ?\ndata: reset\n\nid: \S+\n\n$|^id\ndata: reset\n\nid: \S+\n\n$/,
    );
    await drop(first, 'ada');
    assert.equal(await send('ada', 'one'), false);
    const second = await connect('ada', idsOf(first).at(-1));
    await second.has('data: hello\n\n');
    assert.deepEqual(second.data, ['one', 'hello']);
  });

  test('gets what it missed with the next event if its handler waits', SOON, async (t) => {
    const { connect, send, drop, se } = await serve(t);
    const first = await connect('ada');
    await first.has('data: hello\n\n');
    await drop(first, 'ada');
    await send('ada', 'one');
    const opening = connect('ada', idsOf(first)[0], '/wait');
    await until(() => 'ada' in se.clients, 'the handler to start');
    assert.equal(await send('ada', 'two'), true);
    const second = await opening;
    await second.has('data: two\n\n');
    assert.deepEqual(second.data, ['one', 'two']);
  });

  test('gets only new events if it sends no cursor', SOON, async (t) => {
    const { connect, send, drop } = await serve(t);
    await drop(await connect('ada'), 'ada');
    await send('ada', 'one');
    const second = await connect('ada');
    assert.equal(await send('ada', 'two'), true);
    await second.has('data: two\n\n');
    assert.deepEqual(second.data, ['hello', 'two']);
  });

  test('gets nothing from the reply of its old connection', SOON, async (t) => {
    const { connect, drop, se } = await serve(t);
    const first = await connect('ada');
    await first.has('data: hello\n\n');
    const old = se.clients.ada;
    await drop(first, 'ada');
    old.sendEvent('while it is away');
    const second = await connect('ada', idsOf(first)[0]);
    await second.has('data: hello\n\n');
    old.sendEvent('while it is back');
    se.clients.ada.sendEvent('news');
    await second.has('data: news\n\n');
    assert.deepEqual(second.data, ['hello', 'news']);
  });

  test('gets a gap event for events that are gone, if onGap is set', SOON, async (t) => {
    const options = { topic: { historySize: 1 }, onGap: 'reset' };
    const { connect, send, drop } = await serve(t, options);
    const first = await connect('ada');
    await first.has('data: hello\n\n');
    await drop(first, 'ada');
    for (const text of ['one', 'two']) await send('ada', text);
    const second = await connect('ada', idsOf(first)[0]);
    await second.has('data: hello\n\n');
    assert.match(second.text, /^event: sluice\.reset\ndata: \{\}\n\n/);
    assert.deepEqual(second.data, ['{}', 'hello']);
  });

  test('sending to an invalid seid has no effect and raises no error', SOON, async (t) => {
    const results = [];
    const { connect } = await serveSE(
      t,
      (fastify) => {
        fastify.get('/', (_request, reply) => {
          for (const seid of ['', 7, null, undefined, '\ud83c', 'a'.repeat(1025)]) {
            results.push(reply.sendEventBySeid(seid, 'news'));
          }
          reply.sendEvent('hello').sendEventBySeid('', 'news');
        });
      },
      { seidGenerator },
    );
    await (await connect('/', as('ada'))).has('data: hello\n\n');
    assert.deepEqual(results, Array(6).fill(false));
  });

  const without = {
    'historySize: 0': [{ topic: { historySize: 0 } }, 'ada'],
    'a random seid': [{ seidGenerator: undefined }, 'ada'],
    'a seid of more than 1 KiB': [{}, 'a'.repeat(1025)],
  };
  for (const [what, [options, seid]] of Object.entries(without)) {
    test(`has no history with ${what}, but its events have ids`, SOON, async (t) => {
      const { connect, send } = await serve(t, options);
      const client = await connect(seid);
      await client.has('data: hello\n\n');
      assert.match(client.text, /^id: [0-9a-f-]{36}\.1\ndata: hello\n\n$/);
      assert.equal(await send('bob', 'x'), false);
    });
  }
});
