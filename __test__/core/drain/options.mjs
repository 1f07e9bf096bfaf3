// Invalid options of drain() and gracefulShutdown().
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { sluice } from '../../support/site.mjs';

const { Channel, SSEBroker, drain, gracefulShutdown } = sluice;

const WRONG = [
  [{ within: -1 }, 'ERR_SSE_OPTION', /^`within` must be a whole number/],
  [{ within: '5' }, 'ERR_SSE_OPTION', /^`within` must be a number/],
  [{ retry: -1 }, 'ERR_SSE_OPTION', /^`retry` must be a whole number/],
  [{ retry: '5' }, 'ERR_SSE_OPTION', /^`retry` must be an object/],
  [{ retry: { min: 2, max: 1 } }, 'ERR_SSE_OPTION', /^`retry.min` must not be greater/],
  [{ retry: { max: 2 ** 32 } }, 'ERR_SSE_OPTION', /^`retry.max` must be a whole number/],
  [{ event: 'bye' }, 'ERR_SSE_TYPE', /^an event must be an object/],
  [{ event: { data: 'bye', retry: 1 } }, 'ERR_SSE_OPTION', /^`event` must not have a `retry`/],
  [{ event: { event: 'a\nb' } }, 'ERR_SSE_FIELD', /^`event` must not contain/],
  ['now', 'ERR_SSE_OPTION', /^`options` must be an object/],
];

for (const [options, code, message] of WRONG) {
  test(`drain: ${JSON.stringify(options)} throws ${code}, and nothing drains`, async () => {
    const [channel, broker] = [new Channel(), new SSEBroker()];
    for (const call of [
      () => drain(options),
      () => channel.drain(options),
      () => broker.drain(options),
    ]) {
      assert.throws(call, { code, message });
    }
    assert.equal(channel.draining, false);
    assert.equal(broker.draining, false);
    assert.equal((await channel.drain({ within: 0 })).connections, 0);
  });
}

test('gracefulShutdown checks its arguments before it listens for signals', () => {
  const before = process.listenerCount('SIGTERM');
  const server = http.createServer();
  for (const [args, code, message] of [
    [[], 'ERR_SSE_TYPE', /^gracefulShutdown\(\) expects a Node.js server/],
    [[server, { signals: 'SIGTERM' }], 'ERR_SSE_OPTION', /^`signals` must be an array/],
    [[server, { signals: ['TERM'] }], 'ERR_SSE_OPTION', /one is TERM$/],
    [[server, { within: -1 }], 'ERR_SSE_OPTION', /^`within`/],
    [[server, { exit: 1 }], 'ERR_SSE_OPTION', /^`exit` must be true or false/],
  ]) {
    assert.throws(() => gracefulShutdown(...args), { code, message });
  }
  assert.equal(process.listenerCount('SIGTERM'), before);
});
