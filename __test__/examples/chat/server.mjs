// Tests the server of the chat without a page.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { until } from '../../support/until.mjs';
import { newPerson, startChat } from './program.mjs';

describe('the server of the chat', () => {
  test('identifies people by a cookie that scripts cannot read', async (t) => {
    const { origin } = await startChat(t);
    const { given, cookie, room } = await newPerson(origin);
    assert.match(given, /^sluice-chat=[\w-]{22}\.[A-Z][a-z]+; /);
    assert.match(given, /HttpOnly/);
    assert.match(given, /SameSite=Lax/);
    const { you } = await room();
    assert.ok(!cookie.includes(you.id));
    const again = await fetch(origin, { headers: { cookie } });
    assert.deepEqual(again.headers.getSetCookie(), []);
    const other = await newPerson(origin);
    assert.notEqual((await other.room()).you.id, you.id);
  });

  test('rejects requests without a valid identity or from another site', async (t) => {
    const { origin } = await startChat(t);
    for (const cookie of ['', 'sluice-chat=short.Ada', `sluice-chat=${'x'.repeat(22)}.%`]) {
      for (const path of ['room', 'events']) {
        const response = await fetch(`${origin}/${path}`, { headers: { cookie } });
        assert.equal(response.status, 401, `${path} for ${cookie}`);
      }
    }
    const person = await newPerson(origin);
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'Sec-Fetch-Site': site };
      assert.equal((await person.post('messages', { text: 'x' }, headers)).status, 403);
      assert.equal((await person.request('events', { headers })).status, 403);
    }
    assert.deepEqual((await person.room()).messages, []);
  });

  test('rejects invalid messages and names', async (t) => {
    const { origin } = await startChat(t);
    const person = await newPerson(origin);
    const { you } = await person.room();
    const bad = [
      ['messages', {}, 'text must have 1 to 500 characters.'],
      ['messages', [], 'text must have 1 to 500 characters.'],
      ['messages', { text: ' \n ' }, 'text must have 1 to 500 characters.'],
      ['messages', { text: 7 }, 'text must have 1 to 500 characters.'],
      ['messages', { text: 'x'.repeat(501) }, 'text must have 1 to 500 characters.'],
      ['name', { name: null }, 'name must have 1 to 24 characters.'],
      ['name', { name: '\u202e\u200b' }, 'name must have 1 to 24 characters.'],
      ['name', { name: 'x'.repeat(25) }, 'name must have 1 to 24 characters.'],
    ];
    for (const [path, body, error] of bad) {
      const response = await person.post(path, body);
      assert.equal(response.status, 400);
      assert.deepEqual(await response.json(), { error });
    }
    assert.equal((await person.post('messages', '{')).status, 400);
    assert.equal((await person.post('messages', { text: 'x'.repeat(5000) })).status, 413);
    const plain = { 'Content-Type': 'text/plain' };
    assert.equal((await person.post('messages', '{"text":"x"}', plain)).status, 400);
    const state = await person.room();
    assert.deepEqual(state.messages, []);
    assert.deepEqual(state.you, you);
  });

  test('numbers messages without gaps, and keeps the last 200', async (t) => {
    const { origin } = await startChat(t);
    const person = await newPerson(origin);
    const posts = Array.from({ length: 205 }, () => person.post('messages', { text: ' x ' }));
    const answers = await Promise.all(posts);
    for (const { status } of answers) assert.equal(status, 201);
    const { messages, you } = await person.room();
    assert.deepEqual(
      messages.map(({ number }) => number),
      Array.from({ length: 200 }, (_, n) => n + 6),
    );
    assert.deepEqual(messages[0].from, you);
    assert.equal(messages[0].text, 'x');
  });

  test('replays missed messages after a reconnect, or reports a gap', async (t) => {
    const { origin } = await startChat(t);
    const person = await newPerson(origin);
    const connect = (id) =>
      connectHTTP1(origin, '/events', {
        headers: { cookie: person.cookie, ...(id && { 'Last-Event-ID': id }) },
      });
    const first = await connect();
    t.after(() => first.leave());
    assert.match(first.headers['content-security-policy'], /^default-src 'self'/);
    await first.has('event: presence');
    // The client has a cursor before its first message.
    await first.has('\nid: ');
    for (const text of ['one', 'two', 'three']) await person.post('messages', { text });
    await first.has('"text":"three"');
    const [primer, one] = Array.from(first.text.matchAll(/^id: (.*)$/gm), ([, id]) => id);

    const missed = { [primer]: ['one', 'two', 'three'], [one]: ['two', 'three'] };
    for (const [cursor, texts] of Object.entries(missed)) {
      const second = await connect(cursor);
      await second.has('"connections":2');
      const said = second.text.matchAll(/"text":"(\w+)"/g);
      assert.deepEqual(
        Array.from(said, ([, text]) => text),
        texts,
      );
      assert.doesNotMatch(second.text, /sluice\.reset|presence.*message/s);
      second.leave();
      await until(
        async () => (await person.room()).presence.connections === 1,
        'the client to leave',
      );
    }

    const third = await connect('unknown');
    await third.has('event: presence');
    assert.match(third.text, /event: sluice\.reset/);
    assert.doesNotMatch(third.text, /event: message/);
    third.leave();
  });

  test('a cut ends the connections of one person and refuses new ones for five seconds', async (t) => {
    const { origin } = await startChat(t);
    const [ada, grace] = [await newPerson(origin), await newPerson(origin)];
    const connect = ({ cookie }) => connectHTTP1(origin, '/events', { headers: { cookie } });
    const clients = [await connect(ada), await connect(ada)];
    const other = await connect(grace);
    t.after(() => other.leave());
    for (const client of [...clients, other]) await client.has('event: presence');
    assert.deepEqual(await (await ada.post('cut')).json(), { seconds: 5 });
    const refused = await ada.request('events');
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get('retry-after'), /^[1-5]$/);
    for (const client of clients) await client.over();
    await other.has('was cut off for 5 s.');
    const { name } = (await ada.room()).you;
    const free = await until(async () => {
      const client = await connect(ada);
      return client.status === 200 && client;
    }, 'the end of the cut');
    await free.has('event: presence');
    free.leave();
    await until(async () => (await grace.room()).presence.connections === 1, `${name} to leave`);
  });

  test('serves the page’s TypeScript as JavaScript, the client unchanged, and no other files', async (t) => {
    const { origin } = await startChat(t);
    const page = await fetch(origin);
    assert.match(page.headers.get('content-security-policy'), /frame-ancestors 'none'/);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    const script = await fetch(`${origin}/app/line.js`);
    assert.match(script.headers.get('content-type'), /^text\/javascript/);
    const text = await script.text();
    assert.match(text, /from '\/client\/index.js'/);
    assert.doesNotMatch(text, /import type|: LineState/);
    assert.equal((await fetch(`${origin}/client/index.js`)).status, 200);
    for (const path of ['app/nothing.js', 'app/..%2fserver.js', 'app/chat.ts', 'server.ts']) {
      assert.equal((await fetch(`${origin}/${path}`)).status, 404, path);
    }
  });

  test('exits on SIGTERM with connected people', async (t) => {
    const { origin, stop } = await startChat(t);
    const { cookie } = await newPerson(origin);
    const client = await connectHTTP1(origin, '/events', { headers: { cookie } });
    await client.has('event: presence');
    const exit = stop();
    assert.equal(await client.over(), 'clean');
    assert.deepEqual(await exit, [0, null]);
  });
});
