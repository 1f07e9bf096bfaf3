// Events, requests and server restarts in a page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, Tab } from './tabs.mjs';

async function open(t, config, handle) {
  const site = await Site.start(t, handle);
  site.channel = new sluice.Channel({ ids: 'manual' });
  const tab = await Tab.open(await openContext(t), site.origin);
  await tab.connect({ url: '/events', ...config });
  await tab.hasState('connected');
  return { site, tab };
}

describeInBrowser('the client in a page', () => {
  test('parses JSON data of named events, and keeps other data as text', async (t) => {
    const { site, tab } = await open(t);
    site.channel.send({ event: 'price', id: '1', data: { euro: 2, name: 'Zürich' } });
    site.channel.send({ event: 'log', data: 'line one\nline two' });
    site.channel.send({ data: '42' });
    await until(async () => (await tab.heard()).events.length === 3, 'three events');
    assert.deepEqual((await tab.heard()).events, [
      { event: 'price', data: { euro: 2, name: 'Zürich' }, id: '1', lastEventId: '1' },
      { event: 'log', data: 'line one\nline two', id: undefined, lastEventId: '1' },
      { event: 'message', data: 42, id: undefined, lastEventId: '1' },
    ]);
    assert.deepEqual((await tab.heard()).states, ['connecting', 'connected']);
  });

  test('sends custom headers and a POST body with every attempt', async (t) => {
    const bodies = [];
    const handle = (req, res, site) => {
      if (req.method !== 'POST') return false;
      req.setEncoding('utf8').on('data', (text) => bodies.push(text));
      req.on('end', () => site.stream(req, res));
      return true;
    };
    const headers = { 'X-Tenant': 'acme', 'Content-Type': 'application/json' };
    const { site, tab } = await open(t, { headers, body: '{"topics":["a"]}' }, handle);
    await tab.hasHeard(site.send());
    await tab.call('reconnect');
    await until(() => site.opened.length === 2, 'the second request');
    await tab.hasHeard(site.send());
    assert.deepEqual(bodies, ['{"topics":["a"]}', '{"topics":["a"]}']);
    for (const { method, headers } of site.opened) {
      assert.equal(method, 'POST');
      assert.equal(headers['x-tenant'], 'acme');
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers.accept, 'text/event-stream');
    }
    assert.equal(site.opened[1].headers['last-event-id'], '1');
    assert.deepEqual(await tab.ids(), [1, 2]);
  });

  test('requests a token for every attempt', async (t) => {
    const site = await Site.start(t);
    const tab = await Tab.open(await openContext(t), site.origin);
    await tab.page.evaluate(() => {
      let asked = 0;
      const token = async () => {
        asked += 1;
        return `token-${asked}`;
      };
      globalThis.connect({ url: '/events', token, reconnectDelay: 10 });
    });
    await tab.hasState('connected');
    await tab.call('reconnect');
    await until(() => site.opened.length === 2, 'the second request');
    assert.deepEqual(
      site.opened.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-2'],
    );
  });

  for (const share of [false, true]) {
    test(`delivers each event once across server restarts${share ? ', shared' : ''}`, async (t) => {
      const { site, tab } = await open(t, { share, reconnectDelay: 20, maxRetries: 0 });
      const stop = site.flow();
      for (let restart = 1; restart <= 3; restart += 1) {
        await tab.hasHeard(site.send());
        await site.cut();
        await tab.hasState('connecting');
        // No client is connected when this event is sent.
        site.send();
        await site.listen();
        await until(() => site.opened.length > restart, 'the next connection');
      }
      const last = stop();
      await tab.hasHeard(last);
      assert.deepEqual(
        await tab.ids(),
        Array.from({ length: last }, (_, n) => n + 1),
      );
      const { errors } = await tab.heard();
      assert.ok(errors.every(({ code, fatal }) => code === 'ERR_SSE_NETWORK' && !fatal));
    });
  }

  test('sends a cursor beyond Latin-1 in a form that the server decodes', async (t) => {
    const { site, tab } = await open(t);
    site.channel.send({ id: 'naïve ☃', data: 1 });
    await until(async () => (await tab.heard()).events.length === 1, 'the event');
    site.channel.send({ id: 'next', data: 2 });
    await until(async () => (await tab.heard()).events.length === 2, 'the next event');
    await tab.page.evaluate(() => {
      globalThis.client.disconnect();
      globalThis.connect({ url: '/events', lastEventId: 'naïve ☃' });
    });
    await until(async () => (await tab.heard()).events.length === 1, 'the replay');
    assert.equal((await tab.heard()).events[0].id, 'next');
  });

  test('works in a dedicated worker', async (t) => {
    const code = `
      import { createSSEClient } from '/client/index.js';
      const client = createSSEClient({ url: '/events', share: true });
      client.onMessage(({ data }) => postMessage(data));
      client.connect();`;
    const site = await Site.start(t, (req, res) => {
      if (req.url !== '/worker.js') return false;
      return res.writeHead(200, { 'Content-Type': 'text/javascript' }).end(code);
    });
    const tab = await Tab.open(await openContext(t), site.origin);
    await tab.page.evaluate(() => {
      globalThis.said = [];
      globalThis.worker = new Worker('/worker.js', { type: 'module' });
      globalThis.worker.onmessage = ({ data }) => globalThis.said.push(data.n);
    });
    await until(() => site.channel.count() === 1, 'the worker');
    // The page shares with its worker.
    await tab.connect({ url: '/events', share: true });
    await tab.hasState('connected');
    await tab.hasHeard(site.send());
    await tab.page.waitForFunction(() => String(globalThis.said) === '1');
    assert.equal(site.opened.length, 1);
  });
});
