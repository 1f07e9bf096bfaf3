// Event streams and long-polls, over a server of Node.js.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import {
  at,
  BINARY_TYPE,
  createStreams,
  JSON_TYPE,
  listen,
  SERVERS,
  state,
  TEXT_TYPE,
} from './serving.mjs';

const { metrics } = createRequire(import.meta.url)('../../../index.js');
const { Cursors } = createRequire(import.meta.url)('../../../lib/faces/streams/cursor.js');

/** Streams behind a server, and functions that make the requests of a client. */
async function serveOn(create, t, options) {
  const streams = createStreams(options);
  t.after(() => streams.close());
  const origin = await listen(t, streams.fetch, create);
  const call = (method, path, { headers, body } = {}) =>
    fetch(origin + path, { method, headers, body });
  return { streams, origin, call, read: (path, query) => reader(t, origin + path, query) };
}

/** Reads an event stream. Collects its events and records whether it has ended. */
async function reader(t, url, query) {
  const leaving = new AbortController();
  t.after(() => leaving.abort());
  const response = await fetch(`${url}?live=sse&${query}`, { signal: leaving.signal });
  const events = [];
  const result = { response, events, hasEnded: false, leave: () => leaving.abort() };
  const parsed = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  (async () => {
    for await (const { event, data } of parsed) {
      events.push(event === 'control' ? JSON.parse(data) : data);
    }
    result.hasEnded = true;
  })().catch(() => {});
  result.has = (count) =>
    until(
      () => events.length >= count,
      () => `${count} events of ${JSON.stringify(events)}`,
    );
  result.ends = () => until(() => result.hasEnded, 'the end');
  return result;
}

const openStreams = () => metrics().connections.native + metrics().connections.stream;
const append = (call, path, headers, body) => call('POST', path, { headers, body });
/** Events without their cursors, which depend on the time. */
const known = (events) =>
  events.map((event) => {
    if (typeof event === 'string') return event;
    const { streamCursor: _, ...rest } = event;
    return rest;
  });

