// Tests of connection.stream(): when and how often a source is stopped.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { closed, plain } from '../../carrier/handover/plain.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

const never = new Promise(() => {});

/** Sources that yield one item and then hang. Each counts how often it is stopped. */
const hanging = {
  'a Readable'() {
    const source = new Readable({ objectMode: true, read() {} });
    let stops = 0;
    const { destroy } = source;
    source.destroy = (...rest) => {
      stops += 1;
      return destroy.apply(source, rest);
    };
    source.push('first');
    return { source, stops: () => stops };
  },
  'a web ReadableStream'() {
    let stops = 0;
    const source = new ReadableStream({
      start: (controller) => controller.enqueue('first'),
      cancel() {
        stops += 1;
      },
    });
    return { source, stops: () => stops };
  },
  'an async iterator whose next() and return() hang'() {
    let stops = 0;
    let asked = 0;
    const iterator = {
      next: async () => (asked++ === 0 ? { done: false, value: 'first' } : never),
      return() {
        stops += 1;
        return never;
      },
    };
    return { source: { [Symbol.asyncIterator]: () => iterator }, stops: () => stops };
  },
  'an iterable of a promise that stays pending'() {
    let stops = 0;
    const items = ['first', never].values();
    const iterator = {
      next: () => items.next(),
      return() {
        stops += 1;
        throw new Error('nobody cares');
      },
    };
    return { source: { [Symbol.iterator]: () => iterator }, stops: () => stops };
  },
};

const endings = {
  'the client leaves': ({ client }) => client.socket.destroy(),
  'the connection is ended': ({ connection }) => connection.end(),
  'the response is destroyed': ({ res }) => res.destroy(),
};

for (const [kind, make] of Object.entries(hanging)) {
  for (const [ending, cause] of Object.entries(endings)) {
    test(`${kind} is stopped once when ${ending}`, SOON, async (t) => {
      const { stream } = await plain(t);
      const end = await stream();
      const { source, stops } = make();
      const streaming = end.connection.stream(source);
      await end.client.has('data: first');
      cause(end);
      assert.deepEqual(await streaming, { events: 1, complete: false });
      assert.equal(stops(), 1);
      await closed(end);
      assert.equal(stops(), 1);
    });
  }

  test(`${kind} is stopped without being read if the client has left`, SOON, async (t) => {
    const { stream } = await plain(t);
    const end = await stream();
    end.client.socket.destroy();
    await closed(end);
    const { source, stops } = make();
    const result = await end.connection.stream(source, { end: true });
    assert.deepEqual(result, { events: 0, complete: false });
    assert.equal(stops(), 1);
  });

  test(`${kind} is stopped by a signal, and the connection stays open`, SOON, async (t) => {
    const { stream } = await plain(t);
    const { connection, client } = await stream();
    const { source, stops } = make();
    const abort = new AbortController();
    const streaming = connection.stream(source, { signal: abort.signal, end: true });
    await client.has('data: first');
    const reason = new Error('enough');
    abort.abort(reason);
    await assert.rejects(streaming, (error) => error === reason);
    assert.equal(stops(), 1);
    connection.send({ data: 'still here' });
    await client.has('data: still here');
  });
}

test('the finally of a generator runs once when the client leaves', SOON, async (t) => {
  const { stream } = await plain(t);
  const end = await stream();
  const ran = [];
  async function* source() {
    try {
      for (;;) {
        yield 'x';
        await turn();
      }
    } finally {
      ran.push('finally');
    }
  }
  const streaming = end.connection.stream(source());
  await end.client.has('data: x');
  end.client.socket.destroy();
  assert.equal((await streaming).complete, false);
  // A generator first finishes the promise that it awaits.
  await until(() => ran.length, 'the finally');
  await turn();
  assert.deepEqual(ran, ['finally']);
});

test('an ended source is not stopped', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  let stops = 0;
  const iterator = {
    next: () => ({ done: true }),
    return: () => {
      stops += 1;
    },
  };
  await connection.stream({ [Symbol.iterator]: () => iterator });
  assert.equal(stops, 0);
});

test('an aborted signal stops the source at once', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const source = new Readable({ read() {} });
  const signal = AbortSignal.abort();
  await assert.rejects(connection.stream(source, { signal }), { name: 'AbortError' });
  assert.equal(source.destroyed, true);
  assert.equal(connection.closed, false);
});

test('stream() after end() rejects and stops the source', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const source = new Readable({ read() {} });
  connection.end();
  await assert.rejects(connection.stream(source), { code: 'ERR_SSE_CLOSED' });
  assert.equal(source.destroyed, true);
});

test('a HEAD request receives no items of a source', SOON, async (t) => {
  const { connect, opened } = await plain(t);
  const client = (await connect()).send('HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await client.has('\r\n\r\n');
  const source = new Readable({ objectMode: true, read() {} });
  const result = await opened[0].connection.stream(source);
  assert.deepEqual(result, { events: 0, complete: false });
  assert.equal(source.destroyed, true);
});
