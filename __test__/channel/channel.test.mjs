import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStream } from '../../testing.js';
import * as server from '../support/servers/node-http.mjs';
import { site, sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';

const { Channel, Connection } = sluice;
const after = (id) => ({ headers: { 'Last-Event-ID': id } });

/**
 * Returns the events that the channel replays to a client with this id, and the number of reported
 * gaps.
 */
async function replay(t, channel, id) {
  let gaps;
  const handler = (req, res) => {
    const connection = new Connection(req, res, { ping: false });
    gaps = tally(connection, 'gap');
    channel.add(connection);
    connection.send({ data: 'the last one' });
  };
  const client = await openStream(handler, { lastEventId: id, timeout: 60_000 });
  t.after(() => client.leave());
  const events = [];
  for await (const { data } of client) {
    if (data === 'the last one') break;
    events.push(data);
  }
  await sleep(10);
  return { events, gaps: gaps.length };
}

const filled = (options, ids) => {
  const channel = new Channel(options);
  for (const id of ids) channel.send({ id: `${id}`, data: id });
  return channel;
};

test('metrics count the channels that are open', () => {
  const open = () => sluice.metrics().channels;
  assert.equal(open(), 0);
  const channels = [new Channel(), new Channel()];
  assert.equal(open(), 2);
  for (const channel of channels) channel.close();
  assert.equal(open(), 0);
});

test('events without an id are in the history, comments are not', SOON, async (t) => {
  const channel = new Channel();
  channel.send({ data: 'before' }).send({ id: '1', data: 'one' });
  channel.send({ data: 'without' }).send({ comment: 'by the way' }).write('data: by hand\n\n');
  assert.deepEqual(await replay(t, channel, '1'), { events: ['without', 'by hand'], gaps: 0 });
});

test('a cursor that was sent twice resumes after its latest event', SOON, async (t) => {
  const channel = filled({}, ['a', 'b', 'a', 'c']);
  assert.deepEqual(await replay(t, channel, 'a'), { events: ['c'], gaps: 0 });
});

test('the history is bounded by historySize', SOON, async (t) => {
  const channel = filled({ historySize: 3 }, [1, 2, 3, 4, 5]);
  assert.deepEqual(await replay(t, channel, '3'), { events: ['4', '5'], gaps: 0 });
  assert.deepEqual(await replay(t, channel, '1'), { events: [], gaps: 1 });
});

test('a history size of 0 keeps nothing', SOON, async (t) => {
  const channel = filled({ historySize: 0 }, [1, 2, 3]);
  assert.deepEqual(await replay(t, channel, '1'), { events: [], gaps: 1 });
});

test('the default history size is 500', SOON, async (t) => {
  const ids = Array.from({ length: 502 }, (_, n) => n);
  const channel = filled({}, ids);
  // A client that has received the latest dropped event can get everything that it missed.
  assert.equal((await replay(t, channel, '1')).events.length, 500);
  assert.deepEqual(await replay(t, channel, '0'), { events: [], gaps: 1 });
});

test('the history is bounded by historyBytes', SOON, async (t) => {
  const channel = new Channel({ historyBytes: 3000 });
  for (let id = 1; id <= 5; id += 1) channel.send({ id: `${id}`, data: 'x'.repeat(900) });
  assert.equal((await replay(t, channel, '3')).events.length, 2);
  assert.deepEqual(await replay(t, channel, '1'), { events: [], gaps: 1 });
});

test('the history is bounded by historyAge', SOON, async (t) => {
  const channel = filled({ historyAge: 60 }, [1, 2]);
  await sleep(120);
  channel.send({ id: '3', data: 3 });
  assert.deepEqual(await replay(t, channel, '1'), { events: [], gaps: 1 });
});

test('an event that resets the cursor is in the history', SOON, async (t) => {
  const channel = filled({}, [1]);
  channel.send({ id: '', data: 'reset' });
  assert.deepEqual(await replay(t, channel, '1'), { events: ['reset'], gaps: 0 });
});

test('each channel of a connection has its own history', SOON, async (t) => {
  const { open } = await site(t, server);
  const [weather, news] = [filled({}, ['w1', 'w2']), filled({}, ['n1', 'n2'])];
  const { connection, client } = await open({}, after('w1'));
  const gaps = tally(connection, 'gap');
  weather.add(connection);
  news.add(connection);
  weather.send({ data: 'w3' });
  news.send({ data: 'n3' });
  await client.count(3);
  assert.deepEqual(client.data, ['w2', 'w3', 'n3']);
  assert.deepEqual(
    gaps.map(([gap]) => gap),
    [{ channel: news, lastEventId: 'w1', lastEventID: 'w1' }],
  );
});

test('a connection that was added twice gets each event once', SOON, async (t) => {
  const { open } = await site(t, server);
  const channel = filled({}, [1, 2]);
  const { connection, client } = await open({}, after('1'));
  assert.equal(channel.add(connection).add(connection), channel);
  channel.send({ data: 3 });
  connection.send({ data: 'the last one' });
  await client.has('the last one');
  assert.deepEqual(client.data, ['2', '3', 'the last one']);
  assert.equal(channel.count(), 1);
});

test('a connection can join and leave repeatedly within one tick', SOON, async (t) => {
  const { open } = await site(t, server);
  const channel = new Channel();
  const { connection, client } = await open();
  channel.send({ data: 'no' }).add(connection).send({ data: 'yes' });
  assert.equal(channel.remove(connection), true);
  channel.send({ data: 'no' }).add(connection).send({ data: 'again' });
  await client.has('again');
  assert.deepEqual(client.data, ['yes', 'again']);
});

test('a closed connection is not added', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client } = await open();
  const channel = new Channel();
  const joins = tally(channel, 'join');
  client.leave();
  await until(() => connection.closed, 'the connection to close');
  assert.equal(channel.add(connection), channel);
  assert.equal(channel.count(), 0);
  assert.deepEqual(joins, []);
});

