// toNode: a Fetch handler as a Node handler.
import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { describe, test } from 'node:test';
import compression from 'compression';
import express from 'express';
import { toNode } from '../../../fetch.js';
import { certificate } from '../../support/certificate.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { connectRaw } from '../../support/clients/raw.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { bodyOf, events } from './site.mjs';

const describeRequest = async (request) =>
  Response.json({
    method: request.method,
    url: request.url.replace(/:\d+\//, ':PORT/'),
    header: request.headers.get('x-y'),
    body: request.body === null ? null : await request.text(),
  });

async function serve(t, handler, options, create = http.createServer, connect = connectHTTP1) {
  const errors = [];
  const handle = toNode(handler, { onError: (error) => errors.push(error), ...options });
  const results = [];
  const server = create((req, res) => results.push(handle(req, res)));
  const protocol = server instanceof https.Server ? 'https' : 'http';
  const site = await listen(server, protocol, connect);
  t.after(() => site.close());
  return { ...site, errors, results, port: server.address().port };
}

async function raw(t, { port }, text) {
  const client = await connectRaw({ port, host: '127.0.0.1' });
  t.after(() => client.socket.destroy());
  return client.send(text);
}

describe('toNode: the request', SOON, () => {
  test('has the URL, the method, the headers and the body', async (t) => {
    const { origin } = await serve(t, describeRequest);
    const post = { method: 'POST', body: 'é', headers: { 'x-y': 'z' } };
    const url = 'http://127.0.0.1:PORT/a%20b?c=d';
    assert.deepEqual(await (await fetch(`${origin}/a%20b?c=d`, post)).json(), {
      method: 'POST',
      url,
      header: 'z',
      body: 'é',
    });
    const plain = { method: 'GET', url, header: null, body: null };
    assert.deepEqual(await (await fetch(`${origin}/a%20b?c=d`)).json(), plain);
    const empty = await fetch(`${origin}/a%20b?c=d`, { method: 'POST' });
    assert.deepEqual(await empty.json(), { ...plain, method: 'POST' });
  });

  test('comes with the request and response of Node.js', async (t) => {
    const site = await serve(t, (_request, { incoming, outgoing }) =>
      Response.json({ url: incoming.url, isSame: outgoing.req === incoming }),
    );
    assert.deepEqual(await (await fetch(`${site.origin}/a`)).json(), { url: '/a', isSame: true });
  });

  test('has https: in its URL over TLS', async (t) => {
    const create = (handler) => https.createServer(certificate(), handler);
    const { connect } = await serve(t, describeRequest, {}, create);
    const client = await connect('/x');
    await until(() => client.end, 'the end');
    assert.equal(JSON.parse(client.text).url, 'https://127.0.0.1:PORT/x');
  });

  test('is complete over HTTP/2', async (t) => {
    const { origin } = await serve(t, describeRequest, {}, http2.createServer, connectHTTP2);
    const session = http2.connect(origin);
    t.after(() => session.destroy());
    const request = session.request({ ':path': '/x?y', ':method': 'PUT', 'x-y': 'z' });
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.end('body');
    await until(() => request.closed, 'the end');
    const url = 'http://127.0.0.1:PORT/x?y';
    assert.deepEqual(JSON.parse(text), { method: 'PUT', url, header: 'z', body: 'body' });
  });

  test('is refused if its Host or target is invalid', async (t) => {
    let calls = 0;
    const handler = (request) => {
      calls += 1;
      return describeRequest(request);
    };
    const site = await serve(t, handler);
    const invalid = ['a/b', 'user@a', 'a?b', 'a#b', 'a:99999', 'a b', '[::1', 'a:b', 'é'];
    for (const host of invalid) {
      const client = await raw(
        t,
        site,
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      await client.has('HTTP/1.1 400');
    }
    assert.equal(calls, 0);
    for (const host of ['a', 'a.b:80', '[::1]:3000', 'a_b-c']) {
      const client = await raw(
        t,
        site,
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      );
      await client.has('HTTP/1.1 200');
    }
    const target = await raw(t, site, 'GET http://other/x?y HTTP/1.1\r\nHost: a\r\n\r\n');
    await target.has('"http://a/x?y"');
    const slashes = await raw(t, site, 'GET //evil/x HTTP/1.1\r\nHost: a\r\n\r\n');
    await slashes.has('"http://a//evil/x"');
    const trace = await raw(t, site, 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n');
    await trace.has('HTTP/1.1 405');
  });

  test('is read no faster than the handler reads', async (t) => {
    const pieces = [];
    let release;
    const gate = new Promise((resolve) => {
      release = resolve;
    });
    const handler = async ({ body }) => {
      for await (const piece of body) {
        pieces.push(piece.length);
        await gate;
      }
      return new Response('read');
    };
    const { origin } = await serve(t, handler);
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent === 64 << 20) return controller.close();
        sent += 1 << 20;
        controller.enqueue(new Uint8Array(1 << 20));
      },
    });
    const answer = fetch(origin, { method: 'POST', body, duplex: 'half' });
    let before;
    await until(async () => {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return pieces.length > 0 && before === sent;
    }, 'the client to wait');
    assert.equal(pieces.length, 1);
    assert.ok(sent < 64 << 20, `${sent} bytes were sent`);
    release();
    assert.equal(await (await answer).text(), 'read');
    assert.equal(
      pieces.reduce((a, b) => a + b),
      64 << 20,
    );
  });

  test('fails in the handler when the client leaves in the middle of its body', async (t) => {
    let failure;
    const handler = async (request) => {
      await request.text().catch((error) => {
        failure = error;
      });
      assert.ok(request.signal.aborted);
      throw request.signal.reason;
    };
    const site = await serve(t, handler);
    const client = await raw(
      t,
      site,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf',
    );
    await until(() => site.results.length === 1, 'the request');
    client.socket.destroy();
    await until(() => failure, 'the failure');
    assert.equal(await site.results[0], undefined);
    assert.deepEqual(site.errors, []);
  });

  for (const [what, read] of Object.entries({
    'does not read': () => {},
    'reads in part': async (body) => {
      const reader = body.getReader();
      await reader.read();
      reader.releaseLock();
    },
    cancels: (body) => body.cancel(),
  })) {
    test(`may have a body that the handler ${what}`, async (t) => {
      const { body } = bodyOf(['data: 1\n\n'], { end: false });
      const handler = async (request) => {
        await read(request.body);
        return events(body);
      };
      const { origin, results } = await serve(t, handler);
      const leaving = new AbortController();
      t.after(() => leaving.abort());
      const { signal } = leaving;
      const init = { method: 'POST', body: new Uint8Array(1 << 20), signal };
      const response = await fetch(origin, init);
      const { value } = await response.body.getReader().read();
      assert.equal(String(Buffer.from(value)), 'data: 1\n\n');
      const connection = await results[0];
      assert.equal(connection.transport, process.platform === 'win32' ? 'stream' : 'native');
    });
  }
});

