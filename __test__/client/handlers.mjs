import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSSEClient } from '../../client/index.js';
import { clock, open, refused, scriptedClient, settled } from './scripted.mjs';

/** Connects to a stream with this text and waits until all of it is handled. */
async function receive(t, text, config, prepare = () => {}) {
  const all = scriptedClient(t, [open(text)], config);
  prepare(all.client);
  all.client.connect();
  await settled();
  return all;
}

/** Returns the uncaught exceptions that happen while `run` runs. */
async function uncaught(run) {
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const thrown = [];
  process.on('uncaughtException', (error) => thrown.push(error));
  try {
    await run();
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  }
  return thrown;
}

describe('handlers', () => {
  test('receive events of their name with data, raw text, id and cursor', async (t) => {
    const seen = [];
    const text = 'id: 7\nevent: price\ndata: {"cents": 120}\n\nevent: price\ndata: none\n\n';
    await receive(t, text, {}, (client) => {
      client.on('price', (event) => seen.push(event));
      client.on('other', () => assert.fail('the event has another name'));
      client.onMessage(() => assert.fail('the event has a name'));
    });
    const price = { event: 'price', topic: undefined, lastEventId: '7' };
    assert.deepEqual(seen, [
      { ...price, id: '7', data: { cents: 120 }, raw: '{"cents": 120}' },
      { ...price, id: undefined, data: 'none', raw: 'none' },
    ]);
  });

  const DATA = {
    '{"a":[1]}': { a: [1] },
    '[1,"2"]': [1, '2'],
    '"text"': 'text',
    42: 42,
    '-1.5e3': -1500,
    true: true,
    null: null,
    hello: 'hello',
    '': '',
    '{"a":': '{"a":',
    'true story': 'true story',
    ' 42': 42,
    '12 apples': '12 apples',
    undefined: 'undefined',
    NaN: 'NaN',
  };
  for (const [text, value] of Object.entries(DATA)) {
    test(`the data of ${JSON.stringify(text)} is ${JSON.stringify(value)}`, async (t) => {
      // The parser strips one space after the colon.
      const { events } = await receive(t, `data: ${text}\n\n`);
      assert.deepEqual(
        events.map(({ data, raw }) => ({ data, raw })),
        [{ data: value, raw: text }],
      );
    });
  }

  test('`parse: String` keeps data as text', async (t) => {
    const { data } = await receive(t, 'data: 4\n\ndata: 2.0\n\n', { parse: String });
    assert.deepEqual(data(), ['4', '2.0']);
  });

  test('`parse` receives the event name, and drops only the event it throws for', async (t) => {
    const failure = new Error('no date');
    const parse = (text, event) => {
      if (text === 'x') throw failure;
      return `${event} ${text}`;
    };
    const text = 'data: a\n\ndata: x\n\nevent: e\ndata: b\n\n';
    const { data, errors, client } = await receive(t, text, { parse });
    assert.deepEqual(data(), ['message a', 'e b']);
    assert.deepEqual(
      errors.map(({ code, cause, fatal }) => [code, cause, fatal]),
      [['ERR_SSE_PARSE', failure, false]],
    );
    assert.equal(client.isConnected(), true);
  });

  test('handlers of * run after those of the name, and once for an event named *', async (t) => {
    const seen = [];
    const text = 'event: a\ndata: 1\n\ndata: 2\n\nevent: *\ndata: 3\n\n';
    await receive(t, text, {}, (client) => {
      client.on('*', ({ data }) => seen.push(`* ${data}`));
      client.on('a', ({ data }) => seen.push(`a ${data}`));
    });
    assert.deepEqual(seen, ['a 1', '* 1', '* 2', '* 3']);
  });

  test('an event may have the name of a state or of an object property', async (t) => {
    const names = ['connected', 'error', 'open', '__proto__', 'constructor', 'toString', 'é ☀'];
    const seen = [];
    const text = names.map((name) => `event: ${name}\ndata: 1\n\n`).join('');
    await receive(t, text, {}, (client) => {
      for (const name of names) client.on(name, ({ event }) => seen.push(event));
    });
    assert.deepEqual(seen, names);
  });

  test('an unsubscribed handler is not called, even if another handler unsubscribes it', async (t) => {
    const seen = [];
    await receive(t, 'data: 1\n\ndata: 2\n\n', {}, (client) => {
      const own = client.onMessage(({ data }) => {
        seen.push(`once ${data}`);
        own();
        other();
      });
      const other = client.onMessage(() => assert.fail('it was unsubscribed just before'));
      const never = client.onMessage(() => assert.fail('it was unsubscribed'));
      never();
      never();
      client.onMessage(({ data }) => seen.push(`always ${data}`));
    });
    assert.deepEqual(seen, ['once 1', 'always 1', 'always 2']);
  });

  test('a handler added twice is called twice, and each registration is removed separately', async (t) => {
    const seen = [];
    await receive(t, 'data: 1\n\ndata: 2\n\n', {}, (client) => {
      const handler = ({ data }) => {
        seen.push(data);
        if (data === 1) first();
      };
      const first = client.onMessage(handler);
      client.onMessage(handler);
    });
    assert.deepEqual(seen, [1, 1, 2]);
  });

  test('unsubscribing twice leaves a later handler in place', async (t) => {
    const { client, events } = scriptedClient(t, [open('data: 1\n\n')]);
    const seen = [];
    const first = client.onMessage(() => assert.fail('it was unsubscribed'));
    first();
    client.onMessage(({ data }) => seen.push(data));
    first();
    client.connect();
    await settled();
    assert.equal(events.length, 1);
    assert.deepEqual(seen, [1]);
  });

  test('a handler added during an event is first called for the next event', async (t) => {
    const seen = [];
    await receive(t, 'data: 1\n\ndata: 2\n\n', {}, (client) => {
      const renew = () => {
        const unsubscribe = client.onMessage(({ data }) => {
          seen.push(data);
          unsubscribe();
          renew();
        });
      };
      renew();
      client.onMessage(() => {});
    });
    assert.deepEqual(seen, [1, 2]);
  });

  test('an error in a handler is reported as uncaught, and the other handlers still run', async (t) => {
    const failures = ['event', 'state', 'error'].map((what) => new Error(what));
    const seen = [];
    const thrown = await uncaught(async () => {
      const { client } = scriptedClient(t, [open('data: 1\n\ndata: 2\n\n'), refused]);
      const throwing = (failure) => () => {
        throw failure;
      };
      client.onMessage(throwing(failures[0]));
      client.onMessage(({ data }) => seen.push(data));
      client.onStateChange((state) => {
        if (state === 'connected') throw failures[1];
      });
      client.onError(throwing(failures[2]));
      client.onError(({ code }) => seen.push(code));
      client.connect();
      await settled();
      client.reconnect();
      await settled();
    });
    assert.deepEqual(seen, [1, 2, 'ERR_SSE_NETWORK']);
    assert.deepEqual(thrown, [failures[1], failures[0], failures[0], failures[2]]);
  });

  test('a handler must be a function', () => {
    const client = createSSEClient({ url: 'http://server.test/' });
    for (const add of ['onMessage', 'onError', 'onStateChange']) {
      assert.throws(() => client[add]('x'), { code: 'ERR_SSE_TYPE' });
    }
    assert.throws(() => client.on('a'), { code: 'ERR_SSE_TYPE' });
  });

  test('reports each change of the state, and exposes the current one', async (t) => {
    const { pass } = clock(t);
    const { client } = scriptedClient(t, [refused, open()]);
    const seen = [];
    client.onStateChange((state) => seen.push([state, client.getState(), client.isConnected()]));
    assert.deepEqual([client.getState(), client.isConnected()], ['disconnected', false]);
    client.disconnect();
    client.connect();
    client.connect();
    await settled();
    await pass(1000);
    client.disconnect();
    client.disconnect();
    assert.deepEqual(seen, [
      ['connecting', 'connecting', false],
      ['connected', 'connected', true],
      ['disconnected', 'disconnected', false],
    ]);
  });

  test('getLastEventId() in a handler is the cursor of its event', async (t) => {
    const seen = [];
    await receive(t, 'id: 1\ndata: a\n\nid: 2\n\ndata: b\n\n', {}, (client) => {
      client.onMessage(() => seen.push(client.getLastEventId()));
    });
    assert.deepEqual(seen, ['1', '2']);
  });

  test('only `debug` writes to the console', async (t) => {
    const debug = t.mock.method(console, 'debug', () => {});
    await receive(t, 'data: 1\n\n');
    assert.equal(debug.mock.callCount(), 0);
    const { client } = await receive(t, 'data: 1\n\n', { debug: true });
    client.disconnect();
    const words = debug.mock.calls.map((call) => call.arguments[2]);
    assert.deepEqual(words, ['state', 'state', 'event', 'state']);
  });

  test('every handler sees states in order, even if another handler disconnects', async (t) => {
    const heard = [];
    const { client } = await receive(t, 'data: 1\n\n', {}, (client) => {
      client.onStateChange((state) => state === 'connected' && client.disconnect());
      client.onStateChange((state) => heard.push([state, client.getState()]));
    });
    assert.deepEqual(heard, [
      ['connecting', 'connecting'],
      ['connected', 'disconnected'],
      ['disconnected', 'disconnected'],
    ]);
    assert.equal(client.getState(), 'disconnected');
  });
});
