// Tests that invalid events, frames and comments are rejected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutPrimer } from '../../support/primer.mjs';
import * as server from '../../support/servers/node-http.mjs';
import { site, sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';

const cycle = {};
cycle.self = cycle;

const bad = {
  'a newline in id': [{ id: 'a\nb' }, 'ERR_SSE_FIELD', 'TypeError', /id/],
  'a carriage return in id': [{ id: 'a\rb' }, 'ERR_SSE_FIELD', 'TypeError', /id/],
  'NUL in id': [{ id: 'a\0b' }, 'ERR_SSE_FIELD', 'TypeError', /id/],
  'a newline in event': [{ event: 'a\nb', data: '' }, 'ERR_SSE_FIELD', 'TypeError', /event/],
  'a carriage return in event': [{ event: '\r', data: '' }, 'ERR_SSE_FIELD', 'TypeError', /event/],
  'NUL in event': [{ event: '\0', data: '' }, 'ERR_SSE_FIELD', 'TypeError', /event/],

  'a retry that is text': [{ retry: '5' }, 'ERR_SSE_RETRY', 'RangeError', /retry/],
  'a retry below 0': [{ retry: -1 }, 'ERR_SSE_RETRY', 'RangeError', /retry/],
  'a retry that is not an integer': [{ retry: 1.5 }, 'ERR_SSE_RETRY', 'RangeError', /retry/],
  'a retry that is NaN': [{ retry: Number.NaN }, 'ERR_SSE_RETRY', 'RangeError', /retry/],
  'an infinite retry': [{ retry: Infinity }, 'ERR_SSE_RETRY', 'RangeError', /retry/],
  'a retry beyond 32 bits': [{ retry: 2 ** 32 }, 'ERR_SSE_RETRY', 'RangeError', /retry/],
  'a retry that is a BigInt': [{ retry: 5n }, 'ERR_SSE_RETRY', 'RangeError', /retry/],
  'a retry that is null': [{ retry: null }, 'ERR_SSE_RETRY', 'RangeError', /retry/],

  'data with a circular reference': [{ data: cycle }, 'ERR_SSE_DATA', 'TypeError', /JSON/],
  'data that is a BigInt': [{ data: 1n }, 'ERR_SSE_DATA', 'TypeError', /JSON/],
  'data that is a function': [{ data: () => {} }, 'ERR_SSE_DATA', 'TypeError', /JSON/],
  'data that is a symbol': [{ data: Symbol('s') }, 'ERR_SSE_DATA', 'TypeError', /JSON/],

  'an event without a field': [{}, 'ERR_SSE_EMPTY', 'TypeError', /field|data/],
  'an event with undefined fields only': [
    { data: undefined },
    'ERR_SSE_EMPTY',
    'TypeError',
    /field|data/,
  ],
  'a misspelt field': [{ date: 'x' }, 'ERR_SSE_FIELD', 'TypeError', /`date`.*`data`/],

  'undefined for an event': [undefined, 'ERR_SSE_TYPE', 'TypeError', /event|object/],
  'null for an event': [null, 'ERR_SSE_TYPE', 'TypeError', /event|object/],
  'text for an event': ['hello', 'ERR_SSE_TYPE', 'TypeError', /event|object/],
  'a number for an event': [5, 'ERR_SSE_TYPE', 'TypeError', /event|object/],
  'an id that is a number': [{ id: 5 }, 'ERR_SSE_TYPE', 'TypeError', /id/],
  'an event that is a number': [{ event: 5, data: '' }, 'ERR_SSE_TYPE', 'TypeError', /event/],
  'a comment that is a number': [{ comment: 5 }, 'ERR_SSE_TYPE', 'TypeError', /comment/],
  'an id that is null': [{ id: null, data: '' }, 'ERR_SSE_TYPE', 'TypeError', /id/],
};

for (const [what, [event, code, name, message]] of Object.entries(bad)) {
  test(`channels and connections reject ${what}`, SOON, async (t) => {
    const channel = new sluice.Channel();
    assert.throws(() => channel.send(event), { code, name, message });

    const { open } = await site(t, server);
    const { connection, client } = await open();
    channel.add(connection);
    assert.throws(() => connection.send(event), { code, name, message });
    assert.throws(() => channel.send(event), { code, name, message });
    connection.send({ data: 'all is well' });
    await client.has('all is well\n\n');
    assert.equal(withoutPrimer(client.text), 'data: all is well\n\n');
  });
}

const frames = {
  'an unfinished frame': ['data: a\n', 'ERR_SSE_FRAME'],
  'a finished frame and an unfinished one': ['data: a\n\ndata: b', 'ERR_SSE_FRAME'],
  'an unknown field': ['date: a\n\n', 'ERR_SSE_FRAME'],
  'an empty text': ['', 'ERR_SSE_FRAME'],
  'a retry that is not a number': ['retry: soon\n\n', 'ERR_SSE_FRAME'],
  'a number': [5, 'ERR_SSE_TYPE'],
  undefined: [undefined, 'ERR_SSE_TYPE'],
  'bytes instead of text': [Buffer.from('data: a\n\n'), 'ERR_SSE_TYPE'],
};

for (const [what, [text, code]] of Object.entries(frames)) {
  test(`write() rejects ${what}`, SOON, async (t) => {
    const channel = new sluice.Channel();
    const { open } = await site(t, server);
    const { connection } = await open();
    for (const target of [channel, connection]) {
      const error = { code, name: 'TypeError', message: /frame|text|string/ };
      assert.throws(() => target.write(text), error);
    }
  });
}

test('comment() accepts only a string', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection } = await open();
  for (const text of [undefined, null, 5, {}]) {
    assert.throws(() => connection.comment(text), { code: 'ERR_SSE_TYPE', name: 'TypeError' });
  }
});

test('data that throws during serialization does not affect later events', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client } = await open();
  const data = {
    toJSON() {
      throw new Error('not today');
    },
  };
  const error = { code: 'ERR_SSE_DATA', name: 'TypeError', message: /not today/ };
  assert.throws(() => connection.send({ data }), error);
  connection.send({ data: 1 });
  assert.equal(await client.has('1\n\n'), 'data: 1\n\n');
});
