import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSSE, service } from './service.mjs';

describe('bad input throws a coded error', () => {
  const circle = {};
  circle.self = circle;
  const cases = {
    'a configuration that is not an object': [() => createSSE(null), 'ERR_SSE_OPTION'],
    'a retryInterval below 0': [() => createSSE({ retryInterval: -1 }), 'ERR_SSE_OPTION'],
    'a retryInterval that is a string': [
      () => createSSE({ retryInterval: '3000' }),
      'ERR_SSE_OPTION',
    ],
    'a heartbeatInterval of NaN': [
      () => createSSE({ heartbeatInterval: Number.NaN }),
      'ERR_SSE_OPTION',
    ],
    'a maxQueueBytes of 0': [() => createSSE({ maxQueueBytes: 0 }), 'ERR_SSE_OPTION'],
    'an eventBufferSize of -1': [() => createSSE({ eventBufferSize: -1 }), 'ERR_SSE_OPTION'],
    'a topic that is not an object': [() => createSSE({ topic: 7 }), 'ERR_SSE_OPTION'],
    'an invalid header name': [() => createSSE({ headers: { 'a b': 'x' } }), 'ERR_SSE_OPTION'],
    'an invalid header value': [
      () => createSSE({ headers: { 'X-A': ['a', 'b\n'] } }),
      'ERR_SSE_OPTION',
    ],
    'options that are not an object': [(sse) => sse.addClient('evt-1'), 'ERR_SSE_OPTION'],
    'a lastEventId that is not a string': [
      (sse) => sse.addClient({ lastEventId: 7 }),
      'ERR_SSE_OPTION',
    ],
    'a channel that is not a string': [(sse, id) => sse.subscribe(id, 7), 'ERR_SSE_TOPIC'],
    'an empty channel': [(sse, id) => sse.subscribe(id, ''), 'ERR_SSE_TOPIC'],
    'no channel': [(sse, id) => sse.unsubscribe(id), 'ERR_SSE_TOPIC'],
    'no channel to broadcast to': [(sse) => sse.broadcast('', 'n', 1), 'ERR_SSE_TOPIC'],
    'no event': [(sse) => sse.broadcastAll(), 'ERR_SSE_TYPE'],
    'an event that is not a string': [(sse, id) => sse.sendTo(id, 7, 1), 'ERR_SSE_TYPE'],
    'an event with a line break': [
      (sse) => sse.broadcast('a', 'n\ndata: forged', 1),
      'ERR_SSE_FIELD',
    ],
    'an id with a line break': [(sse) => sse.broadcast('a', 'n', 1, '1\nid: 2'), 'ERR_SSE_FIELD'],
    'an id that is a number': [(sse) => sse.broadcast('a', 'n', 1, 7), 'ERR_SSE_TYPE'],
    'no data': [(sse) => sse.broadcastAll('n'), 'ERR_SSE_DATA'],
    'data with a circular reference': [(sse) => sse.broadcast('a', 'n', circle), 'ERR_SSE_DATA'],
    'data that is a BigInt': [(sse, id) => sse.sendTo(id, 'n', 1n), 'ERR_SSE_DATA'],
  };
  for (const [what, [call, code]] of Object.entries(cases)) {
    test(what, (t) => {
      const sse = service(t);
      const { id, channels } = sse.addClient().client;
      assert.throws(() => call(sse, id), { code });
      assert.equal(sse.getClients().length, 1);
      assert.equal(channels.size, 0);
    });
  }

  test('except for an invalid client id, which is unknown', (t) => {
    const sse = service(t);
    for (const id of [undefined, null, 7, {}, '', '__proto__']) {
      assert.equal(sse.getClient(id), undefined);
      assert.equal(sse.subscribe(id, 'a'), false);
      assert.equal(sse.unsubscribe(id, 'a'), false);
      assert.equal(sse.sendTo(id, 'n', 1), false);
      sse.removeClient(id);
    }
  });
});