describe('toNode: the signal', SOON, () => {
  for (const [name, create, connect] of [
    ['HTTP/1.1', http.createServer, connectHTTP1],
    ['HTTP/2', http2.createServer, connectHTTP2],
  ]) {
    test(`aborts over ${name} when the client of an event stream leaves`, async (t) => {
      let signal;
      const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
      const handler = (request) => {
        ({ signal } = request);
        return events(body);
      };
      const site = await serve(t, handler, {}, create, connect);
      const client = await site.connect('/');
      await until(() => client.data.length === 1, 'the frame');
      assert.ok(!signal.aborted);
      client.leave();
      await until(() => signal.aborted && seen.cancelled === 1, 'the abort');
    });

    test(`aborts over ${name} when the client leaves before the response`, async (t) => {
      let signal;
      const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
      const handler = async (request) => {
        ({ signal } = request);
        await until(() => signal.aborted, 'the abort');
        return events(body);
      };
      const left = new AbortController();
      const site = await serve(t, handler, {}, create, connect);
      const connecting = assert.rejects(site.connect('/', { signal: left.signal }));
      await until(() => signal, 'the request');
      left.abort();
      await connecting;
      await until(() => seen.cancelled === 1, 'the cancel');
      assert.equal(await site.results[0], undefined);
      assert.deepEqual(site.errors, []);
    });

    test(`does not abort over ${name} when the response is complete`, async (t) => {
      const signals = [];
      const handler = ({ signal, url }) => {
        signals.push(signal);
        return url.endsWith('/events') ? events(bodyOf(['data: 1\n\n']).body) : new Response('a');
      };
      const site = await serve(t, handler, {}, create, connect);
      for (const path of ['/events', '/text']) {
        const client = await site.connect(path);
        await until(() => client.end, 'the end');
        client.leave();
      }
      await site.connect('/text');
      assert.deepEqual(
        signals.map(({ aborted }) => aborted),
        [false, false, false],
      );
    });
  }
});

