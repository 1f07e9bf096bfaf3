// Tests how a draining broker or channel refuses connections while the rest of the process serves.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import express from 'express';
import { site, sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { servers } from './servers.mjs';

const { Channel, SSEBroker, setupSSE } = sluice;
const DRAINING = { code: 'ERR_SSE_DRAINING', statusCode: 503 };

test(
  'the routes of a draining broker answer with 503, and those of another broker with 200',
  SOON,
  async (t) => {
    const app = express();
    const [draining, other] = [new SSEBroker(), new SSEBroker()];
    setupSSE(app, draining, '/draining', { identify: () => assert.fail('the hook ran') });
    setupSSE(app, other, '/other');
    const server = http.createServer(app);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const get = (path) => fetch(`http://127.0.0.1:${server.address().port}${path}/connect`);
    const over = draining.drain({ retry: 9000 });
    for (const when of ['while it drains', 'afterwards']) {
      const refused = await get('/draining');
      assert.equal(refused.status, 503, when);
      assert.equal(refused.headers.get('retry-after'), '9');
      assert.equal((await refused.json()).code, 'ERR_SSE_DRAINING');
      await over;
    }
    const accepted = await get('/other');
    assert.equal(accepted.status, 200);
    await accepted.body.cancel();
  },
);

test('a draining broker or channel rejects an open connection', SOON, async (t) => {
  const { open } = await site(t, servers[0]);
  const { connection } = await open();
  const [broker, channel] = [new SSEBroker(), new Channel()];
  const over = [broker.drain({ within: 0 }), channel.drain({ within: 0 })];
  for (const _ of ['while it drains', 'afterwards']) {
    assert.throws(() => broker.connect(connection), DRAINING);
    assert.throws(() => channel.add(connection), DRAINING);
    await Promise.all(over);
  }
  assert.equal(connection.closed, false);
});
