import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { Reading } from './reading.mjs';
import { addClient, service } from './service.mjs';

describe('the response', () => {
  test('has the head of an event stream, valid for every version of HTTP', (t) => {
    const { response } = service(t, { headers: { 'X-Served-By': 'a' } }).addClient();
    assert.ok(response instanceof Response);
    assert.equal(response.status, 200);
    assert.deepEqual(Object.fromEntries(response.headers), {
      'cache-control': 'no-store, no-transform',
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-served-by': 'a',
    });
    response.headers.append('Set-Cookie', 'session=abc');
    assert.equal(response.headers.get('set-cookie'), 'session=abc');
  });

  test('begins with the reconnection time and a comment with the current time', SOON, async (t) => {
    const before = Date.now();
    const reading = new Reading(service(t).addClient().response);
    await until(() => reading.text.endsWith('\n\n') && reading.text.includes(':'), 'frames');
    await reading.has('heartbeat');
    const [, retry, time] = /^retry: (\d+)\n\n: heartbeat (\d+)\n\n$/.exec(reading.text);
    assert.equal(retry, '3000');
    assert.ok(before <= time && time <= Date.now());
  });

  test('repeats the comment as a heartbeat, unless heartbeats are turned off', SOON, async (t) => {
    const beating = new Reading(service(t, { heartbeatInterval: 20 }).addClient().response);
    const silent = new Reading(service(t, { heartbeatInterval: 0 }).addClient().response);
    const times = () => Array.from(beating.text.matchAll(/^: heartbeat (\d+)$/gm), (m) => +m[1]);
    await until(
      () => times().length > 3,
      () => `heartbeats in ${JSON.stringify(beating.text)}`,
    );
    assert.deepEqual(times(), times().toSorted());
    assert.ok(times()[3] > times()[0]);
    await silent.has('heartbeat');
    assert.match(silent.text, /^retry: 3000\n\n: heartbeat \d+\n\n$/);
  });

  test('can be read by a reader, an async iterator and a text decoder', SOON, async (t) => {
    const sse = service(t, { topic: { ids: 'manual' } });
    const [first, second, third] = [1, 2, 3].map(() => addClient(sse));
    const reading = new Reading(first.response);
    const iterated = (async () => {
      let text = '';
      for await (const chunk of second.response.body) {
        assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
        text += Buffer.from(chunk);
        if (text.includes('data: 2\n\n')) break;
      }
      return text;
    })();
    const decoded = (async () => {
      let text = '';
      const { body } = third.response;
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) text += chunk;
      return text;
    })();
    sse.broadcast('news', 'a', 'grüße');
    sse.broadcast('news', 'b', 2);
    await reading.has('event: a\ndata: grüße\n\nevent: b\ndata: 2\n\n');
    assert.match(await iterated, /event: a\ndata: grüße\n\nevent: b\ndata: 2\n\n$/);
    await until(() => second.reasons.length, 'the iterated client to close');
    assert.deepEqual(second.reasons, [['client']]);
    sse.shutdown();
    assert.match(await decoded, /event: a\ndata: grüße\n\nevent: b\ndata: 2\n\n$/);
    assert.equal(await reading.over(), 'done');
  });

  test('resolves text() after shutdown() with all events', SOON, async (t) => {
    const sse = service(t);
    const { response } = addClient(sse);
    for (let n = 0; n < 500; n += 1) sse.broadcast('news', 'n', n);
    sse.shutdown();
    const text = await response.text();
    assert.equal(text.match(/^data: /gm).length, 500);
    assert.ok(text.endsWith('event: n\ndata: 499\n\n'));
  });

  test('delivers thousands of events that were sent in one turn', SOON, async (t) => {
    const sse = service(t);
    const { response } = addClient(sse);
    const reading = new Reading(response);
    for (let n = 0; n < 5000; n += 1) sse.broadcast('news', 'n', n);
    await reading.has('data: 4999\n\n');
    assert.equal(reading.text.match(/^data: /gm).length, 5000);
  });

  test('shares no memory with other clients: a reader may modify its chunks', SOON, async (t) => {
    const sse = service(t, { topic: { ids: 'manual' } });
    const readers = [1, 2, 3].map(() => addClient(sse).response.body.getReader());
    for (const reader of readers) {
      while (!Buffer.from((await reader.read()).value).includes(': heartbeat')) {}
    }
    sse.broadcast('news', 'a', 'for all');
    const [vandal, thief, victim] = readers;
    const spoilt = (await vandal.read()).value;
    spoilt.fill(0);
    const { buffer } = (await thief.read()).value;
    structuredClone(buffer, { transfer: [buffer] });
    assert.equal(buffer.byteLength, 0);
    assert.equal(`${Buffer.from((await victim.read()).value)}`, 'event: a\ndata: for all\n\n');
  });
});

test('an open body does not keep the process alive, with or without a reader', SOON, async (t) => {
  const file = fileURLToPath(
    new URL('../../support/programs/unread-response.mjs', import.meta.url),
  );
  const program = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => program.kill('SIGKILL'));
  assert.deepEqual(await once(program, 'exit'), [0, null]);
});
