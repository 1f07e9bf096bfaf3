import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
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

/** Streams between two samples, and how many samples there are: the first ones warm everything up. */
const ROUND = Number(process.env.STREAMS ?? 2000);
const WARM_UP = 2;
const SAMPLES = 8;
/** Between the means of two halves, so over half of the streams: some 130 bytes each. A connection that is kept costs 6 KB. */
const MAX_HEAP_GROWTH = 2 ** 20;
const MAX_RSS_GROWTH = 24 * 2 ** 20;

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

/** From the mean of the first half to that of the second. */
function growth(samples, key) {
  const mean = (part) => part.reduce((sum, sample) => sum + sample[key], 0) / part.length;
  const half = samples.length / 2;
  return mean(samples.slice(half)) - mean(samples.slice(0, half));
}

describe('what tens of thousands of short streams leave behind', () => {
  for (const adapter of ADAPTERS) {
    test(`nothing: ${adapter}`, { timeout: 60_000, skip }, async (t) => {
      const samples = await samplesOf(t, adapter);
      const listed = JSON.stringify(samples);
      assert.ok(growth(samples, 'heapUsed') < MAX_HEAP_GROWTH, `the heap has grown: ${listed}`);
      assert.ok(growth(samples, 'rss') < MAX_RSS_GROWTH, `memory has grown: ${listed}`);
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
    timeout: 60_000,
    skip,
  }, async (t) => {
    const samples = await samplesOf(t, 'leaking', 2);
    assert.ok(growth(samples, 'heapUsed') > MAX_HEAP_GROWTH, JSON.stringify(samples));
  });
});
