// The paths and methods of the routes, and the arguments of setupSSE().
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import express from 'express';
import { frameworks, SOON, SSEBroker, serve, setupSSE } from './apps.mjs';

const methods = {
  '/connect': 'GET, HEAD',
  '/subscribe': 'POST',
  '/unsubscribe': 'POST',
  '/stats': 'GET, HEAD',
};

for (const [name, framework] of Object.entries(frameworks)) {
  describe(name, () => {
    for (const [basePath, base] of Object.entries({
      '/_sse': '/_sse',
      '/_sse/': '/_sse',
      '/a/b': '/a/b',
      '/': '',
      '': '',
    })) {
      test(`the base path '${basePath}' becomes '${base}'`, SOON, async (t) => {
        const site = await serve(t, framework, { basePath });
        const client = await site.stream(`${base}/connect`);
        assert.equal(client.status, 200);
        await client.has('connected');
        assert.equal(site.broker.clientCount(), 1);
        assert.equal((await site.ask('GET', '/stats')).json.clientCount, 1);
        assert.equal((await site.ask('GET', '/nothing')).status, 404);
      });
    }

    for (const [path, allowed] of Object.entries(methods)) {
      test(`${path} answers methods other than ${allowed} with 405`, SOON, async (t) => {
        const site = await serve(t, framework);
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
          if (allowed.includes(method)) continue;
          const { status, headers, json } = await site.ask(method, path);
          assert.equal(status, 405, method);
          assert.equal(headers.allow, `${allowed}, OPTIONS`);
          assert.deepEqual(json, {
            error: `the method must be one of ${allowed}`,
            code: 'ERR_SSE_METHOD',
          });
        }
      });

      test(`OPTIONS of ${path} lists its methods`, SOON, async (t) => {
        const { ask } = await serve(t, framework);
        const { status, headers } = await ask('OPTIONS', path);
        assert.equal(status, 204);
        assert.equal(headers.allow, `${allowed}, OPTIONS`);
      });
    }

    test('HEAD of the statistics is answered with the head alone', SOON, async (t) => {
      const { ask } = await serve(t, framework);
      const { status, headers, text } = await ask('HEAD', '/stats');
      assert.deepEqual([status, text], [200, '']);
      assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    });
  });
}

describe('setupSSE', () => {
  const broker = new SSEBroker();
  const type = (message) => ({ name: 'TypeError', code: 'ERR_SSE_TYPE', message });

  test('requires an application', () => {
    for (const app of [undefined, null, 7, {}, () => {}, { get() {}, post() {} }]) {
      assert.throws(() => setupSSE(app, broker, '/_sse'), type(/Express app/));
    }
  });

  test('requires a broker', () => {
    for (const other of [undefined, null, {}, { connect() {} }]) {
      assert.throws(() => setupSSE(express(), other, '/_sse'), type(/SSEBroker/));
    }
  });

  test('requires a path', () => {
    for (const path of [undefined, null, 7, '_sse', './_sse', 'https://x/', ' /_sse', /_sse/]) {
      assert.throws(() => setupSSE(express(), broker, path), type(/slash/));
    }
  });

  test('returns undefined', () => {
    assert.equal(setupSSE(express(), broker, '/_sse', null), undefined);
  });

  test('checks its options', () => {
    for (const options of [
      'options',
      [],
      { authorizeSubscribe: true },
      { identify: 'ada' },
      { heartbeat: 'time' },
      { heartbeat: null },
      { bodyLimit: 0 },
      { bodyLimit: '16kb' },
      { maxTopics: 0 },
      { maxTopics: 1.5 },
      { maxTopics: 2 ** 16 + 1 },
      { stats: 'yes' },
      { stats: null },
      { cors: true },
      { cors: null },
    ]) {
      const misuse = () => setupSSE(express(), broker, '/_sse', options);
      assert.throws(misuse, { code: 'ERR_SSE_OPTION' }, JSON.stringify(options));
    }
  });
});
