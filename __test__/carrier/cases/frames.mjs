// Conformance cases for the bytes that a client receives for each event.
import assert from 'node:assert/strict';
import { site } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

/** Sends a last event, waits for it, and returns the text that the client received before it. */
async function received({ connection, client }) {
  connection.send({ data: 'the last one' });
  const text = await client.has('data: the last one\n\n');
  return text.replace('data: the last one\n\n', '');
}

const exactly = (send, bytes) => async (t, server) => {
  const { open } = await site(t, server);
  const ends = await open();
  assert.equal(send(ends.connection), ends.connection);
  assert.equal(await received(ends), bytes);
};

export default {
  'data is sent as one line': exactly((c) => c.send({ data: 'hello' }), 'data: hello\n\n'),

  'every field is sent on its own line': exactly(
    (c) => c.send({ id: '7', event: 'news', data: 'x', retry: 1500, comment: 'why' }),
    ': why\nid: 7\nevent: news\nretry: 1500\ndata: x\n\n',
  ),

  'an empty id and a retry of 0 are sent': exactly(
    (c) => c.send({ id: '', retry: 0 }),
    'id:\nretry: 0\n\n',
  ),

  'empty data is sent as an empty data line': exactly((c) => c.send({ data: '' }), 'data:\n\n'),

  'every kind of line ending in data starts a new data line': exactly(
    (c) => c.send({ data: 'a\nb\rc\r\nd\n\ne\n' }),
    'data: a\ndata: b\ndata: c\ndata: d\ndata:\ndata: e\ndata:\n\n',
  ),

  'leading spaces and colons in data are kept': exactly(
    (c) => c.send({ data: '  a: b' }).send({ data: ':c' }),
    'data:   a: b\n\ndata: :c\n\n',
  ),

  'data other than a string is sent as JSON': exactly(
    (c) =>
      c
        .send({ data: { a: [1, 'ü', null] } })
        .send({ data: 42 })
        .send({ data: null }),
    'data: {"a":[1,"ü",null]}\n\ndata: 42\n\ndata: null\n\n',
  ),

  'Unicode is kept, and lone surrogates become U+FFFD': exactly(
    (c) => c.send({ event: '事件', id: 'é', data: '\u{1F600}\uFEFF\u2028 \uD800|\uDC00\uD800' }),
    'id: é\nevent: 事件\ndata: \u{1F600}\uFEFF\u2028 \uFFFD|\uFFFD\uFFFD\n\n',
  ),

  'comments are sent on their own lines': exactly(
    (c) => c.comment('one\ntwo\r\nthree').comment(''),
    ': one\n: two\n: three\n\n:\n\n',
  ),

  'write() sends every frame of a text in the wire format': exactly(
    (c) => c.write('data: a\n\nevent: e\r\nid: 1\r\ndata: b\r\n\r\n: c\n\n'),
    'data: a\n\nid: 1\nevent: e\ndata: b\n\n: c\n\n',
  ),

  'write() rejects a text with an unfinished frame and sends none of it': async (t, server) => {
    const { open } = await site(t, server);
    const ends = await open();
    for (const text of ['data: a', 'data: a\n', 'data: a\n\ndata: b\n', 'nonsense\n\n', '']) {
      const { connection } = ends;
      assert.throws(() => connection.write(text), { code: 'ERR_SSE_FRAME' }, JSON.stringify(text));
    }
    assert.equal(await received(ends), '');
  },

  'the retry option is sent as the first frame': async (t, server) => {
    const { open } = await site(t, server);
    const ends = await open({ retry: 0 });
    assert.equal(await received(ends), 'retry: 0\n\n');
  },

  'events sent right after opening arrive': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ retry: 10 });
    connection.comment('OK').send({ data: 1 }).write('data: 2\n\n');
    await client.has('data: 2\n\n');
    assert.equal(client.text, 'retry: 10\n\n: OK\n\ndata: 1\n\ndata: 2\n\n');
  },

  'an event arrives before the next one is sent': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    for (let n = 1; n <= 20; n += 1) {
      connection.send({ data: n });
      assert.equal((await client.count(n)).at(-1), String(n));
    }
  },

  'ten thousand events in one tick arrive in order': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    const sent = Array.from({ length: 10_000 }, (_, n) => String(n));
    for (const data of sent) connection.send({ data });
    assert.deepEqual(await client.count(sent.length), sent);
    await until(() => connection.queuedBytes === 0, 'the queue to be empty');
  },
};
