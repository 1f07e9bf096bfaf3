// Topics of many tabs over one connection that breaks, changes leader and restarts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { openContext } from './tabs.mjs';
import { hasTopics, TopicTab, unionOf } from './topic-tab.mjs';
import { TopicsServer } from './topics-server.mjs';

const TOPICS = Array.from({ length: 20 }, (_, n) => `t.${n}`);
const TABS = 8;

/** Returns a tab's topics: two or three of its own, and two that it shares with its neighbours. */
const wantedBy = (tab) => [
  ...TOPICS.filter((_, n) => n % TABS === tab),
  ...[tab, tab + 1].map((n) => `both.${n % TABS}`),
];

/** Waits until all tabs receive events that are sent after this call. */
async function flows(server, tabs, run) {
  const { sent } = await server.tell('state');
  const goal = Object.fromEntries(unionOf(tabs).map((topic) => [topic, (sent[topic] ?? 0) + 5]));
  for (const tab of tabs) await tab.progress(run, goal);
}

/** Checks that each topic has every event after its first of a run, once and in order. */
async function assertWhole(tab, run, last) {
  for (const [topic, numbers] of Object.entries(await tab.got(run))) {
    assert.ok(numbers.length > 0, `${topic} in run ${run}`);
    const [first] = numbers;
    const expected = Array.from({ length: numbers.length }, (_, n) => first + n);
    assert.deepEqual(numbers, expected, `${topic} in run ${run}`);
    if (last) assert.equal(numbers.at(-1), last[topic], `${topic} in run ${run}`);
  }
}

describeInBrowser('twenty topics in eight tabs', () => {
  test('use one connection, through network failures, closed tabs and a restart', async (t) => {
    const server = await TopicsServer.start(t);
    const context = await openContext(t);
    const tabs = [];
    for (let n = 0; n < TABS; n += 1) {
      tabs.push(await TopicTab.join(context, server.origin, wantedBy(n)));
      await tabs[n].hasState('connected');
    }
    await hasTopics(server, tabs);
    assert.equal(unionOf(tabs).length, TOPICS.length + TABS);
    const begin = await server.tell('state');
    assert.deepEqual([begin.clients, begin.connects], [1, 1]);
    await server.tell('flow', unionOf(tabs));
    await flows(server, tabs, 1);

    for (let connects = 2; connects <= 3; connects += 1) {
      await server.tell('cut');
      await until(async () => (await server.tell('state')).connects === connects, 'a new stream');
      await flows(server, tabs, 1);
    }
    await context.setOffline(true);
    for (const tab of tabs) await tab.hasState('connecting');
    await context.setOffline(false);
    await flows(server, tabs, 1);
    // The session is still the same.
    assert.deepEqual((await server.tell('state')).changes, begin.changes);

    // Close a leader and a follower, then crash both kinds, which cannot say goodbye.
    for (const [index, exit] of [
      [0, 'close'],
      [3, 'close'],
      [0, 'crash'],
      [2, 'crash'],
    ]) {
      const [tab] = tabs.splice(index, 1);
      if (exit === 'close') await assertWhole(tab, 1);
      await tab[exit]();
      await hasTopics(server, tabs);
      await flows(server, tabs, 1);
    }
    for (const tab of tabs) {
      const codes = new Set(await tab.codes());
      for (const code of ['ERR_SSE_NETWORK', 'ERR_SSE_OFFLINE']) codes.delete(code);
      assert.deepEqual([...codes], []);
    }
    const { clients, changes } = await server.tell('state');
    assert.equal(clients, 1);
    const dropped = changes.slice(begin.changes.length);
    assert.equal(dropped.length, 4, String(dropped));
    assert.ok(dropped.every((change) => change.startsWith('unsubscribe ')));

    await server.restart();
    await hasTopics(server, tabs);
    await server.tell('flow', unionOf(tabs));
    await flows(server, tabs, 2);
    await server.tell('cut');
    await flows(server, tabs, 2);
    await server.tell('stop');
    const end = await server.tell('state');
    for (const tab of tabs) {
      await tab.progress(2, end.sent);
      await assertWhole(tab, 1);
      await assertWhole(tab, 2, end.sent);
      assert.ok((await tab.codes()).includes('ERR_SSE_GAP'));
    }
    assert.equal(end.clients, 1);
    assert.deepEqual(end.changes, [`subscribe ${unionOf(tabs).join(' ')}`]);
    assert.equal(end.connects, 2);
  });
});
