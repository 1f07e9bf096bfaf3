// Authorization of requests, and pages of other origins.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { at, direct, state, TEXT_TYPE } from './serving.mjs';

describe('authorization', () => {
  test('is checked for each request, with the action and the path', async (t) => {
    const asked = [];
    const authorize = (request, target) => {
      assert.ok(request instanceof Request);
      asked.push(target);
      return Promise.resolve(true);
    };
    const { call } = direct(t, { authorize });
    await call('PUT', '/a/b?x=1', { headers: TEXT_TYPE, body: 'x' });
    await call('POST', '/a/b', { headers: TEXT_TYPE, body: 'x' });
    await call('GET', '/a/b?offset=-1');
    await call('HEAD', '/a/b');
    await call('PUT', '/fork', { headers: { 'Stream-Forked-From': '/x/../a/b?y' } });
    await call('DELETE', '/a/b');
    const actions = asked.map(({ action, path }) => `${action} ${path}`);
    assert.deepEqual(actions, [
      'create /a/b',
      'append /a/b',
      'read /a/b',
      'read /a/b',
      'create /fork',
      'read /a/b',
      'delete /a/b',
    ]);
  });

  for (const [name, answer] of [
    ['false', () => false],
    ['nothing', () => undefined],
    ['something true', () => 1],
    ['an error', () => Promise.reject(new Error('database: password'))],
    ['a throw', () => assert.fail('database: password')],
  ]) {
    test(`${name} is a refusal without details`, async (t) => {
      const { call, streams } = direct(t, { authorize: answer });
      for (const method of ['PUT', 'POST', 'GET', 'HEAD', 'DELETE']) {
        const body = method === 'PUT' || method === 'POST' ? 'x' : undefined;
        const refused = await call(method, '/a', { headers: TEXT_TYPE, body });
        assert.equal(refused.status, 403);
        assert.equal(await refused.text(), method === 'HEAD' ? '' : 'Not allowed\n');
      }
      assert.equal(state(streams).streams, 0);
    });
  }

  test('may return a Response, which can be sent any number of times', async (t) => {
    const sealed = new Response(null, { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    const { call } = direct(t, { authorize: () => sealed });
    for (const _ of [1, 2]) {
      const answer = await call('GET', '/a');
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get('WWW-Authenticate'), 'Bearer');
      assert.equal(answer.headers.get('X-Content-Type-Options'), 'nosniff');
    }
  });

  test('may return a Response with a body, which can be sent only once', async (t) => {
    const used = new Response('sign in', { status: 401 });
    const { call } = direct(t, { authorize: () => used });
    assert.equal(await (await call('GET', '/a')).text(), 'sign in');
    assert.equal((await call('GET', '/a')).status, 500);
  });

  test('requires the right to read the source of a fork', async (t) => {
    const authorize = (_, { action, path }) => action !== 'read' || path !== '/secret';
    const { call } = direct(t, { authorize });
    await call('PUT', '/secret', { headers: TEXT_TYPE, body: 'secret' });
    const headers = { 'Stream-Forked-From': '/secret', 'Stream-Fork-Offset': at(0) };
    assert.equal((await call('PUT', '/mine', { headers })).status, 403);
    assert.equal((await call('GET', '/mine')).status, 404);
  });

  test('hides the details of internal errors', async (t) => {
    const { streams } = direct(t);
    const answer = await streams.fetch({ method: 'GET', headers: new Headers(), url: 'no URL' });
    assert.equal(answer.status, 500);
    assert.equal(await answer.text(), 'The request failed\n');
  });
});

describe('pages of other origins', () => {
  const page = 'https://page.example';

  test('are refused unless their origin is listed', async (t) => {
    const headers = { ...TEXT_TYPE, Origin: page, 'Sec-Fetch-Site': 'cross-site' };
    const { call } = direct(t);
    assert.equal((await call('PUT', '/a', { headers })).status, 403);
    const open = direct(t, { cors: { origin: page } });
    const answer = await open.call('PUT', '/a', { headers });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('Access-Control-Allow-Origin'), page);
    assert.equal(answer.headers.get('Vary'), 'Origin');
    assert.match(answer.headers.get('Access-Control-Expose-Headers'), /Stream-Next-Offset/);
    assert.equal((await open.call('GET', '/b', { headers })).status, 404);
  });

  test('may send the headers of the protocol', async (t) => {
    const { call } = direct(t, {
      authorize: () => false,
      cors: { origin: page, headers: ['X-Tenant'] },
    });
    const headers = { Origin: page, 'Access-Control-Request-Method': 'PUT' };
    const answer = await call('OPTIONS', '/a', { headers });
    assert.equal(answer.status, 204);
    const allowed = (what) => answer.headers.get(`Access-Control-Allow-${what}`);
    assert.match(allowed('Methods'), /PUT, POST, GET, HEAD, DELETE/);
    assert.match(allowed('Headers'), /producer-seq.*X-Tenant/);
  });
});
