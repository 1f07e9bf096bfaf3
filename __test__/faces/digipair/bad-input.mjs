import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { engine, factory, pin, run, sessions, skill } from './factory.mjs';

const cycle = {};
cycle.self = cycle;

const OPTION = 'ERR_SSE_OPTION';
const BAD_SESSIONS = [
  [{ id: 5 }, OPTION, /`id` must be a string, but it is a number/],
  [{ id: null }, OPTION, /`id` must be a string, but it is null/],
  [{ id: ['a'] }, OPTION, /`id` must be a string, but it is an array/],
  [{ id: 'x'.repeat(1000) }, OPTION, /must have 1000 bytes at most/],
  [{ id: 'a', digipair: '☀'.repeat(333) }, OPTION, /must have 1000 bytes at most/],
  [{ digipair: 5 }, OPTION, /`digipair` must be a string/],
  [{ reasoning: {} }, OPTION, /`reasoning` must be a string/],
  [{ start: cycle }, OPTION, /scope of a name must be serialisable as JSON/],
  [{ id: 'a', start: 'x'.repeat(1000) }, OPTION, /must have 1000 bytes at most/],
  [{ id: 'a', disconnected: 'log' }, OPTION, /`disconnected` must be a list of pins/],
  [{ id: 'a', disconnected: null }, OPTION, /`disconnected` must be a list of pins/],
  [{ id: 'a', disconnected: {} }, OPTION, /`disconnected` must be a list of pins/],
  [{ id: 'a', disconnected: ['log'] }, OPTION, /`disconnected` must be a list of pins/],
  [{ id: 'a', disconnected: [null] }, OPTION, /`disconnected` must be a list of pins/],
  ['a', OPTION, /`params` must be an object/],
  [null, OPTION, /`params` must be an object/],
];
const BAD_CHANNELS = [
  ...BAD_SESSIONS,
  [{ session: 'a' }, OPTION, /`session` must be what registerSession returned/],
  [{ session: null }, OPTION, /`session` must be what registerSession returned/],
  [{ session: {} }, OPTION, /`session` must be what registerSession returned/],
  [{ session: { id: 5 } }, OPTION, /or an object with the `id` of a session/],
  [{ session: { id: '' } }, OPTION, /or an object with the `id` of a session/],
  [{ session: { id: 'nobody' } }, OPTION, /no open session .* has the id "nobody": register it/],
];
const BAD_MESSAGES = [
  [{}, 'ERR_SSE_DATA', /`message` is missing/],
  [{ message: cycle }, 'ERR_SSE_DATA', /cannot be serialised as JSON/],
  [{ message: { n: 1n } }, 'ERR_SSE_DATA', /cannot be serialised as JSON/],
  [{ message: 1n }, 'ERR_SSE_DATA', /cannot be serialised as JSON/],
  [{ message: () => {} }, 'ERR_SSE_DATA', /is a function/],
  [{ message: Symbol('s') }, 'ERR_SSE_DATA', /is a symbol/],
  [{ message: {}, event: 5 }, 'ERR_SSE_TYPE', /`event` must be a string/],
  [{ message: {}, event: null }, 'ERR_SSE_TYPE', /`event` must be a string/],
  [{ message: {}, event: 'a\ndata: b' }, 'ERR_SSE_FIELD', /event/],
  [{ message: {}, event: 'a\r' }, 'ERR_SSE_FIELD', /event/],
  [{ message: {}, event: 'a\0' }, 'ERR_SSE_FIELD', /event/],
  [{ message: {}, id: 5 }, OPTION, /`id` must be a string/],
  [{ message: {}, id: 'x'.repeat(1000) }, OPTION, /must have 1000 bytes at most/],
  [{ message: {}, digipair: null }, OPTION, /`digipair` must be a string, but it is null/],
  [{ message: {}, reasoning: 5 }, OPTION, /`reasoning` must be a string/],
  ['a', OPTION, /`params` must be an object/],
];

describe('bad input', () => {
  for (const [element, cases] of [
    ['registerSession', BAD_SESSIONS],
    ['registerChannel', BAD_CHANNELS],
  ]) {
    test(`${element}: the request is left unanswered, and no client is registered`, async (t) => {
      const refused = [];
      const begun = [];
      const { connect } = await factory(t, {
        talk: [pin('refuse', {}, 'bad')],
      });
      engine.config.set('LIBRARIES', {
        bad: {
          refuse: async (_params, _pins, context) => {
            for (const [params, code, message] of cases) {
              await assert.rejects(skill[element](params, [], context), (error) => {
                assert.ok(error instanceof TypeError);
                assert.equal(error.code, code);
                assert.match(error.message, message);
                return true;
              });
              refused.push(code);
            }
            begun.push(context.protected.res.headersSent, sessions.clientCount());
            return {};
          },
        },
      });
      const client = await connect('/dp/talk');
      await client.over();
      assert.equal(client.text, '{}', 'the factory answers');
      assert.equal(refused.length, cases.length);
      assert.deepEqual(begun, [false, 0]);
    });
  }

  for (const element of ['push', 'broadcast']) {
    test(`${element}: nothing is sent`, async (t) => {
      const { connect } = await factory(t, {
        talk: [pin('registerSession', { id: 'a' }), pin('registerChannel', { id: 'a' })],
      });
      const client = await connect('/dp/talk');
      const context = { request: { digipair: 'dp', reasoning: 'talk' } };
      for (const [params, code, message] of BAD_MESSAGES) {
        const filled = typeof params === 'object' ? { id: 'a', ...params } : params;
        // With and without a client that the message would reach.
        for (const reached of [context, {}]) {
          await assert.rejects(skill[element](filled, [], reached), (error) => {
            assert.ok(error instanceof TypeError);
            assert.equal(error.code, code);
            assert.match(error.message, message);
            return true;
          });
        }
      }
      await skill[element]({ id: 'a', message: 'last' }, [], context);
      assert.deepEqual(await client.count(1), ['"last"']);
    });
  }

  test('push requires the id of a session', async () => {
    await assert.rejects(run(pin('push', { message: {} })), {
      code: 'ERR_SSE_OPTION',
      message: /push needs the `id` of a session/,
    });
  });

  test('a context without a request can send, but not register', async () => {
    const contexts = [
      undefined,
      null,
      {},
      { protected: {} },
      { protected: { req: {}, res: null } },
    ];
    for (const context of contexts) {
      for (const element of ['registerSession', 'registerChannel']) {
        await assert.rejects(skill[element]({ id: 'a' }, [], context), {
          code: 'ERR_SSE_TYPE',
          message: /it needs `req` and `res` in `context\.protected`/,
        });
      }
      assert.equal(await skill.push({ id: 'a', message: {} }, [], context), false);
      assert.equal(await skill.broadcast({ message: {} }, [], context), 0);
    }
    const context = { protected: { req: {}, res: {} } };
    await assert.rejects(skill.registerSession({}, [], context), { code: 'ERR_SSE_TYPE' });
  });

  test('a request is answered once', async (t) => {
    const { connect, results } = await factory(t, {
      talk: [pin('registerSession', { id: 'a' }), pin('registerSession', { id: 'b' })],
    });
    const client = await connect('/dp/talk');
    assert.equal(results[0].error.code, 'ERR_SSE_HEADERS_SENT');
    assert.equal(await run(pin('push', { id: 'b', message: 1 })), false);
    assert.equal(await run(pin('push', { id: 'a', message: 1 })), true);
    await client.count(1);
  });
});
