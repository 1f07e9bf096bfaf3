// POST /subscribe and /unsubscribe: effects and authorization.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import { frameworks, SOON, serve } from './apps.mjs';

const denied = {
  error: 'a topic is not allowed: none was subscribed',
  code: 'ERR_SSE_TOPIC_DENIED',
};

for (const [name, framework] of Object.entries(frameworks)) {
  describe(name, () => {
    test('a client subscribes and unsubscribes', SOON, async (t) => {
      const { broker, connect, subscribe, unsubscribe } = await serve(t, framework);
      const client = await connect();
      const { status, headers, json } = await subscribe(client, 'news', 'orders.7');
      assert.equal(status, 200);
      assert.deepEqual(json, { success: true, topics: ['news', 'orders.7'] });
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(broker.broadcastToTopic('news', { data: 'first' }), 1);
      await client.has('first');

      const left = await unsubscribe(client, 'news', 'never-had');
      assert.equal(left.status, 200);
      assert.deepEqual(left.json, { success: true, topics: ['news', 'never-had'] });
      assert.equal(broker.broadcastToTopic('news', { data: 'second' }), 0);
      assert.deepEqual([...broker.client(client.clientId).topics], ['orders.7']);
    });

    test('a topic that is named twice is subscribed once', SOON, async (t) => {
      const { broker, connect, subscribe } = await serve(t, framework);
      const client = await connect();
      const { json } = await subscribe(client, 'news', 'news', 'news');
      assert.deepEqual(json.topics, ['news']);
      assert.equal(broker.broadcastToTopic('news', { data: 'once' }), 1);
      broker.send(client.clientId, { data: 'after it' });
      await client.has('after it');
      assert.deepEqual(client.data.slice(1), ['once', 'after it']);
    });

    test('the statistics contain only the numbers of clients and topics', SOON, async (t) => {
      const site = await serve(t, framework);
      const client = await site.connect();
      await site.subscribe(client, 'one', 'two');
      const { status, headers, json } = await site.ask('GET', '/stats');
      assert.equal(status, 200);
      assert.equal(headers['cache-control'], 'no-store');
      assert.deepEqual(json, { clientCount: 1, topicCount: 2 });
    });

    test('the statistics can be turned off', SOON, async (t) => {
      const site = await serve(t, framework, { options: { stats: false } });
      assert.equal((await site.ask('GET', '/stats')).status, 404);
    });

    test('a function authorizes access to the statistics', SOON, async (t) => {
      const answers = {
        yes: async () => true,
        no: () => false,
        fails: () => Promise.reject(new Error('the password is swordfish')),
      };
      const stats = ({ headers }) => answers[headers['x-answer']]();
      const site = await serve(t, framework, { options: { stats } });
      const get = (answer) => site.ask('GET', '/stats', { headers: { 'X-Answer': answer } });
      assert.equal((await get('yes')).status, 200);
      for (const answer of ['no', 'fails']) {
        const { status, text, json } = await get(answer);
        assert.equal(status, 403);
        assert.equal(json.code, 'ERR_SSE_STATS_DENIED');
        assert.doesNotMatch(text, /swordfish/);
      }
    });

    test('authorizeSubscribe gets the request, the client and the topic', SOON, async (t) => {
      const asked = [];
      const authorizeSubscribe = async ({ headers }, clientId, topic) => {
        asked.push([headers.authorization, clientId, topic]);
        return true;
      };
      const site = await serve(t, framework, { options: { authorizeSubscribe } });
      const client = await site.connect();
      const message = { ...client.credentials, topics: ['a', 'b.>', 'a'] };
      const { status } = await site.post('/subscribe', message, { Authorization: 'Bearer x' });
      assert.equal(status, 200);
      assert.deepEqual(asked, [
        ['Bearer x', client.clientId, 'a'],
        ['Bearer x', client.clientId, 'b.>'],
      ]);
      assert.equal(site.broker.broadcastToTopic('b.c.d', { data: 'matched' }), 1);
      await client.has('matched');
    });

    test('the broker’s authorizeSubscribe is used if the routes have none', SOON, async (t) => {
      const broker = { authorizeSubscribe: (_req, _id, topic) => topic === 'public' };
      const site = await serve(t, framework, { broker });
      const client = await site.connect();
      assert.equal((await site.subscribe(client, 'public')).status, 200);
      assert.equal((await site.subscribe(client, 'private')).status, 403);

      const options = { authorizeSubscribe: (_req, _id, topic) => topic === 'private' };
      const other = await serve(t, framework, { broker, options });
      const theirs = await other.connect();
      assert.equal((await other.subscribe(theirs, 'private')).status, 200);
      assert.equal((await other.subscribe(theirs, 'public')).status, 403);
    });

    const refusals = {
      'returns false': () => false,
      'returns nothing': () => undefined,
      'returns a reason': () => 'not allowed',
      throws: () => {
        throw new Error('the password is swordfish');
      },
      rejects: async () => {
        throw new Error('the password is swordfish');
      },
      'rejects with nothing': () => Promise.reject(),
    };
    for (const [how, refuse] of Object.entries(refusals)) {
      test(
        `an authorizeSubscribe that ${how} refuses, and nothing is subscribed`,
        SOON,
        async (t) => {
          const authorizeSubscribe = (_req, _id, topic) => (topic === 'mine' ? true : refuse());
          const site = await serve(t, framework, { options: { authorizeSubscribe } });
          const client = await site.connect();
          const { status, text, json } = await site.subscribe(client, 'mine', 'theirs', 'other');
          assert.equal(status, 403);
          assert.deepEqual(json, { ...denied, topics: ['theirs', 'other'] });
          assert.doesNotMatch(text, /swordfish/);
          assert.deepEqual(site.broker.topics(), []);
          assert.deepEqual(site.errors, []);
        },
      );
    }

    test('wildcards require authorizeSubscribe', SOON, async (t) => {
      const site = await serve(t, framework);
      const client = await site.connect();
      for (const topic of ['*', '>', 'orders.*', 'orders.>', '*.created', 'a.*.b']) {
        const { status, json } = await site.subscribe(client, 'news', topic);
        assert.equal(status, 403, topic);
        assert.deepEqual(json, { ...denied, topics: [topic] });
      }
      assert.deepEqual(site.broker.topics(), []);
      assert.equal((await site.subscribe(client, 'a*', '>b', '**')).status, 200);
    });

    test(
      'an invalid topic name is refused even if authorizeSubscribe allows it',
      SOON,
      async (t) => {
        const options = { authorizeSubscribe: () => true };
        const site = await serve(t, framework, { options });
        const client = await site.connect();
        for (const topic of ['a.>.b', '\ud800', 'a'.repeat(1025), `*${'.a'.repeat(5000)}`]) {
          const { status, json } = await site.subscribe(client, 'news', topic);
          assert.equal(status, 400);
          assert.equal(json.code, 'ERR_SSE_TOPIC');
        }
        assert.deepEqual(site.broker.topics(), []);
      },
    );

    test(
      'an error of the broker is reported to the application, and nothing is subscribed',
      SOON,
      async (t) => {
        const secret = new Error('the password is swordfish');
        const topic = (name) => {
          if (name === 'bad') throw secret;
        };
        const site = await serve(t, framework, { broker: { topic } });
        const client = await site.connect();
        await site.subscribe(client, 'had');
        const { status, text } = await site.subscribe(client, 'had', 'good', 'bad', 'last');
        assert.equal(status, 500);
        assert.doesNotMatch(text, /swordfish/);
        await until(() => site.errors.length, 'the error');
        assert.equal(site.errors[0].code, 'ERR_SSE_SUBSCRIBE');
        assert.equal(site.errors[0].cause, secret);
        assert.deepEqual(site.broker.topics(), ['had']);
      },
    );

    test('a client may be subscribed to maxTopics topics', SOON, async (t) => {
      const asked = [];
      const authorizeSubscribe = (_req, _id, topic) => asked.push(topic) > 0;
      const options = { maxTopics: 3, authorizeSubscribe };
      const site = await serve(t, framework, { options });
      const client = await site.connect();
      assert.equal((await site.subscribe(client, 'a', 'b')).status, 200);
      asked.length = 0;
      const { status, json } = await site.subscribe(client, 'b', 'c', 'd');
      assert.equal(status, 403);
      assert.deepEqual(json, {
        error: 'a client may subscribe to at most 3 topics: unsubscribe from some first',
        code: 'ERR_SSE_TOPIC_LIMIT',
      });
      assert.deepEqual(asked, []);
      assert.equal((await site.subscribe(client, 'a', 'b', 'c')).status, 200);
      assert.equal((await site.subscribe(client, 'c', 'a')).status, 200);
      await site.unsubscribe(client, 'a');
      assert.equal((await site.subscribe(client, 'd')).status, 200);
    });

    test('a client may be subscribed to maxPatterns patterns', SOON, async (t) => {
      const options = { authorizeSubscribe: () => true };
      const site = await serve(t, framework, { broker: { maxPatterns: 1 }, options });
      const client = await site.connect();
      const { status, json } = await site.subscribe(client, 'a', 'a.*', 'b.*');
      assert.deepEqual([status, json.code], [403, 'ERR_SSE_TOPIC_LIMIT']);
      assert.doesNotMatch(json.error, /maxPatterns/);
      assert.deepEqual(site.broker.topics(), []);
    });

    test('clients create no more than maxTopicsTotal topics', SOON, async (t) => {
      const site = await serve(t, framework, { broker: { maxTopicsTotal: 2 } });
      const [one, other] = [await site.connect(), await site.connect()];
      assert.equal((await site.subscribe(one, 'a', 'b')).status, 200);
      const { status, headers, json } = await site.subscribe(other, 'a', 'c');
      assert.deepEqual([status, json.code], [503, 'ERR_SSE_LIMIT']);
      assert.match(headers['retry-after'], /^\d+$/);
      assert.doesNotMatch(json.error, /maxTopicsTotal/);
      assert.deepEqual([...site.broker.client(other.clientId).topics], []);
      assert.equal((await site.subscribe(other, 'a', 'b')).status, 200);
    });

    test('two concurrent requests do not exceed maxTopics', SOON, async (t) => {
      const waiting = [];
      const authorizeSubscribe = () => new Promise((resolve) => waiting.push(resolve));
      const options = { maxTopics: 1, authorizeSubscribe };
      const site = await serve(t, framework, { options });
      const client = await site.connect();
      const answers = [site.subscribe(client, 'a'), site.subscribe(client, 'b')];
      await until(() => waiting.length === 2, 'both calls of authorizeSubscribe');
      for (const allow of waiting) allow(true);
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      assert.deepEqual(statuses.sort(), [200, 403]);
      assert.equal(site.broker.topics().length, 1);
    });

    test(
      'a client that leaves while authorizeSubscribe is awaited is not subscribed',
      SOON,
      async (t) => {
        let allow;
        const authorizeSubscribe = () =>
          new Promise((resolve) => {
            allow = resolve;
          });
        const site = await serve(t, framework, { options: { authorizeSubscribe } });
        const client = await site.connect();
        const answer = site.subscribe(client, 'news');
        await until(() => allow, 'authorizeSubscribe');
        client.leave();
        await until(() => site.broker.clientCount() === 0, 'the client to be removed');
        allow(true);
        const { status, json } = await answer;
        assert.equal(status, 403);
        assert.equal(json.code, 'ERR_SSE_SECRET');
        assert.deepEqual(site.broker.topics(), []);
      },
    );

    test('a permission does not pass to the next client with the same id', SOON, async (t) => {
      let allow;
      const authorizeSubscribe = () =>
        new Promise((resolve) => {
          allow = resolve;
        });
      const options = { authorizeSubscribe, identify: () => ({ id: 'ada' }) };
      const site = await serve(t, framework, { options });
      const client = await site.connect();
      const answer = site.subscribe(client, 'news');
      await until(() => allow, 'authorizeSubscribe');
      client.leave();
      await until(() => site.broker.clientCount() === 0, 'the client to be removed');
      assert.equal((await site.connect()).clientId, 'ada');
      allow(true);
      assert.equal((await answer).status, 403);
      assert.deepEqual(site.broker.topics(), []);
    });
  });
}
