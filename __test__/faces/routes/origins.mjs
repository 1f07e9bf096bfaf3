// Requests from pages of other origins.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frameworks, SOON, SSEBroker, serve, setupSSE } from './apps.mjs';

const ORIGIN = 'https://app.example.com';
const CROSS = { 'Sec-Fetch-Site': 'cross-site' };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const refused = { error: 'requests from other sites are not allowed', code: 'ERR_SSE_ORIGIN' };

const routes = [
  ['GET', '/connect'],
  ['POST', '/subscribe'],
  ['POST', '/unsubscribe'],
  ['GET', '/stats'],
];

for (const [name, framework] of Object.entries(frameworks)) {
  describe(name, () => {
    for (const [method, path] of routes) {
      test(`${method} ${path} is refused for pages of other sites`, SOON, async (t) => {
        const site = await serve(t, framework, { options: { cors: { origin: ORIGIN } } });
        const { credentials } = await site.connect();
        const body = method === 'POST' ? JSON.stringify({ ...credentials, topics: ['x'] }) : '';
        for (const from of [
          { 'Sec-Fetch-Site': 'cross-site' },
          { 'Sec-Fetch-Site': 'same-site' },
          { 'Sec-Fetch-Site': 'same-origin, cross-site' },
          { 'Sec-Fetch-Site': 'something new' },
          { ...CROSS, Origin: 'null' },
          { ...CROSS, Origin: 'https://evil.example' },
          { ...CROSS, Origin: `${ORIGIN}.evil.example` },
          { ...CROSS, Origin: 'https://evil.example.com' },
          { ...CROSS, Origin: 'http://app.example.com' },
          { ...CROSS, Origin: `${ORIGIN}:8443` },
          { ...CROSS, Origin: `${ORIGIN}, https://evil.example` },
        ]) {
          const headers = { ...JSON_TYPE, Cookie: 'session=1', ...from };
          const answer = await site.ask(method, path, { headers, body });
          assert.equal(answer.status, 403, JSON.stringify(from));
          assert.deepEqual(answer.json, refused);
          assert.equal(answer.headers['access-control-allow-origin'], undefined);
          assert.equal(answer.headers.vary, 'Origin');
          assert.equal(answer.headers['cache-control'], 'no-store');
        }
        assert.equal(site.broker.clientCount(), 1);
        assert.deepEqual(site.broker.topics(), []);
      });

      test(`${method} ${path} is allowed for the site’s own pages`, SOON, async (t) => {
        const site = await serve(t, framework);
        const { credentials } = await site.connect();
        const body = method === 'POST' ? JSON.stringify({ ...credentials, topics: ['x'] }) : '';
        for (const from of [
          { 'Sec-Fetch-Site': 'same-origin' },
          { 'Sec-Fetch-Site': 'none' },
          { Origin: site.origin },
          {},
        ]) {
          const headers = { ...JSON_TYPE, ...from };
          const request = { method, headers };
          const answer =
            path === '/connect'
              ? await site.stream('/_sse/connect', request)
              : await site.ask(method, path, { headers, body });
          assert.equal(answer.status, 200);
          assert.equal(answer.headers.vary, 'Origin');
          assert.equal(answer.headers['access-control-allow-origin'], undefined);
        }
      });
    }

    test('a listed origin may use every route, with cookies', SOON, async (t) => {
      const cors = { origin: ['https://other.example', ORIGIN], credentials: true };
      const site = await serve(t, framework, { options: { cors } });
      const from = { ...CROSS, Origin: ORIGIN };
      const client = await site.connect('', { headers: from });
      const message = { ...client.credentials, topics: ['news'] };
      for (const { headers } of [
        client,
        await site.post('/subscribe', message, from),
        await site.post('/unsubscribe', message, from),
        await site.ask('GET', '/stats', { headers: from }),
        // A page must be able to read errors too.
        await site.post('/subscribe', {}, from),
      ]) {
        assert.equal(headers['access-control-allow-origin'], ORIGIN);
        assert.equal(headers['access-control-allow-credentials'], 'true');
        assert.equal(headers.vary, 'Origin');
      }
    });

    test('cookies are not allowed together with any origin', SOON, async (t) => {
      const site = await serve(t, framework, { options: { cors: { origin: '*' } } });
      const { headers } = await site.connect('', { headers: { ...CROSS, Origin: ORIGIN } });
      assert.equal(headers['access-control-allow-origin'], '*');
      assert.equal(headers['access-control-allow-credentials'], undefined);
      // Images and links send no Origin header. A page cannot read their responses.
      assert.equal((await site.ask('GET', '/connect', { headers: CROSS })).status, 403);
    });

    test('preflights are answered', SOON, async (t) => {
      const cors = { origin: ORIGIN, credentials: true, maxAge: 600_000, headers: ['X-Tenant'] };
      const site = await serve(t, framework, { options: { cors } });
      const allowed = 'authorization, content-type, last-event-id, sse-session, X-Tenant';
      for (const [method, path] of routes) {
        const { status, headers, text } = await site.ask('OPTIONS', path, {
          headers: {
            ...CROSS,
            Origin: ORIGIN,
            'Access-Control-Request-Method': method,
            'Access-Control-Request-Headers': 'content-type',
          },
        });
        assert.equal(status, 204);
        assert.equal(text, '');
        assert.equal(headers['access-control-allow-origin'], ORIGIN);
        assert.equal(headers['access-control-allow-credentials'], 'true');
        assert.ok(headers['access-control-allow-methods'].split(', ').includes(method));
        assert.equal(headers['access-control-allow-headers'], allowed);
        assert.equal(headers['access-control-max-age'], '600');
        assert.equal(headers.vary, 'Origin');
      }
    });

    test('preflights of unlisted origins allow nothing', SOON, async (t) => {
      for (const cors of [undefined, { origin: ORIGIN }]) {
        const site = await serve(t, framework, { options: { cors } });
        for (const [method, path] of routes) {
          const asked = { Origin: 'https://evil.example', 'Access-Control-Request-Method': method };
          for (const headers of [asked, { ...CROSS, ...asked }]) {
            const answer = await site.ask('OPTIONS', path, { headers });
            assert.equal(answer.headers['access-control-allow-origin'], undefined);
          }
        }
      }
    });

    test('an existing Vary is kept', SOON, async (t) => {
      const use = (app) => {
        const hook = async (_request, reply) => void reply.header('Vary', 'X-A');
        const middleware = (_req, res, next) => {
          res.setHeader('Vary', 'X-A');
          next();
        };
        if (app.addHook) app.addHook('onRequest', hook);
        else app.use(middleware);
      };
      const site = await serve(t, framework, { use });
      assert.equal((await site.ask('GET', '/stats')).headers.vary, 'X-A, Origin');
      assert.equal((await site.connect()).headers.vary, 'X-A, Origin');
    });
  });
}

