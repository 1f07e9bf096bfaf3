// The status and the headers of adopted responses.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { bodyOf, events, site, TRANSPORTS } from './site.mjs';

const HEADERS = [
  ['connection', 'keep-alive, x-hop'],
  ['keep-alive', 'timeout=5'],
  ['transfer-encoding', 'chunked'],
  ['content-length', '7'],
  ['x-hop', 'dropped'],
  ['x-kept', 'a b'],
  ['set-cookie', 'a=1, 2'],
  ['set-cookie', 'b=2'],
  ['vary', 'Accept, Origin'],
];

for (const [name, { transport, ...how }] of Object.entries(TRANSPORTS)) {
  describe(`adopt over ${name}: the head`, SOON, () => {
    test('has the status and headers of the response, without hop-by-hop headers', async (t) => {
      const { body } = bodyOf(['data: 1\n\n']);
      const response = () => events(body, { status: 201, headers: HEADERS });
      const { connect } = await site(t, response, how);
      const { headers, status } = await connect('/');
      assert.equal(status, 201);
      assert.equal(headers['content-type'], 'text/event-stream');
      assert.equal(headers['cache-control'], 'no-store, no-transform');
      assert.equal(headers['x-kept'], 'a b');
      assert.deepEqual(headers['set-cookie'], ['a=1, 2', 'b=2']);
      assert.equal(headers.vary, 'Accept, Origin');
      for (const dropped of ['x-hop', 'keep-alive', 'content-length']) {
        assert.equal(headers[dropped], undefined, dropped);
      }
    });

    test('keeps cookies and `Vary` of middleware, and replaces its other headers', async (t) => {
      const { body } = bodyOf(['data: 1\n\n']);
      const before = (_req, res) => {
        res.setHeader('Set-Cookie', 'session=1');
        res.setHeader('Vary', 'Accept-Encoding');
        res.setHeader('X-Kept', 'no');
        res.setHeader('X-Powered-By', 'tests');
      };
      const { connect } = await site(t, () => events(body, { headers: HEADERS }), {
        ...how,
        before,
      });
      const { headers } = await connect('/');
      assert.deepEqual(headers['set-cookie'], ['session=1', 'a=1, 2', 'b=2']);
      assert.equal(headers.vary, 'Accept-Encoding, Accept, Origin');
      assert.equal(headers['x-kept'], 'a b');
      assert.equal(headers['x-powered-by'], 'tests');
    });

    test('can be replaced by the options', async (t) => {
      const { body } = bodyOf(['data: 1\n\n']);
      const options = { ...how.options, statusCode: 202, headers: { 'X-Kept': 'yes' } };
      const response = () => events(body, { headers: HEADERS });
      const { connect } = await site(t, response, { ...how, options });
      const { headers, status } = await connect('/');
      assert.equal(status, 202);
      assert.equal(headers['x-kept'], 'yes');
    });
  });
}
