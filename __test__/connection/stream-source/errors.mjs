// Tests of connection.stream(): sources that fail, items that cannot be sent and invalid arguments.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { closed, plain } from '../../carrier/handover/plain.mjs';
import { SOON } from '../../support/soon.mjs';

const secret = new Error('secret');
const fail = () => {
  throw secret;
};

const failing = {
  'whose iterator method throws': () => ({ [Symbol.asyncIterator]: fail }),
  'whose next() throws': () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }),
  'whose next() rejects': () => ({
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(secret) }),
  }),
  'that holds a rejected promise': () => ['first', Promise.reject(secret)],
  'that is a generator and throws': async function* () {
    yield 'first';
    fail();
  },
  'that is a Readable and is destroyed': () => {
    const source = Readable.from(['first', 'second']);
    source.on('data', () => source.pause().destroy(secret));
    return source.pause();
  },
  'that is a web ReadableStream and fails': () => new ReadableStream({ pull: fail }),
};

for (const [kind, make] of Object.entries(failing)) {
  test(`a source ${kind} ends the connection and rejects with its error`, SOON, async (t) => {
    const { stream } = await plain(t);
    const { connection, client, reasons } = await stream();
    connection.send({ data: 'before' });
    await assert.rejects(connection.stream(make()), (error) => error === secret);
    await client.eof();
    assert.ok(client.chunks().complete);
    assert.match(client.chunks().text, /^data: before\n\n(data: first\n\n)?$/);
    assert.deepEqual(await closed({ connection, reasons }), ['end']);
    assert.ok(!client.text.includes('secret'));
  });

  test(`a source ${kind} leaves the connection open with onError: 'keep'`, SOON, async (t) => {
    const { stream } = await plain(t);
    const { connection, client } = await stream();
    const streaming = connection.stream(make(), { onError: 'keep', end: true });
    await assert.rejects(streaming, (error) => error === secret);
    connection.send({ event: 'sorry', data: '' });
    await client.has('event: sorry');
    assert.equal(connection.closed, false);
    assert.ok(!client.text.includes('secret'));
  });
}

const cycle = {};
cycle.self = cycle;
const unsendable = [
  ['a cycle', cycle, 'ERR_SSE_DATA'],
  ['a BigInt', 1n, 'ERR_SSE_DATA'],
  ['a function', () => {}, 'ERR_SSE_DATA'],
  ['undefined', undefined, 'ERR_SSE_DATA'],
  ['an event with a forged id', { id: '1\ndata: 2' }, 'ERR_SSE_FIELD'],
  ['an event without fields', { data: undefined }, 'ERR_SSE_EMPTY'],
];

for (const [what, item, code] of unsendable) {
  test(`an item that cannot be sent stops the source and rejects: ${what}`, SOON, async (t) => {
    const { stream } = await plain(t);
    const { connection, client } = await stream();
    let finished = 0;
    function* source() {
      try {
        yield 'good';
        yield item;
        yield 'never';
      } finally {
        finished += 1;
      }
    }
    await assert.rejects(connection.stream(source()), { code });
    assert.equal(finished, 1);
    await client.eof();
    assert.equal(client.chunks().text, 'data: good\n\n');
  });
}

test('an invalid event name is reported at the first item', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const streaming = connection.stream(['a'], { event: 'a\nb', onError: 'keep' });
  await assert.rejects(streaming, { code: 'ERR_SSE_FIELD' });
});

test(
  'an invalid source throws a TypeError and leaves the connection unchanged',
  SOON,
  async (t) => {
    const { stream } = await plain(t);
    const { connection } = await stream();
    const locked = new ReadableStream();
    locked.getReader();
    const bad = [
      [undefined, /undefined/],
      [null, /null/],
      [7, /number/],
      ['tokens', /string/],
      [{}, /object/],
      [Buffer.from('x'), /Uint8Array/],
      [Promise.resolve([]), /await it/],
      [async function* () {}, /call it/],
      [locked, /locked/],
    ];
    for (const [source, message] of bad) {
      await assert.rejects(connection.stream(source), {
        name: 'TypeError',
        code: 'ERR_SSE_TYPE',
        message,
      });
    }
    assert.equal(connection.closed, false);
  },
);

test('an invalid option rejects before the source is used', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const source = new Readable({ read() {} });
  const options = [7, { event: 7 }, { onError: 'ignore' }, { end: 1 }, { signal: {} }];
  for (const bad of options) {
    await assert.rejects(connection.stream(source, bad), { code: 'ERR_SSE_OPTION' });
  }
  assert.equal(source.destroyed, false);
  assert.equal(connection.closed, false);
  source.destroy();
});
