// Tests of connection.stream(): how the items of each kind of source become events.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { plain } from '../../carrier/handover/plain.mjs';
import { SOON } from '../../support/soon.mjs';

/** Streams a source. Returns the text that the client received, and the promise's result. */
async function received(t, source, options) {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const result = await connection.stream(source, { ...options, end: true });
  await client.eof();
  const { text, complete } = client.chunks();
  assert.ok(complete, 'the response is complete');
  return { result, text: Buffer.from(text, 'latin1').toString() };
}

const kinds = {
  'an array': () => ['a', 'b'],
  'an iterable of promises': () => new Set([Promise.resolve('a'), 'b']),
  'a generator': function* () {
    yield 'a';
    yield 'b';
  },
  'an async generator': async function* () {
    yield 'a';
    yield 'b';
  },
  'an iterator without return()': () => {
    const items = ['b', 'a'];
    const next = async () => ({ done: items.length === 0, value: items.pop() });
    return { [Symbol.asyncIterator]: () => ({ next }) };
  },
  'a Readable of objects': () => Readable.from(['a', 'b']),
  'a Readable of text': () => {
    const chunks = ['a', 'b', null];
    // Pushes a chunk only after the previous one was read, so chunks are not joined.
    const read = function () {
      setImmediate(() => this.push(chunks.shift()));
    };
    return new Readable({ encoding: 'utf8', highWaterMark: 1, read });
  },
  'a web ReadableStream': () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue('a');
        controller.enqueue('b');
        controller.close();
      },
    }),
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`sends the items of ${kind} as events, in order`, SOON, async (t) => {
    const { result, text } = await received(t, make());
    assert.equal(text, 'data: a\n\ndata: b\n\n');
    assert.deepEqual(result, { events: 2, complete: true });
  });
}

test('sends items that look like events as events, and all others as data', SOON, async (t) => {
  const event = { id: '1', event: 'named', data: { n: 1 }, retry: 5, comment: 'c' };
  const items = [event, { comment: 'only' }, { data: 1, other: 2 }, {}, [], null, 7, 'x\ny', ''];
  const { result, text } = await received(t, items, { event: 'token' });
  const [first, ...others] = text.split('\n\n');
  assert.deepEqual(first.split('\n').sort(), [
    ': c',
    'data: {"n":1}',
    'event: named',
    'id: 1',
    'retry: 5',
  ]);
  const data = ['{"data":1,"other":2}', '{}', '[]', 'null', '7', 'x\ndata: y', ''];
  assert.deepEqual(others, [
    ': only',
    ...data.map((text) => `event: token\ndata: ${text}`.trimEnd()),
    '',
  ]);
  assert.equal(result.events, items.length);
});

test('a character split over two chunks is decoded correctly', SOON, async (t) => {
  const bytes = Buffer.from('Zürich ☀');
  const chunks = [...bytes].map((byte) => Buffer.of(byte));
  const whole = (text) => text.replaceAll(/^data: |\n/gm, '');
  const { result, text } = await received(t, chunks);
  assert.equal(whole(text), 'Zürich ☀');
  assert.equal(result.events, [...'Zürich ☀'].length);
  const web = new ReadableStream({
    type: 'bytes',
    start(controller) {
      controller.enqueue(new Uint8Array(bytes.subarray(0, 2)));
      controller.enqueue(new Uint8Array(bytes.subarray(2)));
      controller.close();
    },
  });
  assert.equal(whole((await received(t, web)).text), 'Zürich ☀');
});

test('bytes that end within a character end in U+FFFD', SOON, async (t) => {
  const { text } = await received(t, Readable.from([Buffer.from('☀').subarray(0, 2)]));
  assert.equal(text, 'data: \uFFFD\n\n');
});

test('the connection stays open after the source unless end is set', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  assert.deepEqual(await connection.stream(['a']), { events: 1, complete: true });
  connection.send({ event: 'done', data: '' });
  await client.has('event: done');
  assert.equal(connection.closed, false);
  await connection.stream([], { end: true });
  assert.equal(connection.closed, true);
});
