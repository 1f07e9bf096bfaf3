// Conformance cases for channels: members, resuming, closing and metrics.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { site, sluice } from '../../support/site.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';

const cursor = (id) => ({ headers: { 'Last-Event-ID': Buffer.from(id).toString('latin1') } });

function channelOf(events, options) {
  const channel = new sluice.Channel(options);
  for (const event of events) channel.send(event);
  return channel;
}

function noConnections() {
  const { connections } = sluice.metrics();
  return connections.native + connections.stream === 0;
}

export default {
  'a channel sends every event to every member in order': async (t, server) => {
    const { open } = await site(t, server);
    const channel = new sluice.Channel();
    const members = await Promise.all(Array.from({ length: 20 }, () => open()));
    for (const { connection } of members) channel.add(connection);
    const sent = Array.from({ length: 200 }, (_, n) => `${n}`);
    for (const data of sent) {
      channel.send({ data });
      if (data % 50 === 0) await sleep(1);
    }
    channel.write('data: by hand\n\n');
    for (const { client } of members) {
      await client.count(201);
      assert.deepEqual(client.data, [...sent, 'by hand']);
    }
  },

  'replays missed events before live ones': async (t, server) => {
    const { open } = await site(t, server);
    const events = ['1', 'zwei ☀', '3', '4'].map((id) => ({ id, data: `nr ${id}` }));
    const channel = channelOf(events);
    const { connection, client } = await open({}, cursor('zwei ☀'));
    const gaps = tally(connection, 'gap');
    channel.add(connection).send({ id: '5', data: 'nr 5' });
    await client.has('nr 5\n\n');
    assert.equal(client.text, ['3', '4', '5'].map((n) => `id: ${n}\ndata: nr ${n}\n\n`).join(''));
    assert.deepEqual(gaps, []);
  },

  'replays nothing to a client without a cursor or with the latest one': async (t, server) => {
    const { open } = await site(t, server);
    const channel = channelOf([
      { id: '1', data: 1 },
      { id: '2', data: 2 },
    ]);
    for (const request of [undefined, cursor('2')]) {
      const { connection, client } = await open({}, request);
      const gaps = tally(connection, 'gap');
      channel.add(connection);
      connection.send({ data: 'the last one' });
      await client.has('the last one');
      assert.deepEqual(client.data, ['the last one']);
      assert.deepEqual(gaps, []);
    }
  },

  'reports an unknown cursor as a gap and replays nothing': async (t, server) => {
    const { open } = await site(t, server);
    const channel = channelOf([{ id: '1', data: 1 }]);
    const { connection, client } = await open({}, cursor('0'));
    const gaps = tally(connection, 'gap');
    channel.add(connection).send({ data: 'live' });
    await client.has('live');
    await until(() => gaps.length, 'the gap');
    assert.deepEqual(client.data, ['live']);
    assert.equal(gaps.length, 1);
    assert.equal(gaps[0][0].channel, channel);
    assert.equal(gaps[0][0].lastEventID, '0');
  },

  'ignores a cursor of 2 KiB': async (t, server) => {
    const { open } = await site(t, server);
    const id = 'x'.repeat(2048);
    const channel = channelOf([{ data: 1 }, { data: 2 }]);
    const { connection, client } = await open({}, cursor(id));
    const gaps = tally(connection, 'gap');
    channel.add(connection).send({ data: 'live' });
    await client.has('live');
    assert.deepEqual(client.data, ['live']);
    assert.deepEqual(gaps, []);
  },

  'counts members, and emits join, leave and empty': async (t, server) => {
    const { open } = await site(t, server);
    const channel = new sluice.Channel();
    const told = Object.fromEntries(
      ['join', 'leave', 'empty'].map((event) => [event, tally(channel, event)]),
    );
    const [a, b] = [await open(), await open()];
    channel.add(a.connection).add(b.connection).add(a.connection);
    assert.equal(channel.count(), 2);
    assert.deepEqual(new Set(channel.connections()), new Set([a.connection, b.connection]));

    assert.equal(channel.remove(a.connection), true);
    assert.equal(channel.remove(a.connection), false);
    assert.equal(channel.count(), 1);
    channel.send({ data: 'for b' });
    a.connection.send({ data: 'a is open still' });
    await b.client.has('for b');
    await a.client.has('a is open still');
    assert.deepEqual(a.client.data, ['a is open still']);

    b.client.leave();
    await until(() => told.empty.length, 'the channel to be empty');
    assert.equal(channel.count(), 0);
    assert.deepEqual(channel.connections(), []);
    assert.deepEqual(told.join, [[a.connection], [b.connection]]);
    assert.deepEqual(told.leave, [[a.connection], [b.connection]]);
    assert.equal(told.empty.length, 1);
  },

  'a channel closes after emptyTimeout, but not while it has members': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    const channel = new sluice.Channel({ emptyTimeout: 40 });
    const closes = tally(channel, 'close');
    channel.add(connection);
    await sleep(90);
    assert.equal(channel.closed, false);
    client.leave();
    await until(() => channel.closed, 'the channel to close');
    await until(() => closes.length, 'its close event');
    assert.throws(() => channel.send({ data: 'late' }), { code: 'ERR_SSE_CHANNEL_CLOSED' });
  },

  'closing a channel removes its members but leaves them open': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    const channel = channelOf([]).add(connection).send({ data: 1 });
    channel.close();
    assert.equal(channel.closed, true);
    assert.equal(channel.count(), 0);
    connection.send({ data: 2 });
    assert.deepEqual(await client.count(2), ['1', '2']);
    assert.equal(connection.closed, false);
  },

  'metrics count connections, channels and events': async (t, server) => {
    const { open } = await site(t, server);
    await until(noConnections, 'the connections of earlier tests to close');
    const before = sluice.metrics();
    const channel = new sluice.Channel();
    const ends = [await open(), await open(), await open()];
    for (const { connection } of ends) channel.add(connection);
    for (let n = 0; n < 10; n += 1) channel.send({ data: n });
    ends[0].connection.send({ data: 'alone' });
    for (const { client } of ends) await client.count(10);
    await ends[0].client.count(11);
    const difference = (key) => sluice.metrics()[key] - before[key];
    await until(
      () => difference('deliveries') === 31,
      () => `31 are ${difference('deliveries')}`,
    );
    assert.equal(difference('events'), 11);
    assert.ok(difference('bytes') >= 30 * 'data: 0\n\n'.length);
    const open3 = sluice.metrics().connections[server.transport];
    assert.equal(open3 - before.connections[server.transport], 3);

    await ends[0].connection.end();
    ends[1].client.leave();
    ends[2].client.leave();
    const by = (reason) => sluice.metrics().closes[reason] - before.closes[reason];
    const left = server.reasonOfLeaving ?? 'client';
    await until(() => by(left) === 2 && by('end') === 1, 'the closes by reason');
    const open0 = sluice.metrics().connections[server.transport];
    assert.equal(open0, before.connections[server.transport]);
    assert.equal(difference('queuedBytes'), 0);
  },
};
