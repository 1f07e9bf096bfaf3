// Listeners that other code adds to the Node.js objects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { leanSite, left } from './site.mjs';

for (const [what, pick] of [
  ['request', ({ req }) => req],
  ['response', ({ res }) => res],
  ['socket', ({ req }) => req.socket],
]) {
  test(`a close listener on the ${what} is called when the client leaves`, SOON, async (t) => {
    let closes = 0;
    const site = await leanSite(t, {
      handler: (all) =>
        pick(all).on('close', () => {
          closes += 1;
        }),
    });
    const client = await site.connect();
    // The objects stay because of the listener. The connection itself is lean.
    await left(site.before, 1, 1, 1);
    const [connection] = site.channel.connections();
    assert.equal(connection.request.url, '/');
    assert.equal(connection.response, undefined);
    connection.send({ data: 'hello' });
    await client.has('data: hello\n\n');
    assert.equal(closes, 0);
    client.socket.destroy();
    await until(() => closes > 0, 'the close event');
    assert.equal(closes, 1);
  });
}

test('without listeners, the Node.js objects close at the hand-over', SOON, async (t) => {
  const refs = [];
  const site = await leanSite(t, {
    handler({ req, res }) {
      refs.push(req, res);
    },
  });
  const client = await site.connect();
  await until(() => refs.every((one) => one.destroyed), 'both objects to be destroyed');
  const [, res] = refs;
  // Writes by other code still go through the connection.
  res.write('data: written\n\n');
  await client.has('data: written\n\n');
  res.end();
  await client.eof();
  assert.equal(client.chunks().complete, true);
});
