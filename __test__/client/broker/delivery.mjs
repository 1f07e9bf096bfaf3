// Tests which handlers receive an event.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matches } from '../../../client/broker/pattern.js';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { collector, frameworks, start } from './site.mjs';

const open = { options: { authorizeSubscribe: () => true } };

test('patterns match token by token, as on the server', () => {
  const names = ['a', 'b', 'a.b', 'b.b', 'a.b.c', 'a.c.c', 'a..c'];
  const expected = {
    '*': ['a', 'b'],
    '>': names,
    'a.*': ['a.b'],
    '*.b': ['a.b', 'b.b'],
    'a.>': ['a.b', 'a.b.c', 'a.c.c', 'a..c'],
    'a.*.c': ['a.b.c', 'a.c.c', 'a..c'],
    '*.>': ['a.b', 'b.b', 'a.b.c', 'a.c.c', 'a..c'],
    'a.b': ['a.b'],
    'b.*.c': [],
  };
  for (const [pattern, matched] of Object.entries(expected)) {
    assert.deepEqual(
      names.filter((name) => matches(pattern, name)),
      matched,
      pattern,
    );
  }
});

for (const [name, framework] of frameworks) {
  describe(name, () => {
    test('an event reaches every matching handler once', SOON, async (t) => {
      const { broker, join, has } = await start(t, framework, open);
      const { client } = join();
      const seen = [];
      const log = (who) => (event) => seen.push([who, event.topic, event.event, event.data]);
      const both = log('both');
      client.subscribe('orders.7', both);
      client.subscribe('orders.*', both);
      client.subscribe('orders.7', log('topic'));
      client.subscribe('orders.*', log('one'));
      client.subscribe('>', log('all'));
      client.subscribe('news', log('news'));
      await has('>', 'news', 'orders.*', 'orders.7');
      broker.broadcastToTopic('orders.7', { event: 'shipped', data: { n: 1 } });
      broker.broadcastToTopic('orders.7.x', { data: 2 });
      broker.broadcastToTopic('news', { data: 3 });
      await until(() => seen.at(-1)?.[0] === 'news', 'the last event');
      assert.deepEqual(seen, [
        ['both', 'orders.7', 'shipped', { n: 1 }],
        ['topic', 'orders.7', 'shipped', { n: 1 }],
        ['one', 'orders.7', 'shipped', { n: 1 }],
        ['all', 'orders.7', 'shipped', { n: 1 }],
        ['all', 'orders.7.x', 'message', 2],
        ['all', 'news', 'message', 3],
        ['news', 'news', 'message', 3],
      ]);
    });

    test('broadcasts reach only on(), and handlers never see the secret', SOON, async (t) => {
      const { broker, join, has } = await start(t, framework);
      const { client } = join();
      const [topic, named, all] = [collector(), collector(), []];
      client.subscribe('news', topic.handler);
      client.on('note', named.handler);
      client.on('*', ({ event, topic, data }) => all.push([event, topic, data]));
      await has('news');
      broker.broadcast({ event: 'note', data: 1 });
      broker.broadcastToTopic('news', { event: 'note', data: 2 });
      broker.broadcastToTopic('news', { event: 'connected', data: { clientId: 'x', secret: 'y' } });
      broker.broadcast({ event: 'connected', data: 3 });
      await until(() => all.length === 4, 'the events');
      assert.deepEqual(topic.data, [2, { clientId: 'x', secret: 'y' }]);
      assert.deepEqual(named.data, [1, 2]);
      assert.deepEqual(all, [
        ['note', undefined, 1],
        ['note', 'news', 2],
        ['connected', 'news', { clientId: 'x', secret: 'y' }],
        ['connected', undefined, 3],
      ]);
    });
  });
}

test('with wildcards: false, * and > are ordinary characters in names', SOON, async (t) => {
  const [, framework] = frameworks[0];
  const { broker, join, has } = await start(t, framework, {
    ...open,
    broker: { wildcards: false },
  });
  const { client } = join({ wildcards: false });
  const [star, end] = [collector(), collector()];
  client.subscribe('a.*', star.handler);
  client.subscribe('a.b', end.handler);
  await has('a.*', 'a.b');
  for (const topic of ['a.*', 'a.b']) broker.broadcastToTopic(topic, { data: topic });
  await until(() => end.data.length === 1, 'the last event');
  assert.deepEqual(star.data, ['a.*']);
});

test('a handler that throws or removes another does not affect the rest', SOON, async (t) => {
  const [, framework] = frameworks[0];
  const { broker, join, has } = await start(t, framework);
  const { client } = join();
  const reported = [];
  const onUncaught = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => reported.push(error.message));
  t.after(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of onUncaught) process.on('uncaughtException', listener);
  });
  const { data, handler } = collector();
  client.subscribe('news', () => {
    remove();
    throw new Error('of a handler');
  });
  const remove = client.subscribe('news', () => assert.fail('it was removed'));
  client.subscribe('news', handler);
  await has('news');
  broker.broadcastToTopic('news', { data: 1 });
  broker.broadcastToTopic('news', { data: 2 });
  await until(() => data.length === 2 && reported.length === 2, 'both events');
  assert.deepEqual(data, [1, 2]);
  assert.deepEqual(reported, ['of a handler', 'of a handler']);
});
