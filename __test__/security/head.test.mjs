// Tests the head of a stream, and streams that cannot open, at every entry point.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { runCases, serve } from './run-cases.mjs';

const { counted } = createRequire(import.meta.url)('../../lib/connection/admission.js');

/** Waits until the core has no connections and none are counted. */
const nothingLeft = () =>
  until(() => {
    const { native, stream } = sluice.metrics().connections;
    return native + stream + counted().open === 0;
  }, 'every connection to close');

runCases({
  'has the headers that clients and proxies need, and none that the HTTP version forbids': async (
    t,
    entry,
  ) => {
    const { client } = await (await serve(t, entry)).open();
    const { headers, status } = client;
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-store, no-transform');
    assert.equal(headers['x-accel-buffering'], 'no');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-length'], undefined);
    if (entry.version === 2) {
      assert.equal(headers.connection, undefined);
      assert.equal(headers['transfer-encoding'], undefined);
    } else if (!entry.lacks?.closing) assert.equal(headers.connection, 'close');
  },

  'keeps the headers of middleware': async (t, entry) => {
    const { open } = await serve(t, entry, {
      before: (_req, res) => {
        res.setHeader('Access-Control-Allow-Origin', 'https://app.example');
        res.setHeader('Set-Cookie', ['a=1', 'b=2']);
        res.setHeader('X-Request-Id', '7');
      },
    });
    const { headers } = (await open()).client;
    assert.equal(headers['access-control-allow-origin'], 'https://app.example');
    assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
    assert.equal(headers['x-request-id'], '7');
  },

  'HEAD gets only the head, and leaves no connection behind': async (t, entry) => {
    await nothingLeft();
    // A body that the framework discards is detected when it stalls.
    const { connect } = await serve(t, entry, { options: { stallTimeout: 300 } });
    const client = await connect({ method: 'HEAD' });
    assert.equal(client.status, 200);
    assert.match(client.headers['content-type'], /^text\/event-stream/);
    assert.equal(await client.over(), 'clean');
    assert.equal(client.text, '');
    await nothingLeft();
  },

  'a response that has already started causes a clear error': {
    needs: ['begun'],
    async run(t, entry) {
      await nothingLeft();
      const { connect, errors, opened } = await serve(t, entry, {
        before: (_req, res) => void res.end('begun'),
      });
      const client = await connect();
      await client.over();
      assert.doesNotMatch(client.headers['content-type'] ?? '', /event-stream/);
      await until(() => errors.length > 0, 'the error');
      assert.equal(errors[0].code, 'ERR_SSE_HEADERS_SENT');
      assert.equal(opened.filter(({ connection }) => connection?.closed === false).length, 0);
      await nothingLeft();
    },
  },

  'a client that leaves during asynchronous setup leaves no connection behind': {
    needs: ['leavingEarly'],
    async run(t, entry) {
      await nothingLeft();
      let begun = 0;
      let done = 0;
      const { connect, errors, opened } = await serve(t, entry, {
        options: { stallTimeout: 300 },
        before: async (req, res) => {
          begun += 1;
          await until(() => res.destroyed || req.destroyed || res.stream?.destroyed, 'the client');
          done += 1;
        },
      });
      const leave = await departing(entry, connect, () => begun > 0);
      leave();
      await until(() => done > 0, 'the setup');
      await nothingLeft();
      for (const { code } of errors) assert.equal(code, 'ERR_SSE_GONE');
      for (const { connection } of opened) assert.equal(connection?.closed ?? true, true);
    },
  },
});

/** Sends a request that gets no response. Resolves with a function that aborts it. */
async function departing(entry, connect, hasBegun) {
  const abort = new AbortController();
  connect({ signal: abort.signal }).catch(() => {});
  await until(hasBegun, `the request to ${entry.title}`);
  return () => abort.abort();
}