for (const [name, create] of Object.entries(SERVERS)) {
  const serve = (t, options) => serveOn(create, t, options);

  describe(`event streams, ${name}`, SOON, () => {
    test('deliver the stored data, then each append, then the end', async (t) => {
      const { call, read } = await serve(t);
      await call('PUT', '/a', { headers: JSON_TYPE, body: '[1,2]' });
      const early = await read('/a', 'offset=-1');
      const late = await read('/a', 'offset=now');
      await early.has(2);
      await late.has(1);
      await append(call, '/a', JSON_TYPE, '{"n":3}');
      await early.has(4);
      await append(call, '/a', { ...JSON_TYPE, 'Stream-Closed': 'true' }, '4');
      await early.ends();
      await late.ends();
      for (const { streamCursor } of [early.events[1], early.events[3], late.events[0]]) {
        assert.match(streamCursor, /^\d+$/);
      }
      const live = [
        '[{"n":3}]',
        { streamNextOffset: at(12), upToDate: true },
        '[4]',
        { streamNextOffset: at(14), upToDate: true, streamClosed: true },
      ];
      const first = { streamNextOffset: at(4), upToDate: true };
      assert.deepEqual(known(early.events), ['[1,2]', first, ...live]);
      assert.deepEqual(known(late.events), [first, ...live]);
      const after = await read('/a', `offset=${at(12)}`);
      await after.ends();
      assert.deepEqual(known(after.events), live.slice(2));
    });

    test('carry binary data in base64', async (t) => {
      const { call, read } = await serve(t);
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await call('PUT', '/a', { headers: BINARY_TYPE, body: bytes });
      const { events, has, response } = await read('/a', 'offset=-1');
      await append(call, '/a', BINARY_TYPE, bytes.subarray(0, 1));
      await has(4);
      assert.equal(response.headers.get('Stream-SSE-Data-Encoding'), 'base64');
      assert.deepEqual(Buffer.from(events[0], 'base64'), Buffer.from(bytes));
      assert.equal(events[2], 'AA==');
    });

    test('preserve the lines of text', async (t) => {
      const { call, read } = await serve(t);
      await call('PUT', '/a', { headers: TEXT_TYPE, body: ' one\n\n event: control\ntwo\n' });
      const { events, has } = await read('/a', 'offset=-1');
      await has(2);
      assert.equal(events[0], ' one\n\n event: control\ntwo\n');
    });

    test('deliver every append once to each reader, whenever it connected', async (t) => {
      const { call, read } = await serve(t);
      await call('PUT', '/a', { headers: TEXT_TYPE });
      const readers = [];
      const offsets = [at(0)];
      for (let index = 0; index < 40; index += 1) {
        readers.push({ start: index, reading: read('/a', `offset=${offsets[index]}`) });
        const body = `${index};`;
        const { headers } = await append(call, '/a', TEXT_TYPE, body);
        offsets.push(headers.get('Stream-Next-Offset'));
      }
      await call('POST', '/a', { headers: { 'Stream-Closed': 'true' } });
      for (const { start, reading } of readers) {
        const { events, ends } = await reading;
        await ends();
        const text = events.filter((event) => typeof event === 'string').join('');
        const all = Array.from({ length: 40 - start }, (_, index) => `${start + index};`);
        assert.equal(text, all.join(''));
        const last = events.at(-1);
        assert.deepEqual(last, {
          streamNextOffset: offsets[40],
          upToDate: true,
          streamClosed: true,
        });
      }
    });

    test('send a large stream in pages, at the pace of the client', async (t) => {
      const { call, origin } = await serve(t, { connection: { maxQueueBytes: 200_000 } });
      await call('PUT', '/a', { headers: TEXT_TYPE });
      const part = 'z'.repeat(10_000);
      for (let index = 0; index < 600; index += 1) await append(call, '/a', TEXT_TYPE, part);
      const request = http.get(`${origin}/a?live=sse&offset=-1`);
      const response = await new Promise((resolve) => request.once('response', resolve));
      t.after(() => request.destroy());
      // The client reads nothing until the server's queue is full.
      response.pause();
      let queued = -1;
      await until(() => {
        const { queuedBytes } = metrics();
        const isStill = queuedBytes > 0 && queuedBytes === queued;
        queued = queuedBytes;
        return isStill;
      }, 'a full queue');
      assert.ok(queued < 400_000, `${queued} bytes are queued`);
      await append(call, '/a', { ...TEXT_TYPE, 'Stream-Closed': 'true' }, 'end');
      let text = '';
      for await (const chunk of response) text += chunk;
      assert.equal(text.match(/z/g).length, 6_000_000);
      assert.match(
        text,
        /"streamNextOffset":"0{16}_0{9}6000003","upToDate":true,"streamClosed":true/,
      );
    });

    test('end when the stream is deleted and when the server stops', async (t) => {
      const { call, read, streams } = await serve(t);
      for (const path of ['/a', '/b']) await call('PUT', path, { headers: TEXT_TYPE });
      const one = await read('/a', 'offset=-1');
      const two = await read('/b', 'offset=-1');
      await one.has(1);
      await two.has(1);
      await call('DELETE', '/a');
      await one.ends();
      assert.equal(two.hasEnded, false);
      streams.close();
      await two.ends();
      assert.equal((await call('GET', '/b')).status, 503);
    });

    test('end after their lifetime, and can be resumed at the last offset', async (t) => {
      const { call, read } = await serve(t, { connection: { maxLifetime: 50 } });
      await call('PUT', '/a', { headers: TEXT_TYPE, body: 'one' });
      const first = await read('/a', 'offset=-1');
      await first.ends();
      const { streamNextOffset, streamCursor } = first.events.at(-1);
      await append(call, '/a', TEXT_TYPE, 'two');
      const second = await read('/a', `offset=${streamNextOffset}&cursor=${streamCursor}`);
      await second.ends();
      assert.equal(second.events[0], 'two');
      assert.ok(Number(second.events[1].streamCursor) > Number(streamCursor));
    });

    test('are connections of sluice: counted, and limited by address', async (t) => {
      const limits = { maxPerKey: 2 };
      const { call, read } = await serve(t, { connection: { limits } });
      await call('PUT', '/a', { headers: TEXT_TYPE });
      await until(() => openStreams() === 0, 'the streams of other tests to end');
      const readers = [await read('/a', 'offset=-1'), await read('/a', 'offset=-1')];
      await until(() => openStreams() === 2, 'two readers');
      const isNative = name === 'toNode()' && process.platform === 'linux';
      assert.equal(metrics().connections.native, isNative ? 2 : 0);
      const refused = await call('GET', '/a?live=sse&offset=-1');
      assert.equal(refused.status, 429);
      assert.equal(refused.headers.get('X-Content-Type-Options'), 'nosniff');
      assert.match(refused.headers.get('Retry-After'), /^\d+$/);
      for (const { leave } of readers) leave();
      await until(() => openStreams() === 0, 'no reader');
      const again = await read('/a', 'offset=-1');
      await again.has(1);
      assert.equal(again.response.status, 200);
    });
  });

  describe(`long-polls, ${name}`, SOON, () => {
    test('all return an append, and the end of the stream', async (t) => {
      const { call, streams } = await serve(t);
      await call('PUT', '/a', { headers: JSON_TYPE });
      const poll = (offset) => call('GET', `/a?offset=${offset}&live=long-poll`);
      const polls = [poll('now'), poll(at(0)), poll('-1')];
      await until(() => state(streams).waiting === 3, 'three long-polls');
      await append(call, '/a', JSON_TYPE, '[1,2]');
      for (const answer of await Promise.all(polls)) {
        assert.equal(answer.status, 200);
        assert.equal(await answer.text(), '[1,2]');
        assert.equal(answer.headers.get('Stream-Next-Offset'), at(4));
      }
      const last = poll(at(4));
      await until(() => state(streams).waiting === 1, 'a long-poll');
      await call('POST', '/a', { headers: { 'Stream-Closed': 'true' } });
      const answer = await last;
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.get('Stream-Closed'), 'true');
      assert.equal(answer.headers.get('Stream-Up-To-Date'), 'true');
    });

    test('end after their timeout, with a cursor for the next long-poll', async (t) => {
      const { call } = await serve(t, { longPollTimeout: 20 });
      await call('PUT', '/a', { headers: TEXT_TYPE });
      const first = await call('GET', '/a?offset=now&live=long-poll');
      assert.equal(first.status, 204);
      const cursor = first.headers.get('Stream-Cursor');
      const second = await call('GET', `/a?offset=now&live=long-poll&cursor=${cursor}`);
      assert.ok(Number(second.headers.get('Stream-Cursor')) > Number(cursor));
    });

    test('end when the stream is deleted and when the server stops', async (t) => {
      const { call, streams } = await serve(t);
      for (const path of ['/a', '/b']) await call('PUT', path, { headers: TEXT_TYPE });
      const polls = ['/a', '/b'].map((path) => call('GET', `${path}?offset=now&live=long-poll`));
      await until(() => state(streams).waiting === 2, 'two long-polls');
      await call('DELETE', '/a');
      assert.equal((await polls[0]).status, 404);
      streams.close();
      assert.equal((await polls[1]).status, 503);
      assert.deepEqual(state(streams), { streams: 0, bytes: 0, waiting: 0 });
    });

    test('a stream that is created while the server stops is discarded', async (t) => {
      const { streams } = await serve(t);
      let finish;
      const body = new ReadableStream({
        start(controller) {
          finish = () => controller.close();
        },
      });
      const request = new Request('http://x.test/a', { method: 'PUT', body, duplex: 'half' });
      const answer = streams.fetch(request);
      await new Promise(setImmediate);
      streams.close();
      finish();
      assert.equal((await answer).status, 503);
      assert.deepEqual(state(streams), { streams: 0, bytes: 0, waiting: 0 });
    });

    test('end when their client leaves', async (t) => {
      const { call, origin, streams } = await serve(t);
      await call('PUT', '/a', { headers: TEXT_TYPE });
      const request = http.get(`${origin}/a?offset=now&live=long-poll`).on('error', () => {});
      await until(() => state(streams).waiting === 1, 'a long-poll');
      request.destroy();
      await until(() => state(streams).waiting === 0, 'no long-poll');
    });
  });
}

