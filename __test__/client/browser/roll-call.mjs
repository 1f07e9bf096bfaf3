// Messages between tabs that share. Here, one tab is simulated, to be ahead of the others or late.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, openShared, Tab } from './tabs.mjs';

/**
 * Two tabs that share and have received event 1, and a page that waits for the same lock and
 * records their messages.
 */
async function open(t) {
  const site = await Site.start(t);
  const context = await openContext(t);
  const tabs = await openShared(context, site, 2);
  const id = site.send();
  for (const tab of tabs) await tab.hasHeard(id);
  const other = await Tab.open(context, site.origin);
  await other.page.evaluate(async () => {
    const { held } = await navigator.locks.query();
    globalThis.channel = new BroadcastChannel(held[0].name);
    globalThis.said = [];
    globalThis.channel.onmessage = ({ data }) => {
      globalThis.said.push(data);
      globalThis.answer?.(data);
    };
    navigator.locks.request(held[0].name, () => new Promise(() => {}));
    globalThis.entry = (n, id) => {
      return { n, event: { event: 'message', data: '0', id, lastEventId: id } };
    };
  });
  return { site, tabs, page: other.page };
}

const idsOf = async (tab) => (await tab.heard()).events.map(({ id }) => id);

describeInBrowser('tabs that share', () => {
  test('get missing events from a tab ahead before the next leader connects', async (t) => {
    const { site, tabs, page } = await open(t);
    const third = await openShared(page.context(), site, 1);
    await page.evaluate(() => {
      globalThis.answer = ({ roll, from, line, n }) => {
        if (!roll || from) return;
        const entries = [globalThis.entry(n + 1, 'a'), globalThis.entry(n + 2, 'b')];
        globalThis.channel.postMessage({
          from: 'other',
          roll,
          line,
          n: n + 2,
          cursor: 'b',
          entries,
        });
      };
    });
    await tabs[0].close();
    await until(() => site.opened.length === 2, 'the next leader');
    assert.equal(site.opened[1].headers['last-event-id'], 'b');
    for (const [tab, expected] of [
      [tabs[1], ['1', 'a', 'b']],
      [third[0], ['a', 'b']],
    ]) {
      await until(async () => (await idsOf(tab)).length === expected.length, 'the two events');
      assert.deepEqual(await idsOf(tab), expected);
      assert.deepEqual((await tab.heard()).errors, []);
    }
  });

  test('ignore a late message from an earlier leader', async (t) => {
    const { site, tabs, page } = await open(t);
    await tabs[0].call('disconnect');
    await until(() => site.opened.length === 2, 'the next leader');
    await tabs[0].call('connect');
    await tabs[0].hasState('connected');
    await page.evaluate(async () => {
      const { term, line, n } = globalThis.said.findLast((report) => report.term);
      const late = { line, n: n + 1, cursor: 'late', entries: [globalThis.entry(n + 1, 'late')] };
      globalThis.channel.postMessage({ ...late, term: term - 1, state: 'error' });
    });
    const id = site.send();
    for (const tab of tabs) {
      await tab.hasHeard(id);
      assert.ok(!(await idsOf(tab)).includes('late'));
      assert.equal(await tab.state(), 'connected');
    }
  });

  test('take over even if a tab does not answer', async (t) => {
    const { site, tabs } = await open(t);
    const left = performance.now();
    await tabs[0].close();
    await until(() => site.opened.length === 2, 'the next leader');
    const took = site.opened[1].at - left;
    t.diagnostic(`takeover after ${Math.round(took)} ms`);
    assert.ok(took > 200 && took < 60_000, `${took} ms`);
    await tabs[1].hasHeard(site.send());
  });

  test('yield to a later leader', async (t) => {
    const { site, tabs, page } = await open(t);
    // Like a tab that steals the lock from a hanging tab.
    await page.evaluate(() => {
      navigator.locks.request(globalThis.channel.name, { steal: true }, () => {
        // A later term than any real leader has.
        const report = {
          term: Date.now() + 1e6,
          line: 'other',
          n: 0,
          cursor: '',
          entries: [],
          state: 'connecting',
        };
        globalThis.answer = ({ from }) =>
          from && globalThis.channel.postMessage({ ...report, to: from });
        globalThis.channel.postMessage(report);
        return new Promise(() => {});
      });
    });
    await until(() => site.channel.count() === 0, 'the end of the connection');
    for (const tab of tabs) await tab.hasState('connecting');
    assert.equal(site.opened.length, 1);
  });
});
