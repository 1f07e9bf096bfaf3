import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clock, ending, open, scriptedClient, settled, status } from './scripted.mjs';

const numbers = (from, to) => {
  const events = Array.from(
    { length: to - from + 1 },
    (_, n) => `id: ${from + n}\ndata: ${from + n}\n\n`,
  );
  return events.join('');
};

describe('for await', () => {
  test('connects, yields every event in order, and disconnects when you leave the loop', async (t) => {
    const answer = open(numbers(1, 3));
    const { client, states } = scriptedClient(t, [answer]);
    const seen = [];
    for await (const { data } of client) {
      seen.push(data);
      if (data === 3) break;
    }
    assert.deepEqual(seen, [1, 2, 3]);
    assert.deepEqual(states, ['connecting', 'connected', 'disconnected']);
    assert.equal(answer.isOpen, false);
  });

  test('keeps a client connected that was connected before the loop', async (t) => {
    const { client } = scriptedClient(t, [open(numbers(1, 3))]);
    client.connect();
    for await (const { data } of client) if (data === 2) break;
    assert.equal(client.isConnected(), true);
  });

  test('continues across a reconnect', async (t) => {
    const { pass } = clock(t);
    const answers = [ending(numbers(1, 2)), open(numbers(3, 4))];
    const { client, requests } = scriptedClient(t, answers);
    const seen = [];
    for await (const { data } of client) {
      seen.push(data);
      if (data === 2) setImmediate(pass, 1000);
      if (data === 4) break;
    }
    assert.deepEqual(seen, [1, 2, 3, 4]);
    assert.equal(requests[1].headers.get('Last-Event-ID'), '2');
  });

  test('yields the buffered events, then ends when the client disconnects', async (t) => {
    const { client } = scriptedClient(t, [open(numbers(1, 5))]);
    const seen = [];
    for await (const { data } of client) {
      seen.push(data);
      if (data === 2) client.disconnect();
    }
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  });

  test('ends on a 204 and on a signal, and immediately if the signal is already aborted', async (t) => {
    const { client } = scriptedClient(t, [status(204)]);
    for await (const _ of client) assert.fail('unexpected event');

    const controller = new AbortController();
    const { signal } = controller;
    const own = scriptedClient(t, [open(numbers(1, 1))], { signal });
    for await (const _ of own.client) controller.abort();
    for await (const _ of own.client) assert.fail('unexpected event');
    assert.equal(own.requests.length, 1);
  });

  test('yields the buffered events, then throws when the client gives up', async (t) => {
    const answer = open(`${numbers(1, 2)}data: ${'x'.repeat(200)}`);
    const { client } = scriptedClient(t, [answer], { maxEventSize: 100 });
    const seen = [];
    const loop = async () => {
      for await (const { data } of client) seen.push(data);
    };
    await assert.rejects(loop(), { code: 'ERR_SSE_EVENT_SIZE' });
    assert.deepEqual(seen, [1, 2]);
    const refused = scriptedClient(t, [status(403)]);
    const other = async () => {
      for await (const _ of refused.client) assert.fail('unexpected event');
    };
    await assert.rejects(other(), { code: 'ERR_SSE_STATUS', status: 403 });
  });

  test('leaving an old loop keeps a newer connection open', async (t) => {
    const { client } = scriptedClient(t, [open(numbers(1, 2))]);
    for await (const { data } of client) {
      client.disconnect();
      client.connect();
      if (data === 2) break;
    }
    await settled();
    assert.equal(client.isConnected(), true);
  });

  test('does not throw the error of an earlier connection', async (t) => {
    const { client } = scriptedClient(t, [status(403), open(numbers(1, 1))]);
    client.connect();
    await settled();
    assert.equal(client.getState(), 'error');
    for await (const _ of client) client.disconnect();
  });

  test('two loops each get all events', async (t) => {
    const { client } = scriptedClient(t, [open(numbers(1, 200))]);
    client.connect();
    const loop = async () => {
      const seen = [];
      for await (const { data } of client) {
        seen.push(data);
        if (data === 200) return seen;
      }
    };
    const [one, other] = await Promise.all([loop(), loop()]);
    assert.equal(one.length, 200);
    assert.deepEqual(one, other);
  });

  /** An endless stream that counts the events read from it. */
  function endless() {
    let taken = 0;
    const encoder = new TextEncoder();
    const answer = (signal) => {
      const body = new ReadableStream(
        {
          start(controller) {
            signal.addEventListener('abort', () => controller.error(signal.reason));
          },
          pull(controller) {
            taken += 1;
            controller.enqueue(encoder.encode(`id: ${taken}\ndata: ${taken}\n\n`));
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    };
    return { answer, taken: () => taken };
  }

  test('applies back-pressure in a slow loop, and drops no events', async (t) => {
    const { answer, taken } = endless();
    const { client } = scriptedClient(t, [answer]);
    let expected = 0;
    for await (const { data } of client) {
      expected += 1;
      assert.equal(data, expected);
      if (expected % 100 === 0) {
        await settled();
        assert.ok(taken() - expected <= 65, `${taken() - expected} events are buffered`);
      }
      if (expected === 1000) break;
    }
    const after = taken();
    await settled();
    assert.equal(taken(), after, 'reading has stopped');
  });

  test('does not mistake a slow loop for silence, and allows reconnect() meanwhile', async (t) => {
    const { pass } = clock(t);
    const { answer } = endless();
    const { client, requests, codes } = scriptedClient(t, [answer, open()]);
    const loop = client[Symbol.asyncIterator]();
    assert.equal((await loop.next()).value.data, 1);
    await settled();
    await pass(1e6);
    assert.deepEqual(codes(), []);
    client.reconnect();
    await settled();
    assert.equal(requests.length, 2);
    assert.equal(requests[1].headers.get('Last-Event-ID'), client.getLastEventId());
    client.disconnect();
    await settled();
  });

  test('leaving a slow loop resumes reading for other handlers', async (t) => {
    const { answer, taken } = endless();
    const { client } = scriptedClient(t, [answer]);
    let handled = 0;
    client.on('message', ({ data }) => {
      handled += 1;
      if (data === 5000) client.disconnect();
    });
    client.connect();
    const loop = client[Symbol.asyncIterator]();
    await loop.next();
    await settled();
    assert.ok(taken() < 100, 'the loop pauses reading');
    await loop.return();
    while (client.getState() !== 'disconnected') await settled();
    assert.equal(handled, 5000);
  });

  test('ends with its connection: an abandoned loop does not stall the next connection or read from it', async (t) => {
    const { client, events } = scriptedClient(t, [open(numbers(1, 1)), open(numbers(2, 301))]);
    const loop = client[Symbol.asyncIterator]();
    assert.equal((await loop.next()).value.data, 1);
    client.disconnect();
    client.connect();
    await settled();
    assert.equal(events.length, 301);
    assert.deepEqual(await loop.next(), { value: undefined, done: true });
  });

  test('does not throw if an error handler reconnects', async (t) => {
    const { client, states } = scriptedClient(t, [status(401), open(numbers(1, 1))]);
    client.onError(() => client.reconnect());
    const seen = [];
    for await (const { data } of client) {
      seen.push(data);
      client.disconnect();
    }
    assert.deepEqual(seen, [1]);
    assert.deepEqual(states, ['connecting', 'connected', 'disconnected']);
  });

  test('can be ended while it waits for an event', async (t) => {
    const { client } = scriptedClient(t, [open()]);
    const loop = client[Symbol.asyncIterator]();
    const next = loop.next();
    await settled();
    assert.deepEqual(await loop.return(), { value: undefined, done: true });
    assert.deepEqual(await next, { value: undefined, done: true });
    assert.equal(client.getState(), 'disconnected');
  });

  test('a slow loop keeps reading paused across reconnects', async (t) => {
    const { client, events } = scriptedClient(
      t,
      Array.from({ length: 10 }, () => open(numbers(1, 100))),
    );
    const loop = client[Symbol.asyncIterator]();
    await loop.next();
    for (let n = 0; n < 9; n += 1) {
      client.reconnect();
      await settled();
    }
    assert.equal(events.length, 100);
  });
});
