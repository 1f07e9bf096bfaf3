// Tests that finished streams release all memory, descriptors and channels.
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

/** Streams between two samples. More streams detect smaller leaks. */
const ROUND = Number(process.env.STREAMS ?? 300);
/** Rounds before the first sample, and rounds with a sample. */
const WARM_UP = 2;
const SAMPLES = 8;
/**
 * Bytes per stream, with room for noise. A leaked connection costs over 5 KB.
 */
const MAX_HEAP_GROWTH = 500;
/** Bytes per stream, in addition to a constant number of bytes that the allocator keeps. */
const MAX_RSS_GROWTH = 1000;
const KEPT_PAGES = 8 * 2 ** 20;

/** Samples the server's resources after each round, when all streams have ended. */
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

/** Growth in bytes per stream between the means of the first and second half of the samples. */
function growth(samples, key, free = 0) {
  const mean = (part) => part.reduce((sum, sample) => sum + sample[key], 0) / part.length;
  const half = samples.length / 2;
  return (mean(samples.slice(half)) - mean(samples.slice(0, half)) - free) / (half * ROUND);
}

describe('thousands of short streams', () => {
  for (const adapter of ADAPTERS) {
    test(`release all resources: ${adapter}`, { ...SOON, skip }, async (t) => {
      const samples = await samplesOf(t, adapter);
      const listed = JSON.stringify(samples);
      assert.ok(growth(samples, 'heapUsed') < MAX_HEAP_GROWTH, `the heap grew: ${listed}`);
      const native = growth(samples, 'rss', KEPT_PAGES);
      assert.ok(native < MAX_RSS_GROWTH, `memory grew: ${listed}`);
      for (const { descriptors, channels, queuedBytes, seClients } of samples) {
        assert.equal(descriptors, samples[0].descriptors, `descriptors: ${listed}`);
        assert.deepEqual(
          { channels, queuedBytes, seClients },
          { channels: samples[0].channels, queuedBytes: 0, seClients: 0 },
        );
      }
    });
  }

  test('are detected as a leak if a handler keeps their connections', {
    ...SOON,
    skip,
  }, async (t) => {
    const samples = await samplesOf(t, 'leaking', 2);
    assert.ok(growth(samples, 'heapUsed') > MAX_HEAP_GROWTH, JSON.stringify(samples));
  });
});
