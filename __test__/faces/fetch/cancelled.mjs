import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { Reading } from './reading.mjs';
import { addClient, service } from './service.mjs';

describe('a cancelled body removes the client', () => {
  const ways = {
    'before the first read': ({ response }) => response.body.cancel(),
    'before the first read and the first access of `body`': async ({ response }) => {
      await new Promise(setImmediate);
      await response.body.cancel('gone');
    },
    'while a read is pending': async ({ response }) => {
      const reading = new Reading(response);
      await reading.has('heartbeat');
      await reading.cancel();
    },
    'while a write is pending': async ({ client, response }) => {
      for (let n = 0; n < 40; n += 1) client.connection.send({ data: 'x'.repeat(9000) });
      const reader = response.body.getReader();
      await reader.read();
      await until(() => client.controller.desiredSize < 0, 'a pending write');
      await reader.cancel();
    },
    'by a pipe that is aborted': async ({ response }) => {
      const gone = new AbortController();
      const sink = new WritableStream({ write: () => gone.abort() });
      await assert.rejects(response.body.pipeTo(sink, { signal: gone.signal }));
    },
    'by an iteration that stops': async ({ response }) => {
      for await (const _ of response.body) break;
    },
  };
  for (const [when, cancel] of Object.entries(ways)) {
    test(when, SOON, async (t) => {
      const sse = service(t);
      const { client, response, reasons } = addClient(sse);
      const other = addClient(sse);
      await cancel({ client, response });
      assert.equal(sse.getClient(client.id), undefined);
      assert.deepEqual(sse.getClientsByChannel('news'), [other.client]);
      assert.equal(sse.sendTo(client.id, 'a', 1), false);
      await until(() => reasons.length, 'close');
      assert.deepEqual(reasons, [['client']]);
    });
  }
});
