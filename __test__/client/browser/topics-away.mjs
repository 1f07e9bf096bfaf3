// Pages that the browser freezes for some time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { openContext } from './tabs.mjs';
import { hasTopics, TopicTab } from './topic-tab.mjs';
import { TopicsServer } from './topics-server.mjs';

/** Opens tabs with these topics. The first tab leads. */
async function open(t, ...wanted) {
  const server = await TopicsServer.start(t);
  const context = await openContext(t);
  const tabs = [];
  for (const topics of wanted) {
    const tab = await TopicTab.join(context, server.origin, topics);
    tabs.push(await tab.hasState('connected'));
  }
  await hasTopics(server, tabs);
  return { server, tabs };
}

// A headless browser does not freeze pages, so the test sends the events.
const tell = (tab, type) =>
  tab.page.evaluate((type) => document.dispatchEvent(new Event(type)), type);

describeInBrowser('a frozen page', () => {
  test('unsubscribes from its topics, subscribes again on resume, and gets a gap', async (t) => {
    const { server, tabs } = await open(t, ['a', 'both'], ['b', 'both']);
    await tell(tabs[1], 'freeze');
    await hasTopics(server, tabs.slice(0, 1));
    await tell(tabs[1], 'resume');
    await hasTopics(server, tabs);
    await until(async () => (await tabs[1].codes()).includes('ERR_SSE_GAP'), 'the report');
    assert.deepEqual(await tabs[0].codes(), []);
  });

  test('misses no events if other tabs have its topics', async (t) => {
    const { server, tabs } = await open(t, ['a', 'b'], ['a', 'b'], ['c']);
    await server.tell('flow', ['a', 'b', 'c']);
    await tabs[1].progress(1, { a: 5, b: 5 });
    await tell(tabs[1], 'freeze');
    const { sent } = await server.tell('state');
    await tabs[0].progress(1, { a: sent.a + 10, b: sent.b + 10 });
    // The frozen tab learns of this change when it resumes.
    const [third] = tabs.splice(2, 1);
    await third.close();
    await hasTopics(server, tabs);
    await tell(tabs[1], 'resume');
    await server.tell('stop');
    const end = await server.tell('state');
    await tabs[1].progress(1, end.sent);
    const { a } = await tabs[1].got(1);
    assert.deepEqual(
      a,
      Array.from({ length: a.length }, (_, n) => a[0] + n),
    );
    assert.deepEqual(await tabs[1].codes(), []);
  });

  test('resumes its session if no other tab is open', async (t) => {
    const { server, tabs } = await open(t, ['a', 'b']);
    await server.tell('flow', ['a', 'b']);
    await tabs[0].progress(1, { a: 5, b: 5 });
    await tell(tabs[0], 'freeze');
    await until(async () => (await server.tell('state')).clients === 0, 'the end of the stream');
    await tell(tabs[0], 'resume');
    await until(async () => (await server.tell('state')).connects === 2, 'the next stream');
    await server.tell('stop');
    const end = await server.tell('state');
    await tabs[0].progress(1, end.sent);
    const { a } = await tabs[0].got(1);
    assert.deepEqual(
      a,
      Array.from({ length: a.length }, (_, n) => a[0] + n),
    );
    assert.deepEqual(await tabs[0].codes(), []);
    assert.equal(end.changes.length, 1);
  });
});
