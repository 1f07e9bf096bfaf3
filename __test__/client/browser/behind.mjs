// Takeovers while one tab lags behind the others because its loop is slow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { range, take } from './loop.mjs';
import { Site } from './site.mjs';
import { openContext, openShared } from './tabs.mjs';

/** A leader that has received all events up to `last`, and a tab whose loop stopped at event 1. */
async function open(t, last) {
  const site = await Site.start(t);
  const context = await openContext(t);
  const [leader, slow] = await openShared(context, site, 2);
  const first = take(slow, { count: 1 });
  // The loop yields only events that arrive after it started.
  await slow.page.waitForFunction(() => globalThis.loop);
  await leader.hasHeard(site.send());
  assert.deepEqual(await first, [1]);
  for (let n = 2; n <= last; n += 1) {
    site.send();
    if (n % 100 === 0) await leader.hasHeard(n);
  }
  await leader.hasHeard(last);
  return { site, context, leader, slow };
}

async function assertHeard(tab, from, to) {
  await tab.hasHeard(to);
  assert.deepEqual(await tab.ids(), range(from, to));
  assert.deepEqual((await tab.heard()).errors, []);
}

describeInBrowser('a tab that is behind', () => {
  test('takes over and fetches its missing events, and no tab gets an event twice', async (t) => {
    const { site, context, leader, slow } = await open(t, 1500);
    const [late] = await openShared(context, site, 1);
    for (let n = 1501; n <= 1510; n += 1) await late.hasHeard(site.send());
    await leader.close();
    const loop = take(slow, { id: 1520 });
    await until(() => site.opened.length === 2, 'the next leader');
    for (let n = 1511; n <= 1520; n += 1) site.send();
    assert.deepEqual(await loop, range(2, 1520));
    await assertHeard(slow, 1, 1520);
    await assertHeard(late, 1501, 1520);
  });

  for (const last of [500, 2500]) {
    test(`takes over from a leader ${last} events ahead that disconnects and reconnects at once`, async (t) => {
      const { site, leader, slow } = await open(t, last);
      await leader.page.evaluate(() => {
        globalThis.client.disconnect();
        globalThis.client.connect();
      });
      await until(() => site.opened.length === 2, 'the next leader');
      const loop = take(slow, { id: last + 10 });
      for (let n = 1; n <= 10; n += 1) site.send();
      assert.deepEqual(await loop, range(2, last + 10));
      await assertHeard(slow, 1, last + 10);
      await assertHeard(leader, 1, last + 10);
    });
  }

  test('leads alone for a while, and a tab ahead that returns gets no event twice', async (t) => {
    const { site, leader, slow } = await open(t, 300);
    await leader.call('disconnect');
    await until(() => site.opened.length === 2, 'the next leader');
    await leader.call('connect');
    await leader.hasState('connected');
    const loop = take(slow, { id: 310 });
    for (let n = 301; n <= 310; n += 1) site.send();
    assert.deepEqual(await loop, range(2, 310));
    await assertHeard(leader, 1, 310);
    await assertHeard(slow, 1, 310);
  });
});
