// How clients authenticate, and where their secrets may appear.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { frameworks, SOON, serve } from './apps.mjs';

const require = createRequire(import.meta.url);

const wrong = {
  error: 'no client has this `clientId` and `secret`: use those of the last `connected` event',
  code: 'ERR_SSE_SECRET',
};

/** An answer as a client sees it, without its date. */
const seen = ({ status, headers: { date, ...headers }, text }) => ({ status, headers, text });

for (const [name, framework] of Object.entries(frameworks)) {
  for (const path of ['/subscribe', '/unsubscribe']) {
    describe(`${name}, ${path}`, () => {
      test('an unknown client gets the same answer as a wrong secret', SOON, async (t) => {
        const site = await serve(t, framework);
        const { clientId, secret } = await site.connect();
        const ask = (who, given) =>
          site.post(path, { clientId: who, secret: given, topics: ['news'] });
        const guessed = seen(await ask(clientId, `${secret}!`));
        assert.equal(guessed.status, 403);
        assert.deepEqual(JSON.parse(guessed.text), wrong);
        for (const who of ['nobody', '__proto__', 'constructor', 'toString', '\ud800']) {
          for (const given of [secret, 'guessed', '', null, 7]) {
            assert.deepEqual(seen(await ask(who, given)), guessed, `${who}, ${given}`);
          }
        }
      });

      test(
        'a missing secret is answered with 401, whether or not the client exists',
        SOON,
        async (t) => {
          const site = await serve(t, framework);
          const { clientId } = await site.connect();
          for (const who of [clientId, 'nobody']) {
            const { status, json } = await site.post(path, { clientId: who, topics: ['news'] });
            assert.equal(status, 401);
            assert.equal(json.code, 'ERR_SSE_SECRET_MISSING');
          }
        },
      );

      test('a wrong secret is answered with 403 and changes nothing', SOON, async (t) => {
        const site = await serve(t, framework);
        const [client, other] = [await site.connect(), await site.connect()];
        const { clientId, secret } = client;
        site.broker.subscribe(clientId, 'before');
        const last = secret.at(-1) === 'A' ? 'B' : 'A';
        const secrets = {
          'of the right length': secret.slice(0, -1) + last,
          'that is too short': secret.slice(0, -1),
          'that is too long': `${secret}A`,
          'of another client': other.secret,
          'that is empty': '',
          'of the right length in characters, not bytes': 'é'.repeat(secret.length),
          'that is null': null,
          'that is a number': 7,
          'that is true': true,
          'that is an array of it': [secret],
          'that is an object': { toString: secret, length: secret.length },
        };
        for (const [what, given] of Object.entries(secrets)) {
          const message = { clientId, secret: given, topics: ['before', 'news'] };
          const { status, json } = await site.post(path, message);
          assert.equal(status, 403, what);
          assert.deepEqual(json, wrong);
        }
        assert.deepEqual(site.broker.topics(), ['before']);
      });

      test('authorizeSubscribe is called only if the secret is right', SOON, async (t) => {
        const asked = [];
        const authorizeSubscribe = (_req, clientId) => asked.push(clientId) > 0;
        const site = await serve(t, framework, { options: { authorizeSubscribe } });
        const { clientId } = await site.connect();
        await site.post(path, { clientId, secret: 'guessed', topics: ['news'] });
        await site.post(path, { clientId, topics: ['news'] });
        assert.deepEqual(asked, []);
      });
    });
  }

  test(`${name}: a secret appears in no answer, header or log`, SOON, async (t) => {
    const options = {
      authorizeSubscribe: (_req, _id, topic) => {
        if (topic === 'theirs') throw new Error('not yours');
        return true;
      },
    };
    const site = await serve(t, framework, { options });
    const client = await site.connect();
    const { clientId, secret } = client;
    const answers = [
      await site.subscribe(client, 'mine'),
      await site.subscribe(client, 'theirs'),
      await site.subscribe(client, ''),
      await site.post('/subscribe', { clientId: 'nobody', secret, topics: ['mine'] }),
      await site.post('/subscribe', `{"clientId": "${clientId}", "secret": "${secret}"`),
      await site.post('/subscribe', { clientId, secret: `${secret}!`, topics: ['mine'] }),
      await site.unsubscribe(client, 'mine'),
      await site.ask('GET', '/stats'),
      await site.ask('GET', '/connect', { headers: { 'Sec-Fetch-Site': 'cross-site' } }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 403, 400, 403, 400, 403, 200, 200, 403],
    );
    const places = [
      // Errors of Express's own parser contain the body that it could not parse.
      ...(framework.parses ? answers.toSpliced(4, 1) : answers).map(({ text }) => text),
      ...answers.map(({ headers }) => inspect(headers)),
      site.log(),
      JSON.stringify(site.broker.client(clientId).id),
      inspect(site.broker.client(clientId), { depth: 0 }),
    ];
    for (const text of places) assert.ok(!text.includes(secret));
  });
}

test('a secret is compared in constant time, also when the client is unknown', async (t) => {
  const compare = t.mock.method(crypto, 'timingSafeEqual');
  const path = require.resolve('../../../lib/faces/routes/request.js');
  const loaded = require.cache[path];
  delete require.cache[path];
  t.after(() => {
    require.cache[path] = loaded;
  });
  const { prove } = require(path);
  const broker = { client: (id) => (id === 'ada' ? { secret: 'hers' } : undefined) };
  assert.equal(prove(broker, 'ada', 'hers').secret, 'hers');
  for (const [id, secret] of [
    ['ada', 'guessed'],
    ['ada', 7],
    ['nobody', 'hers'],
    ['nobody', 7],
  ]) {
    const before = compare.mock.callCount();
    assert.throws(() => prove(broker, id, secret), { code: 'ERR_SSE_SECRET' });
    assert.equal(compare.mock.callCount(), before + 1, `${id}, ${secret}`);
  }
});
