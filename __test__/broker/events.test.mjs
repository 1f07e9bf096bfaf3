// Loops in this process read the topics of a broker.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { data, rest, stayAlive, take } from '../channel/events/channels.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const { memoryBackplane } = createRequire(import.meta.url)('../../backplane.js');
const { SSEBroker } = sluice;

let names = 0;
const KINDS = {
  plain(t, options) {
    const broker = new SSEBroker(options);
    t.after(() => broker.close());
    return broker;
  },
  async 'over a backplane'(t, options) {
    names += 1;
    const backplane = memoryBackplane({ name: `broker-events-${names}` });
    const broker = new SSEBroker({ ...options, backplane });
    t.after(async () => {
      backplane.close();
      await broker.close();
    });
    await until(() => backplane.state === 'online', 'the engine');
    return broker;
  },
};

for (const [kind, make] of Object.entries(KINDS)) {
  describe(`broker.events(), ${kind}`, SOON, () => {
    test('yields the events of its topics and patterns once, with their topics', async (t) => {
      stayAlive(t);
      const broker = await make(t);
      const events = broker.events(['news', 'orders.*', 'orders.7']);
      const { id } = await broker.publish('orders.7', { event: 'shipped', data: { n: 1 } });
      await broker.publish('other', { data: 2 });
      await broker.publish('news', { data: 3 });
      broker.broadcast({ data: 4 });
      const all = await take(events, 3);
      assert.deepEqual(all[0], { id, event: 'shipped', data: { n: 1 }, topic: 'orders.7' });
      assert.deepEqual(data(all), [{ n: 1 }, 3, 4]);
      assert.deepEqual(
        all.map(({ topic }) => topic),
        ['orders.7', 'news', undefined],
      );
    });

    test('resumes with `after` and reports gaps', async (t) => {
      stayAlive(t);
      const broker = await make(t, { topic: { historySize: 2 } });
      const first = broker.events('news');
      const { id } = await broker.publish('news', { data: 1 });
      await take(first, 1);
      await first.return();
      await broker.publish('news', { data: 2 });
      assert.deepEqual(data(await take(broker.events('news', { after: id }), 1)), [2]);
      await broker.publish('news', { data: 3 });
      await broker.publish('news', { data: 4 });
      const gaps = [];
      const onGap = (gap) => gaps.push(gap.topic);
      const late = broker.events('news', { after: id, onGap });
      await until(() => gaps.length === 1, 'the gap');
      assert.deepEqual(gaps, ['news']);
      await broker.publish('news', { data: 5 });
      assert.deepEqual(data(await take(late, 1)), [5]);
    });

    test('is not a client, and leaves its topics when the loop ends', async (t) => {
      stayAlive(t);
      const broker = await make(t);
      const events = broker.events('news');
      assert.equal(broker.clientCount(), 0);
      assert.deepEqual(broker.clientsByTopic('news'), []);
      assert.deepEqual(broker.topics(), ['news']);
      assert.equal(broker.broadcastToTopic('news', { data: 1 }), 1);
      await take(events, 1);
      await events.return();
      assert.equal(broker.broadcastToTopic('news', { data: 2 }), 0);
      assert.deepEqual(broker.topics(), []);
    });

    test('ends with the broker or the signal', async (t) => {
      stayAlive(t);
      const broker = await make(t);
      const controller = new AbortController();
      const events = broker.events('news');
      const aborted = broker.events('news', { signal: controller.signal });
      controller.abort();
      assert.deepEqual(await rest(aborted), []);
      await broker.publish('news', { data: 1 });
      await broker.close();
      assert.deepEqual(data(await rest(events)), [1]);
      assert.throws(() => broker.events('news'), { code: 'ERR_SSE_BROKER_CLOSED' });
    });
  });
}

describe('broker.events()', SOON, () => {
  test('refuses invalid topics and options', (t) => {
    const broker = KINDS.plain(t, { maxPatterns: 1, maxTopicsTotal: 2 });
    for (const topic of [undefined, 7, '', ['news', '']]) {
      assert.throws(() => broker.events(topic), { code: 'ERR_SSE_TOPIC' }, String(topic));
    }
    for (const options of [{ snapshot: () => undefined }, { after: 7 }, 7]) {
      assert.throws(() => broker.events('news', options), { code: 'ERR_SSE_OPTION' });
    }
    assert.throws(() => broker.events(['a.*', 'b.*']), { code: 'ERR_SSE_TOPIC_LIMIT' });
    assert.throws(() => broker.events(['a', 'b', 'c']), { code: 'ERR_SSE_LIMIT' });
    assert.deepEqual(broker.topics(), []);
  });

  test('ends when the broker has drained', async (t) => {
    stayAlive(t);
    const broker = KINDS.plain(t);
    const events = broker.events('news');
    broker.broadcastToTopic('news', { data: 1 });
    await broker.drain({ within: 1 });
    assert.deepEqual(data(await rest(events)), [1]);
  });
});
