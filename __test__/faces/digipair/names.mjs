import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { factory, pin, run } from './factory.mjs';

const reasonings = new Proxy(
  {},
  { get: () => [pin('registerSession', { id: '{{request.query.id}}' })] },
);
const path = (digipair, reasoning, id) =>
  `/${encodeURIComponent(digipair)}/${encodeURIComponent(reasoning)}?id=${encodeURIComponent(id)}`;

/** Names that would collide if their parts were joined with a separator. */
const COLLISIONS = [
  [
    ['a_b', 'c', 'd'],
    ['a', 'b_c', 'd'],
  ],
  [
    ['a', 'b', '_c'],
    ['a', 'b_', 'c'],
  ],
  [
    ['a', 'b__c', 'd'],
    ['a', 'b', 'c__d'],
  ],
  [
    ['a","b', 'c', 'd'],
    ['a', 'b","c', 'd'],
  ],
  [
    ['a', 'b', 'c"]'],
    ['a', 'b', 'c'],
  ],
  [
    ['a\\', '"b', 'c'],
    ['a', '\\"b', 'c'],
  ],
  [
    ['a', 'b', 'é'],
    ['a', 'b', 'e\u0301'],
  ],
  [
    ['a', 'b', 'c.*.e'],
    ['a', 'b', 'c.d.e'],
  ],
  [
    ['a', 'b', '>'],
    ['a', 'b', 'c'],
  ],
];

describe('names', () => {
  for (const pair of COLLISIONS) {
    test(`${JSON.stringify(pair[0])} is not ${JSON.stringify(pair[1])}`, async (t) => {
      const { connect } = await factory(t, reasonings);
      const [one, other] = [await connect(path(...pair[0])), await connect(path(...pair[1]))];
      for (const [place, [digipair, reasoning, id]] of pair.entries()) {
        const push = pin('push', { id: `NOEVAL:${id}`, message: place });
        assert.equal(await run(push, { digipair, reasoning }), true);
      }
      assert.deepEqual(await one.count(1), ['0']);
      assert.deepEqual(await other.count(1), ['1']);
    });
  }

  test('different lone surrogates are different names', async (t) => {
    const [high, low] = ['\ud83c', '\ud83d'];
    const pins = (id) => [pin('registerSession', { id })];
    const { connect } = await factory(t, { high: pins(high), low: pins(low) });
    await connect('/dp/high');
    assert.equal(await run(pin('push', { id: low, message: 1 }), { reasoning: 'high' }), false);
    assert.equal(await run(pin('push', { id: high, message: 1 }), { reasoning: 'high' }), true);
  });

  test('a session and a channel may have the same name', async (t) => {
    const pins = [pin('registerSession', { id: 'same' })];
    const { connect } = await factory(t, { talk: pins });
    await connect('/dp/talk');
    assert.equal(await run(pin('broadcast', { id: 'same', message: 1 })), 0);
    assert.equal(await run(pin('push', { id: 'same', message: 1 })), true);
  });

  describe('SSE_SESSION_START', () => {
    const talk = [pin('registerSession', { id: 'a' }), pin('registerChannel', { id: 'c' })];
    const privates = (SSE_SESSION_START) => ({ privates: { SSE_SESSION_START } });

    /** Clients that registered the same names in one reasoning, by `SSE_SESSION_START`. */
    async function clients(t) {
      const starts = { one: privates('one'), two: privates('two'), number: privates(17), none: {} };
      const connected = {};
      for (const [name, options] of Object.entries(starts)) {
        connected[name] = await (await factory(t, { talk }, options)).connect('/dp/talk');
      }
      return connected;
    }

    test('separates sessions and channels of the same name', async (t) => {
      const { one, two, number, none } = await clients(t);
      await run(pin('push', { id: 'a', message: 'one' }), privates('one'));
      await run(pin('broadcast', { id: 'c', message: 'two' }), privates('two'));
      await run(pin('push', { id: 'a', message: 'number' }), privates(17));
      await run(pin('broadcast', { id: 'c', message: 'none' }), { privates: undefined });
      assert.deepEqual(await one.count(1), ['"one"']);
      assert.deepEqual(await two.count(1), ['"two"']);
      assert.deepEqual(await number.count(1), ['"number"']);
      assert.deepEqual(await none.count(1), ['"none"']);
    });

    test('is overridden by `start` of push and broadcast', async (t) => {
      const { one, two, number, none } = await clients(t);
      const here = privates('one');
      const push = (start, message) => run(pin('push', { id: 'a', message, start }), here);
      assert.equal(await push('two', 'to two'), true);
      assert.equal(await push('', 'to none'), true);
      assert.equal(await push('17', 'to the number'), true);
      assert.equal(await push(undefined, 'to one'), true);
      assert.equal(await push('nowhere', 'to nobody'), false);
      const broadcast = (start) => run(pin('broadcast', { id: 'c', message: 'all', start }), here);
      assert.equal(await broadcast('two'), 1);
      assert.equal(await broadcast(17), 1);
      assert.equal(await broadcast('nowhere'), 0);
      assert.deepEqual(await one.count(1), ['"to one"']);
      assert.deepEqual(await two.count(2), ['"to two"', '"all"']);
      assert.deepEqual(await number.count(2), ['"to the number"', '"all"']);
      assert.deepEqual(await none.count(1), ['"to none"']);
    });

    test('has no effect if it is misspelled', async (t) => {
      const misspelt = { privates: { SSE_SESION_START: 'one' } };
      const { connect } = await factory(t, { talk }, misspelt);
      const client = await connect('/dp/talk');
      assert.equal(await run(pin('push', { id: 'a', message: 1 })), true);
      assert.deepEqual(await client.count(1), ['1']);
    });
  });

  test('a session without an id is open, but push cannot reach it', async (t) => {
    const pins = [pin('registerSession', {})];
    const { connect, results } = await factory(t, { talk: pins });
    const client = await connect('/dp/talk');
    assert.equal(results[0].result.id, undefined);
    assert.equal(await run(pin('push', { id: '', message: 1 })), false);
    assert.equal(await run(pin('push', { id: 'undefined', message: 1 })), false);
    results[0].result.connection.send({ data: 'open' });
    assert.deepEqual(await client.count(1), ['open']);
  });

  test('a channel without an id is the channel of its scope', async (t) => {
    const { connect } = await factory(t, {
      talk: [pin('registerChannel', {})],
      other: [pin('registerChannel', {})],
    });
    const [talk, other] = [await connect('/dp/talk'), await connect('/dp/other')];
    assert.equal(await run(pin('broadcast', { message: 1 })), 1);
    assert.equal(await run(pin('broadcast', { message: 2 }), { reasoning: 'other' }), 1);
    assert.deepEqual(await talk.count(1), ['1']);
    assert.deepEqual(await other.count(1), ['2']);
  });

  test('push and broadcast report that a name is unknown', async () => {
    assert.equal(await run(pin('push', { id: 'nobody', message: {} })), false);
    assert.equal(await run(pin('broadcast', { id: 'nobody', message: {} })), 0);
  });
});
