// Clients that reconnect to GET /connect with their id and secret.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import { frameworks, SOON, serve } from './apps.mjs';

const encoded = encodeURIComponent;

/** The two forms in which a client sends its id and secret. */
const forms = {
  header: ({ clientId, secret }) => ['', { 'SSE-Session': `${encoded(clientId)} ${secret}` }],
  query: ({ clientId, secret }) => [`?clientId=${encoded(clientId)}&secret=${encoded(secret)}`, {}],
};

/** Clients of the routes. `join` resumes a session if credentials are given. */
async function start(t, framework, settings) {
  const site = await serve(t, framework, settings);
  const { broker, connect } = site;
  return {
    ...site,
    join(credentials, { form = forms.header, headers = {} } = {}) {
      const [query, own] = credentials ? form(credentials) : ['', {}];
      return connect(query, { headers: { ...own, ...headers } });
    },
    async leave(client) {
      client.leave();
      await until(() => !broker.client(client.clientId), 'the client to leave');
    },
    topicsOf: ({ clientId }) => Array.from(broker.client(clientId).topics),
  };
}

const send = (broker, topic, id) => broker.broadcastToTopic(topic, { id, data: id });

for (const [name, framework] of Object.entries(frameworks)) {
  describe(name, () => {
    for (const [which, form] of Object.entries(forms)) {
      test(
        `a client that reconnects by ${which} resumes all its topics in order`,
        SOON,
        async (t) => {
          const greeted = [];
          const onConnect = ({ topics }) => greeted.push([...topics]);
          const site = await start(t, framework, { broker: { onConnect } });
          const { broker } = site;
          const first = await site.join();
          await site.subscribe(first, 'a', 'b');
          send(broker, 'a', '1');
          send(broker, 'b', '2');
          await first.has('data: 2\n\n');
          await site.leave(first);
          for (const [topic, id] of ['b3', 'a4', 'b5', 'a6']) send(broker, topic, id);
          const back = await site.join(first, { form, headers: { 'Last-Event-ID': '2' } });
          assert.deepEqual(back.credentials, first.credentials);
          send(broker, 'a', '7');
          await back.has('data: 7\n\n');
          assert.deepEqual(back.data.slice(1), ['3', '4', '5', '6', '7']);
          assert.deepEqual(greeted, [[], ['a', 'b']]);
          // The secret stays valid for later requests.
          assert.equal((await site.subscribe(back, 'c')).status, 200);
        },
      );

      test(`a client that reconnects by ${which} needs no cursor`, SOON, async (t) => {
        const site = await start(t, framework);
        const first = await site.join();
        await site.subscribe(first, 'news');
        await site.leave(first);
        const back = await site.join(first, { form });
        assert.deepEqual(back.credentials, first.credentials);
        assert.equal(site.broker.broadcastToTopic('news', { data: 'live' }), 1);
        await back.has('data: live\n\n');
      });
    }

    test(
      'the connected event reports whether all topics of the session are restored',
      SOON,
      async (t) => {
        const refused = new Set();
        const topic = (name) => {
          if (refused.has(name)) throw new Error('no such topic');
          return { emptyTimeout: 0, historySize: 0 };
        };
        const site = await start(t, framework, { broker: { topic } });
        const resumed = ({ data }) => JSON.parse(data[0]).resumed;
        const first = await site.join();
        assert.equal(resumed(first), false);
        await site.subscribe(first, 'a', 'b');
        await site.leave(first);
        const second = await site.join(first);
        assert.equal(resumed(second), true);
        await site.leave(second);
        refused.add('b');
        const third = await site.join(first);
        assert.equal(resumed(third), false);
        assert.equal(third.clientId, first.clientId);
        assert.deepEqual(site.topicsOf(third), ['a']);
        assert.equal(resumed(await site.join({ clientId: first.clientId, secret: 'x' })), false);
      },
    );

    test('wrong credentials result in a new client', SOON, async (t) => {
      const site = await start(t, framework);
      const [gone, live] = [await site.join(), await site.join()];
      for (const client of [gone, live]) await site.subscribe(client, 'news');
      await site.leave(gone);
      const ids = new Set([gone.clientId, live.clientId]);
      const headers = [
        ...[gone, live].flatMap(({ clientId, secret }) => [
          `${clientId} ${secret}A`,
          `${clientId} ${secret.slice(1)}`,
          `${clientId} ${clientId}`,
          `${clientId}`,
          `${clientId} `,
          `${secret} ${clientId}`,
          `${clientId}  ${secret}`,
        ]),
        `${gone.clientId} ${live.secret}`,
        `nobody ${gone.secret}`,
        `__proto__ ${gone.secret}`,
        `%E0%A4%A ${gone.secret}`,
        '%',
      ];
      const queries = [
        `?clientId=${gone.clientId}`,
        `?secret=${gone.secret}`,
        `?clientId=${gone.clientId}&secret=`,
        `?clientId=${live.clientId}&secret=${gone.secret}`,
      ];
      for (const [query, header] of [
        ...headers.map((header) => ['', header]),
        ...queries.map((query) => [query, undefined]),
      ]) {
        const own = header && { 'SSE-Session': header };
        const client = await site.connect(query, { headers: { ...own, 'Last-Event-ID': '1' } });
        assert.equal(client.status, 200);
        assert.ok(!ids.has(client.clientId), `${query}, ${header}`);
        assert.deepEqual(site.topicsOf(client), []);
        ids.add(client.clientId);
      }
      assert.deepEqual(site.topicsOf(live), ['news']);
      assert.equal(live.end, undefined);
      const back = await site.join(gone);
      assert.deepEqual(site.topicsOf(back), ['news']);
      assert.equal(back.clientId, gone.clientId);
    });

    test('credentials are ignored if identify returns another id', SOON, async (t) => {
      const identify = ({ headers }) => headers['x-user'] && { id: `ü ${headers['x-user']}` };
      const site = await start(t, framework, { options: { identify } });
      const as = (user) => ({ headers: user ? { 'X-User': user } : {} });
      const ada = await site.join(undefined, as('ada'));
      assert.equal(ada.clientId, 'ü ada');
      const anonymous = await site.join();
      for (const client of [ada, anonymous]) {
        await site.subscribe(client, 'news');
        await site.leave(client);
      }
      for (const [owner, user] of [
        [ada, 'bob'],
        [ada, undefined],
        [anonymous, 'bob'],
      ]) {
        const client = await site.join(owner, as(user));
        assert.notEqual(client.clientId, owner.clientId);
        assert.notEqual(client.secret, owner.secret);
        assert.deepEqual(site.topicsOf(client), []);
        await site.leave(client);
      }
      for (const [owner, user] of [
        [ada, 'ada'],
        [anonymous, undefined],
      ]) {
        const back = await site.join(owner, as(user));
        assert.deepEqual(back.credentials, owner.credentials);
        assert.deepEqual(site.topicsOf(back), ['news']);
      }
    });

    test('a new connection of a client replaces the one that is still open', SOON, async (t) => {
      const gone = [];
      const onDisconnect = ({ id }, reason) => gone.push([id, reason]);
      const site = await start(t, framework, { broker: { onDisconnect } });
      const first = await site.join();
      // Also without topics.
      const second = await site.join(first);
      assert.equal(await first.over(), 'cut');
      assert.deepEqual(second.credentials, first.credentials);
      await site.subscribe(second, 'news', 'orders.7');
      const third = await site.join(second);
      assert.equal(await second.over(), 'cut');
      assert.deepEqual(third.credentials, first.credentials);
      assert.deepEqual(site.topicsOf(third), ['news', 'orders.7']);
      assert.equal(site.broker.clientCount(), 1);
      await until(() => gone.length === 2, 'onDisconnect');
      assert.deepEqual(gone, Array(2).fill([first.clientId, 'destroy']));
      assert.equal(site.broker.broadcastToTopic('news', { data: 'once' }), 1);
      await third.has('data: once\n\n');
    });

    test('HEAD changes neither a session nor a live client', SOON, async (t) => {
      const site = await start(t, framework);
      const [gone, live] = [await site.join(), await site.join()];
      await site.subscribe(gone, 'news');
      await site.leave(gone);
      for (const client of [gone, live]) {
        const [, headers] = forms.header(client);
        assert.equal((await site.ask('HEAD', '/connect', { headers })).status, 200);
      }
      assert.equal(site.broker.client(live.clientId).connection.closed, false);
      assert.deepEqual(site.topicsOf(await site.join(gone)), ['news']);
    });

    test('credentials are ignored with a sessionTimeout of 0', SOON, async (t) => {
      const site = await start(t, framework, { broker: { sessionTimeout: 0 } });
      const first = await site.join();
      await site.subscribe(first, 'news');
      const second = await site.join(first);
      assert.notEqual(second.clientId, first.clientId);
      assert.equal(site.broker.clientCount(), 2);
      await site.leave(first);
      const third = await site.join(first);
      assert.notEqual(third.clientId, first.clientId);
      assert.deepEqual(site.topicsOf(third), []);
    });

    test('disconnect() ends a session for good', SOON, async (t) => {
      const site = await start(t, framework);
      const first = await site.join();
      await site.subscribe(first, 'news');
      site.broker.disconnect(first.clientId);
      await first.over();
      const second = await site.join(first);
      assert.notEqual(second.clientId, first.clientId);
      assert.deepEqual(site.topicsOf(second), []);
    });
  });
}
