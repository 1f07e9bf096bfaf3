// Tests of connection.stream() with `frames: true`: sources of text in the wire format.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { closed, plain } from '../../carrier/handover/plain.mjs';
import { SOON } from '../../support/soon.mjs';

/** Streams a source. Returns the text that the client received, and the promise's result. */
async function received(t, source, options) {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const result = await connection.stream(source, { frames: true, ...options, end: true });
  await client.eof();
  const { text, complete } = client.chunks();
  assert.ok(complete, 'the response is complete');
  return { result, text: Buffer.from(text, 'latin1').toString() };
}

const TEXT = ': \u{1F600}\r\nid: 1\rdata:a\n\nevent: x\ndata\n\n';
const pieces = [...TEXT].flatMap((character) => character.split(''));
const bytes = [...Buffer.from(TEXT)].map((byte) => Uint8Array.of(byte));

const kinds = {
  'an array of text that is split within a character': () => pieces,
  'an iterable of promises of bytes': () => bytes.map((byte) => Promise.resolve(byte)),
  'an async generator of ArrayBuffers': async function* () {
    for (const { buffer } of bytes) yield buffer;
  },
  'a Readable of bytes': () => Readable.from(bytes),
  'a Readable of text': () => Readable.from([TEXT]).setEncoding('utf8'),
  'a web ReadableStream': () => new Blob(bytes).stream(),
  'text and bytes': () => [TEXT.slice(0, 9), Buffer.from(TEXT.slice(9))],
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`frames: ${kind} is sent byte for byte`, SOON, async (t) => {
    const source = typeof make() === 'function' ? make()() : make();
    const { result, text } = await received(t, source);
    assert.equal(text, TEXT);
    assert.deepEqual(result, { events: 2, complete: true });
  });
}

test('frames: a lone surrogate becomes U+FFFD', SOON, async (t) => {
  const source = ['data: \ud83d', Buffer.from('a\n\n'), '\ude00', '\n\n: \ud83d'];
  const { text } = await received(t, source, { invalidFrames: 'pass' });
  assert.equal(text, 'data: \uFFFDa\n\n\uFFFD\n\n: \uFFFD');
});

test('frames: other events are sent between the frames of a source', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const source = async function* () {
    yield 'data: 1\n\ndata: ';
    await new Promise(setImmediate);
    connection.send({ data: 'own' });
    yield '2\n\n';
  };
  await connection.stream(source(), { frames: true, end: true });
  await client.eof();
  assert.equal(client.chunks().text, 'data: 1\n\ndata: own\n\ndata: 2\n\n');
});

test('frames: several sources can alternate', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const source = async function* (name) {
    for (const piece of ['da', `ta: ${name}`, '\n', '\n']) {
      yield piece;
      await new Promise(setImmediate);
    }
  };
  const streaming = ['a', 'b'].map((name) => connection.stream(source(name), { frames: true }));
  const results = await Promise.all(streaming);
  await connection.end();
  await client.eof();
  assert.deepEqual(
    client
      .chunks()
      .text.match(/data: .\n\n/g)
      .sort(),
    ['data: a\n\n', 'data: b\n\n'],
  );
  assert.equal(client.chunks().text.length, 18);
  assert.deepEqual(
    results.map(({ events }) => events),
    [1, 1],
  );
});

test('frames: an always ready source lets timers run', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  let ended = false;
  const source = new ReadableStream({
    pull(controller) {
      if (ended) controller.close();
      else controller.enqueue(Buffer.from('\n'));
    },
  });
  setTimeout(() => {
    ended = true;
  }, 50);
  const { complete } = await connection.stream(source, { frames: true });
  assert.ok(complete);
  connection.destroy();
});

test(
  'frames: an invalid frame rejects, stops the source and ends the connection',
  SOON,
  async (t) => {
    const { stream } = await plain(t);
    const { client, connection, reasons } = await stream();
    let stopped = 0;
    const source = async function* () {
      try {
        yield 'data: 1\n\ndta: 2\n\ndata: 3\n\n';
        await new Promise(setImmediate);
        yield 'data: 4\n\n';
      } finally {
        stopped += 1;
      }
    };
    const streaming = connection.stream(source(), { frames: true });
    await assert.rejects(streaming, { code: 'ERR_SSE_FRAME', message: /not an `id`, `event`/ });
    await client.eof();
    assert.equal(client.chunks().text, 'data: 1\n\n');
    assert.ok(client.chunks().complete);
    assert.deepEqual(await closed({ connection, reasons }), ['end']);
    assert.equal(stopped, 1);
  },
);

test("frames: with onError: 'keep', the connection stays open after an error", SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const error = new Error('secret');
  const source = new ReadableStream({
    start(controller) {
      controller.enqueue('data: 1\n\n');
    },
    async pull(controller) {
      await new Promise(setImmediate);
      controller.error(error);
    },
  });
  const streaming = connection.stream(source, { frames: true, onError: 'keep' });
  await assert.rejects(streaming, (reason) => reason === error);
  await connection.send({ data: 'after' }).end();
  await client.eof();
  assert.equal(client.chunks().text, 'data: 1\n\ndata: after\n\n');
});

test('frames: a signal stops the source while a read is pending', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  let cancelled = 0;
  const source = new ReadableStream({
    start(controller) {
      controller.enqueue('data: 1\n\n');
    },
    cancel() {
      cancelled += 1;
    },
  });
  const abort = new AbortController();
  const streaming = connection.stream(source, { frames: true, signal: abort.signal });
  await client.has('data: 1');
  abort.abort();
  await assert.rejects(streaming, { name: 'AbortError' });
  assert.equal(cancelled, 1);
  assert.ok(!connection.closed);
  connection.destroy();
});

test('frames: end() stops the source', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const source = async function* () {
    for (;;) {
      yield 'data: 1\n\n';
      await new Promise(setImmediate);
    }
  };
  const streaming = connection.stream(source(), { frames: true });
  await connection.end();
  assert.equal((await streaming).complete, false);
});

test('frames: invalid items and options reject', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const rejects = (source, options, code) =>
    assert.rejects(connection.stream(source, { onError: 'keep', ...options }), { code });
  for (const item of [1, null, undefined, { data: 'a' }, new Uint16Array(1)]) {
    await rejects([item], { frames: true }, 'ERR_SSE_DATA');
  }
  await rejects([], { frames: 1 }, 'ERR_SSE_OPTION');
  await rejects([], { frames: true, event: 'a' }, 'ERR_SSE_OPTION');
  await rejects([], { frames: true, invalidFrames: 'drop' }, 'ERR_SSE_OPTION');
  await rejects([], { invalidFrames: 'pass' }, 'ERR_SSE_OPTION');
  await rejects('data: 1\n\n', { frames: true }, 'ERR_SSE_TYPE');
  connection.destroy();
});
