import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON } from '../support/soon.mjs';
import { readSoFar, room } from './room.mjs';

/** Returns the data that a client has read so far, without the test's mark. */
async function textOf(broker, one) {
  await readSoFar(broker, one);
  return one.reader.text.replace(/data: mark .*\n\n/, '');
}

test('events to a topic contain its name, and broadcasts do not', SOON, async (t) => {
  const { broker, join } = await room(t, { topic: { ids: 'manual' } });
  const one = await join();
  broker.subscribe(one.id, 'orders.7', ' übrig ');
  broker.broadcastToTopic('orders.7', { id: '1', event: 'shipped', data: 'a\nb' });
  broker.broadcastToTopic(' übrig ', { data: 'c' });
  broker.broadcast({ data: 'd' });
  assert.equal(
    await textOf(broker, one),
    'id: 1\nevent: shipped\ntopic: orders.7\ndata: a\ndata: b\n\n' +
      'topic:  übrig \ndata: c\n\n' +
      'data: d\n\n',
  );
});

test('the field contains the topic of the event, not the pattern', SOON, async (t) => {
  const { broker, join } = await room(t, { patternHistory: { historySize: 0 } });
  const one = await join();
  broker.subscribe(one.id, 'orders.*');
  broker.broadcastToTopic('orders.7', { data: 'a' });
  assert.equal(await textOf(broker, one), 'topic: orders.7\ndata: a\n\n');
});

test('a topic name with line breaks or NUL is omitted', SOON, async (t) => {
  const { broker, join } = await room(t, { topic: { ids: 'manual' } });
  const one = await join();
  for (const name of ['a\ndata: forged', 'a\rb', 'a\0b']) {
    broker.subscribe(one.id, name);
    assert.equal(broker.broadcastToTopic(name, { data: 'x' }), 1);
  }
  assert.equal(await textOf(broker, one), 'data: x\n\n'.repeat(3));
});

test('an event with only a topic is still empty', SOON, async (t) => {
  const { broker } = await room(t);
  assert.throws(() => broker.broadcastToTopic('news', {}), { code: 'ERR_SSE_EMPTY' });
});

test('topicField: false omits all names', SOON, async (t) => {
  const { broker, join } = await room(t, { topicField: false, topic: { ids: 'manual' } });
  const one = await join();
  broker.subscribe(one.id, 'news');
  broker.broadcastToTopic('news', { data: 'a' });
  assert.equal(await textOf(broker, one), 'data: a\n\n');
});
