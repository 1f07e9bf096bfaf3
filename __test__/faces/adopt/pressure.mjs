// Clients that do not read: their bodies are read only until their queues are full.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { events, site, TRANSPORTS } from './site.mjs';

const CLIENTS = 40;
const FRAME = new TextEncoder().encode(`data: ${'x'.repeat(4086)}\n\n`);
/** The high-water mark of a queue, plus one frame that arrives before the mark is noticed. */
const QUEUE = (64 << 10) + FRAME.length;
/** The most bytes that the kernel and Node.js may buffer for a client. */
const BUFFERS = 16 << 20;

/** A body that never runs out of frames. */
function endless(seen) {
  return new ReadableStream(
    {
      pull(controller) {
        seen.bytes += FRAME.length;
        controller.enqueue(FRAME.slice());
      },
      cancel() {
        seen.cancelled += 1;
      },
    },
    { highWaterMark: 0 },
  );
}

for (const [name, { transport, ...how }] of Object.entries(TRANSPORTS)) {
  describe(`adopt over ${name}: clients that do not read`, SOON, () => {
    test('apply back-pressure to their bodies', async (t) => {
      const all = [];
      const respond = () => {
        const seen = { bytes: 0, cancelled: 0 };
        all.push(seen);
        return events(endless(seen));
      };
      const options = { ...how.options, stallTimeout: 0, maxQueueBytes: 1 << 20 };
      const { adopted, connect } = await site(t, respond, { ...how, options });
      const clients = [];
      for (let n = 0; n < CLIENTS; n += 1) clients.push(await connect('/', { reading: false }));
      const connections = await Promise.all(adopted);
      const total = () => all.reduce((sum, { bytes }) => sum + bytes, 0);
      let before = -1;
      await until(async () => {
        const isStill = before === total();
        before = total();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return isStill && before === total();
      }, 'the bodies to wait');
      for (const [n, { bytes }] of all.entries()) {
        assert.ok(bytes <= QUEUE + BUFFERS, `${bytes} bytes were read`);
        assert.ok(connections[n].queuedBytes <= QUEUE, `${connections[n].queuedBytes} queued`);
        assert.equal(connections[n].transport, transport);
        assert.ok(!connections[n].closed);
      }
      // Reading resumes when a client reads.
      const { bytes } = all[0];
      clients[0].resume();
      await until(() => all[0].bytes > bytes + BUFFERS, 'the body to be read');
      for (const client of clients) client.leave();
      await until(
        () => all.every(({ cancelled }) => cancelled === 1),
        'the bodies to be cancelled',
      );
    });
  });
}
