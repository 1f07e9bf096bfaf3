// Event streams become connections, on each transport.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Connection } from '../../../index.js';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { bodyOf, events, site, TRANSPORTS } from './site.mjs';

for (const [name, { transport, ...how }] of Object.entries(TRANSPORTS)) {
  describe(`adopt over ${name}: an event stream`, SOON, () => {
    test('is a connection that ends when its body ends', async (t) => {
      const { body } = bodyOf(['data: 1\n\nda', 'ta: 2\n\n']);
      const { adopted, connect, errors } = await site(t, () => events(body), how);
      const client = await connect('/');
      const connection = await adopted[0];
      assert.ok(connection instanceof Connection);
      await until(() => client.end, 'the end');
      assert.equal(connection.transport, transport);
      assert.equal(client.text, 'data: 1\n\ndata: 2\n\n');
      assert.equal(client.end, 'clean');
      assert.deepEqual(errors, []);
    });

    test('keeps its order among other events and pings of the connection', async (t) => {
      const { body } = bodyOf(['data: 1\n', '\n'], { end: false });
      const options = { ...how.options, pingInterval: 20 };
      const { adopted, connect } = await site(t, () => events(body), { ...how, options });
      const client = await connect('/');
      await until(() => client.data.length === 1, 'the frame');
      (await adopted[0]).send({ data: 'own' });
      await until(() => client.pings >= 2 && client.data.includes('own'), 'pings');
      assert.equal(client.text.replaceAll(':\n\n', ''), 'data: 1\n\ndata: own\n\n');
    });

    test('is the same for a client that reconnects with a cursor', async (t) => {
      const { body } = bodyOf(['id: 2\ndata: 2\n\n']);
      const { adopted, connect } = await site(t, () => events(body), how);
      const client = await connect('/', { headers: { 'Last-Event-ID': '1' } });
      await until(() => client.end, 'the end');
      assert.equal(client.text, 'id: 2\ndata: 2\n\n');
      assert.equal((await adopted[0]).lastEventId, '1');
    });

    test('cancels its body when the client leaves', async (t) => {
      const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
      const { adopted, connect, errors } = await site(t, () => events(body), how);
      const client = await connect('/');
      await until(() => client.text.includes('data: 1'), 'the frame');
      // A read is pending.
      await until(() => seen.pulled === 2, 'the next read');
      client.leave();
      await until(() => seen.cancelled === 1, 'the cancel');
      await until(async () => (await adopted[0]).closed, 'the end');
      assert.deepEqual(errors, []);
    });

    test('cancels its body if the client has already left', async (t) => {
      const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
      const left = new AbortController();
      const respond = async (_req, res) => {
        left.abort();
        await until(() => (res.stream ?? res).destroyed, 'the client to leave');
        return events(body);
      };
      const { adopted, connect, errors } = await site(t, respond, how);
      await assert.rejects(connect('/', { signal: left.signal }));
      await until(() => seen.cancelled === 1, 'the cancel');
      assert.equal(await adopted[0], undefined);
      assert.equal(seen.pulled, 0);
      assert.deepEqual(errors, []);
    });

    test('answers HEAD with its head and cancels its body', async (t) => {
      const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
      const response = () => events(body, { headers: [['x-model', 'small']] });
      const { connect } = await site(t, response, how);
      const client = await connect('/', { method: 'HEAD' });
      assert.equal(client.status, 200);
      assert.equal(client.headers['content-type'], 'text/event-stream');
      assert.equal(client.headers['x-model'], 'small');
      await until(() => client.end, 'the end');
      assert.equal(client.text, '');
      assert.deepEqual([seen.cancelled, seen.pulled], [1, 0]);
    });

    test('sends the frames before a failure of its body, then ends', async (t) => {
      const error = new Error('secret');
      const { body } = bodyOf(['data: 1\n\n'], { error });
      const { adopted, connect, errors } = await site(t, () => events(body), how);
      const client = await connect('/');
      await until(() => client.end, 'the end');
      assert.equal(client.text, 'data: 1\n\n');
      await until(() => errors.length === 1, 'the report');
      assert.deepEqual(errors, [error]);
      const connection = await adopted[0];
      await until(() => connection.closed, 'the connection to close');
    });
  });
}
