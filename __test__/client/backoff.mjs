import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Backoff } from '../../client/connection/backoff.js';
import { resolveOptions } from '../../client/options.js';
import { clock, ending, open, scriptedClient, settled, status } from './scripted.mjs';

describe('delays', () => {
  const backoff = (config) =>
    new Backoff(resolveOptions({ url: 'http://server.test/', ...config }));
  const bounds = (t, config, count, retryAfter) => {
    const random = t.mock.method(Math, 'random', () => 1);
    const own = backoff(config);
    const all = Array.from({ length: count }, () => own.next(retryAfter));
    random.mock.restore();
    return all;
  };

  test('the upper bound grows by the multiplier up to the cap', (t) => {
    const some = bounds(t, { maxRetries: 0 }, 8);
    assert.deepEqual(some, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    const config = { reconnectDelay: 10, backoffMultiplier: 3, maxReconnectDelay: 1000 };
    assert.deepEqual(bounds(t, config, 5), [10, 300, 900, 1000, 1000]);
  });

  test('delays are spread evenly between zero and their bound', () => {
    for (const [retries, bound] of [1000, 2000, 4000].entries()) {
      const delays = Array.from({ length: 5000 }, () => {
        const own = backoff();
        for (let n = 0; n < retries; n += 1) own.next();
        return own.next();
      });
      const mean = delays.reduce((sum, delay) => sum + delay) / delays.length;
      assert.ok(Math.min(...delays) >= 0 && Math.min(...delays) < bound * 0.02);
      assert.ok(Math.max(...delays) <= bound && Math.max(...delays) > bound * 0.98);
      assert.ok(Math.abs(mean - bound / 2) < bound * 0.05, `mean ${mean} of ${bound}`);
    }
  });

  test('the delay from the server is a minimum, up to the cap', (t) => {
    t.mock.method(Math, 'random', () => 0);
    assert.equal(backoff().next(7000), 7000);
    assert.equal(backoff().next(90_000), 30_000);
  });

  test('delays grow from 200 ms after the first retry, even with `retry: 0`', (t) => {
    t.mock.method(Math, 'random', () => 1);
    const own = backoff();
    own.startFrom(0);
    assert.deepEqual([own.next(), own.next(), own.next()], [0, 200, 400]);
  });

  test('`retry` from the server is a minimum, and jitter is added to it', (t) => {
    const random = t.mock.method(Math, 'random', () => 0);
    const own = backoff({ maxRetries: 0 });
    own.startFrom(5000);
    assert.deepEqual([own.next(), own.next(), own.next(7000)], [5000, 5000, 7000]);
    own.reset();
    random.mock.restore();
    const delays = Array.from({ length: 1000 }, () => {
      own.reset();
      return own.next();
    });
    assert.ok(Math.min(...delays) >= 5000);
    assert.ok(Math.max(...delays) <= 10_000 && Math.max(...delays) > 9000);
    own.startFrom(90_000);
    assert.ok(own.next() >= 30_000, 'up to the cap');
  });

  test('delays keep growing when the retry count restarts, until reset()', (t) => {
    t.mock.method(Math, 'random', () => 1);
    const own = backoff({ maxRetries: 2 });
    const next = () => {
      own.retries = 0;
      return own.next();
    };
    assert.deepEqual([next(), next(), next(), next()], [1000, 2000, 4000, 8000]);
    own.reset();
    assert.deepEqual([next(), next()], [1000, 2000]);
  });

  test('stops after maxRetries; 0 retries forever', () => {
    const own = backoff({ maxRetries: 2 });
    assert.deepEqual([own.next(), own.next(), own.next()].map(Number.isFinite), [
      true,
      true,
      false,
    ]);
    own.reset();
    assert.ok(Number.isFinite(own.next()));
    const endless = backoff({ maxRetries: 0 });
    for (let n = 0; n < 5000; n += 1) assert.ok(endless.next() <= 30_000);
  });

  test('the longest delay that a server can ask for is capped', async (t) => {
    const { pass } = clock(t);
    const answers = [ending(`retry: ${'9'.repeat(400)}\n\n`), open()];
    const config = { backoffMultiplier: 0 };
    const { client, requests } = scriptedClient(t, answers, config);
    client.connect();
    await settled();
    await pass(30_000);
    assert.equal(requests.length, 2);
  });

  test('the longest possible delay does not overflow the timer', async (t) => {
    const { pass } = clock(t);
    const answers = [status(503, { 'Retry-After': '99999999' }), open()];
    const config = { maxReconnectDelay: 2 ** 30 - 1, reconnectDelay: 2 ** 30 - 1 };
    const { client, requests } = scriptedClient(t, answers, config);
    client.connect();
    await settled();
    await pass(2 ** 30 - 2);
    assert.equal(requests.length, 1);
  });
});
