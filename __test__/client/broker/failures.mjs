// Requests to subscribe that fail.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { frameworks, start } from './site.mjs';

const nothing = () => {};
const isChange = ({ route }) => route !== 'connect';

/** Responds to the first changes with these answers, in order. */
function failing(...answers) {
  return (request) => (isChange(request) ? answers.shift()?.() : undefined);
}

const refused = () => {
  throw new TypeError('fetch failed');
};
const status =
  (code, headers, body = '{}') =>
  () =>
    new Response(body, { status: code, headers });

for (const [name, framework] of frameworks) {
  describe(name, () => {
    test('temporary failures are retried without a report', SOON, async (t) => {
      const { join, has } = await start(t, framework);
      const html = { 'Content-Type': 'text/html' };
      const answers = [
        refused,
        status(503),
        status(429, { 'Retry-After': '0' }),
        status(500, html, '<p>'),
        status(200, html, '<p>sign in'),
      ];
      const { client, changes, errors, mostAtOnce } = join({}, failing(...answers));
      client.subscribe('a', nothing);
      await has('a');
      assert.equal(changes().length, 6);
      assert.equal(mostAtOnce(), 1);
      assert.deepEqual(errors, []);
    });

    test('a failure is reported after maxRetries, and the next change retries', SOON, async (t) => {
      const { join, has } = await start(t, framework);
      const answers = [refused, refused, refused];
      const { client, changes, errors } = join({ maxRetries: 2 }, failing(...answers));
      client.subscribe('a', nothing);
      await until(() => errors.length === 1, 'the report');
      const [{ code, topics, status, fatal, cause }] = errors;
      assert.deepEqual(
        [code, topics, status, fatal],
        ['ERR_SSE_SUBSCRIBE', ['a'], undefined, false],
      );
      assert.equal(cause.message, 'fetch failed');
      assert.equal(changes().length, 3);
      client.subscribe('b', nothing);
      await has('a', 'b');
      assert.equal(changes().at(-1), 'subscribe a b');
    });

    test('a failed unsubscription is sent again', SOON, async (t) => {
      const { join, has } = await start(t, framework);
      let fails = 0;
      const { client } = join({}, ({ route }) => {
        if (route !== 'unsubscribe' || fails === 2) return undefined;
        fails += 1;
        return refused();
      });
      const remove = client.subscribe('a', nothing);
      client.subscribe('b', nothing);
      await has('a', 'b');
      remove();
      await has('b');
      assert.equal(fails, 2);
    });

    test('the next request makes up for a lost response', SOON, async (t) => {
      const { join, has, origin, basePath } = await start(t, framework);
      let isLost = false;
      const { client, changes, errors } = join({}, async (request, init) => {
        if (!isChange(request) || isLost) return undefined;
        isLost = true;
        // The server handles the request, but its response is lost.
        await fetch(`${origin}${basePath}/subscribe`, init);
        remove();
        return refused();
      });
      const remove = client.subscribe('a', nothing);
      client.subscribe('b', nothing);
      await has('b');
      assert.deepEqual(changes(), ['subscribe a b', 'subscribe b', 'unsubscribe a']);
      assert.deepEqual(errors, []);
    });

    test('opens a new stream if the server does not know the session', SOON, async (t) => {
      const { broker, join, has } = await start(t, framework);
      let ids = [];
      const { client, connects, errors } = join({}, (request) => {
        if (!isChange(request) || ids.length > 0) return undefined;
        ids = broker.clients().map(({ id }) => id);
        // As if the session belonged to another process, or its loss were not detected yet.
        return status(403, {}, '{"code":"ERR_SSE_SECRET"}')();
      });
      client.subscribe('a', nothing);
      await has('a');
      assert.equal(connects().length, 2);
      assert.match(connects()[1].headers.get('SSE-Session'), new RegExp(`^${ids[0]} `));
      assert.deepEqual(errors, []);
    });

    test('gives up if the server never knows the session', SOON, async (t) => {
      const { join } = await start(t, framework);
      const { client, changes, connects, errors } = join({ maxRetries: 2 }, (request) =>
        isChange(request) ? status(403, {}, '{"code":"ERR_SSE_SECRET"}')() : undefined,
      );
      client.subscribe('a', nothing);
      await until(() => errors.length === 1, 'the report');
      assert.deepEqual([errors[0].code, errors[0].topics], ['ERR_SSE_SUBSCRIBE', ['a']]);
      assert.equal(changes().length, 3);
      assert.equal(connects().length, 3);
    });

    test('a request without a response is retried after the timeout', SOON, async (t) => {
      const { join, has } = await start(t, framework);
      let isHeld = false;
      const { client, changes } = join({ timeout: 3000 }, (request, { signal }) => {
        if (!isChange(request) || isHeld) return undefined;
        isHeld = true;
        return new Promise((_, reject) => {
          // Keeps the process alive: the timer of the signal does not.
          const timer = setTimeout(nothing, 1e6);
          signal.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(signal.reason);
          });
        });
      });
      client.subscribe('a', nothing);
      await has('a');
      assert.equal(changes().length, 2);
    });
  });
}
