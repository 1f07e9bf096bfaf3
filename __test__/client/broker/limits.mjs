// Refused topics and requests that exceed a server limit.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { frameworks, start } from './site.mjs';

const nothing = () => {};
const names = (count, length = 4) =>
  Array.from({ length: count }, (_, n) => `${n}`.padStart(length, 't'));

for (const [name, framework] of frameworks) {
  describe(name, () => {
    test('refused topics are reported once, and the others are subscribed', SOON, async (t) => {
      const authorizeSubscribe = (_req, _id, topic) => !topic.startsWith('no');
      const { join, has, cut } = await start(t, framework, { options: { authorizeSubscribe } });
      const { client, changes, connects, errors } = join();
      const removers = ['a', 'no 1', 'b', 'no 2'].map((topic) => client.subscribe(topic, nothing));
      await has('a', 'b');
      cut();
      await until(() => connects().length === 2 && client.isConnected(), 'the second stream');
      client.subscribe('c', nothing);
      await has('a', 'b', 'c');
      assert.deepEqual(changes(), ['subscribe a no 1 b no 2', 'subscribe a b', 'subscribe c']);
      const refusals = () => errors.filter(({ code }) => code === 'ERR_SSE_SUBSCRIBE');
      const [{ topics, status, fatal, message }] = refusals();
      assert.deepEqual(
        { topics, status, fatal },
        { topics: ['no 1', 'no 2'], status: 403, fatal: false },
      );
      assert.match(message, /ERR_SSE_TOPIC_DENIED/);
      // A new first handler asks again.
      removers[1]();
      client.subscribe('no 1', nothing);
      await until(() => refusals().length === 2, 'the second refusal');
      assert.deepEqual(refusals()[1].topics, ['no 1']);
      assert.equal(changes().at(-1), 'subscribe no 1');
    });

    test('many topics are split into requests that the server accepts', SOON, async (t) => {
      const { join, has } = await start(t, framework);
      const { client, errors, requests, mostAtOnce } = join();
      const topics = names(100, 500);
      for (const topic of topics) client.subscribe(topic, nothing);
      await has(...topics);
      const sizes = requests.flatMap(({ bytes }) => bytes ?? []);
      assert.equal(sizes.length, 4);
      assert.ok(Math.max(...sizes) <= 16_384, String(sizes));
      assert.equal(mostAtOnce(), 1);
      assert.deepEqual(errors, []);
    });

    test('adapts to a smaller body limit of the server', SOON, async (t) => {
      const { join, has } = await start(t, framework, { options: { bodyLimit: 200 } });
      const { client, errors, requests } = join();
      const topics = names(20);
      for (const topic of topics) client.subscribe(topic, nothing);
      client.subscribe('x'.repeat(200), nothing);
      await has(...topics);
      await until(() => errors.length === 1, 'the refusal');
      assert.equal(errors[0].code, 'ERR_SSE_SUBSCRIBE');
      assert.equal(errors[0].status, 413);
      assert.deepEqual(errors[0].topics, ['x'.repeat(200)]);
      assert.ok(requests.length < 40, `${requests.length} requests`);
    });

    test('topics over maxTopics are reported, and removed topics free a place', SOON, async (t) => {
      const { join, has } = await start(t, framework, { options: { maxTopics: 3 } });
      const { client, changes, errors } = join();
      const removers = ['a', 'b', 'c'].map((topic) => client.subscribe(topic, nothing));
      await has('a', 'b', 'c');
      removers[0]();
      client.subscribe('d', nothing);
      await has('b', 'c', 'd');
      assert.deepEqual(errors, []);
      assert.deepEqual(changes().slice(1), ['subscribe d', 'unsubscribe a', 'subscribe d']);
      client.subscribe('e', nothing);
      await until(() => errors.length === 1, 'the refusal');
      assert.deepEqual(errors[0].topics, ['e']);
      assert.match(errors[0].message, /ERR_SSE_TOPIC_LIMIT/);
      removers[1]();
      await has('c', 'd');
    });

    test('an invalid topic name does not prevent the other subscriptions', SOON, async (t) => {
      const options = { authorizeSubscribe: () => true };
      const { join, has } = await start(t, framework, { options });
      const { client, errors } = join();
      for (const topic of ['a', 'b', 'a.>.b', 'c', 'd']) client.subscribe(topic, nothing);
      await has('a', 'b', 'c', 'd');
      await until(() => errors.length === 1, 'the refusal');
      assert.deepEqual(errors[0].topics, ['a.>.b']);
      assert.equal(errors[0].status, 400);
    });
  });
}
