import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON } from '../support/soon.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';
import { readSoFar, room } from './room.mjs';

const after = (id) => ({ headers: { 'Last-Event-ID': id } });
const send = (broker, topic, ...ids) => {
  for (const id of ids) broker.broadcastToTopic(topic, { id, data: id });
};

test('a client that reconnects gets what it missed of each topic, once', SOON, async (t) => {
  const { broker, join } = await room(t);
  const stays = await join();
  broker.subscribe(stays.id, 'news');
  send(broker, 'news', '1', '2', '3');
  const back = await join({}, after('1'));
  broker.subscribe(back.id, 'news');
  send(broker, 'news', '4');
  assert.deepEqual(await readSoFar(broker, back), ['2', '3', '4']);
  broker.unsubscribe(back.id, 'news');
  send(broker, 'news', '5');
  broker.subscribe(back.id, 'news');
  assert.deepEqual(await readSoFar(broker, back), ['2', '3', '4']);
});

test('a topic with a history outlives its last subscriber', SOON, async (t) => {
  const { broker, join } = await room(t);
  const first = await join();
  broker.subscribe(first.id, 'news');
  send(broker, 'news', '1');
  first.reader.leave();
  await until(() => broker.clientCount() === 0, 'the client to leave');
  assert.deepEqual(broker.topics(), []);
  send(broker, 'news', '2', '3');
  const back = await join({}, after('1'));
  broker.subscribe(back.id, 'news');
  assert.deepEqual(await readSoFar(broker, back), ['2', '3']);
});

test(
  'with an emptyTimeout of 0 a topic ends with its last subscriber, and leaves a gap',
  SOON,
  async (t) => {
    const { broker, join } = await room(t, { topic: { emptyTimeout: 0 } });
    const first = await join();
    broker.subscribe(first.id, 'news');
    send(broker, 'news', '1');
    broker.unsubscribe(first.id, 'news');
    const back = await join({}, after('1'));
    const gaps = tally(back.connection, 'gap');
    broker.subscribe(back.id, 'news');
    assert.deepEqual(gaps, [[{ topic: 'news', lastEventId: '1', lastEventID: '1' }]]);
  },
);

test('the options of a topic may depend on its name', SOON, async (t) => {
  const asked = [];
  const topic = (name) => {
    asked.push(name);
    return name === 'short' ? { historySize: 1 } : undefined;
  };
  const { broker, join } = await room(t, { topic });
  const stays = await join();
  broker.subscribe(stays.id, 'short', 'long');
  for (const name of ['short', 'long']) send(broker, name, `${name} 1`, `${name} 2`, `${name} 3`);
  const back = await join({}, after('short 1'));
  const gaps = tally(back.connection, 'gap');
  broker.subscribe(back.id, 'short');
  assert.equal(gaps.length, 1);
  const later = await join({}, after('long 1'));
  broker.subscribe(later.id, 'long');
  assert.deepEqual(await readSoFar(broker, later), ['long 2', 'long 3']);
  assert.deepEqual(asked, ['short', 'long']);
});

test('patterns share a history, even while they have no subscriber', SOON, async (t) => {
  const { broker, join } = await room(t);
  const stays = await join();
  broker.subscribe(stays.id, 'orders.*');
  send(broker, 'orders.eu', '1');
  send(broker, 'orders.us', '2');
  send(broker, 'else', 'x');
  broker.unsubscribe(stays.id, 'orders.*');
  send(broker, 'orders.asia', '3');
  const back = await join({}, after('1'));
  broker.subscribe(back.id, 'orders.*');
  assert.deepEqual(await readSoFar(broker, back), ['2', '3']);
  // The id of an event of any topic is a valid cursor.
  const other = await join({}, after('x'));
  broker.subscribe(other.id, 'orders.>');
  assert.deepEqual(await readSoFar(broker, other), ['3']);
});

test('patternHistory bounds the replay of patterns', SOON, async (t) => {
  const { broker, join } = await room(t, { patternHistory: { historySize: 2 } });
  const stays = await join();
  broker.subscribe(stays.id, 'orders.*');
  send(broker, 'orders.eu', '1', '2', '3', '4');
  const back = await join({}, after('2'));
  broker.subscribe(back.id, 'orders.*');
  assert.deepEqual(await readSoFar(broker, back), ['3', '4']);
  const late = await join({}, after('1'));
  const gaps = tally(late.connection, 'gap');
  broker.subscribe(late.id, 'orders.*');
  assert.deepEqual(gaps, [[{ topic: 'orders.*', lastEventId: '1', lastEventID: '1' }]]);
});

test('a client that reconnects gets gaps for topics beyond the first 1,000', SOON, async (t) => {
  const { broker, join } = await room(t);
  const topics = Array.from({ length: 1005 }, (_, n) => `topic${n}`);
  const stays = await join();
  broker.subscribe(stays.id, ...topics);
  for (const topic of topics) {
    broker.broadcastToTopic(topic, { id: 'seen', data: 'seen' });
    broker.broadcastToTopic(topic, { id: `missed ${topic}`, data: topic });
  }
  const back = await join({}, { headers: { 'Last-Event-ID': 'seen' } });
  const gaps = [];
  back.connection.on('gap', ({ topic }) => gaps.push(topic));
  broker.subscribe(back.id, ...topics);
  await back.reader.count(1000);
  assert.deepEqual(back.reader.data, topics.slice(0, 1000));
  assert.deepEqual(gaps, topics.slice(1000));
});
