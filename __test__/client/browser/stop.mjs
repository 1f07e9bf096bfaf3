// window.stop(), which closes an EventSource permanently.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, openShared, Tab } from './tabs.mjs';

const stop = (tab) => tab.page.evaluate(() => window.stop());

describeInBrowser('window.stop()', () => {
  test('ends an open stream, which stays closed until connect()', async (t) => {
    const site = await Site.start(t);
    const tab = await Tab.open(await openContext(t), site.origin);
    await tab.connect({ url: '/events', reconnectDelay: 0 });
    await tab.hasState('connected');
    await tab.hasHeard(site.send());
    await stop(tab);
    await tab.hasState('disconnected');
    await until(() => site.channel.count() === 0, 'the end of the connection');
    // Another client connects meanwhile, so there was time for a reconnect.
    await tab.page.evaluate(
      () =>
        new Promise((resolve) => {
          const other = globalThis.sse.createSSEClient({ url: '/events' });
          other.onStateChange((state) => {
            if (state !== 'connected') return;
            other.disconnect();
            resolve();
          });
          other.connect();
        }),
    );
    assert.equal(site.opened.length, 2);
    assert.equal(await tab.state(), 'disconnected');
    const { errors, states } = await tab.heard();
    assert.deepEqual([errors, states], [[], ['connecting', 'connected', 'disconnected']]);
    site.send();
    await tab.call('connect');
    await tab.hasHeard(2);
    assert.deepEqual(await tab.ids(), [1, 2]);
  });

  test('ends a pending request', async (t) => {
    let asked = 0;
    const site = await Site.start(t, (req) => {
      if (req.url !== '/silent') return false;
      asked += 1;
      return true;
    });
    const tab = await Tab.open(await openContext(t), site.origin);
    await tab.connect({ url: '/silent', reconnectDelay: 0 });
    await until(() => asked === 1, 'the request');
    await stop(tab);
    await tab.hasState('disconnected');
    assert.deepEqual((await tab.heard()).errors, []);
    assert.equal(asked, 1);
  });

  test('ends only the stream of its own tab when tabs share', async (t) => {
    const site = await Site.start(t);
    const [first, second] = await openShared(await openContext(t), site, 2);
    await stop(first);
    await first.hasState('disconnected');
    await until(() => site.opened.length === 2, 'the next leader');
    await second.hasHeard(site.send());
    assert.deepEqual(await first.ids(), []);
  });
});