describe('cors', () => {
  const misuse = (cors) => () =>
    setupSSE({ get() {}, post() {}, options() {} }, broker, '', { cors });
  const broker = new SSEBroker();
  const option = { code: 'ERR_SSE_OPTION' };

  test('cannot combine any origin with cookies', () => {
    for (const origin of ['*', ['*'], ['https://a.example', '*']]) {
      assert.throws(misuse({ origin, credentials: true }), option);
      misuse({ origin })();
    }
  });

  test('requires valid header names', () => {
    for (const headers of ['X-A', [''], ['a b'], ['a,b'], ['a\r\nb'], [5], {}]) {
      const message = /cors\.headers/;
      assert.throws(misuse({ origin: 'https://a.example', headers }), { ...option, message });
    }
  });

  test('requires origins as a browser sends them: a scheme, a host and a port', () => {
    for (const origin of [
      undefined,
      null,
      7,
      '',
      'null',
      'app.example.com',
      'https://app.example.com/',
      'https://App.example.com',
      'https://app.example.com:443',
      'https://*.example.com',
      'https://a.example, https://b.example',
      [['https://a.example']],
    ]) {
      const message = /cors\.origin/;
      assert.throws(misuse({ origin }), { ...option, message }, JSON.stringify(origin));
    }
    for (const origin of ['http://localhost:3000', 'https://[::1]:8443', 'capacitor://localhost']) {
      misuse({ origin })();
    }
  });

  test('checks its other settings', () => {
    const origin = 'https://a.example';
    assert.throws(misuse('*'), option);
    assert.throws(misuse({ origin, credentials: 'yes' }), option);
    assert.throws(misuse({ origin, maxAge: '600' }), option);
    assert.throws(misuse({ origin, maxAge: -1 }), option);
  });
});
