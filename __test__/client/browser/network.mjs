// Tests the browser client when the network goes silent or is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { SilentProxy } from './silent-proxy.mjs';
import { Site } from './site.mjs';
import { openContext, openShared, Tab } from './tabs.mjs';

const codes = async (tab) => (await tab.heard()).errors.map(({ code }) => code);
const liveness = { heartbeatInterval: 150, missedHeartbeatsLimit: 2, reconnectDelay: 20 };

describeInBrowser('the client on a bad network', () => {
  test('detects a silent network, and reconnects with its cursor', async (t) => {
    const site = await Site.start(t);
    const proxy = await SilentProxy.start(t, site.port);
    const tab = await Tab.open(await openContext(t), proxy.origin);
    await tab.connect({ url: '/events', ...liveness, timeout: 300, maxRetries: 0 });
    await tab.hasState('connected');
    const stop = site.flow();
    await tab.hasHeard(20);
    proxy.sleep();
    await until(async () => (await codes(tab)).includes('ERR_SSE_TIMEOUT'), 'a failed attempt');
    assert.equal((await codes(tab))[0], 'ERR_SSE_HEARTBEAT');
    assert.equal(await tab.state(), 'connecting');
    proxy.wake();
    const last = stop();
    await tab.hasHeard(last);
    const cursor = site.opened.at(-1).headers['last-event-id'];
    assert.ok(Number(cursor) >= 20, `reconnected with ${cursor}`);
    assert.deepEqual(
      await tab.ids(),
      Array.from({ length: last }, (_, n) => n + 1),
    );
  });

  test('comments keep the connection alive', async (t) => {
    const site = await Site.start(t);
    const tab = await Tab.open(await openContext(t), site.origin);
    // On a busy machine, pings may be late by several times their interval.
    await tab.connect({ url: '/events', ...liveness, heartbeatInterval: 1000 });
    await tab.hasState('connected');
    // For longer than the silence limit, the server sends only pings.
    await tab.page.waitForFunction((since) => performance.now() - since > 5000, await now(tab));
    assert.deepEqual(await codes(tab), []);
    assert.equal(site.opened.length, 1);
  });

  test('waits while offline without using retries, and reconnects when online', async (t) => {
    const site = await Site.start(t);
    const context = await openContext(t);
    const tab = await Tab.open(context, site.origin);
    await tab.connect({ url: '/events', maxRetries: 1, reconnectDelay: 10 });
    await tab.hasState('connected');
    for (let round = 0; round < 3; round += 1) {
      await tab.hasHeard(site.send());
      await context.setOffline(true);
      await tab.hasState('connecting');
      const id = site.send();
      await context.setOffline(false);
      await tab.hasHeard(id);
    }
    assert.deepEqual(await tab.ids(), [1, 2, 3, 4, 5, 6]);
    assert.ok(!(await codes(tab)).includes('ERR_SSE_RETRIES'));
    assert.ok((await codes(tab)).includes('ERR_SSE_OFFLINE'));
  });

  test('detects a silent network for all tabs that share', async (t) => {
    const site = await Site.start(t);
    const proxy = await SilentProxy.start(t, site.port);
    const config = { ...liveness, timeout: 300, maxRetries: 0 };
    const tabs = await openShared(await openContext(t), proxy, 3, config);
    const stop = site.flow();
    for (const tab of tabs) await tab.hasHeard(20);
    proxy.sleep();
    for (const tab of tabs) {
      await until(async () => (await codes(tab)).includes('ERR_SSE_HEARTBEAT'), 'the error');
      await tab.hasState('connecting');
    }
    proxy.wake();
    const last = stop();
    for (const tab of tabs) {
      await tab.hasHeard(last);
      assert.deepEqual(
        await tab.ids(),
        Array.from({ length: last }, (_, n) => n + 1),
      );
    }
  });
});

const now = (tab) => tab.page.evaluate(() => performance.now());
