import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clock, ending, open, refused, scriptedClient, settled } from './scripted.mjs';

/** Simulates a page, because Node.js has no network events and no document. */
function page(t) {
  const window = new EventTarget();
  const document = { visibilityState: 'visible' };
  const navigator = { onLine: true };
  let listeners = 0;
  const addEventListener = (type, listener, options) => {
    listeners += 1;
    options.signal.addEventListener('abort', () => listeners--);
    window.addEventListener(type, listener, options);
  };
  const stands = { document, navigator, addEventListener };
  for (const [name, value] of Object.entries(stands)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    t.after(() => {
      if (before) Object.defineProperty(globalThis, name, before);
      else delete globalThis[name];
    });
  }
  return {
    listeners: () => listeners,
    async network(onLine) {
      navigator.onLine = onLine;
      window.dispatchEvent(new Event(onLine ? 'online' : 'offline'));
      await settled();
    },
    async visibility(state) {
      document.visibilityState = state;
      // In browsers, this event bubbles from the document to the window.
      window.dispatchEvent(new Event('visibilitychange'));
      await settled();
    },
  };
}

describe('silence', () => {
  test('of three intervals makes the client reconnect at once with its cursor', async (t) => {
    const { pass } = clock(t);
    const answers = [open('id: 1\ndata: a\n\n'), open()];
    const { client, requests, codes, states } = scriptedClient(t, answers);
    client.connect();
    await settled();
    await pass(89_999);
    assert.deepEqual(codes(), []);
    await pass(1);
    assert.deepEqual(codes(), ['ERR_SSE_HEARTBEAT']);
    assert.deepEqual(
      answers.map(({ isOpen }) => isOpen),
      [false, true],
    );
    assert.equal(requests[1].headers.get('Last-Event-ID'), '1');
    assert.deepEqual(states, ['connecting', 'connected', 'connecting', 'connected']);
  });

  test('ends with a comment or with part of an event', async (t) => {
    const { pass } = clock(t);
    const answer = open();
    const config = { heartbeatInterval: 100, missedHeartbeatsLimit: 2 };
    const { client, requests } = scriptedClient(t, [answer], config);
    client.connect();
    await settled();
    for (const text of [':\n\n', 'da', 'ta: a', '\n', '\n', ':\n\n']) {
      await pass(199);
      answer.push(text);
      await settled();
    }
    assert.equal(requests.length, 1);
    await pass(199);
    assert.equal(requests.length, 1);
    await pass(1);
    assert.equal(requests.length, 2);
  });

  test('is ignored with heartbeatInterval 0', async (t) => {
    const { pass } = clock(t);
    const { client, requests } = scriptedClient(t, [open()], { heartbeatInterval: 0 });
    client.connect();
    await settled();
    await pass(1e9);
    assert.equal(requests.length, 1);
  });

  test('does not use up retries', async (t) => {
    const { pass } = clock(t);
    const { client, requests } = scriptedClient(
      t,
      Array.from({ length: 21 }, () => open()),
    );
    client.connect();
    await settled();
    for (let n = 0; n < 20; n += 1) await pass(90_000);
    assert.equal(requests.length, 21);
    assert.equal(client.isConnected(), true);
  });

  test('is detected when a page becomes visible after its timers were suspended', async (t) => {
    const { visibility } = page(t);
    t.mock.timers.enable({ apis: ['Date'] });
    const answers = [open('id: 1\ndata: a\n\n'), open()];
    const { client, requests } = scriptedClient(t, answers);
    client.connect();
    await settled();
    await visibility('hidden');
    t.mock.timers.setTime(89_000);
    await visibility('visible');
    assert.equal(requests.length, 1, 'the last byte is recent');
    await visibility('hidden');
    t.mock.timers.setTime(200_000);
    await settled();
    assert.equal(requests.length, 1);
    await visibility('visible');
    assert.equal(requests.length, 2);
    assert.equal(client.isConnected(), true);
  });

  test('is not reported while a slow loop pauses reading', async (t) => {
    const { visibility } = page(t);
    t.mock.timers.enable({ apis: ['Date'] });
    const { client, codes } = scriptedClient(t, [open('data: a\n\n'.repeat(100))]);
    const loop = client[Symbol.asyncIterator]();
    await loop.next();
    await settled();
    t.mock.timers.setTime(200_000);
    await visibility('visible');
    assert.deepEqual(codes(), []);
    client.disconnect();
  });
});