describe('toNode: middleware', SOON, () => {
  test('compression flushes each frame and each piece of a body', async (t) => {
    const app = express().use(compression());
    const all = [];
    const handler = ({ url }) => {
      const { body, seen } = bodyOf(['data: 1\n\n', 'data: 2\n\n'], { end: false });
      all.push(seen);
      return url.endsWith('/events')
        ? events(body, { headers: [['cache-control', 'no-cache']] })
        : new Response(body, { headers: { 'content-type': 'text/plain' } });
    };
    app.use(toNode(handler));
    const site = await listen(http.createServer(app), 'http', connectHTTP1);
    t.after(() => site.close());
    for (const path of ['/events', '/text']) {
      const client = await site.connect(path, { headers: { 'Accept-Encoding': 'gzip' } });
      await until(() => client.data.length === 2, 'both pieces');
      assert.equal(client.headers['content-encoding'], 'gzip');
      client.leave();
      await until(() => all.at(-1).cancelled === 1, 'the cancel');
    }
  });
});

describe('toNode: errors', SOON, () => {
  const failures = {
    throws: () => {
      throw new Error('secret');
    },
    rejects: async () => {
      throw new Error('secret');
    },
    'returns something else': () => ({ secret: true }),
  };
  for (const [what, handler] of Object.entries(failures)) {
    test(`a handler that ${what} is answered with 500, without internals`, async (t) => {
      const { origin, errors } = await serve(t, handler);
      const response = await fetch(origin);
      assert.equal(response.status, 500);
      assert.equal(await response.text(), 'Internal Server Error');
      assert.equal(errors.length, 1);
    });
  }

  test('go to next() in Express', async (t) => {
    const app = express();
    const failure = new Error('secret');
    app.use(
      '/api',
      toNode(({ url }) => {
        if (url.endsWith('/api/fail')) throw failure;
        return new Response(new URL(url).pathname);
      }),
    );
    let passed;
    app.use((error, _req, res, _next) => {
      passed = error;
      res.status(503).send('handled');
    });
    const site = await listen(http.createServer(app), 'http', connectHTTP1);
    t.after(() => site.close());
    assert.equal(await (await fetch(`${site.origin}/api/a/b`)).text(), '/api/a/b');
    const response = await fetch(`${site.origin}/api/fail`);
    assert.deepEqual([response.status, await response.text()], [503, 'handled']);
    assert.equal(passed, failure);
  });

  test('a refusal is answered by Express with its status', async (t) => {
    const app = express();
    const handler = () => events(bodyOf(['data: 1\n\n'], { end: false }).body);
    app.set('env', 'test').use(toNode(handler, { limits: { maxPerKey: 1 } }));
    const site = await listen(http.createServer(app), 'http', connectHTTP1);
    t.after(() => site.close());
    await site.connect('/');
    const { headers, status } = await site.connect('/');
    assert.equal(status, 429);
    assert.match(headers['retry-after'], /^\d+$/);
  });

  test('a body that a parser has read is taken from req.body', async (t) => {
    const app = express();
    app.use(express.json(), express.urlencoded());
    app.use(toNode(async (request) => new Response(await request.text()), { onError() {} }));
    app.use((error, _req, res, _next) => res.status(500).send(error.code));
    const site = await listen(http.createServer(app), 'http', connectHTTP1);
    t.after(() => site.close());
    const post = (type, body) =>
      fetch(site.origin, { method: 'POST', body, headers: { 'content-type': type } });
    assert.equal(await (await post('application/json', '{ "a": 1 }')).text(), '{"a":1}');
    assert.equal(await (await post('text/plain', 'a')).text(), 'a');
    const form = await post('application/x-www-form-urlencoded', 'a=1');
    assert.equal(await form.text(), 'ERR_SSE_TYPE');
  });

  test('invalid arguments throw immediately', () => {
    assert.throws(() => toNode(), { code: 'ERR_SSE_TYPE' });
    assert.throws(() => toNode(fetch, { ping: 1 }), { code: 'ERR_SSE_OPTION' });
    assert.throws(() => toNode(fetch, { invalidFrame: 'pass' }), /did you mean `invalidFrames`/i);
  });
});
