import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSSEClient, SSEError } from '../../client/index.js';
import { resolveOptions } from '../../client/options.js';
import { open, scriptedClient, settled } from './scripted.mjs';

describe('options', () => {
  const url = 'http://server.test/';
  const wrong = {
    url: [
      undefined,
      '/relative',
      '',
      'http://',
      'ftp://server.test/',
      'data:text/event-stream,',
      'file:///a',
      'ws://server.test/',
    ],
    autoReconnect: ['yes', 1],
    maxRetries: [-1, Number.NaN, '5'],
    reconnectDelay: [-1, 2 ** 31, Infinity],
    maxReconnectDelay: [-1],
    backoffMultiplier: [-1, Infinity],
    timeout: [-1, '1'],
    heartbeatInterval: [-1],
    missedHeartbeatsLimit: [-1],
    maxEventSize: [-1, Infinity],
    parse: [1],
    lastEventId: [7],
    debug: [1],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      test(`${name} cannot be ${value}`, () => {
        const create = () => createSSEClient({ url, [name]: value });
        const pattern = new RegExp(`^\`${name}\` must `);
        assert.throws(create, (error) => {
          assert.ok(error instanceof SSEError);
          assert.deepEqual([error.code, error.name], ['ERR_SSE_OPTION', 'SSEError']);
          assert.match(error.message, pattern);
          return true;
        });
      });
    }
  }

  test('undefined, null and unknown options count as absent', () => {
    for (const value of [undefined, null]) {
      const absent = Object.fromEntries(Object.keys(wrong).map((name) => [name, value]));
      assert.deepEqual(resolveOptions({ ...absent, url }), resolveOptions({ url }));
    }
    createSSEClient({ url, unknown: 1 });
  });

  test('`share: true` is rejected with a token, headers or cookies; a name is accepted', () => {
    const told = [
      { token: () => 'a' },
      { headers: { 'X-User': 'a' } },
      { headers: () => ({}) },
      { credentials: 'include' },
    ];
    for (const config of told) {
      assert.throws(() => createSSEClient({ url, share: true, ...config }), {
        code: 'ERR_SSE_OPTION',
        message: /`share` must be a name, such as `share: userId`/,
      });
      for (const share of ['user 7', false, undefined]) createSSEClient({ url, share, ...config });
    }
    createSSEClient({ url, share: true, credentials: 'same-origin', headers: undefined });
  });

  test('the url can be a URL object, and is resolved relative to the page', async (t) => {
    const { requests, client } = scriptedClient(t, [open()], { url: new URL(url) });
    client.connect();
    t.after(() => delete globalThis.document);
    globalThis.document = Object.assign(new EventTarget(), { baseURI: 'http://page.test/a/b' });
    for (const url of [undefined, null]) {
      assert.throws(() => createSSEClient({ url }), { code: 'ERR_SSE_OPTION' });
    }
    const page = scriptedClient(t, [open()], { url: 'events?x=1' });
    page.client.connect();
    await settled();
    assert.equal(requests[0].url, url);
    assert.equal(page.requests[0].url, 'http://page.test/a/events?x=1');
  });
});
