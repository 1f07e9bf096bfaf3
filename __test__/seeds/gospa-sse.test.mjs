// Runs the server examples in gospa-sse/examples.md. Each test is named after the section of its
// example.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { application, versions } from '../faces/express/app.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { run } from './gospa-sse/run.mjs';

/** Runs an example and lets its app listen. */
async function serve(t, heading, express) {
  const example = run(heading, express);
  const server = await application(t, express, (app) => app.use(example.app));
  t.after(() => example.broker.close());
  return { ...example, ...server };
}

for (const [version, express] of Object.entries(versions)) {
  describe(version, () => {
    test('Setup', SOON, async (t) => {
      const { broker, connect, logged } = await serve(t, 'Setup', express);
      const client = await connect('/_sse/connect');
      await client.has('event: connected\n');
      const { clientId } = JSON.parse(client.data[0]);
      assert.deepEqual(logged, [`Client connected: ${clientId}`]);
      assert.deepEqual(
        broker.clients().map(({ id }) => id),
        [clientId],
      );
    });

    test('Broker API', SOON, async (t) => {
      const { broker, connect, elsewhere } = await serve(t, 'Broker API', express);
      const ada = await connect('/events?id=ada&seat=7');
      const bob = await connect('/events?id=bob');
      await bob.has('to bob');
      assert.deepEqual(broker.client('ada').metadata, { seat: '7' });
      broker.unsubscribe('bob', 'news');
      elsewhere('ada');
      assert.equal(await ada.over(), 'clean');
      assert.deepEqual(ada.data, ['to ada', 'to everybody', 'to whom it concerns']);
      await bob.has('to everybody');
      assert.deepEqual(bob.data, ['to bob', 'to everybody']);
      await until(() => broker.clientCount() === 1, 'one client to remain');
      assert.equal(broker.client('ada'), undefined);
    });

    test('SSEHelper', SOON, async (t) => {
      const { connect, elsewhere } = await serve(t, 'SSEHelper', express);
      const client = await connect('/_sse/connect');
      const other = await connect('/_sse/connect');
      const events = ({ text }) => text.split('\n\n').slice(1, -1).map(parse);
      await client.has('\n\n');
      elsewhere(JSON.parse(client.data[0]).clientId);
      await client.count(6);
      assert.deepEqual(events(client), [
        { event: 'notification', data: '{"message":"Hello!"}' },
        { event: 'notification', data: 'System maintenance in 5 minutes' },
        { event: 'update', data: '{"key":"count","value":42}' },
        { event: 'alert', data: '{"level":"warning","message":"Low disk space"}' },
        { event: 'progress', data: '{"progress":75,"message":"Uploading..."}' },
      ]);
      await other.count(2);
      assert.deepEqual(events(other), [
        { event: 'notification', data: 'System maintenance in 5 minutes' },
      ]);
    });
  });
}

const parse = (frame) => Object.fromEntries(frame.split('\n').map((line) => line.split(/: (.*)/s)));
