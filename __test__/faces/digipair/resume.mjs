// Clients that lose their connection and register the same names again.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import { factory, pin, run, sessions } from './factory.mjs';

const talk = [pin('registerSession', { id: 'a' }), pin('registerChannel', { id: 'c' })];
const push = (message, id = 'a') => run(pin('push', { id, message }));
const broadcast = (message) => run(pin('broadcast', { id: 'c', message }));
const idsOf = ({ text }) => Array.from(text.matchAll(/^id: (.*)$/gm), ([, id]) => id);

/** A reasoning whose clients send their last event id. */
async function serve(t) {
  const { connect } = await factory(t, { talk });
  return {
    connect: (cursor) => connect('/dp/talk', cursor && { headers: { 'Last-Event-ID': cursor } }),
    async drop(client) {
      client.leave();
      await until(() => sessions.clientCount() === 0, 'the client to be removed');
    },
  };
}

describe('a client of digipair that reconnects', () => {
  test('gets what it missed, once, in the order in which it was sent', async (t) => {
    const { connect, drop } = await serve(t);
    const first = await connect();
    assert.equal(await push('seen'), true);
    await first.count(1);
    await drop(first);
    assert.equal(await push('one'), false);
    assert.equal(await broadcast('two'), 0);
    assert.equal(await push('three'), false);
    await push('of another session', 'b');

    const second = await connect(idsOf(first).at(-1));
    assert.equal(await broadcast('four'), 1);
    await second.has('"four"');
    assert.deepEqual(second.data, ['"one"', '"two"', '"three"', '"four"']);
    await drop(second);

    const third = await connect(idsOf(second)[1]);
    await push('five');
    await third.has('"five"');
    assert.deepEqual(third.data, ['"three"', '"four"', '"five"']);
  });

  test('has a cursor before its first event', async (t) => {
    const { connect, drop } = await serve(t);
    const first = await connect();
    await until(() => idsOf(first).length > 0, 'the primer');
    assert.deepEqual(first.data, []);
    await drop(first);
    await broadcast('one');
    await push('two');
    const second = await connect(idsOf(first)[0]);
    await push('three');
    await second.has('"three"');
    assert.deepEqual(second.data, ['"one"', '"two"', '"three"']);
  });
});
