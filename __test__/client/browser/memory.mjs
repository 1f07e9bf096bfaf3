// Large events and large numbers of events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, Tab } from './tabs.mjs';

const MB = 1024 * 1024;

/** Counts events without keeping them. */
const count = (tab, config) =>
  tab.page.evaluate((config) => {
    globalThis.count = 0;
    globalThis.client = globalThis.sse.createSSEClient(config);
    globalThis.client.on('*', () => {
      globalThis.count += 1;
    });
    globalThis.client.connect();
  }, config);

function* events(from, to) {
  for (let n = from; n <= to; n += 1) {
    yield { id: String(n), event: `kind${n % 10}`, data: { n, text: 'some text '.repeat(8) } };
  }
}

describeInBrowser('the memory of a page', () => {
  test('rejects an event of 10 MB with a clear error, and keeps no memory after twenty attempts', async (t) => {
    const taken = [];
    const site = await Site.start(t, (req, res) => {
      if (req.url !== '/large') return false;
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(`id: 1\ndata: small\n\nid: 2\ndata: ${'x'.repeat(10 * MB)}`);
      // Keep writing for as long as the client reads.
      const more = () => !res.closed && res.write('x'.repeat(MB), more);
      more();
      const { socket } = req;
      res.on('close', () => taken.push(socket.bytesWritten));
      return true;
    });
    const tab = await Tab.open(await openContext(t), site.origin);
    await tab.connect({ url: '/large' });
    await tab.hasState('error');
    const { events, errors, states } = await tab.heard();
    assert.deepEqual(
      events.map(({ data }) => data),
      ['small'],
    );
    assert.equal(errors.length, 1);
    assert.equal(errors[0].code, 'ERR_SSE_EVENT_SIZE');
    assert.equal(errors[0].fatal, true);
    assert.match(errors[0].message, /1048576/);
    assert.deepEqual(states, ['connecting', 'connected', 'error']);
    await until(() => taken.length === 1, 'the end of the connection');

    const before = await tab.heap();
    for (let n = 2; n <= 20; n += 1) {
      await tab.call('connect');
      await tab.hasState('error');
      await until(() => taken.length === n, 'the end of the connection');
    }
    // The browser may keep the buffer of one attempt, which is at most the limit in UTF-16, but
    // not the buffers of all attempts.
    await until(async () => (await tab.heap()) - before < 4 * MB, 'no memory is kept');
  });

  test('accepts an event of 10 MB if maxEventSize allows it', async (t) => {
    const site = await Site.start(t);
    const tab = await Tab.open(await openContext(t), site.origin);
    await tab.connect({ url: '/events', maxEventSize: 11 * MB });
    await tab.hasState('connected');
    site.channel.send({ id: '1', data: 'x'.repeat(10 * MB) });
    await tab.hasHeard(1);
    const size = await tab.page.evaluate(() => globalThis.heard.events[0].data.length);
    assert.equal(size, 10 * MB);
  });

  for (const share of [false, true]) {
    test(`100,000 events leave no memory behind${share ? ', in the leader and in a follower' : ''}`, async (t) => {
      let connection;
      const site = await Site.start(t, (req, res) => {
        if (req.url !== '/many') return false;
        connection = new sluice.Connection(req, res);
        return true;
      });
      const context = await openContext(t);
      const tabs = [];
      for (let n = 0; n < (share ? 2 : 1); n += 1) {
        const tab = await Tab.open(context, site.origin);
        await count(tab, { url: '/many', share });
        tabs.push(await tab.hasState('connected'));
      }
      const send = async (from, to) => {
        await connection.stream(events(from, to));
        for (const tab of tabs) {
          await tab.page.waitForFunction((to) => globalThis.count === to, to, { timeout: 240_000 });
        }
      };
      // These events fill the journal.
      await send(1, 10_000);
      const before = await Promise.all(tabs.map((tab) => tab.heap()));
      const started = performance.now();
      await send(10_001, 110_000);
      t.diagnostic(`100,000 events in ${Math.round(performance.now() - started)} ms`);
      for (const [n, tab] of tabs.entries()) {
        const growth = (await tab.heap()) - before[n];
        t.diagnostic(`grew by ${Math.round(growth / 1024)} KiB`);
        assert.ok(growth < MB, `grew by ${growth} bytes`);
      }
    });
  }
});
