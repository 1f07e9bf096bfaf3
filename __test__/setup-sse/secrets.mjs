// Who a client proves to be, and where its secret may be seen.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { frameworks, SOON, serve } from './apps.mjs';

const unknown = { error: 'there is no such client', code: 'ERR_SSE_CLIENT' };
const wrong = { error: 'that is not the secret of this client', code: 'ERR_SSE_SECRET' };

for (const [name, framework] of Object.entries(frameworks)) {
  for (const path of ['/subscribe', '/unsubscribe']) {
    describe(`${name}, ${path}`, () => {
      test('an unknown client is answered with 404', SOON, async (t) => {
        const site = await serve(t, framework);
        const { secret } = await site.connect();
        for (const clientId of ['nobody', '__proto__', 'constructor', 'toString', '\ud800']) {
          const { status, json } = await site.post(path, { clientId, secret, topics: ['news'] });
          assert.equal(status, 404);
          assert.deepEqual(json, unknown);
        }
      });

      test('no secret is answered with 401, whoever the client', SOON, async (t) => {
        const site = await serve(t, framework);
        const { clientId } = await site.connect();
        for (const who of [clientId, 'nobody']) {
          const { status, json } = await site.post(path, { clientId: who, topics: ['news'] });
          assert.equal(status, 401);
          assert.equal(json.code, 'ERR_SSE_SECRET_MISSING');
        }
      });

      test('a wrong secret is answered with 403, and changes nothing', SOON, async (t) => {
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

      test('authorizeSubscribe is not asked before the secret is right', SOON, async (t) => {
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

  test(`${name}: nobody else gets to see a secret`, SOON, async (t) => {
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
      [200, 403, 400, 404, 400, 403, 200, 200, 403],
    );
    const seen = [
      // An error that a parser of Express makes has the body that it could not parse; it is the parser's.
      ...(framework.parses ? answers.toSpliced(4, 1) : answers).map(({ text }) => text),
      ...answers.map(({ headers }) => inspect(headers)),
      site.log(),
      JSON.stringify(site.broker.client(clientId).id),
      inspect(site.broker.client(clientId), { depth: 0 }),
    ];
    for (const text of seen) assert.ok(!text.includes(secret));
  });
}
