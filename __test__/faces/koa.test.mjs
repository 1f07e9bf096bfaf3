import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { describe, test } from 'node:test';
import { EventSource } from 'eventsource';
import Koa from 'koa';
import onFinished from 'on-finished';
import { openPages, withoutBrowser } from '../support/browser.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { startExample } from '../support/example-server.mjs';
import { listen } from '../support/listen.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';

const tap = (origin, x) => fetch(`${origin}/taps?x=${x}&y=0.5&hue=120`, { method: 'POST' });

/** A Koa server with middleware before the middleware that opens the connection. */
async function site(t, before, { transport, after = () => {} } = {}) {
  const app = new Koa();
  const errors = tally(app, 'error');
  const opened = [];
  app.use(before);
  app.use(async (ctx) => {
    ctx.respond = false;
    opened.push({ ctx, connection: new sluice.Connection(ctx.req, ctx.res, { transport }) });
    await after();
  });
  const running = await listen(http.createServer(app.callback()), 'http', connectHTTP1);
  t.after(() => running.close());
  return { ...running, errors, opened };
}

for (const transport of ['auto', 'stream']) {
  describe(`Koa, transport '${transport}'`, () => {
    test('sends the headers from ctx.set and ctx.cookies.set', async (t) => {
      const { connect } = await site(
        t,
        (ctx, next) => {
          ctx.set('X-Request-Id', '7');
          ctx.vary('Origin');
          ctx.cookies.set('session', 'abc');
          return next();
        },
        { transport },
      );
      const { status, headers } = await connect('/');
      assert.equal(status, 200);
      assert.equal(headers['x-request-id'], '7');
      assert.equal(headers.vary, 'Origin');
      assert.deepEqual(headers['set-cookie'], ['session=abc; path=/; httponly']);
      assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
    });

    test('the stream outlives its middleware, and earlier middleware continues', async (t) => {
      const { connect, errors, opened } = await site(
        t,
        async (ctx, next) => {
          await next();
          ctx.set('X-Response-Time', 'too late for a stream');
          ctx.state.done = true;
        },
        { transport },
      );
      const client = await connect('/');
      await until(() => opened[0].ctx.state.done, 'the middleware to finish');
      opened[0].connection.send({ data: 'still here' });
      await client.has('data: still here\n\n');
      assert.deepEqual(errors, []);
    });

    test('on-finished fires once, when the stream ends', async (t) => {
      const finished = [];
      const { connect, opened } = await site(
        t,
        (ctx, next) => {
          onFinished(ctx.res, (error) => finished.push(error));
          return next();
        },
        { transport },
      );
      const client = await connect('/');
      assert.deepEqual(finished, []);
      await opened[0].connection.end();
      assert.equal(await client.over(), 'clean');
      await until(() => finished.length > 0, 'on-finished');
      assert.deepEqual(finished, [null]);
    });

    test('a client that leaves raises no error in the application', async (t) => {
      const { connect, errors, opened } = await site(t, (_ctx, next) => next(), { transport });
      const client = await connect('/');
      const reasons = tally(opened[0].connection, 'close');
      client.leave();
      await until(() => reasons.length, 'close');
      assert.deepEqual(reasons, [['client']]);
      assert.deepEqual(errors, []);
    });

    test('an error of the middleware is reported, and the stream stays open', async (t) => {
      const after = () => Promise.reject(new Error('after the head'));
      const { connect, errors, opened } = await site(t, (_ctx, next) => next(), {
        transport,
        after,
      });
      const client = await connect('/');
      await until(() => errors.length, 'the error');
      assert.equal(errors[0][0].message, 'after the head');
      opened[0].connection.send({ data: 'still here' });
      await client.has('data: still here\n\n');
    });
  });
}

describe('examples/koa', () => {
  test('sends taps to all clients, and missed ones after a reconnect', async (t) => {
    const { origin, stop } = await startExample(t, 'koa/server.js');
    const policies = [];
    const source = new EventSource(`${origin}/events`, {
      async fetch(url, options) {
        const response = await fetch(url, options);
        policies.push(response.headers.get('content-security-policy'));
        return response;
      },
    });
    t.after(() => source.close());
    const taps = [];
    source.addEventListener('tap', (event) => taps.push(event));
    const [people] = await once(source, 'people');
    assert.equal(people.data, '1');
    assert.match(policies[0], /^default-src 'self'/);

    for (const x of [0.25, 0.5]) assert.equal((await tap(origin, x)).status, 204);
    await until(() => taps.length === 2, 'two taps');
    assert.deepEqual(JSON.parse(taps[1].data), { x: 0.5, y: 0.5, hue: 120 });
    source.close();

    await tap(origin, 0.75);
    const headers = { 'Last-Event-ID': taps[1].lastEventId };
    const client = await connectHTTP1(origin, '/events', { headers });
    await client.has('"x":0.75');
    assert.doesNotMatch(client.text, /"x":0\.5/);

    const exit = stop();
    assert.equal(await client.over(), 'clean');
    assert.deepEqual(await exit, [0, null]);
  });

  test('refuses a tap outside the board', async (t) => {
    const { origin } = await startExample(t, 'koa/server.js');
    assert.equal((await tap(origin, 1.5)).status, 400);
    assert.equal((await fetch(`${origin}/nothing`)).status, 404);
  });

  test('shows a tap on every page', { ...SOON, skip: withoutBrowser }, async (t) => {
    const { origin } = await startExample(t, 'koa/server.js');
    const { pages, faults } = await openPages(t, origin, 2);
    for (const page of pages) await page.getByRole('status').getByText('Live').waitFor();
    await pages[0].locator('#board').click({ position: { x: 40, y: 40 } });
    for (const page of pages) await page.locator('.tap').first().waitFor({ state: 'attached' });
    assert.equal(await pages[1].locator('#people').textContent(), '2');
    assert.deepEqual(faults, []);
  });
});
