import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SOON } from '../support/soon.mjs';
import { streams } from './leak/clients.mjs';

const program = fileURLToPath(new URL('./leak/server.mjs', import.meta.url));
const skip = process.platform === 'linux' ? false : 'counts descriptors in /proc';
const ADAPTERS = [
  'node:http, native',
  'node:http, stream',
  'sluice/express',
  'reply.eventStream',
  'SE',
  'koa',
  'broker',
  'sluice/fetch',
];

/** Streams between two samples; more of them find less. */
const ROUND = Number(process.env.STREAMS ?? 300);
/** Samples: the first ones warm everything up. */
const WARM_UP = 2;
const SAMPLES = 8;
/**
 * Bytes a stream, of which a constant part is nobody's. A connection that is kept costs over 5 KB.
 */
const MAX_HEAP_GROWTH = 500;
/** Bytes a stream, beside pages that the allocator keeps, however many streams there are. */
const MAX_RSS_GROWTH = 1000;
const KEPT_PAGES = 8 * 2 ** 20;

/** What the server holds between rounds of streams, when nobody is connected. */
async function samplesOf(t, adapter, count = SAMPLES) {
  const server = fork(program, [adapter], { execArgv: ['--expose-gc'] });
  t.after(() => server.kill());
  const [{ port }] = await once(server, 'message');
  const samples = [];
  for (let round = 0; round < WARM_UP + count; round += 1) {
    await streams(port, ROUND);
    const answer = once(server, 'message');
    server.send('sample');
    const [sample] = await answer;
    if (round >= WARM_UP) samples.push(sample);
  }
  return samples;
}

/** Bytes a stream, from the mean of the first half of the samples to that of the second. */
function growth(samples, key, free = 0) {
  const mean = (part) => part.reduce((sum, sample) => sum + sample[key], 0) / part.length;
  const half = samples.length / 2;
  return (mean(samples.slice(half)) - mean(samples.slice(0, half)) - free) / (half * ROUND);
}

describe('what thousands of short streams leave behind', () => {
  for (const adapter of ADAPTERS) {
    test(`nothing: ${adapter}`, { ...SOON, skip }, async (t) => {
      const samples = await samplesOf(t, adapter);
      const listed = JSON.stringify(samples);
      assert.ok(growth(samples, 'heapUsed') < MAX_HEAP_GROWTH, `the heap has grown: ${listed}`);
      const native = growth(samples, 'rss', KEPT_PAGES);
      assert.ok(native < MAX_RSS_GROWTH, `memory has grown: ${listed}`);
      for (const { descriptors, channels, queuedBytes, seClients } of samples) {
        assert.equal(descriptors, samples[0].descriptors, `descriptors: ${listed}`);
        assert.deepEqual(
          { channels, queuedBytes, seClients },
          { channels: samples[0].channels, queuedBytes: 0, seClients: 0 },
        );
      }
    });
  }

  test('everything, where a handler keeps it: the measurement finds it', {
    ...SOON,
    skip,
  }, async (t) => {
    const samples = await samplesOf(t, 'leaking', 2);
    assert.ok(growth(samples, 'heapUsed') > MAX_HEAP_GROWTH, JSON.stringify(samples));
  });
});
