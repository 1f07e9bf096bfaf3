// A loop over a channel stays within its bounds if it is slow, was left or is unreachable.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { data, KINDS, rest, stayAlive, take } from './events/channels.mjs';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./events/program.mjs', import.meta.url));
/** Bytes of data in an event. The core allows 16 times `maxQueueBytes` for one burst. */
const SIZE = 10_000;
const MAX_QUEUE_BYTES = 10_000;
const BURST = 100;
const text = 'x'.repeat(SIZE);

for (const [kind, make] of Object.entries(KINDS)) {
  describe(`a loop that is too slow, ${kind}`, SOON, () => {
    test('fails, and can continue with `after`', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const events = channel.events({ maxQueueBytes: MAX_QUEUE_BYTES });
      channel.send({ data: 'first' });
      await take(events, 1);
      for (let n = 0; n < BURST; n += 1) channel.send({ event: `${n}`, data: text });
      await until(() => channel.count() === 0, 'the end of the loop');
      const taken = [];
      const read = async () => {
        for await (const event of events) taken.push(event);
      };
      await assert.rejects(read(), { code: 'ERR_SSE_DISCONNECTED' });
      assert.deepEqual(await rest(events), []);
      assert.equal(events.closeReason, 'overflow');
      // At most 64 KiB were parsed.
      assert.ok(taken.length <= 7, `${taken.length} events`);
      const others = await take(
        channel.events({ after: events.lastEventId }),
        BURST - taken.length,
      );
      const names = [...taken, ...others].map(({ event }) => Number(event));
      assert.deepEqual(
        names,
        Array.from({ length: BURST }, (_, n) => n),
      );
    });

    test("gets the latest value of each key with overflow: 'conflate'", async (t) => {
      stayAlive(t);
      const channel = await make(t, { overflow: 'conflate', key: ({ event }) => event });
      const events = channel.events({ maxQueueBytes: 20 * SIZE });
      for (let n = 0; n < 2000; n += 1) {
        const event = { event: `${n % 3}`, data: `${n} ${text}` };
        // The engine must keep up.
        if (n % 50 === 0) await channel.publish(event);
        else channel.send(event);
      }
      await channel.publish({ event: 'end', data: '' });
      const latest = new Map();
      let count = 0;
      for await (const { event, data } of events) {
        if (event === 'end') break;
        latest.set(event, Number(data.split(' ')[0]));
        count += 1;
      }
      assert.deepEqual([...latest.values()].sort(), [1997, 1998, 1999]);
      assert.ok(count < 2000, `${count} events`);
    });

    test("gets the number of missing events with overflow: 'drop-oldest'", async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const gaps = [];
      const events = channel.events({
        overflow: 'drop-oldest',
        maxQueueBytes: MAX_QUEUE_BYTES,
        onGap: (gap) => gaps.push(gap.events),
      });
      for (let n = 0; n < BURST; n += 1) channel.send({ event: `${n}`, data: text });
      const names = [];
      const reading = (async () => {
        for await (const { event } of events) names.push(event);
      })();
      // The gap is reported after the loop has read the other events.
      const missing = () => gaps.reduce((sum, count) => sum + count, 0);
      await until(() => missing() + names.length === BURST, 'the gap');
      assert.ok(missing() > 0);
      await events.return();
      await reading;
    });
  });
}

describe('a loop over a channel', SOON, () => {
  test('gets an event and a history that are larger than the queue', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const { id } = await channel.publish({ data: 'first' });
    const large = 'ä'.repeat(300_000);
    const live = channel.events({ maxQueueBytes: 1 });
    channel.send({ data: large });
    for (let n = 0; n < 20; n += 1) channel.send({ data: `${n} ${text}` });
    const replayed = channel.events({ after: id, maxQueueBytes: 1 });
    const all = await take(replayed, 21);
    assert.equal(all[0].data, large);
    assert.deepEqual(
      data(all.slice(1)).map((one) => Number(one.split(' ')[0])),
      Array.from({ length: 20 }, (_, n) => n),
    );
    await live.return();
  });

  test('does not count for `maxConnections`', async () => {
    const { stdout } = await run(process.execPath, [program, 'limits']);
    assert.deepEqual(JSON.parse(stdout), { members: 3, refused: 'ERR_SSE_LIMIT' });
  });

  test('does not keep the process alive', async () => {
    // Exit code 13: a top-level await that never settles.
    await assert.rejects(run(process.execPath, [program, 'wait']), { code: 13, stdout: 'waits\n' });
  });

  test('keeps the process alive until its end or leave has completed', async () => {
    const { stdout } = await run(process.execPath, [program, 'end']);
    assert.equal(stdout, 'broke off\nends: 1 2\nends while it waits: 1 2\naborted\nlast\n');
  });

  test('ends when the process drains', async () => {
    const { stdout } = await run(process.execPath, [program, 'drain']);
    assert.deepEqual(JSON.parse(stdout), { data: [1, 2], refused: 'ERR_SSE_DRAINING' });
  });

  test('leaves the channel when it is garbage-collected, unless a read is pending', async (t) => {
    stayAlive(t);
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc');
    const channel = KINDS.plain(t);
    const waiting = channel.events().next();
    const open = () => {
      for (let n = 0; n < 10; n += 1) channel.events();
    };
    open();
    assert.equal(channel.count(), 11);
    await until(() => {
      gc();
      return channel.count() < 11;
    }, 'the loops to leave');
    await until(() => {
      gc();
      return channel.count() === 1;
    }, 'all loops to leave');
    for (let n = 0; n < 10; n += 1) {
      gc();
      await new Promise(setImmediate);
    }
    channel.send({ data: 'late' });
    assert.equal((await waiting).value.data, 'late');
  });

  test('leaves no listeners on its signal', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    const loops = Array.from({ length: 30 }, () => channel.events({ signal }));
    assert.equal(listeners, 30);
    await Promise.all(loops.map((events) => events.return()));
    assert.equal(listeners, 0);
  });

  test('releases its memory when it has ended', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const before = sluice.metrics().queuedBytes;
    for (let n = 0; n < 50; n += 1) {
      const events = channel.events();
      channel.send({ data: text });
      await events.return();
    }
    await until(() => sluice.metrics().queuedBytes <= before, 'the queues');
    assert.equal(channel.count(), 0);
  });
});
