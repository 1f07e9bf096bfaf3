// Loops in this process read a channel.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';
import { data, KINDS, nodes, rest, stayAlive, take } from './events/channels.mjs';

for (const [kind, make] of Object.entries(KINDS)) {
  describe(`channel.events(), ${kind}`, SOON, () => {
    test('yields all events since the call, in order, with their ids and names', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      await channel.publish({ data: 'too early' });
      const events = channel.events();
      const { id } = await channel.publish({ event: 'price', data: { cents: 1 } });
      await channel.publish({ data: 'two\nlines', id: 'mine' });
      assert.deepEqual(await take(events, 2), [
        { id, event: 'price', data: { cents: 1 } },
        { id: 'mine', event: 'message', data: 'two\nlines' },
      ]);
      assert.equal(events.lastEventId, 'mine');
    });

    test('yields the events after `after`, then live events, each once', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const { id } = await channel.publish({ data: 0 });
      for (let n = 1; n <= 50; n += 1) await channel.publish({ data: n });
      const events = channel.events({ after: id });
      for (let n = 51; n <= 100; n += 1) channel.send({ data: n });
      const all = await take(events, 100);
      assert.deepEqual(
        data(all),
        Array.from({ length: 100 }, (_, n) => n + 1),
      );
      // A loop can continue from any event.
      const later = channel.events({ after: all[69].id });
      assert.deepEqual(await take(later, 30), all.slice(70));
    });

    test('ends with the channel, after its queued events', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const { id } = await channel.publish({ data: 1 });
      await channel.publish({ data: 2 });
      const replayed = channel.events({ after: id });
      const live = channel.events();
      const waiting = rest(channel.events());
      await channel.publish({ data: 3 });
      channel.close();
      assert.equal(live.closeReason, undefined);
      assert.deepEqual(data(await rest(live)), [3]);
      assert.equal(live.closeReason, 'end');
      assert.deepEqual(data(await waiting), [3]);
      // Exactly the events that were stored when the channel closed.
      assert.deepEqual(data(await rest(replayed)), [2, 3]);
      assert.throws(() => channel.events(), { code: 'ERR_SSE_CHANNEL_CLOSED' });
    });

    test('ends after the last event of a channel that ends', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const { id } = await channel.publish({ data: 1 });
      const live = channel.events();
      const waiting = rest(channel.events());
      await channel.publish({ data: 2 });
      await channel.end({ event: 'done', data: 3 });
      assert.deepEqual(data(await waiting), [2, 3]);
      assert.deepEqual(data(await rest(live)), [2, 3]);
      const later = await rest(channel.events({ after: id }));
      assert.deepEqual(data(later), [2, 3]);
      assert.equal(later.at(-1).event, 'done');
      assert.deepEqual(await rest(channel.events({ after: later.at(-1).id })), []);
    });

    test('ends when the channel drains', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const events = channel.events();
      const reading = rest(events);
      await channel.publish({ data: 1 });
      await channel.drain({ within: 1 });
      assert.deepEqual(data(await reading), [1]);
      assert.equal(events.closeReason, 'drain');
    });

    test('is a member until the loop is left', async (t) => {
      stayAlive(t);
      const channel = await make(t, { maxMembers: 1 });
      const [joins, leaves, empty] = ['join', 'leave', 'empty'].map((name) => tally(channel, name));
      const events = channel.events();
      assert.equal(channel.count(), 1);
      assert.equal(joins.length, 1);
      assert.throws(() => channel.events(), { code: 'ERR_SSE_LIMIT' });
      channel.send({ data: 1 });
      for await (const event of events) if (event.data === 1) break;
      assert.equal(channel.count(), 0);
      assert.deepEqual(leaves, joins);
      assert.equal(empty.length, 1);
      assert.deepEqual(await events.next(), { done: true, value: undefined });
    });

    test('ends with the signal, without an error', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const controller = new AbortController();
      const { signal } = controller;
      const all = Array.from({ length: 20 }, () => channel.events({ signal }));
      const waiting = all[0].next();
      channel.send({ data: 1 });
      assert.equal((await waiting).value.data, 1);
      const last = all[0].next();
      controller.abort();
      assert.deepEqual(await last, { done: true, value: undefined });
      for (const events of all) assert.deepEqual(await rest(events), []);
      await until(() => channel.count() === 0, 'the loops to leave');
      const late = channel.events({ signal });
      assert.deepEqual(await rest(late), []);
      assert.equal(channel.count(), 0);
      for (const events of [late, ...all]) assert.equal(events.closeReason, 'client');
    });

    test('ends immediately if the signal aborts while it joins', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const controller = new AbortController();
      channel.once('join', () => controller.abort());
      const events = channel.events({ signal: controller.signal });
      channel.send({ data: 1 });
      assert.deepEqual(await rest(events), []);
      await until(() => channel.count() === 0, 'the loop to leave');
    });

    test('yields the snapshot before live events, but not if it can resume', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const { id } = await channel.publish({ data: 'before' });
      let reads = 0;
      const snapshot = async () => {
        reads += 1;
        channel.send({ data: 'meanwhile' });
        return [{ event: 'state', data: { reads } }];
      };
      const events = channel.events({ snapshot });
      const first = await take(events, 2);
      assert.deepEqual(data(first), [{ reads: 1 }, 'meanwhile']);
      const back = await take(channel.events({ after: id, snapshot }), 1);
      assert.deepEqual(data(back), ['meanwhile']);
      assert.equal(reads, 1);
    });

    test('fails with the error of a snapshot', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const error = new Error('no database');
      const warned = once(process, 'warning');
      const snapshot = () => Promise.reject(error);
      await assert.rejects(channel.events({ snapshot }).next(), error);
      assert.equal((await warned)[0].code, 'SLUICE_SNAPSHOT');
      await until(() => channel.count() === 0, 'the loop to leave');
    });

    test('handles a gap according to `onGap`', async (t) => {
      stayAlive(t);
      const channel = await make(t, { historySize: 2 });
      for (const n of [1, 2, 3, 4]) await channel.publish({ data: n });
      const open = (onGap) => channel.events({ after: 'unknown', onGap });
      const gaps = [];
      const all = [
        open(undefined),
        open('ignore'),
        open('reset'),
        open('all'),
        open((gap) => gaps.push(gap)),
      ];
      const error = new Error('start again');
      const throwing = open(() => {
        throw error;
      });
      await assert.rejects(throwing.next(), error);
      await channel.publish({ data: 'live' });
      const [nothing, ignoring, resetting, replaying, hearing] = all;
      for (const events of [nothing, ignoring, hearing]) {
        assert.deepEqual(data(await take(events, 1)), ['live']);
      }
      const [reset, live] = await take(resetting, 2);
      assert.deepEqual(reset, { id: 'unknown', event: 'sluice.reset', data: {} });
      assert.equal(live.data, 'live');
      assert.deepEqual(data(await take(replaying, 3)), [3, 4, 'live']);
      const lastEventId = 'unknown';
      assert.deepEqual(gaps, [{ channel, lastEventId, lastEventID: lastEventId }]);
    });

    test("yields the current state of a channel with keep: 'latest', then changes", async (t) => {
      stayAlive(t);
      const key = (event) => event.data.name;
      const channel = await make(t, { keep: 'latest', key });
      const set = (name, value) => channel.publish({ event: 'gauge', data: { name, value } });
      await set('load', 1);
      await set('heat', 2);
      const { id } = await set('load', 3);
      const events = channel.events();
      const state = await take(events, 2);
      assert.deepEqual(
        data(state).map(({ name, value }) => `${name} ${value}`),
        ['heat 2', 'load 3'],
      );
      await set('heat', 4);
      assert.deepEqual(await take(events, 1), await take(channel.events({ after: id }), 1));
      assert.throws(() => channel.events({ snapshot: () => undefined }), {
        code: 'ERR_SSE_OPTION',
      });
    });

    test('can be called many times for one channel', async (t) => {
      stayAlive(t);
      const channel = await make(t);
      const loops = Array.from({ length: 200 }, () => channel.events());
      for (let n = 0; n < 20; n += 1) channel.send({ event: 'n', data: n });
      const taken = await Promise.all(loops.map((events) => take(events, 20)));
      const expected = Array.from({ length: 20 }, (_, n) => n);
      for (const all of taken) assert.deepEqual(data(all), expected);
      await Promise.all(loops.map((events) => events.return()));
      assert.equal(channel.count(), 0);
    });
  });
}