test('a connection that ends leaves its channels and gets no more events', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client } = await open();
  const channels = [new Channel(), new Channel()];
  for (const channel of channels) channel.add(connection).send({ data: 'before' });
  const end = connection.end();
  for (const channel of channels) channel.send({ data: 'after' });
  await end;
  await client.over();
  assert.deepEqual(client.data, ['before', 'before']);
  await until(
    () => channels.every((channel) => channel.count() === 0),
    'both channels to be empty',
  );
});

test('a channel without members closes after emptyTimeout, once', SOON, async () => {
  const channel = new Channel({ emptyTimeout: 20 });
  const closes = tally(channel, 'close');
  await until(() => closes.length, 'the channel to close');
  assert.equal(channel.closed, true);
  channel.close();
  await sleep(40);
  assert.equal(closes.length, 1);
});

test('a channel without emptyTimeout stays open', SOON, async () => {
  const channel = new Channel();
  await sleep(50);
  assert.equal(channel.closed, false);
  assert.equal(channel.send({ data: 'to nobody' }), channel);
  channel.close();
});

test('a join listener may send to its connection and channel', SOON, async (t) => {
  const { open } = await site(t, server);
  const channel = new Channel();
  channel.on('join', (connection) => {
    connection.send({ data: 'welcome' });
    channel.send({ data: `we are ${channel.count()}` });
  });
  const [one, other] = [await open(), await open()];
  channel.add(one.connection).add(other.connection);
  await one.client.count(3);
  await other.client.count(2);
  assert.deepEqual(one.client.data, ['welcome', 'we are 1', 'we are 2']);
  assert.deepEqual(other.client.data, ['welcome', 'we are 2']);
});

/** Blocks JavaScript while the core continues. */
function busy(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const told = (channel) => {
  const log = [];
  for (const name of ['join', 'leave', 'empty', 'close']) channel.on(name, () => log.push(name));
  return log;
};

test(
  'every join has a leave, even if members leave while JavaScript is blocked',
  SOON,
  async (t) => {
    const { open } = await site(t, server);
    const channel = new Channel();
    const log = told(channel);
    const [one, other] = [await open(), await open()];
    await sleep(20);
    for (const { connection } of [one, other]) {
      channel.add(connection);
      connection.end();
      busy(60);
    }
    await until(() => log.includes('empty'), 'the channel to be empty');
    assert.deepEqual(log, ['join', 'join', 'leave', 'leave', 'empty']);
    const { connection } = await open();
    channel.add(connection).remove(connection);
    assert.deepEqual(log.slice(5), ['join', 'leave', 'empty']);
  },
);

test('a member that is leaving when its channel closes emits leave too', SOON, async (t) => {
  const { open } = await site(t, server);
  const channel = new Channel();
  const log = told(channel);
  const [one, other] = [await open(), await open()];
  channel.add(one.connection).add(other.connection);
  await sleep(20);
  one.connection.end();
  busy(60);
  channel.close();
  await until(() => log.length === 5, 'both leaves');
  assert.deepEqual(log.toSorted(), ['close', 'join', 'join', 'leave', 'leave']);
});

test(
  'two hundred connections that join and leave emit as many joins and leaves',
  SOON,
  async (t) => {
    const { open } = await site(t, server);
    const channel = new Channel({ emptyTimeout: 60_000 });
    const log = told(channel);
    for (let round = 0; round < 10; round += 1) {
      const clients = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const { connection, client } = await open();
          channel.add(connection);
          return client;
        }),
      );
      for (const client of clients) client.leave();
    }
    const count = (name) => log.filter((entry) => entry === name).length;
    await until(
      () => count('leave') === 200,
      () => `${count('leave')} of 200 leaves`,
    );
    assert.equal(count('join'), 200);
    assert.equal(channel.count(), 0);
    channel.close();
  },
);

test('a gap listener may remove the connection, which has already joined', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection } = await open({}, after('unknown'));
  const channel = new Channel();
  const log = told(channel);
  connection.on('gap', () => channel.remove(connection));
  channel.add(connection);
  assert.deepEqual(log, ['join', 'leave', 'empty']);
});

test('a connection that is added again gets missed events only once', SOON, async (t) => {
  const { open } = await site(t, server);
  const channel = filled({}, [1, 2, 3]);
  const { connection, client } = await open({}, after('1'));
  channel.add(connection).remove(connection);
  channel.add(connection).send({ id: '4', data: 4 });
  await client.count(3);
  assert.deepEqual(client.data, ['2', '3', '4']);
});
