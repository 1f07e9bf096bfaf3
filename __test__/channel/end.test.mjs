// channel.end() sends a last event, then ends the members. Clients that join later end too.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { eventsOf, serve } from './server.mjs';

const { Channel } = sluice;
const { memoryBackplane } = createRequire(import.meta.url)('../../backplane.js');
const data = (events) => events.map((event) => event.data);
const ended = { code: 'ERR_SSE_CHANNEL_ENDED' };

async function over(client) {
  await until(
    () => client.end !== undefined,
    () => `the end of ${JSON.stringify(client.text)}`,
  );
  assert.equal(client.end, 'clean');
  return data(eventsOf(client));
}

for (const transport of ['auto', 'stream']) {
  describe(`channel.end(), transport: '${transport}'`, SOON, () => {
    test('ends every member after the last event', async (t) => {
      const channel = new Channel();
      const reasons = [];
      const open = await serve(
        t,
        (connection) => {
          channel.add(connection);
          connection.on('close', (reason) => reasons.push(reason));
        },
        { transport },
      );
      const clients = [await open(), await open()];
      await until(() => channel.count() === 2, 'two members');
      channel.send({ data: 'first' });
      const { id } = await channel.end({ data: 'last' });
      for (const client of clients) assert.deepEqual(await over(client), ['first', 'last']);
      assert.equal(eventsOf(clients[0]).at(-1).id, id);
      await until(() => reasons.length === 2, 'two reasons');
      assert.deepEqual(reasons, ['end', 'end']);
    });

    test('ends every member without an event', async (t) => {
      const channel = new Channel();
      const open = await serve(t, (connection) => channel.add(connection), { transport });
      const client = await open();
      await until(() => channel.count() === 1, 'a member');
      assert.deepEqual(await channel.end(), { id: undefined });
      assert.deepEqual(await over(client), []);
    });

    test('replays missed events to a client that reconnects, then ends it', async (t) => {
      const channel = new Channel();
      for (const id of ['1', '2', '3']) channel.send({ id, data: id });
      await channel.end({ id: '4', data: '4' });
      const open = await serve(t, (connection) => channel.add(connection), { transport });
      assert.deepEqual(await over(await open('2')), ['3', '4']);
      assert.deepEqual(await over(await open('4')), []);
      assert.deepEqual(await over(await open()), []);
    });

    test('waits for pending snapshots', async (t) => {
      const channel = new Channel();
      let give;
      const snapshot = () => new Promise((resolve) => (give = resolve));
      const open = await serve(t, (connection) => channel.add(connection, { snapshot }), {
        transport,
      });
      const client = await open();
      await until(() => give, 'the snapshot to be read');
      channel.send({ data: 'live' });
      await channel.end({ data: 'last' });
      give([{ data: 'state' }]);
      assert.deepEqual(await over(client), ['state', 'live', 'last']);
    });
  });
}

describe('a channel that has ended', SOON, () => {
  test('refuses events and ends once', async () => {
    const channel = new Channel();
    const ends = [];
    channel.on('end', () => ends.push('end'));
    assert.equal(channel.ended, false);
    await channel.end({ data: 'last' });
    assert.equal(channel.ended, true);
    assert.throws(() => channel.send({ data: 'late' }), ended);
    assert.throws(() => channel.write('data: late\n\n'), ended);
    await assert.rejects(channel.publish({ data: 'late' }), ended);
    await assert.rejects(channel.end(), ended);
    assert.deepEqual(ends, ['end']);
    channel.close();
    await assert.rejects(channel.end(), { code: 'ERR_SSE_CHANNEL_CLOSED' });
  });

  test('cannot be a channel of latest values', async () => {
    const channel = new Channel({ keep: 'latest', key: () => 'key' });
    await assert.rejects(channel.end(), { code: 'ERR_SSE_OPTION' });
  });

  test('checks its last event like every event', async () => {
    const channel = new Channel();
    await assert.rejects(channel.end({ id: 'a\nb', data: '' }), { code: 'ERR_SSE_FIELD' });
    await assert.rejects(channel.end('last'), { code: 'ERR_SSE_TYPE' });
    assert.equal(channel.ended, false);
  });
});

describe('channel.end() with a backplane', SOON, () => {
  const node = async (t) => {
    const backplane = memoryBackplane({ name: t.name.replaceAll(/\W/g, '-') });
    const channel = new Channel({ name: 'answer', backplane });
    t.after(() => backplane.close());
    await until(() => backplane.state === 'online', 'the backplane');
    return channel;
  };

  test('ends the members of every process, which get only one of several last events', async (t) => {
    const [here, there] = [await node(t), await node(t)];
    const endings = [once(here, 'end'), once(there, 'end')];
    const open = await serve(t, (connection) => there.add(connection));
    const client = await open();
    await until(() => there.count() === 1, 'a member');
    // Once the channel has received its own event, it also receives those of the other process.
    await there.publish({ data: 'first' });
    await here.publish({ data: 'second' });
    const ends = [here.end({ data: 'one last' }), there.end({ data: 'another last' })];
    const outcomes = await Promise.allSettled(ends);
    const codes = outcomes.map(({ reason }) => reason?.code).sort();
    assert.deepEqual(codes, ['ERR_SSE_CHANNEL_ENDED', undefined]);
    await Promise.all(endings);
    const got = await over(client);
    assert.deepEqual(got.slice(0, 2), ['first', 'second']);
    assert.equal(got.length, 3);
    assert.match(got[2], /^(one|another) last$/);
    for (const channel of [here, there]) {
      assert.equal(channel.ended, true);
      assert.throws(() => channel.send({ data: 'late' }), ended);
    }
  });

  test('refuses later events, even from a process that did not know of the end', async (t) => {
    const here = await node(t);
    const { id } = await here.publish({ data: 'first' });
    const sends = [here.end({ data: 'last' }), here.publish({ data: 'late' }), here.end()];
    await sends[0];
    await assert.rejects(sends[1], ended);
    await assert.rejects(sends[2], ended);
    const there = await node(t);
    for (const channel of [here, there]) {
      const open = await serve(t, (connection) => channel.add(connection));
      assert.deepEqual(await over(await open(id)), ['last']);
    }
  });

  test('emits end also to a prepended listener', async (t) => {
    const channel = await node(t);
    const told = new Promise((resolve) => channel.prependOnceListener('end', resolve));
    await channel.end();
    await told;
  });

  test('is detected by a new process when a client reconnects', async (t) => {
    const here = await node(t);
    const { id } = await here.publish({ data: 'first' });
    await here.publish({ data: 'second' });
    await here.end({ data: 'last' });
    const there = await node(t);
    const open = await serve(t, (connection) => there.add(connection));
    assert.deepEqual(await over(await open(id)), ['second', 'last']);
    assert.equal(there.ended, true);
    assert.deepEqual(await over(await open()), []);
  });
});