describe('channel.events()', SOON, () => {
  test('can resume in another process, and yields the events of other processes', async (t) => {
    stayAlive(t);
    const [here, there] = await nodes(t);
    const before = here.events();
    const { id } = await there.publish({ data: 1 });
    assert.deepEqual(data(await take(before, 1)), [1]);
    await here.publish({ data: 2 });
    const events = there.events({ after: id });
    await here.publish({ data: 3 });
    assert.deepEqual(data(await take(events, 2)), [2, 3]);
  });

  test('has a cursor before the first event', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const events = channel.events();
    const waiting = events.next();
    await until(() => events.lastEventId !== '', 'the cursor');
    const { lastEventId } = events;
    await events.return();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    channel.send({ data: 'missed' });
    assert.deepEqual(data(await take(channel.events({ after: lastEventId }), 1)), ['missed']);
  });

  test('yields an event without an id with the id of the event before it', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t, { ids: 'manual' });
    const events = channel.events();
    channel.send({ data: 'a' });
    channel.send({ data: 'b', id: '7' });
    channel.send({ comment: 'none', retry: 10 });
    channel.send({ data: 'c' });
    const ids = (await take(events, 3)).map(({ id }) => id);
    assert.deepEqual(ids, ['', '7', '7']);
  });

  test('parses data with `parse`', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const texts = channel.events({ parse: (text, event) => `${event}: ${text}` });
    const values = channel.events();
    channel.send({ data: '42' });
    channel.send({ event: 'price', data: { cents: 1 } });
    assert.deepEqual(data(await take(texts, 2)), ['message: 42', 'price: {"cents":1}']);
    assert.deepEqual(data(await take(values, 2)), [42, { cents: 1 }]);
  });

  test('ends with an error of `parse`', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const events = channel.events({ parse: JSON.parse });
    channel.send({ data: 'text' });
    await assert.rejects(events.next(), SyntaxError);
    assert.equal((await events.next()).done, true);
    assert.equal(channel.count(), 0);
  });

  test('answers several calls of next() in order', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const events = channel.events();
    const calls = [events.next(), events.next(), events.next()];
    channel.send({ data: 1 });
    channel.send({ data: 2 });
    channel.close();
    const answers = await Promise.all(calls);
    assert.deepEqual(
      answers.map(({ value }) => value?.data),
      [1, 2, undefined],
    );
    assert.equal(answers[2].done, true);
  });

  test('yields events that can be sent to a connection with their ids', async (t) => {
    stayAlive(t);
    const [from, to] = [KINDS.plain(t), KINDS.plain(t)];
    const reader = to.events();
    const [connection] = to.connections();
    const sent = connection.stream(from.events());
    const { id } = await from.publish({ event: 'price', data: { cents: 1 } });
    assert.deepEqual(await take(reader, 1), [{ id, event: 'price', data: { cents: 1 } }]);
    from.close();
    assert.deepEqual(await sent, { events: 1, complete: true });
  });

  test('leaves the channel at throw() and at the end of `await using`', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const error = new Error('mine');
    await assert.rejects(channel.events().throw(error), error);
    const events = channel.events();
    await events[Symbol.asyncDispose]();
    assert.equal(channel.count(), 0);
    assert.deepEqual(await rest(events), []);
  });

  test('refuses invalid options without joining', (t) => {
    const channel = KINDS.plain(t);
    for (const options of [
      { after: 7 },
      { signal: {} },
      { snapshot: 7 },
      { parse: 'json' },
      { onGap: 'throw' },
      { overflow: 'grow' },
      { maxQueueBytes: 0 },
      { since: '1' },
      'after',
    ]) {
      assert.throws(() => channel.events(options), { code: 'ERR_SSE_OPTION' });
    }
    assert.equal(channel.count(), 0);
    for (const after of [null, undefined, '', 'x'.repeat(1025)]) {
      channel.events({ after }).return();
    }
  });

  test('does not affect other members', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const { connections } = sluice.metrics();
    const events = channel.events();
    assert.equal(channel.connections()[0].transport, 'stream');
    assert.equal(channel.connections()[0].request, undefined);
    await until(() => sluice.metrics().connections.stream > connections.stream, 'the loop to open');
    await events.return();
    assert.equal(sluice.metrics().connections.stream, connections.stream);
  });
});
