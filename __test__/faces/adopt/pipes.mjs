// Responses that are not event streams.
import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { bodyOf, events, site, TRANSPORTS } from './site.mjs';

/** A body that never ends, in pieces of 16 KiB. */
function endless() {
  const { body, seen } = bodyOf(
    (function* () {
      // As many pieces as `bodyOf` takes: more than any buffer holds.
      for (let n = 0; n < 2_000; n += 1) yield new Uint8Array(16 << 10);
    })(),
    { end: false },
  );
  return { body, seen };
}

for (const [name, { transport, ...how }] of Object.entries(TRANSPORTS)) {
  describe(`adopt over ${name}: another response`, SOON, () => {
    test('is sent unchanged', async (t) => {
      const response = () => Response.json({ a: 'é' }, { status: 418, headers: { 'x-y': 'z' } });
      const { adopted, connect } = await site(t, response, how);
      const client = await connect('/');
      await until(() => client.end, 'the end');
      assert.equal(client.status, 418);
      assert.equal(client.headers['content-type'], 'application/json');
      assert.equal(client.headers['x-y'], 'z');
      assert.equal(client.text, '{"a":"é"}');
      assert.equal(client.end, 'clean');
      assert.equal(await adopted[0], undefined);
    });

    test('sends its head before its body begins', async (t) => {
      const { body } = bodyOf([], { end: false });
      const response = () => new Response(body, { headers: { 'x-y': 'é' } });
      const { connect } = await site(t, response, how);
      const client = await connect('/');
      assert.deepEqual([client.status, client.headers['x-y'], client.end], [200, 'é', undefined]);
    });

    test('may have no body', async (t) => {
      const statuses = [200, 204, 304];
      const responses = statuses.map((status) => new Response(null, { status }));
      const { connect } = await site(t, () => responses.shift(), how);
      for (const status of statuses) {
        const client = await connect('/');
        await until(() => client.end, 'the end');
        assert.deepEqual([client.status, client.text, client.end], [status, '', 'clean']);
      }
    });

    test('to HEAD has no body, but keeps its Content-Length', async (t) => {
      const { body, seen } = bodyOf(['12345']);
      const response = () => new Response(body, { headers: { 'content-length': '5' } });
      const { connect } = await site(t, response, how);
      const client = await connect('/', { method: 'HEAD' });
      await until(() => client.end, 'the end');
      assert.deepEqual([client.headers['content-length'], client.text], ['5', '']);
      assert.deepEqual([seen.pulled, seen.cancelled], [0, 1]);
    });

    test('is read at the pace of the client, and cancelled when it leaves', async (t) => {
      const { body, seen } = endless();
      const { adopted, connect } = await site(t, () => new Response(body), how);
      const client = await connect('/', { reading: false });
      let before = -1;
      await until(() => {
        const isStill = before === seen.bytes && seen.bytes > 0;
        before = seen.bytes;
        return isStill && new Promise((resolve) => setTimeout(resolve, 100, true));
      }, 'the body to wait');
      assert.ok(seen.bytes < 16 << 20, `${seen.bytes} bytes were read`);
      assert.equal(seen.cancelled, 0);
      client.leave();
      await until(() => seen.cancelled === 1, 'the cancel');
      assert.equal(await adopted[0], undefined);
    });

    test('is cancelled when the client leaves while a read is pending', async (t) => {
      const { body, seen } = bodyOf(['first'], { end: false });
      const { connect, errors } = await site(t, () => new Response(body), how);
      const client = await connect('/');
      await until(() => client.text === 'first' && seen.pulled === 2, 'the next read');
      client.leave();
      await until(() => seen.cancelled === 1, 'the cancel');
      assert.deepEqual(errors, []);
    });

    test('is aborted when its body fails', async (t) => {
      const error = new Error('secret');
      const { body } = bodyOf(['first'], { error });
      const { connect, errors } = await site(t, () => new Response(body), how);
      const client = await connect('/');
      await until(() => client.end, 'the end');
      assert.equal(client.end, 'cut');
      assert.deepEqual(errors, [error]);
    });
  });
}

describe('adopt: encoded bodies', SOON, () => {
  test('an event stream with a content encoding is sent unchanged', async (t) => {
    const bytes = gzipSync('data: 1\n\n');
    const response = () =>
      events(new Blob([bytes]).stream(), { headers: [['content-encoding', 'gzip']] });
    const { adopted, connect } = await site(t, response);
    const client = await connect('/');
    await until(() => client.end, 'the end');
    assert.equal(client.headers['content-encoding'], 'gzip');
    assert.equal(client.text, 'data: 1\n\n');
    assert.equal(await adopted[0], undefined);
  });

  test('a body that fetch() has decoded is sent decoded', async (t) => {
    const upstream = http.createServer((req, res) => {
      const type = req.url === '/events' ? 'text/event-stream' : 'text/plain';
      res.setHeader('Content-Encoding', 'gzip').setHeader('Content-Type', type);
      res.end(gzipSync('data: 1\n\n'));
    });
    await new Promise((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    t.after(() => upstream.close().closeAllConnections());
    const at = `http://127.0.0.1:${upstream.address().port}`;
    const { connect } = await site(t, (req) => fetch(at + req.url));
    for (const path of ['/events', '/text']) {
      const client = await connect(path);
      await until(() => client.end, 'the end');
      assert.deepEqual([client.text, client.end], ['data: 1\n\n', 'clean']);
      assert.equal(client.headers['content-encoding'], undefined);
    }
    assert.equal(String(gunzipSync(gzipSync('a'))), 'a');
  });
});
