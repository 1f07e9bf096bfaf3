// Tabs in browsers that cannot share a connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { Site } from './site.mjs';
import { openContext, openShared, Tab } from './tabs.mjs';

describeInBrowser('tabs that cannot share', () => {
  for (const missing of ['BroadcastChannel', 'navigator.locks']) {
    test(`each has its own connection without ${missing}`, async (t) => {
      const site = await Site.start(t);
      const context = await openContext(t);
      await context.addInitScript((missing) => {
        if (missing === 'BroadcastChannel') delete globalThis.BroadcastChannel;
        else Object.defineProperty(navigator, 'locks', { value: undefined });
      }, missing);
      const tabs = await openShared(context, site, 2);
      for (const tab of tabs) await tab.hasHeard(site.send());
      assert.equal(site.opened.length, 2);
    });
  }

  test('each has its own connection if pages must not use locks', async (t) => {
    const site = await Site.start(t, (req, res) => {
      if (req.url === '/events') res.setHeader('Access-Control-Allow-Origin', '*');
      if (req.url !== '/sandboxed') return false;
      res.setHeader('Content-Security-Policy', 'sandbox allow-scripts');
      req.url = '/';
      return false;
    });
    const context = await openContext(t);
    const tabs = [];
    for (const opened of [1, 2]) {
      const tab = await Tab.open(context, `${site.origin}/sandboxed`);
      assert.equal(await tab.page.evaluate(() => globalThis.origin), 'null');
      await tab.connect({ url: '/events', share: true });
      tabs.push(await tab.hasState('connected'));
      assert.equal(site.opened.length, opened);
    }
    const id = site.send();
    for (const tab of tabs) {
      await tab.hasHeard(id);
      assert.deepEqual((await tab.heard()).errors, []);
    }
  });
});
