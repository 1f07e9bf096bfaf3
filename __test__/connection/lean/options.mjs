// The values of the `lean` option, and the transport that ignores it.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { leanSite } from './site.mjs';

for (const [lean, message] of [
  ['yes', /`lean` must be true, false or an object, but it is a string/],
  [null, /`lean` must be true, false or an object, but it is null/],
  [{ header: [] }, /`lean` has an unknown option `header`: did you mean `headers`\?/],
  [{ headers: 'accept' }, /`lean.headers` must be an array of header names/],
  [{ headers: [1] }, /`lean.headers` must be an array of header names/],
]) {
  test(`rejects lean: ${JSON.stringify(lean)}`, SOON, async (t) => {
    let thrown;
    const site = await leanSite(t);
    site.server.removeAllListeners('request');
    const { Connection } = (await import('../../support/site.mjs')).sluice;
    site.server.on('request', (req, res) => {
      try {
        new Connection(req, res, { lean });
      } catch (error) {
        thrown = error;
        res.end();
      }
    });
    await site.connect();
    assert.equal(thrown.code, 'ERR_SSE_OPTION');
    assert.match(thrown.message, message);
  });
}

test('the request is lean immediately', SOON, async (t) => {
  const seen = [];
  const site = await leanSite(t, {
    lean: { headers: ['Host'] },
    handler: ({ connection: { request, response } }) => seen.push({ request, response }),
  });
  await site.connect();
  const [{ request, response }] = seen;
  assert.deepEqual({ ...request.headers }, { host: 'localhost' });
  assert.equal(response, undefined);
});

test('lean has no effect with the stream transport', SOON, async (t) => {
  const seen = [];
  const site = await leanSite(t, {
    options: { transport: 'stream' },
    handler: ({ connection, req, res }) => seen.push({ connection, req, res }),
  });
  const client = await site.connect();
  const [{ connection, req, res }] = seen;
  connection.send({ data: 'hello' });
  await client.has('data: hello\n\n');
  assert.ok(connection.request instanceof http.IncomingMessage);
  assert.deepEqual([connection.request === req, connection.response === res], [true, true]);
  assert.equal(req.destroyed || res.destroyed, false);
});
