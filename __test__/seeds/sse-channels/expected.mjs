import assert from 'node:assert/strict';
import http from 'node:http';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { withoutPrimer } from '../../support/primer.mjs';

const GREETING = ': OK\n\n';

/**
 * Checks the events that each example sends. `run` starts an example and returns its app and its
 * broadcast function.
 */
export const expected = {
  async Connection(t, run) {
    const { client } = await visit(t, run('Connection').app, '/sse');
    await client.has('data: {}\n\n');
    assert.equal(client.text, `${GREETING}id: id\nevent: my-event\ndata: {}\n\n`);
  },

  async Channels(t, run) {
    const { app, broadcast } = run('Channels');
    const event = 'id: id\nevent: weather-event\ndata: {}\n\n';
    broadcast();
    const { client, connect } = await visit(t, app, '/sse/weather');
    const other = await connect('/sse/weather', { headers: { 'Last-Event-ID': 'id' } });
    await other.has(GREETING);
    broadcast();
    await client.has(event);
    await other.has(event);
    assert.equal(withoutPrimer(client.text), GREETING + event);
    assert.equal(other.text, GREETING + event);
  },

  async 'Temporary Channels'(t, run) {
    const { app, broadcast } = run('Temporary Channels');
    const event = 'id: id\nevent: user-event\ndata: {}\n\n';
    broadcast('ada');
    const { client, connect } = await visit(t, app, '/sse/user/ada');
    const second = await connect('/sse/user/ada');
    const stranger = await connect('/sse/user/bob');
    broadcast('ada');
    await client.has(event);
    await second.has(event);
    broadcast('bob');
    await stranger.has(event);
    for (const { text } of [client, second, stranger]) {
      assert.equal(withoutPrimer(text), GREETING + event);
    }
  },
};

async function visit(t, app, path) {
  const running = await listen(http.createServer(app), 'http', connectHTTP1);
  t.after(() => running.close());
  return { client: await running.connect(path), connect: running.connect };
}
