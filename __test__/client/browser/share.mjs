// One connection for all tabs: which events each tab gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, openShared, Tab } from './tabs.mjs';

const codes = ({ errors }) => errors.map(({ code }) => code);

describeInBrowser('one connection for all tabs', () => {
  test('a later tab is connected at once and gets new events', async (t) => {
    const site = await Site.start(t);
    const context = await openContext(t);
    const [first] = await openShared(context, site, 1);
    await first.hasHeard(site.send());
    const [second] = await openShared(context, site, 1);
    await second.hasHeard(site.send());
    assert.deepEqual(await second.ids(), [2]);
    assert.deepEqual((await second.heard()).states, ['connecting', 'connected']);
    assert.equal(site.opened.length, 1);
  });

  test('a tab that joins with a cursor gets the events after it', async (t) => {
    const site = await Site.start(t);
    const context = await openContext(t);
    const [first] = await openShared(context, site, 1);
    for (let n = 0; n < 5; n += 1) site.send();
    await first.hasHeard(5);
    const [second, third] = [
      ...(await openShared(context, site, 1, { lastEventId: '3' })),
      ...(await openShared(context, site, 1, { lastEventId: '5' })),
    ];
    site.send();
    for (const tab of [second, third]) await tab.hasHeard(6);
    assert.deepEqual(await second.ids(), [4, 5, 6]);
    assert.deepEqual(await third.ids(), [6]);
    assert.deepEqual(codes(await second.heard()), []);
    assert.equal(site.opened.length, 1);
  });

  test('a tab whose cursor is unknown gets a gap and continues with new events', async (t) => {
    const site = await Site.start(t);
    const context = await openContext(t);
    const [first] = await openShared(context, site, 1);
    await first.hasHeard(site.send());
    const [second] = await openShared(context, site, 1, { lastEventId: 'another' });
    await second.hasHeard(site.send());
    assert.deepEqual(await second.ids(), [2]);
    assert.deepEqual(codes(await second.heard()), ['ERR_SSE_GAP']);
    assert.equal(await second.call('getLastEventId'), '2');
  });

  test('the first tab sends its cursor to the server', async (t) => {
    const site = await Site.start(t);
    site.send();
    site.send();
    const [tab] = await openShared(await openContext(t), site, 1, { lastEventId: '1' });
    await tab.hasHeard(2);
    assert.equal(site.opened[0].headers['last-event-id'], '1');
    assert.deepEqual(await tab.ids(), [2]);
  });

  test('an id without an event moves the cursor of every tab', async (t) => {
    const site = await Site.start(t);
    const tabs = await openShared(await openContext(t), site, 2);
    site.channel.send({ id: 'cursor-only' });
    for (const tab of tabs) {
      await until(
        async () => (await tab.call('getLastEventId')) === 'cursor-only',
        'the cursor to move',
      );
      assert.deepEqual((await tab.heard()).events, []);
    }
  });

  test('events keep their names, data and ids in every tab', async (t) => {
    const site = await Site.start(t);
    site.channel = new sluice.Channel({ ids: 'manual' });
    const tabs = await openShared(await openContext(t), site, 2);
    site.channel.send({ id: 'é1', event: 'price', data: { euro: 'ü' } });
    site.channel.send({ event: 'plain', data: 'two\nlines' });
    for (const tab of tabs) {
      await until(async () => (await tab.heard()).events.length === 2, 'both events');
      assert.deepEqual((await tab.heard()).events, [
        { event: 'price', data: { euro: 'ü' }, id: 'é1', lastEventId: 'é1' },
        { event: 'plain', data: 'two\nlines', id: undefined, lastEventId: 'é1' },
      ]);
    }
  });

  test('reconnect() in any tab replaces the shared connection', async (t) => {
    const site = await Site.start(t);
    const tabs = await openShared(await openContext(t), site, 2);
    for (const [n, tab] of tabs.entries()) {
      const id = site.send();
      for (const other of tabs) await other.hasHeard(id);
      await tab.call('reconnect');
      await until(() => site.opened.length === n + 2, 'the new connection');
      assert.equal(site.opened[n + 1].headers['last-event-id'], String(id));
      for (const other of tabs) await other.hasHeard(site.send());
    }
    for (const tab of tabs) assert.deepEqual(await tab.ids(), [1, 2, 3, 4, 5, 6]);
    await until(() => site.channel.count() === 1, 'the earlier connections to end');
  });

  test('a 204 disconnects all tabs until one of them calls connect()', async (t) => {
    let isOver = false;
    let asked = 0;
    const site = await Site.start(t, (req, res) => {
      if (req.url !== '/events' || !isOver) return false;
      asked += 1;
      return res.writeHead(204).end();
    });
    const tabs = await openShared(await openContext(t), site, 3);
    isOver = true;
    for (const connection of site.channel.connections()) connection.end();
    for (const tab of tabs) {
      await tab.hasState('disconnected');
      assert.deepEqual(codes(await tab.heard()), []);
    }
    const asks = () =>
      tabs[1].page.evaluate(async () => {
        const { held, pending } = await navigator.locks.query();
        return held.length + pending.length;
      });
    await until(async () => (await asks()) === 0, 'all tabs to release the lock');
    assert.equal(asked, 1);

    isOver = false;
    await tabs[1].call('connect');
    await tabs[1].hasState('connected');
    assert.equal(await tabs[0].state(), 'disconnected');
    await tabs[0].call('connect');
    await tabs[0].hasState('connected');
    await tabs[0].hasHeard(site.send());
    assert.equal(site.opened.length, 2);
  });

  test('every tab gets the same error, and a fatal one stops all retries', async (t) => {
    const answers = [503, 401];
    const asked = [];
    const site = await Site.start(t, (req, res) => {
      if (req.url !== '/events' || site.opened.length === 0) return false;
      asked.push(answers.shift());
      return res.writeHead(asked.at(-1)).end();
    });
    const tabs = await openShared(await openContext(t), site, 3);
    for (const connection of site.channel.connections()) connection.end();
    const { errors } = await (await tabs[0].hasState('error')).heard();
    assert.deepEqual(
      errors.map(({ name, code, status, fatal }) => [name, code, status, fatal]),
      [
        ['SSEError', 'ERR_SSE_STATUS', 503, false],
        ['SSEError', 'ERR_SSE_STATUS', 401, true],
      ],
    );
    assert.match(errors[1].message, /401/);
    for (const tab of tabs.slice(1)) {
      await tab.hasState('error');
      assert.deepEqual((await tab.heard()).errors, errors);
    }
    await until(
      () => tabs[0].page.evaluate(async () => (await navigator.locks.query()).held.length === 0),
      'all tabs to release the lock',
    );
    assert.deepEqual(asked, [503, 401]);
  });

  test('clients with different requests or `share` names do not share a connection', async (t) => {
    const site = await Site.start(t, (req, res) => req.url === '/other' && site.stream(req, res));
    const context = await openContext(t);
    await openShared(context, site, 2);
    const expected = [
      [{}, 1],
      [{ url: '/other' }, 2],
      [{ method: 'POST' }, 3],
      [{ body: 'a' }, 4],
      [{ body: 'b' }, 5],
      [{ share: 'a name' }, 6],
      [{ share: 'a name' }, 6],
      [{ share: 'another' }, 7],
      [{ share: false }, 8],
    ];
    for (const [config, opened] of expected) {
      await openShared(context, site, 1, config);
      assert.equal(site.opened.length, opened, JSON.stringify(config));
      // Chromium allows six connections per origin.
      if (config.method || config.body) await context.pages().at(-1).close();
    }
    const form = await Tab.open(context, site.origin);
    for (const opened of [9, 10]) {
      await form.page.evaluate((n) => {
        globalThis.client?.disconnect();
        const body = new URLSearchParams({ n });
        globalThis.connect({ url: '/events', share: true, body });
      }, String(opened));
      await form.hasState('connected');
      assert.equal(site.opened.length, opened);
    }
  });

  test('clients of one page share a connection', async (t) => {
    const site = await Site.start(t);
    const tab = await Tab.open(await openContext(t), site.origin);
    await tab.page.evaluate(() => {
      globalThis.counts = [0, 0, 0];
      globalThis.clients = globalThis.counts.map((_, n) => {
        const client = globalThis.sse.createSSEClient({ url: '/events', share: true });
        client.onMessage(() => (globalThis.counts[n] += 1));
        client.connect();
        return client;
      });
    });
    await tab.page.waitForFunction(() => globalThis.clients.every((one) => one.isConnected()));
    site.send();
    await tab.page.waitForFunction(() => String(globalThis.counts) === '1,1,1');
    await tab.page.evaluate(() => globalThis.clients[0].disconnect());
    await until(() => site.opened.length === 2, 'the next leader');
    site.send();
    await tab.page.waitForFunction(() => String(globalThis.counts) === '1,2,2');
    assert.equal(site.channel.count(), 1);
  });
});
