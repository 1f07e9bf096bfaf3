import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { afterEach, describe, test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { until } from '../../support/until.mjs';
import { factory, pin, record, records, recordsOf, run, sessions } from './factory.mjs';

const { metrics } = createRequire(import.meta.url)('../../../index.js');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

const push = (id, message) => run(pin('push', { id, message }));
const broadcast = (id, message) => run(pin('broadcast', { id, message }));
const session = (id, properties) => pin('registerSession', { id, ...properties });
const channel = (id, properties) => pin('registerChannel', { id, ...properties });

describe('sessions and channels', () => {
  afterEach(() => records.splice(0));

  test('a browser that reconnects before its old connection is found dead gets what is pushed', async (t) => {
    const { connect } = await factory(t, {
      talk: [session('a', { disconnected: [record('left', { who: '{{request.query.who}}' })] })],
    });
    const old = await connect('/dp/talk?who=old');
    await push('a', 1);
    const back = await connect('/dp/talk?who=back');
    assert.equal(await push('a', 2), true);
    assert.deepEqual(await back.count(1), ['2']);
    assert.deepEqual(await old.count(2), ['1', '2'], 'every session of that name gets it');

    old.leave();
    await until(() => recordsOf('left').length > 0, 'the old connection to close');
    assert.equal(recordsOf('left')[0].properties.who, 'old');
    assert.equal(await push('a', 3), true);
    assert.deepEqual(await back.count(2), ['2', '3']);

    back.leave();
    await until(() => recordsOf('left').length > 1, 'the new connection to close');
    assert.equal(await push('a', 4), false);
  });

  test('a channel takes the result of registerSession from `previous`', async (t) => {
    const { connect } = await factory(t, {
      talk: [session(undefined), channel('c', { session: 'EVALUATE:previous' })],
    });
    const [one, two] = [await connect('/dp/talk'), await connect('/dp/talk')];
    assert.equal(await broadcast('c', 'both'), 2);
    assert.deepEqual(await one.count(1), ['"both"']);
    assert.deepEqual(await two.count(1), ['"both"']);
  });

  test('a channel takes all sessions of an id, whatever request opened them', async (t) => {
    const { connect } = await factory(t, {
      talk: [session('a')],
      join: [
        channel('c', { session: { id: 'a' }, reasoning: 'talk' }),
        record('joined', { count: 'EVALUATE:previous' }),
      ],
    });
    const clients = [await connect('/dp/talk'), await connect('/dp/talk')];
    const answer = await connect('/dp/join');
    assert.equal(await answer.over(), 'clean');
    assert.equal(await broadcast('c', 1), 2);
    for (const client of clients) assert.deepEqual(await client.count(1), ['1']);
  });

  test('channels of one request share its session, which the first one opens', async (t) => {
    const { connect } = await factory(t, { talk: [channel('c'), channel('d'), channel('c')] });
    const client = await connect('/dp/talk');
    assert.equal(sessions.clientCount(), 1);
    await broadcast('c', 'c');
    await broadcast('d', 'd');
    assert.deepEqual(await client.count(2), ['"c"', '"d"']);
  });

  test('all that register in a channel share it, and it counts and sends to them', async (t) => {
    const { connect, results } = await factory(t, { talk: [channel('c')] });
    const clients = [await connect('/dp/talk'), await connect('/dp/talk')];
    const [first, second] = results.map(({ result }) => result);
    assert.deepEqual([first.id, first.count(), second.count()], ['c', 2, 2]);
    assert.equal(first.send({ event: 'tick', data: 'now', id: '7' }), 2);
    for (const client of clients) await client.has('event: tick\n');
    for (const client of clients) client.leave();
    await until(() => first.count() === 0, 'both clients to leave');
    assert.equal(first.send({ data: 'nobody' }), 0);
  });

  test('a reasoning that ends with keepAlive leaves its session open', async (t) => {
    const keepAlive = pin('fail', { value: { type: 'DIGIPAIR_KEEPALIVE' } }, 'test');
    const { connect, results } = await factory(t, { talk: [session('a'), keepAlive] });
    const client = await connect('/dp/talk');
    assert.equal(results[0].error.type, 'DIGIPAIR_KEEPALIVE');
    assert.equal(await push('a', 1), true);
    assert.deepEqual(await client.count(1), ['1']);
  });

  test('sessions and channels serialize to plain JSON in logs', async (t) => {
    const { connect, results } = await factory(t, { a: [session('a')], c: [channel('c')] });
    await connect('/dp/a');
    await connect('/dp/c');
    const logged = results.map(({ result }) => JSON.stringify(result));
    assert.deepEqual(logged, ['{"id":"a"}', '{"id":"c"}']);
  });

  test('a new client gets only what is sent after it registers', async (t) => {
    const { connect } = await factory(t, { talk: [session('a'), channel('c')] });
    const first = await connect('/dp/talk');
    await broadcast('c', 'early');
    await first.count(1);
    const second = await connect('/dp/talk');
    await broadcast('c', 'late');
    assert.deepEqual(await second.count(1), ['"late"']);
  });

  test('two servers of a process share sessions and channels', async (t) => {
    const talk = [session('{{request.query.id}}'), channel('c')];
    const [here, there] = [await factory(t, { talk }), await factory(t, { talk })];
    const one = await here.connect('/dp/talk?id=one');
    const two = await there.connect('/dp/talk?id=two');
    assert.equal(await broadcast('c', 'both'), 2);
    assert.equal(await push('two', 'two'), true);
    assert.deepEqual(await one.count(1), ['"both"']);
    assert.deepEqual(await two.count(2), ['"both"', '"two"']);
  });

  test('1,000 closed sessions leave only empty topics, for a minute', async (t) => {
    const open = () => Object.values(metrics().connections).reduce((sum, count) => sum + count);
    await until(() => open() === 0, 'the connections of earlier tests to close');
    const { channels } = metrics();
    const disconnected = [record('left')];
    const { connect, variables } = await factory(t, {
      talk: [
        session('{{request.query.id}}', { disconnected }),
        channel('c', { disconnected }),
        channel('{{request.query.id}}'),
      ],
    });
    for (let id = 0; id < 1000; ) {
      const clients = [];
      while (clients.length < 50) clients.push(connect(`/dp/talk?id=${id++}`));
      for (const client of await Promise.all(clients)) client.leave();
    }
    await until(() => recordsOf('left').length === 2000, 'every action');
    assert.equal(sessions.clientCount(), 0);
    assert.deepEqual(sessions.topics(), []);
    assert.equal(open(), 0);
    // The topics of the sessions and of their channels, and `c`.
    assert.ok(metrics().channels <= channels + 2001);
    assert.equal(variables.length, 1000);
    records.splice(0);
    await until(() => {
      gc();
      // The engine and the server may keep the latest ones.
      return variables.filter((reference) => reference.deref()).length < 50;
    }, 'the contexts to be freed');
  });
});
