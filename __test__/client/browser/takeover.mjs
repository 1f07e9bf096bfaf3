// One connection for all tabs, when the leader closes, crashes or hangs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser, launch } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { contextOf, openContext, openShared } from './tabs.mjs';

const upTo = (last) => Array.from({ length: last }, (_, n) => n + 1);

/** Checks that every tab has each event from its first one to `last`, once and in order. */
async function assertComplete(tabs, last) {
  for (const tab of tabs) {
    await tab.hasHeard(last);
    const ids = await tab.ids();
    assert.deepEqual(ids, upTo(last).slice(ids[0] - 1));
  }
}

/** Opens tabs, the first of which leads, and sends events at a steady rate. */
async function flowing(t, count, { context, handle, config } = {}) {
  const site = await Site.start(t, handle);
  const tabs = await openShared(context ?? (await openContext(t)), site, count, config);
  assert.equal(site.opened.length, 1);
  const stop = site.flow();
  for (const tab of tabs) await tab.hasHeard(20);
  return { site, tabs, stop };
}

describeInBrowser('the leader', () => {
  for (const [count, exit, what] of [
    [2, 'close', 'is closed'],
    [10, 'close', 'is closed'],
    [3, 'crash', 'crashes'],
  ]) {
    test(`${what}: another of ${count} tabs takes over, and every tab gets each event once`, async (t) => {
      const { site, tabs, stop } = await flowing(t, count);
      const exits = Math.min(count - 1, 3);
      for (let n = 1; n <= exits; n += 1) {
        const left = performance.now();
        await tabs.shift()[exit]();
        await until(() => site.opened.length > n, 'the next leader');
        t.diagnostic(`takeover after ${Math.round(site.opened[n].at - left)} ms`);
        for (const tab of tabs) await tab.hasHeard(site.send());
      }
      await assertComplete(tabs, stop());
      assert.equal(site.opened.length, 1 + exits);
      await until(() => site.channel.count() === 1, 'the closed tabs to leave');
      const pauses = await Promise.all(tabs.map(async (tab) => (await tab.heard()).pause));
      t.diagnostic(`longest pause between two events: ${Math.round(Math.max(...pauses))} ms`);
      assert.ok(Math.max(...pauses) < 60_000, `a pause of ${Math.max(...pauses)} ms`);
    });
  }

  test('disconnects: the others stay connected, and it can reconnect without losing events', async (t) => {
    const { site, tabs, stop } = await flowing(t, 3);
    await tabs[0].call('disconnect');
    assert.equal(await tabs[0].state(), 'disconnected');
    await until(() => site.opened.length === 2, 'the next leader');
    const id = site.send();
    for (const tab of tabs.slice(1)) await tab.hasHeard(id);
    assert.ok((await tabs[0].ids()).at(-1) < id);

    await tabs[0].call('connect');
    await tabs[0].hasState('connected');
    await assertComplete(tabs, stop());
    assert.equal(site.opened.length, 2);
    assert.ok(!(await tabs[1].heard()).states.includes('disconnected'));
  });

  test('navigates away and back from the cache: it gets the missed events', async (t) => {
    const browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    t.after(() => browser.close());
    const context = await contextOf(t, browser);
    // Other browsers do not send `freeze` to a page that enters the cache.
    await context.addInitScript(() =>
      globalThis.addEventListener('freeze', (event) => event.stopImmediatePropagation(), true),
    );
    const handle = (req, res) => req.url === '/elsewhere' && res.end('elsewhere');
    const { site, tabs, stop } = await flowing(t, 2, { context, handle });
    const [{ page }] = tabs;
    await page.evaluate(() => {
      globalThis.addEventListener('pageshow', ({ persisted }) => {
        globalThis.isBack = persisted;
      });
    });
    await page.goto(`${site.origin}/elsewhere`);
    await until(() => site.opened.length === 2, 'the next leader');
    await tabs[1].hasHeard(site.send());
    await page.goBack({ waitUntil: 'commit' });
    assert.equal(await page.evaluate(() => globalThis.isBack), true, 'the page was in the cache');
    await assertComplete(tabs, stop());
    assert.equal(site.opened.length, 2);
  });

  test('is frozen: it releases the connection, and gets the missed events when it resumes', async (t) => {
    const { site, tabs, stop } = await flowing(t, 2);
    // A headless browser does not freeze pages, so the test sends the event.
    const tell = (type) =>
      tabs[0].page.evaluate((type) => document.dispatchEvent(new Event(type)), type);
    await tell('freeze');
    await until(() => site.opened.length === 2, 'the next leader');
    const id = site.send();
    await tabs[1].hasHeard(id);
    assert.ok((await tabs[0].ids()).at(-1) < id);
    await tell('resume');
    await assertComplete(tabs, stop());
    assert.equal(site.opened.length, 2);
  });

  test('hangs: another tab steals the lock, and it continues as a follower', async (t) => {
    let held;
    const handle = (req, res) => {
      if (req.url !== '/hang') return false;
      held = res;
      return true;
    };
    const config = { heartbeatInterval: 200, missedHeartbeatsLimit: 100 };
    const { site, tabs, stop } = await flowing(t, 3, { handle, config });
    // On a busy machine, another tab may have led before.
    const before = site.opened.length;
    const hung = tabs[0].page.evaluate(() => {
      const request = new XMLHttpRequest();
      request.open('GET', '/hang', false);
      request.send();
    });
    await until(() => held && site.opened.length > before, 'the next leader');
    const id = site.send();
    for (const tab of tabs.slice(1)) await tab.hasHeard(id);
    held.end();
    await hung;
    await assertComplete(tabs, stop());
    await until(() => site.channel.count() === 1, 'the end of the first connection');
  });
});
