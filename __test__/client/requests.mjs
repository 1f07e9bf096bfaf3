import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../support/until.mjs';
import { connecting, serve, stream } from './plain.mjs';
import { clock, ending, open, refused, scriptedClient, settled, status } from './scripted.mjs';

describe('requests', () => {
  test('a request accepts text/event-stream and bypasses caches', async (t) => {
    const { client, requests } = scriptedClient(t, [open()]);
    client.connect();
    await settled();
    const [{ url, method, cache, headers, body }] = requests;
    assert.deepEqual(
      { url, method, cache, body },
      {
        url: 'http://server.test/events',
        method: 'GET',
        cache: 'no-store',
        body: undefined,
      },
    );
    assert.deepEqual([...headers], [['accept', 'text/event-stream']]);
  });

  test('`credentials` is passed to fetch, and is unset by default', async (t) => {
    for (const credentials of [undefined, 'include']) {
      const { client, requests } = scriptedClient(t, [open()], { credentials });
      client.connect();
      await settled();
      assert.equal(requests[0].credentials, credentials);
    }
  });

  test('headers can be an object, pairs or Headers', async (t) => {
    for (const headers of [{ 'X-Key': 'k' }, [['X-Key', 'k']], new Headers({ 'X-Key': 'k' })]) {
      const { client, requests } = scriptedClient(t, [open()], { headers });
      client.connect();
      await settled();
      assert.equal(requests[0].headers.get('X-Key'), 'k');
      assert.equal(requests[0].headers.get('Accept'), 'text/event-stream');
    }
  });

  test('a headers function is called for every attempt, and may be async', async (t) => {
    const { pass } = clock(t);
    let asked = 0;
    const headers = async () => ({ 'X-Count': String(++asked), Accept: 'text/event-stream;v=1' });
    const { client, requests } = scriptedClient(t, [ending('data: a\n\n')], { headers });
    client.connect();
    await settled();
    await pass(1000);
    await pass(2000);
    assert.deepEqual(
      requests.map((request) => request.headers.get('X-Count')),
      ['1', '2', '3'],
    );
    assert.equal(requests[0].headers.get('Accept'), 'text/event-stream;v=1');
  });

  test('the token is requested for every attempt, and the cursor is kept', async (t) => {
    const { pass } = clock(t);
    const tokens = ['one', 'two', 'three'];
    const token = async () => tokens.shift();
    const answers = [ending('id: 1\ndata: a\n\n'), refused, open()];
    const { client, requests } = scriptedClient(t, answers, { token });
    client.connect();
    await settled();
    await pass(1000);
    await pass(2000);
    assert.deepEqual(
      requests.map(({ headers }) => [headers.get('Authorization'), headers.get('Last-Event-ID')]),
      [
        ['Bearer one', null],
        ['Bearer two', '1'],
        ['Bearer three', '1'],
      ],
    );
  });

  test('a failing token or headers function is an error, and is retried', async (t) => {
    const { pass } = clock(t);
    const failure = new Error('signed out');
    const token = t.mock.fn(
      () => 'fine',
      () => Promise.reject(failure),
      { times: 1 },
    );
    const headers = t.mock.fn(
      () => ({}),
      () => ({ 'not a header': '' }),
      { times: 1 },
    );
    for (const config of [{ token }, { headers }]) {
      const { client, errors, codes } = scriptedClient(t, [open()], config);
      client.connect();
      await settled();
      assert.deepEqual(codes(), ['ERR_SSE_HEADERS']);
      if (config.token) assert.equal(errors[0].cause, failure);
      await pass(1000);
      assert.equal(client.isConnected(), true);
    }
  });

  test('`timeout` covers a pending token', async (t) => {
    const { pass } = clock(t);
    const token = () => new Promise(() => {});
    const { client, codes } = scriptedClient(t, [open()], { token, timeout: 100 });
    client.connect();
    await settled();
    await pass(100);
    assert.deepEqual(codes(), ['ERR_SSE_TIMEOUT']);
  });

  test('`lastEventId` is sent with the first request', async (t) => {
    const { client, requests } = scriptedClient(t, [open()], { lastEventId: '41' });
    assert.equal(client.getLastEventId(), '41');
    client.connect();
    await settled();
    assert.equal(requests[0].headers.get('Last-Event-ID'), '41');
  });

  test('a cursor that was reset is not sent', async (t) => {
    const { pass } = clock(t);
    const answers = [ending('id: 1\ndata: a\n\nid\n\ndata: b\n\n'), open()];
    const { client, requests } = scriptedClient(t, answers);
    client.connect();
    await settled();
    assert.equal(client.getLastEventId(), '');
    await pass(1000);
    assert.equal(requests[1].headers.has('Last-Event-ID'), false);
  });

  test('a body is posted with every attempt', async (t) => {
    const { requests, origin } = await serve(t, (_, res) => {
      stream(res);
      res.end();
    });
    const body = JSON.stringify({ prompt: 'why?' });
    const headers = { 'Content-Type': 'application/json' };
    connecting(t, { url: origin, body, headers, reconnectDelay: 1 });
    await until(() => requests.length >= 3, 'three requests');
    for (const request of requests) {
      assert.deepEqual([request.method, request.body], ['POST', body]);
      assert.equal(request.headers['content-type'], 'application/json');
    }
  });

  test('the method can be set', async (t) => {
    const { client, requests } = scriptedClient(t, [open()], { method: 'PUT', body: 'x' });
    client.connect();
    await settled();
    assert.deepEqual([requests[0].method, requests[0].body], ['PUT', 'x']);
  });

  test('a 401 is final, and connect() requests a new token', async (t) => {
    const tokens = ['old', 'new'];
    const token = () => tokens.shift();
    const { client, requests, errors } = scriptedClient(t, [status(401), open()], { token });
    client.connect();
    await settled();
    assert.equal(errors[0].status, 401);
    client.connect();
    await settled();
    assert.equal(requests[1].headers.get('Authorization'), 'Bearer new');
    assert.equal(client.isConnected(), true);
  });

  test('an id that is invalid or too long for a header is not sent', async (t) => {
    for (const id of ['a\x01b', 'a\x7f', '\x0b', 'x'.repeat(1025), 'x'.repeat(200_000)]) {
      const { client, requests, events } = scriptedClient(t, [open('data: a\n\n')], {
        lastEventId: id,
      });
      client.connect();
      await settled();
      assert.equal(requests[0].headers.has('Last-Event-ID'), false);
      assert.equal(events.length, 1);
    }
    const { client, requests } = scriptedClient(t, [open()], { lastEventId: 'x'.repeat(1024) });
    client.connect();
    await settled();
    assert.equal(requests[0].headers.get('Last-Event-ID').length, 1024);
  });

  test('a null body counts as absent', async (t) => {
    const { client, requests } = scriptedClient(t, [open()], { body: null });
    client.connect();
    await settled();
    assert.equal(requests[0].method, 'GET');
  });

  test('a response body is cancelled even if fetch ignores the signal', async (t) => {
    const cancelled = [];
    const give = [];
    const fetch = () =>
      new Promise((resolve) => {
        const n = give.length;
        const body = new ReadableStream({ cancel: () => cancelled.push(n) });
        give.push(() =>
          resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })),
        );
      });
    const { client } = scriptedClient(t, [], { fetch });
    client.connect();
    await settled();
    give[0]();
    await settled();
    assert.equal(client.isConnected(), true);
    client.reconnect();
    await settled();
    assert.deepEqual(cancelled, [0]);
    client.disconnect();
    // A response head that arrives after disconnect().
    give[1]();
    await settled();
    assert.deepEqual(cancelled, [0, 1]);
  });
});
