// GET /connect: the identity of a client and the first events of its stream.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { until } from '../../support/until.mjs';
import { frameworks, SOON, serve } from './apps.mjs';

for (const [name, framework] of Object.entries(frameworks)) {
  describe(name, () => {
    test('the first event is `connected`, without an id', SOON, async (t) => {
      const { broker, connect } = await serve(t, framework);
      const client = await connect();
      assert.equal(client.status, 200);
      assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
      assert.equal(client.headers['cache-control'], 'no-store, no-transform');
      const { clientId, secret } = client;
      assert.deepEqual(client.text.split('\n').sort(), [
        '',
        '',
        `data: ${JSON.stringify({ clientId, secret, resumed: false })}`,
        'event: connected',
      ]);
      assert.match(clientId, /^[\w-]{22}$/);
      assert.match(secret, /^[\w-]{43}$/);
      assert.equal(broker.client(clientId).secret, secret);
      assert.equal(broker.send(clientId, { data: 'for you' }), true);
      await client.has('for you');
    });

    test('every client has its own id and secret', SOON, async (t) => {
      const { connect } = await serve(t, framework);
      const [one, other] = [await connect(), await connect()];
      assert.notEqual(one.clientId, other.clientId);
      assert.notEqual(one.secret, other.secret);
    });

    test('the broker’s options for connections apply', SOON, async (t) => {
      const broker = {
        heartbeatInterval: 10,
        connection: { retry: 1234, headers: { 'X-Stream': 'yes' } },
      };
      const site = await serve(t, framework, { broker });
      const client = await site.stream('/_sse/connect');
      assert.equal(client.headers['x-stream'], 'yes');
      await until(() => client.pings > 1, 'heartbeats');
      assert.match(client.text, /^retry: 1234\n\n/);
    });

    test('the broker sets the heartbeats, unless the routes override them', SOON, async (t) => {
      const comment = /^:\n/m;
      const event = /^event: heartbeat\ndata: \{\}\n\n/m;
      for (const [ofBroker, ofRoutes, is, isNot] of [
        [undefined, undefined, comment, event],
        ['event', undefined, event, comment],
        [undefined, 'event', event, comment],
        ['event', 'comment', comment, event],
      ]) {
        const broker = { heartbeatInterval: 10, heartbeat: ofBroker };
        const options = { heartbeat: ofRoutes };
        const { connect } = await serve(t, framework, { broker, options });
        const client = await connect();
        await until(() => is.test(client.text), `a heartbeat: ${is}`);
        assert.doesNotMatch(client.text, isNot);
        assert.doesNotMatch(client.text, /^id/m);
      }
    });

    test('identify returns the id of the client', SOON, async (t) => {
      const identify = async ({ headers }) => ({
        id: headers['x-user'],
        metadata: { admin: true },
      });
      const { broker, connect } = await serve(t, framework, { options: { identify } });
      const client = await connect('', { headers: { 'X-User': 'ada' } });
      assert.equal(client.clientId, 'ada');
      assert.deepEqual(broker.client('ada').metadata, { admin: true });
    });

    test('an id in use is not given to a second client', SOON, async (t) => {
      const identify = () => ({ id: 'ada' });
      const { broker, connect } = await serve(t, framework, { options: { identify } });
      const one = await connect();
      const other = await connect();
      assert.notEqual(other.clientId, 'ada');
      assert.equal(broker.client('ada').secret, one.secret);
      assert.equal(broker.clientCount(), 2);
    });

    test('an id in the query is ignored, unless identify returns it', SOON, async (t) => {
      const { connect } = await serve(t, framework);
      assert.notEqual((await connect('?clientId=ada&id=ada')).clientId, 'ada');
      const identify = ({ query }) => ({ id: query.clientId });
      const other = await serve(t, framework, { options: { identify } });
      assert.equal((await other.connect('?clientId=ada')).clientId, 'ada');
    });

    test('identify may return undefined', SOON, async (t) => {
      const { connect } = await serve(t, framework, { options: { identify: () => undefined } });
      assert.match((await connect()).clientId, /^[\w-]{22}$/);
    });

    test(
      'a client that leaves while identify is awaited leaves nothing behind',
      SOON,
      async (t) => {
        let identified;
        const identify = () =>
          new Promise((resolve) => {
            identified = resolve;
          });
        const site = await serve(t, framework, { options: { identify } });
        const begun = once(site.server, 'request');
        const raw = await site.raw();
        raw.get('/_sse/connect');
        const [, res] = await begun;
        await until(() => identified, 'identify');
        const closed = once(res, 'close');
        raw.socket.destroy();
        await closed;
        identified({ id: 'ada' });
        const { json } = await site.ask('GET', '/stats');
        assert.deepEqual(json, { clientCount: 0, topicCount: 0 });
        assert.deepEqual(site.errors, []);
      },
    );

    test(
      'a client that leaves before its request is handled leaves nothing behind',
      SOON,
      async (t) => {
        const waiting = [];
        const wait = () => new Promise((resolve) => waiting.push(resolve));
        const site = await serve(t, framework, { options: { stats: wait, identify: wait } });
        const begun = once(site.server, 'request');
        const raw = await site.raw();
        raw.get('/_sse/stats').get('/_sse/connect');
        const [, res] = await begun;
        await until(() => waiting.length === 2, 'both requests');
        const closed = once(res, 'close');
        raw.socket.destroy();
        await closed;
        for (const go of waiting) go(undefined);
        const answer = site.ask('GET', '/stats');
        await until(() => waiting.length === 3, 'the next request');
        waiting[2](true);
        assert.deepEqual((await answer).json, { clientCount: 0, topicCount: 0 });
        assert.deepEqual(site.errors, []);
      },
    );

    test('an error of identify is reported even if the client has left', SOON, async (t) => {
      let fail;
      const identify = () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        });
      const site = await serve(t, framework, { options: { identify } });
      const begun = once(site.server, 'request');
      const raw = await site.raw();
      raw.get('/_sse/connect');
      const [, res] = await begun;
      await until(() => fail, 'identify');
      const closed = once(res, 'close');
      raw.socket.destroy();
      await closed;
      const error = new Error('too late');
      fail(error);
      await until(() => site.errors.length, 'the error');
      assert.equal(site.errors[0].cause, error);
    });

    test(
      'an error of identify is reported to the application, not to the client',
      SOON,
      async (t) => {
        const secret = new Error('the password is swordfish');
        for (const identify of [
          () => Promise.reject(secret),
          () => {
            throw secret;
          },
        ]) {
          const site = await serve(t, framework, { options: { identify } });
          const { status, text } = await site.ask('GET', '/connect');
          assert.equal(status, 500);
          assert.doesNotMatch(text, /swordfish/);
          await until(() => site.errors.length, 'the error');
          assert.equal(site.errors[0].code, 'ERR_SSE_CONNECT');
          assert.equal(site.errors[0].cause, secret);
          assert.equal(site.broker.clientCount(), 0);
        }
      },
    );

    test(
      'an error of a hook is an application error even if it has a code of sluice',
      SOON,
      async (t) => {
        for (const code of ['ERR_SSE_GONE', 'ERR_SSE_BROKER_CLOSED']) {
          const fail = () => {
            throw Object.assign(new Error('of another broker'), { code });
          };
          for (const hooks of [{ options: { identify: fail } }, { broker: { onConnect: fail } }]) {
            const site = await serve(t, framework, hooks);
            assert.equal((await site.ask('GET', '/connect')).status, 500);
            await until(() => site.errors.length, 'the error');
            assert.equal(site.errors[0].code, 'ERR_SSE_CONNECT');
            assert.equal(site.errors[0].cause.code, code);
          }
        }
      },
    );

    test('identify may refuse a client with a 4xx status', SOON, async (t) => {
      const error = Object.assign(new Error('log in first'), { statusCode: 401 });
      const identify = async () => {
        throw error;
      };
      const site = await serve(t, framework, { options: { identify } });
      assert.equal((await site.ask('GET', '/connect')).status, 401);
      await until(() => site.errors.length, 'the error');
      assert.deepEqual(site.errors, [error]);
    });

    for (const [what, identity] of Object.entries({
      'an id that is a number': { id: 7 },
      'an empty id': { id: '' },
      'metadata that is not an object': { metadata: 'admin' },
    })) {
      test(`identify must not return ${what}`, SOON, async (t) => {
        const site = await serve(t, framework, { options: { identify: () => identity } });
        assert.equal((await site.ask('GET', '/connect')).status, 500);
        await until(() => site.errors.length, 'the error');
        assert.equal(site.errors[0].cause.code, 'ERR_SSE_OPTION');
        assert.equal(site.broker.clientCount(), 0);
      });
    }

    test(
      'an error of onConnect is answered with 500, and the client is removed',
      SOON,
      async (t) => {
        const onConnect = () => {
          throw new Error('the password is swordfish');
        };
        const site = await serve(t, framework, { broker: { onConnect } });
        const { status, text } = await site.ask('GET', '/connect');
        assert.equal(status, 500);
        assert.doesNotMatch(text, /swordfish/);
        await until(() => site.broker.clientCount() === 0, 'the client to be removed');
        assert.equal(site.errors.length, 1);
      },
    );

    test('events that onConnect sends come after `connected`', SOON, async (t) => {
      const onConnect = (client) => client.connection.send({ id: '1', data: 'welcome' });
      const { connect } = await serve(t, framework, { broker: { onConnect } });
      const client = await connect();
      await client.has('welcome');
      assert.match(client.text, /^(?!id)[^\n]*\n(?!id)[^\n]*\n\n/);
      assert.match(client.text, /^event: connected$/m);
      assert.equal(client.data[1], 'welcome');
    });

    test('onConnect may end the stream', SOON, async (t) => {
      const broker = { onConnect: ({ connection }) => void connection.end() };
      const site = await serve(t, framework, { broker });
      const client = await site.stream('/_sse/connect');
      assert.equal(client.status, 200);
      assert.equal(await client.over(), 'clean');
      assert.match(client.text, /^event: connected$/m);
      assert.deepEqual(site.errors, []);
    });

    test('a closed broker is answered with 503', SOON, async (t) => {
      const site = await serve(t, framework);
      await site.broker.close();
      const { status, json } = await site.ask('GET', '/connect');
      assert.equal(status, 503);
      assert.deepEqual(json, { error: 'the server is closing', code: 'ERR_SSE_BROKER_CLOSED' });
    });

    test('closing the broker ends the streams', SOON, async (t) => {
      const site = await serve(t, framework);
      const client = await site.connect();
      await site.broker.close();
      assert.equal(await client.over(), 'clean');
    });

    test('HEAD gets the head and creates no client', SOON, async (t) => {
      const connected = [];
      const broker = { onConnect: (client) => connected.push(client) };
      const site = await serve(t, framework, { broker });
      const { status, headers, text } = await site.ask('HEAD', '/connect');
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
      assert.equal(text, '');
      assert.deepEqual(connected, []);
    });

    test('a client that has left is removed', SOON, async (t) => {
      const reasons = [];
      const onDisconnect = ({ id }, reason) => reasons.push([id, reason]);
      const site = await serve(t, framework, { broker: { onDisconnect } });
      const client = await site.connect();
      client.leave();
      await until(() => reasons.length, 'onDisconnect');
      assert.deepEqual(reasons, [[client.clientId, 'client']]);
      assert.equal((await site.subscribe(client, 'news')).status, 403);
    });
  });
}
