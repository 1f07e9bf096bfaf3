// The reference client of the protocol reads and writes streams.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DurableStream, IdempotentProducer, stream } from '@durable-streams/client';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { createStreams, listen, state } from './serving.mjs';

async function serve(t, options) {
  const streams = createStreams(options);
  t.after(() => streams.close());
  const origin = await listen(t, streams.fetch);
  return { streams, url: `${origin}/chat` };
}

describe('@durable-streams/client', SOON, () => {
  for (const live of ['sse', 'long-poll']) {
    test(`reads JSON live with ${live} until the end, across many short streams`, async (t) => {
      const { url } = await serve(t, { connection: { maxLifetime: 40 }, longPollTimeout: 40 });
      const handle = await DurableStream.create({ url, contentType: 'application/json' });
      await handle.append(JSON.stringify({ n: 0 }));
      // The client would fall back to long-polls.
      const sseResilience = { minConnectionDuration: 0 };
      const response = await stream({ url, offset: '-1', live, sseResilience });
      const items = [];
      response.subscribeJson((batch) => {
        items.push(...batch.items);
      });
      for (let n = 1; n < 30; n += 1) {
        await handle.append(JSON.stringify({ n }));
        await until(() => items.length > n, `item ${n}`);
      }
      await handle.close();
      await response.closed;
      assert.deepEqual(
        items,
        Array.from({ length: 30 }, (_, n) => ({ n })),
      );
    });
  }

  test('reads binary data over SSE', async (t) => {
    const { url } = await serve(t);
    const handle = await DurableStream.create({ url, contentType: 'application/octet-stream' });
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    const response = await stream({ url, offset: '-1', live: 'sse' });
    const chunks = [];
    response.subscribeBytes(({ data }) => {
      chunks.push(data);
    });
    await handle.append(bytes);
    await handle.append(bytes.subarray(3, 4));
    await handle.close();
    await response.closed;
    assert.deepEqual(Buffer.concat(chunks), Buffer.concat([bytes, bytes.subarray(3, 4)]));
  });

  test('writes each item once with an idempotent producer, even if requests are sent twice', async (t) => {
    const { url } = await serve(t);
    const handle = await DurableStream.create({ url, contentType: 'application/json' });
    const statuses = [];
    const twice = async (...request) => {
      statuses.push((await fetch(...request)).status);
      const answer = await fetch(...request);
      statuses.push(answer.status);
      return answer;
    };
    const producer = new IdempotentProducer(handle, 'writer', {
      fetch: twice,
      lingerMs: 0,
      maxInFlight: 1,
    });
    const items = Array.from({ length: 20 }, (_, n) => ({ n }));
    for (const item of items) {
      producer.append(JSON.stringify(item));
      await producer.flush();
    }
    await producer.close();
    const response = await stream({ url, offset: '-1', live: false });
    assert.deepEqual(await response.json(), items);
    const pairs = Array.from({ length: 20 }, () => [200, 204]).flat();
    assert.deepEqual(statuses, [...pairs, 204, 204]);
  });

  test('reports that a stream was deleted', async (t) => {
    const { streams, url } = await serve(t);
    const handle = await DurableStream.create({ url, contentType: 'text/plain' });
    await handle.append('x');
    await handle.delete();
    assert.deepEqual(state(streams), { streams: 0, bytes: 0, waiting: 0 });
    await assert.rejects(stream({ url, offset: '-1', live: false }), { status: 404 });
  });
});
