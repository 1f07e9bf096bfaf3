// A loop over the events of a follower that reads only when the test asks for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { range, take } from './loop.mjs';
import { Site } from './site.mjs';
import { openContext, openShared } from './tabs.mjs';

/** A leader, and a follower whose loop has read one event. */
async function tabs(t, handle) {
  const site = await Site.start(t, handle);
  const [leader, follower] = await openShared(await openContext(t), site, 2);
  const first = take(follower, { count: 1 });
  // The loop yields only events that arrive after it started.
  await follower.page.waitForFunction(() => globalThis.loop);
  site.send();
  assert.deepEqual(await first, [1]);
  return { site, leader, follower };
}

describeInBrowser('a slow loop in a follower', () => {
  test('loses no events and does not delay other tabs', async (t) => {
    const { site, leader, follower } = await tabs(t);
    for (let n = 2; n <= 900; n += 1) await leader.hasHeard(site.send());
    const { events, errors } = await follower.heard();
    assert.ok(events.length < 150, `received ${events.length} events while the loop was paused`);
    assert.deepEqual(await take(follower, { id: 900 }), range(2, 900));
    assert.deepEqual(await follower.ids(), range(1, 900));
    assert.deepEqual(errors, []);
    await leader.hasHeard(site.send());
    assert.deepEqual(await take(follower, { count: 1 }), [901]);
    assert.deepEqual((await follower.heard()).errors, []);
  });

  test('buffers no more than the other tabs, and reports lost events', async (t) => {
    const { site, leader, follower } = await tabs(t);
    for (let n = 2; n <= 5000; n += 1) site.send();
    await leader.hasHeard(5000);
    const ids = await take(follower, { id: 5000 });
    assert.ok(ids.length < 1100, `${ids.length} events were buffered`);
    assert.deepEqual(ids.slice(-1000), range(4001, 5000));
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    const codes = (await follower.heard()).errors.map(({ code }) => code);
    assert.deepEqual(codes, ['ERR_SSE_GAP']);
  });

  test('gets its missing events when the leader closes', async (t) => {
    const { site, leader, follower } = await tabs(t);
    for (let n = 2; n <= 500; n += 1) await leader.hasHeard(site.send());
    await leader.close();
    const loop = take(follower, { id: 600 });
    for (let n = 501; n <= 600; n += 1) site.send();
    assert.deepEqual(await loop, range(2, 600));
    assert.deepEqual((await follower.heard()).errors, []);
  });

  test('reports missing events when the stream ends first', async (t) => {
    const { site, leader, follower } = await tabs(t, (req, res) => {
      if (!req.headers['last-event-id']) return false;
      res.writeHead(204).end();
      return true;
    });
    for (let n = 2; n <= 500; n += 1) await leader.hasHeard(site.send());
    const taken = take(follower, { count: 2 });
    await leader.call('reconnect');
    await follower.hasState('disconnected');
    assert.deepEqual(await taken, [2, 3]);
    const codes = (await follower.heard()).errors.map(({ code }) => code);
    assert.deepEqual(codes, ['ERR_SSE_GAP']);
    assert.deepEqual((await leader.heard()).errors, []);
  });
});
