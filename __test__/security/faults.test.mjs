// Tests faults that break other servers, at every entry point.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { until } from '../support/until.mjs';
import { runCases, serve } from './run-cases.mjs';

const seed = Date.now() % 2 ** 31;
const BLOCK = randomBytes(48 << 10).toString('base64');

/**
 * Sends until a client that does not read is disconnected, and returns the reason. `good` is a
 * client that keeps up.
 */
async function fill({ connection, publish }, limit, good) {
  let reason;
  connection.once('close', (why) => {
    reason = why;
  });
  for (let n = 0; n < limit && !connection.closed; n += 1) {
    await publish({ data: BLOCK });
    if (good) {
      await good.client.has(`${BLOCK}\n`);
      good.client.text = '';
    }
    await new Promise(setImmediate);
  }
  await until(() => reason, 'the connection to close');
  return reason;
}

runCases({
  'a client that never reads is disconnected, and other clients lose no events': {
    needs: ['options', 'reading', 'connection'],
    async run(t, entry) {
      const { open } = await serve(t, entry, { options: { maxQueueBytes: 64 << 10 } });
      const deaf = await open({ reading: false });
      const good = await open();
      assert.equal(await fill(deaf, 1000, good), 'overflow');
      await good.publish({ data: 'and on' });
      await good.client.has('data: and on\n');
      assert.equal(good.connection.closed, false);
    },
  },

  'a client that never reads stalls despite pings': {
    needs: ['options', 'reading', 'connection'],
    async run(t, entry) {
      const options = { pingInterval: 20, stallTimeout: 300, maxQueueBytes: 256 << 20 };
      const { open } = await serve(t, entry, { options });
      const deaf = await open({ reading: false });
      assert.equal(await fill(deaf, 400), 'stall');
    },
  },

  'a client gets exactly the events sent before it leaves a topic': {
    needs: ['leaving'],
    async run(t, entry) {
      const { open } = await serve(t, entry);
      const property = fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
        async (steps) => {
          const stream = await open();
          const [{ send }] = Object.values(stream.senders);
          let isMember = true;
          const expected = [];
          // All in one turn, so the commands race on their way to the shard.
          for (const [n, leaves] of steps.entries()) {
            if (leaves) {
              stream.leave();
              isMember = false;
            }
            stream.publish({ data: `event ${n}` });
            if (isMember) expected.push(`event ${n}`);
          }
          send({ data: 'the last' });
          await stream.client.has('the last');
          const events = stream.client.data.filter((data) => data.startsWith('event '));
          assert.deepEqual(events, expected);
          stream.client.leave();
        },
      );
      await fc.assert(property, { seed, numRuns: 15 });
    },
  },

  'an end is sent after the queued events, and the server closes': {
    needs: ['connection'],
    async run(t, entry) {
      const site = await serve(t, entry);
      const { client, connection, publish } = await site.open();
      for (let n = 0; n < 50; n += 1) await publish({ data: `event ${n}` });
      connection.end();
      assert.equal(await client.over(), 'clean');
      assert.match(client.text, /event 49/);
      if (!site.server) return;
      let isClosed = false;
      site.server.close(() => {
        isClosed = true;
      });
      // HTTP/2 clients close their session after the stream.
      await until(() => isClosed, 'server.close()');
    },
  },
});