describe('the network', () => {
  test('closes the connection when it goes offline, and reconnects at once when it is back', async (t) => {
    const { pass } = clock(t);
    const { network } = page(t);
    const answers = [open('id: 1\ndata: a\n\n'), open()];
    const { client, requests, codes, states } = scriptedClient(t, answers);
    client.connect();
    await settled();
    await network(false);
    assert.deepEqual(codes(), ['ERR_SSE_OFFLINE']);
    assert.equal(answers[0].isOpen, false);
    await pass(1e9);
    assert.equal(requests.length, 1);
    await network(true);
    assert.equal(requests.length, 2);
    assert.equal(requests[1].headers.get('Last-Event-ID'), '1');
    assert.deepEqual(states, ['connecting', 'connected', 'connecting', 'connected']);
  });

  test('does not use up retries by going offline and online', async (t) => {
    clock(t);
    const { network } = page(t);
    const { client, requests } = scriptedClient(t, [open()], { maxRetries: 1 });
    client.connect();
    await settled();
    for (let n = 0; n < 10; n += 1) {
      await network(false);
      await network(true);
    }
    assert.equal(client.isConnected(), true);
    assert.equal(requests.length, 11);
  });

  test('going offline during a retry delay allows one more attempt until it is online', async (t) => {
    const { pass } = clock(t);
    const { network } = page(t);
    const answers = [refused, refused, open()];
    const { client, requests } = scriptedClient(t, answers, { maxRetries: 1 });
    client.connect();
    await settled();
    await network(false);
    await pass(100_000);
    await pass(100_000);
    assert.equal(requests.length, 2);
    assert.equal(client.getState(), 'connecting');
    await network(false);
    await network(true);
    assert.equal(requests.length, 3);
    assert.equal(client.isConnected(), true);
  });

  test('coming online ends a retry delay', async (t) => {
    clock(t);
    const { network } = page(t);
    const { client, requests } = scriptedClient(t, [refused, open()]);
    client.connect();
    await settled();
    await network(true);
    assert.equal(requests.length, 2);
    await network(true);
    assert.equal(requests.length, 2);
    assert.equal(client.isConnected(), true, 'the event is ignored while connected');
  });

  test('offline from the start allows one attempt, because the server may be local', async (t) => {
    const { pass } = clock(t);
    const { network } = page(t);
    await network(false);
    const { client, requests } = scriptedClient(t, [refused, open()], { maxRetries: 1 });
    client.connect();
    await settled();
    await pass(100_000);
    assert.equal(requests.length, 1);
    assert.equal(client.getState(), 'connecting');
    await network(true);
    assert.equal(client.isConnected(), true);
  });

  test('reconnect() connects even while offline', async (t) => {
    const { network } = page(t);
    const { client, requests } = scriptedClient(t, [open()]);
    client.connect();
    await settled();
    await network(false);
    client.reconnect();
    await settled();
    assert.equal(requests.length, 2);
  });

  test('disconnect() while offline ends the wait', async (t) => {
    const { network } = page(t);
    const { client, requests, states } = scriptedClient(t, [open()]);
    client.connect();
    await settled();
    await network(false);
    client.disconnect();
    await network(true);
    assert.equal(requests.length, 1);
    assert.equal(states.at(-1), 'disconnected');
  });
});

test('a disconnected client has no listeners on the page', async (t) => {
  const { listeners } = page(t);
  const ways = {
    disconnect: scriptedClient(t, [open()]),
    error: scriptedClient(t, [refused], { autoReconnect: false }),
    end: scriptedClient(t, [ending()], { autoReconnect: false }),
  };
  for (const { client } of Object.values(ways)) client.connect();
  assert.equal(listeners(), 12);
  await settled();
  assert.equal(listeners(), 4);
  for (let n = 0; n < 3; n += 1) {
    ways.disconnect.client.disconnect();
    ways.disconnect.client.connect();
  }
  assert.equal(listeners(), 4);
  ways.disconnect.client.disconnect();
  assert.equal(listeners(), 0);
});
