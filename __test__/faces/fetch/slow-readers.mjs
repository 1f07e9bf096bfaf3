import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { Reading } from './reading.mjs';
import { addClient, service } from './service.mjs';

describe('slow readers', () => {
  test(
    'are disconnected within a memory bound, while the other readers continue',
    SOON,
    async (t) => {
      const maxQueueBytes = 128 << 10;
      const sse = service(t, { maxQueueBytes, eventBufferSize: 100_000 });
      const slow = addClient(sse);
      const reading = new Reading(slow.response, { paused: true });
      const good = addClient(sse);
      const steady = new Reading(good.response);
      const data = 'x'.repeat(8000);
      let most = 0;
      let sent = 0;
      while (sse.getClient(slow.client.id) && sent < 1000) {
        sse.broadcast('news', 'n', data);
        sent += 1;
        await until(() => steady.events.length >= data.length, 'the steady reader to keep up');
        steady.text = '';
        most = Math.max(most, slow.client.connection.queuedBytes);
      }
      await until(() => slow.reasons.length, 'the slow reader to be removed');
      assert.deepEqual(slow.reasons, [['overflow']]);
      assert.ok(most <= 16 * maxQueueBytes + 2 * (64 << 10), `${most} bytes were queued`);
      assert.deepEqual(sse.getClients(), [good.client]);
      sse.broadcast('news', 'n', 'and on');
      await steady.has('data: and on\n\n');
      reading.resume();
      assert.equal((await reading.over()).code, 'ERR_SSE_DISCONNECTED');
      assert.equal(reading.text, '');
    },
  );

  test('share the memory of the events that are queued for all of them', SOON, async (t) => {
    const sse = service(t, { maxQueueBytes: 64 << 20 });
    const slow = Array.from({ length: 200 }, () => addClient(sse));
    const good = addClient(sse);
    const steady = new Reading(good.response);
    const data = 'x'.repeat(32 << 10);
    const before = process.memoryUsage.rss();
    for (let sent = 0; sent < 512; sent += 1) {
      sse.broadcast('news', 'n', data);
      await until(() => steady.events.length >= data.length, 'the steady reader to keep up');
      steady.text = '';
    }
    // 16 MiB are queued for each of them.
    await until(
      () => slow.every(({ client }) => client.connection.queuedBytes > 15 << 20),
      'the queues to fill',
    );
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < 160 << 20, `${grown >> 20} MiB`);
    for (const { response } of slow) await response.body.cancel();
  });

  test('include bodies that are never read', SOON, async (t) => {
    const sse = service(t, { stallTimeout: 100, heartbeatInterval: 0 });
    const { response, reasons } = addClient(sse);
    await until(() => sse.getClients().length === 0, 'the client to be removed');
    await until(() => reasons.length, 'close');
    assert.deepEqual(reasons, [['stall']]);
    await assert.rejects(response.text(), { code: 'ERR_SSE_DISCONNECTED' });
  });

  test('do not include idle readers without pending events', SOON, async (t) => {
    const sse = service(t, { stallTimeout: 400, heartbeatInterval: 0 });
    const idle = addClient(sse);
    const reading = new Reading(idle.response);
    await reading.has('heartbeat');
    const unread = addClient(sse);
    await until(() => unread.reasons.length, 'the unread client to stall');
    sse.broadcast('news', 'n', 'still here');
    await reading.has('data: still here\n\n');
    assert.deepEqual(idle.reasons, []);
  });

  test('get a big event completely, in small chunks', SOON, async (t) => {
    const sse = service(t, { maxQueueBytes: 8 << 20 });
    const { client, response } = addClient(sse);
    const data = Buffer.alloc(3 << 20, 'grüße ').toString();
    sse.sendTo(client.id, 'big', data);
    sse.sendTo(client.id, 'after', 1);
    let text = '';
    let largest = 0;
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      largest = Math.max(largest, chunk.length);
      text += decoder.decode(chunk, { stream: true });
      if (text.includes('event: after\ndata: 1\n\n')) break;
    }
    assert.ok(text.includes(`event: big\ndata: ${data}\n\nevent: after\ndata: 1\n\n`));
    assert.ok(largest <= 16 << 10, `a chunk of ${largest}`);
  });
});

test(
  'a source is read at the pace of the body, and stops when the body is cancelled',
  SOON,
  async (t) => {
    const { client, response } = service(t).addClient();
    let asked = 0;
    let stopped = false;
    function* source() {
      try {
        for (;;) {
          asked += 1;
          yield 'x'.repeat(1000);
        }
      } finally {
        stopped = true;
      }
    }
    const streamed = client.connection.stream(source());
    const reader = response.body.getReader();
    await reader.read();
    await until(() => client.connection.queuedBytes > 64 << 10, 'the queue to fill');
    assert.ok(asked < 400, `${asked} items`);
    for (let n = 0; n < 10; n += 1) await reader.read();
    await reader.cancel();
    assert.equal((await streamed).complete, false);
    assert.ok(stopped);
  },
);
