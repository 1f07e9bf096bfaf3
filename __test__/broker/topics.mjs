import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { readSoFar, room } from './room.mjs';

test('a topic delivers events in order, and only to its subscribers', SOON, async (t) => {
  const { broker, join } = await room(t);
  const [ada, bob, eve] = [await join(), await join(), await join()];
  assert.equal(broker.subscribe(ada.id, 'news', 'weather'), true);
  assert.equal(broker.subscribe(bob.id, 'news'), true);
  for (let n = 0; n < 100; n += 1) {
    assert.equal(broker.broadcastToTopic('news', { data: `news ${n}` }), 2);
    assert.equal(broker.broadcastToTopic('weather', { data: `weather ${n}` }), 1);
  }
  const news = Array.from({ length: 100 }, (_, n) => `news ${n}`);
  assert.deepEqual(
    await readSoFar(broker, ada),
    news.flatMap((item, n) => [item, `weather ${n}`]),
  );
  assert.deepEqual(await readSoFar(broker, bob), news);
  assert.deepEqual(await readSoFar(broker, eve), []);
});

test('a topic is created by its first subscriber and removed with its last', SOON, async (t) => {
  const { broker, join } = await room(t);
  const [ada, bob] = [await join(), await join()];
  assert.equal(broker.broadcastToTopic('news', { data: 'too early' }), 0);
  assert.deepEqual(broker.topics(), []);
  broker.subscribe(ada.id, 'news');
  broker.subscribe(bob.id, 'news', 'weather');
  assert.deepEqual(broker.topics().sort(), ['news', 'weather']);
  assert.equal(broker.unsubscribe(ada.id, 'news'), true);
  assert.equal(broker.unsubscribe(ada.id, 'news'), false);
  assert.equal(broker.unsubscribe(bob.id, 'nothing', 'weather'), true);
  assert.deepEqual(broker.topics(), ['news']);
  bob.reader.leave();
  await until(() => broker.topics().length === 0, 'the topic to be removed');
});

test('clientsByTopic() lists clients in the order in which they connected', SOON, async (t) => {
  const { broker, join } = await room(t);
  const clients = [await join(), await join(), await join(), await join()];
  for (const { id } of clients.toReversed()) broker.subscribe(id, 'news');
  broker.unsubscribe(clients[1].id, 'news');
  const expected = [clients[0].client, clients[2].client, clients[3].client];
  assert.deepEqual(broker.clientsByTopic('news'), expected);
  assert.deepEqual(broker.clientsByTopic('nothing'), []);
});

test('the topics of a client are a live set that can be modified', SOON, async (t) => {
  const { broker, join } = await room(t);
  const { client, id } = await join();
  const { topics } = client;
  assert.ok(topics instanceof Set);
  broker.subscribe(id, 'news');
  assert.deepEqual(Array.from(topics), ['news']);
  topics.add('weather').add('weather');
  assert.equal(broker.broadcastToTopic('weather', { data: '' }), 1);
  assert.equal(topics.delete('news'), true);
  assert.equal(topics.delete('news'), false);
  assert.deepEqual(broker.topics(), ['weather']);
  topics.clear();
  assert.deepEqual(broker.topics(), []);
  assert.equal(topics.size, 0);
});

test(
  'patterns match tokens, and overlapping subscriptions deliver an event once',
  SOON,
  async (t) => {
    const { broker, join } = await room(t);
    const [exact, one, rest, all] = await Promise.all([join(), join(), join(), join()]);
    broker.subscribe(exact.id, 'orders.created');
    broker.subscribe(one.id, 'orders.*');
    broker.subscribe(rest.id, 'orders.>');
    broker.subscribe(all.id, 'orders.created', 'orders.*', 'orders.>', '>');
    const counts = ['orders.created', 'orders.eu.created', 'orders', 'orders.deleted'].map(
      (topic) => broker.broadcastToTopic(topic, { data: topic }),
    );
    assert.deepEqual(counts, [4, 2, 1, 3]);
    assert.deepEqual(await readSoFar(broker, exact), ['orders.created']);
    assert.deepEqual(await readSoFar(broker, one), ['orders.created', 'orders.deleted']);
    assert.deepEqual(await readSoFar(broker, rest), [
      'orders.created',
      'orders.eu.created',
      'orders.deleted',
    ]);
    assert.equal((await readSoFar(broker, all)).length, 4);
    assert.equal(broker.clientsByTopic('orders.created').length, 4);
    assert.deepEqual(broker.clientsByTopic('orders.*'), [one.client, all.client]);
  },
);

test('a pattern is an ordinary name with wildcards: false', SOON, async (t) => {
  const { broker, join } = await room(t, { wildcards: false });
  const { id } = await join();
  broker.subscribe(id, '>', 'a.*');
  assert.equal(broker.broadcastToTopic('b', { data: '' }), 0);
  assert.equal(broker.broadcastToTopic('a.b', { data: '' }), 0);
  assert.equal(broker.broadcastToTopic('>', { data: '' }), 1);
});

test('invalid topics throw coded errors and change nothing', SOON, async (t) => {
  const { broker, join } = await room(t);
  const { client, id } = await join();
  const long = ['a'.repeat(1025), `${'a.'.repeat(64)}*`, '*.'.repeat(1e6)];
  for (const bad of ['', 5, null, undefined, {}, ['news'], 'a.>.b', '\ud800', ...long]) {
    const error = { name: 'TypeError', code: 'ERR_SSE_TOPIC' };
    assert.throws(() => broker.subscribe(id, 'news', bad), error);
    if (typeof bad !== 'string') assert.throws(() => broker.unsubscribe(id, bad), error);
    assert.throws(() => broker.broadcastToTopic(bad, { data: '' }), error);
    assert.throws(() => broker.clientsByTopic(bad), error);
    assert.throws(() => client.topics.add(bad), error);
  }
  assert.throws(() => broker.broadcastToTopic('a.*', { data: '' }), { code: 'ERR_SSE_TOPIC' });
  assert.throws(() => broker.broadcastToTopic('a', {}), { code: 'ERR_SSE_EMPTY' });
  assert.equal(client.topics.size, 0);
  assert.deepEqual(broker.topics(), []);
});

test('names are compared without normalization', SOON, async (t) => {
  const { broker, join } = await room(t);
  const { client, id } = await join();
  const names = [
    'a',
    'A',
    'a ',
    ' a',
    '\u00e9',
    'e\u0301',
    'a.b',
    'a..b',
    '__proto__',
    'a\nb',
    '\0',
  ];
  broker.subscribe(id, ...names);
  assert.equal(client.topics.size, names.length);
  assert.deepEqual(broker.topics().sort(), names.toSorted());
  for (const name of names) assert.equal(broker.broadcastToTopic(name, { data: '' }), 1, name);
});

test('two brokers are independent', SOON, async (t) => {
  const [one, other] = [await room(t), await room(t)];
  const { connection, client } = await one.join({ id: 'ada' });
  client.topics.add('news');
  assert.equal(other.broker.broadcastToTopic('news', { data: '' }), 0);
  assert.equal(other.broker.broadcast({ data: '' }), 0);
  const there = other.broker.connect(connection, { id: 'ada' });
  assert.equal(there.topics.size, 0);
  there.topics.add('news');
  assert.equal(client.topics.delete('news'), true);
  assert.equal(other.broker.broadcastToTopic('news', { data: '' }), 1);
});
