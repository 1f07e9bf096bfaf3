import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { SOON } from '../../support/soon.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';
import { Reading } from './reading.mjs';
import { bytes, service } from './service.mjs';

describe("a client's controller", () => {
  test('has the interface of the controller of a ReadableStream', (t) => {
    const { controller } = service(t).addClient().client;
    assert.ok(controller instanceof ReadableStreamDefaultController);
    assert.equal(String(controller), '[object ReadableStreamDefaultController]');
    assert.doesNotThrow(() => inspect(controller));
  });

  test('enqueues frames in order with the other events', SOON, async (t) => {
    const sse = service(t);
    const { client, response } = sse.addClient();
    const reading = new Reading(response);
    sse.sendTo(client.id, 'a', 1);
    client.controller.enqueue(bytes('event: b\nda'));
    client.controller.enqueue(bytes('ta: 2\n'));
    sse.sendTo(client.id, 'c', 3);
    client.controller.enqueue(bytes('\n: by hand\n\n'));
    await reading.has(': by hand');
    assert.equal(
      reading.events,
      'event: a\ndata: 1\n\nevent: c\ndata: 3\n\nevent: b\ndata: 2\n\n: by hand\n\n',
    );
  });

  test('accepts a character that is split over two chunks', SOON, async (t) => {
    const { client, response } = service(t).addClient();
    const reading = new Reading(response);
    const frame = bytes('data: grüße\n\n');
    const half = frame.indexOf(0xc3) + 1;
    client.controller.enqueue(frame.subarray(0, half));
    client.controller.enqueue(frame.subarray(half));
    await reading.has('data: grüße\n\n');
  });

  test('throws for invalid frames or values and sends nothing', SOON, async (t) => {
    const sse = service(t);
    const { client, response } = sse.addClient();
    const reading = new Reading(response);
    const { controller } = client;
    assert.throws(() => controller.enqueue(bytes('no field\n\n')), { code: 'ERR_SSE_FRAME' });
    for (const chunk of ['data: text\n\n', undefined, null, 7, {}, new ArrayBuffer(4)]) {
      assert.throws(() => controller.enqueue(chunk), { name: 'TypeError', code: 'ERR_SSE_TYPE' });
    }
    sse.sendTo(client.id, 'after', 1);
    await reading.has('data: 1\n\n');
    assert.equal(reading.events, 'event: after\ndata: 1\n\n');
  });

  test('discards a frame that is too long up to its end, and nothing else', SOON, async (t) => {
    const { client, response } = service(t).addClient();
    const reading = new Reading(response);
    const { controller } = client;
    const error = { code: 'ERR_SSE_FRAME', message: /more than 1 MiB/ };
    for (let round = 0; round < 3; round += 1) {
      const long = bytes(`: ${round}\n\ndata: ${'x'.repeat(1 << 20)}\n`);
      assert.throws(() => controller.enqueue(long), error);
      controller.enqueue(bytes('data: the rest\r'));
      controller.enqueue(bytes('\n\r'));
      controller.enqueue(bytes('\ndata: next\n\n'));
    }
    await reading.has(': 2\n\ndata: next\n\n');
    assert.equal(reading.events, [0, 1, 2].map((n) => `: ${n}\n\ndata: next\n\n`).join(''));
  });

  test('has a desiredSize below 0 while a reader is slow, and of 0 at the end', SOON, async (t) => {
    const sse = service(t);
    const { client, response } = sse.addClient();
    const { controller } = client;
    const reading = new Reading(response);
    await reading.has('heartbeat');
    await until(() => controller.desiredSize > 0, 'room');
    const slow = sse.addClient();
    slow.client.connection.send({ data: 'x'.repeat(100_000) });
    assert.ok(slow.client.controller.desiredSize < 0);
    controller.close();
    assert.equal(await reading.over(), 'done');
    assert.equal(controller.desiredSize, 0);
  });

  test(
    'flushes queued events in close(), then ends the body and removes the client',
    SOON,
    async (t) => {
      const sse = service(t);
      const { client, response } = sse.addClient();
      const reasons = tally(client.connection, 'close');
      const reading = new Reading(response);
      sse.sendTo(client.id, 'last', 1);
      client.controller.close();
      client.controller.close();
      assert.equal(sse.getClient(client.id), undefined);
      assert.throws(() => client.controller.enqueue(bytes('data: late\n\n')), {
        code: 'ERR_SSE_CLOSED',
      });
      assert.equal(await reading.over(), 'done');
      assert.equal(reading.events, 'event: last\ndata: 1\n\n');
      assert.deepEqual(reasons, [['end']]);
    },
  );

  test('fails the body immediately in error(), and removes the client', SOON, async (t) => {
    const sse = service(t);
    const { client, response } = sse.addClient();
    const reasons = tally(client.connection, 'close');
    const reading = new Reading(response);
    await reading.has('heartbeat');
    const reason = new Error('the account was closed');
    client.controller.error(reason);
    assert.equal(sse.getClient(client.id), undefined);
    assert.equal(client.controller.desiredSize, null);
    assert.equal(await reading.over(), reason);
    await until(() => reasons.length, 'close');
    assert.deepEqual(reasons, [['destroy']]);
    client.controller.error(new Error('again'));
    client.controller.close();
  });

  test('discards data for a disconnected client', SOON, async (t) => {
    const { client, response } = service(t).addClient();
    const reasons = tally(client.connection, 'close');
    await response.body.cancel();
    client.controller.enqueue(bytes('data: at once\n\n'));
    await until(() => reasons.length, 'close');
    client.controller.enqueue(bytes('data: later\n\n'));
    assert.equal(client.controller.desiredSize, 0);
    client.controller.close();
  });
});