test('a stream keeps its events if other code wraps its Response', SOON, async (t) => {
  const streams = createStreams();
  t.after(() => streams.close());
  const again = async (...request) => {
    const { body, headers, status } = await streams.fetch(...request);
    return new Response(body, { headers, status });
  };
  const origin = await listen(t, again);
  const headers = { ...TEXT_TYPE, 'Stream-Closed': 'true' };
  await fetch(`${origin}/a`, { method: 'PUT', headers, body: 'x' });
  const { events, ends } = await reader(t, `${origin}/a`, 'offset=-1');
  await ends();
  assert.equal(events[0], 'x');
});

describe('cursors', () => {
  test('count intervals of 20 seconds since October 2024', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2024, 9, 9, 0, 1, 19) });
    assert.equal(new Cursors().current(), 3);
  });

  test('are greater than the client’s cursor and never decrease', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2024, 9, 9, 1) });
    const cursors = new Cursors();
    assert.equal(cursors.after(null), '180');
    assert.equal(cursors.after('179'), '180');
    assert.equal(cursors.after('-5'), '180');
    assert.equal(cursors.after('x'.repeat(100)), '180');
    const jump = Number(cursors.after('180'));
    assert.ok(jump > 180 && jump <= 360);
    assert.equal(cursors.after('180'), String(jump));
    assert.equal(cursors.current(), jump);
    // A cursor that this server did not issue does not affect other cursors.
    assert.ok(Number(cursors.after('1000000')) > 1_000_000);
    assert.equal(cursors.current(), jump);
  });
});
