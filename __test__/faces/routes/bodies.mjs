// Valid and invalid request bodies, in every framework.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { frameworks, SOON, serve } from './apps.mjs';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

for (const [name, framework] of Object.entries(frameworks)) {
  /** If Express's own parser fails, Express answers without our code. */
  const assertCode = ({ json }, code) => framework.parses || assert.equal(json.code, code);

  describe(name, () => {
    for (const [what, body] of Object.entries({
      nothing: '',
      'text that is not JSON': 'topics=news',
      'unfinished JSON': '{"clientId": "x", "secret": "y", "topics": ["news"',
      'bytes that are not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      'only a byte order mark': '\ufeff',
    })) {
      test(`a body of ${what} is answered with 400`, SOON, async (t) => {
        const site = await serve(t, framework);
        const answer = await site.ask('POST', '/subscribe', { headers: JSON_TYPE, body });
        assert.equal(answer.status, 400);
        assertCode(answer, 'ERR_SSE_BODY');
      });
    }

    test('a message with wrong fields is answered with 400', SOON, async (t) => {
      const site = await serve(t, framework);
      const { clientId, secret } = await site.connect();
      const topics = ['news'];
      const messages = [
        ...[null, 7, true, '"text"', [], [{ clientId, secret, topics }], {}],
        { secret, topics },
        ...[null, 7, '', [clientId], { clientId }].map((value) => ({
          clientId: value,
          secret,
          topics,
        })),
        { clientId, secret },
        ...[null, 'news', 7, {}, { length: 1, 0: 'news' }, []].map((value) => ({
          clientId,
          secret,
          topics: value,
        })),
      ];
      for (const message of messages) {
        const answer = await site.post('/subscribe', JSON.stringify(message));
        assert.equal(answer.status, 400, JSON.stringify(message));
        if (typeof message === 'object') assertCode(answer, 'ERR_SSE_BODY');
      }
      assert.deepEqual(site.broker.topics(), []);
    });

    test('invalid topic names are answered with 400', SOON, async (t) => {
      const site = await serve(t, framework);
      const client = await site.connect();
      for (const topic of ['', 7, null, true, ['news'], { topic: 'news' }]) {
        const { status, json } = await site.subscribe(client, 'news', topic);
        assert.equal(status, 400, JSON.stringify(topic));
        assert.deepEqual(json, {
          error: 'a topic must be a string that is not empty',
          code: 'ERR_SSE_TOPIC',
        });
      }
      assert.deepEqual(site.broker.topics(), []);
    });

    test('fields of the prototype are ignored', SOON, async (t) => {
      const site = await serve(t, framework);
      const client = await site.connect();
      const { clientId, secret } = client;
      const fields = JSON.stringify({ clientId, secret, topics: ['news'] });
      const tricks = [
        `{"__proto__": ${fields}}`,
        `{"constructor": {"prototype": ${fields}}}`,
        `{"clientId": "${clientId}", "topics": ["news"], "__proto__": {"secret": "${secret}"}}`,
      ];
      const statuses = [];
      for (const body of tricks) statuses.push((await site.post('/subscribe', body)).status);
      assert.deepEqual(statuses, [400, 400, 401]);
      assert.deepEqual(site.broker.topics(), []);
      assert.equal({}.clientId, undefined);
      assert.equal({}.secret, undefined);
    });

    test(
      'a topic may have any name, also that of a property of Object.prototype',
      SOON,
      async (t) => {
        const site = await serve(t, framework);
        const client = await site.connect();
        const topics = ['__proto__', 'constructor', 'hasOwnProperty', '\0', ' ', 'ö/ü?#'];
        const { status, json } = await site.subscribe(client, ...topics);
        assert.equal(status, 200);
        assert.deepEqual(json.topics, topics);
        assert.equal(site.broker.broadcastToTopic('__proto__', { data: 'there' }), 1);
        assert.equal(site.broker.broadcastToTopic('toString', { data: 'not there' }), 0);
      },
    );

    test('deep nesting and long arrays cause no error in the server', SOON, async (t) => {
      const site = await serve(t, framework);
      const client = await site.connect();
      const { clientId, secret } = client;
      const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
      const nested = `{"clientId": "${clientId}", "secret": "${secret}", "topics": ${deep}}`;
      assert.equal((await site.post('/subscribe', nested)).status, 400);
      const proof = `"clientId": "${clientId}", "secret": "${secret}"`;
      const aside = `{${proof}, "topics": ["a"], "x": ${deep}}`;
      assert.equal((await site.post('/subscribe', aside)).status, 200);
      const same = await site.subscribe(client, ...new Array(3000).fill('a'));
      assert.deepEqual([same.status, same.json.topics], [200, ['a']]);
      const many = await site.subscribe(client, ...Array.from({ length: 1001 }, (_, i) => `${i}`));
      assert.deepEqual([many.status, many.json.code], [403, 'ERR_SSE_TOPIC_LIMIT']);
      assert.deepEqual(site.broker.topics(), ['a']);
    });

    for (const type of [
      undefined,
      'text/plain',
      'text/plain; application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      'application/json-patch+json',
      'nonsense',
      '; charset=utf-8',
      'application/json, application/json',
    ]) {
      test(`a body of type ${type} is answered with 415`, SOON, async (t) => {
        const site = await serve(t, framework);
        const { credentials } = await site.connect();
        const body = JSON.stringify({ ...credentials, topics: ['news'] });
        const headers = type ? { 'Content-Type': type } : {};
        const answer = await site.ask('POST', '/subscribe', { headers, body });
        assert.deepEqual([answer.status, answer.json.code], [415, 'ERR_SSE_MEDIA_TYPE']);
        assert.equal(answer.headers.vary, 'Origin');
        assert.deepEqual(site.broker.topics(), []);
      });
    }

    test('a request without a body and a type is answered with 415', SOON, async (t) => {
      const site = await serve(t, framework);
      const { status, json } = await site.ask('POST', '/subscribe');
      assert.deepEqual([status, json.code], [415, 'ERR_SSE_MEDIA_TYPE']);
    });

    test('the type is case-insensitive and may have a charset', SOON, async (t) => {
      const site = await serve(t, framework);
      const { credentials } = await site.connect();
      for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
        const message = { ...credentials, topics: [type] };
        const { status } = await site.post('/subscribe', message, { 'Content-Type': type });
        assert.equal(status, 200, type);
      }
    });

    test('a body as large as the limit is accepted', SOON, async (t) => {
      const site = await serve(t, framework, { options: { bodyLimit: 400 } });
      const { credentials } = await site.connect();
      const message = JSON.stringify({ ...credentials, topics: ['news'] });
      assert.equal((await site.post('/subscribe', message.padEnd(400))).status, 200);
      const { status, json } = await site.post('/subscribe', message.padEnd(401));
      assert.equal(status, 413);
      assert.deepEqual(json, {
        error: 'the body is larger than 400 bytes',
        code: 'ERR_SSE_BODY_LIMIT',
      });
    });

    if (framework.parses) return;

    test('a body whose Content-Length is too large is not read', SOON, async (t) => {
      const site = await serve(t, framework);
      const raw = await site.raw();
      raw.send(
        'POST /_sse/subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16385\r\n\r\n',
      );
      await raw.eof();
      assert.match(raw.text, /^HTTP\/1.1 413 /);
      assert.match(raw.body, /ERR_SSE_BODY_LIMIT/);
      assert.match(raw.head, /\r\nconnection: close\r\n/i);
    });

    test('a chunked body that becomes too large is not read to its end', SOON, async (t) => {
      const site = await serve(t, framework);
      const raw = await site.raw();
      raw.send(
        'POST /_sse/subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      raw.send(chunk('['.repeat(16_384)));
      raw.send(chunk('['));
      await raw.eof();
      assert.match(raw.text, /^HTTP\/1.1 413 /);
    });

    test('a body that arrives in pieces is assembled', SOON, async (t) => {
      const site = await serve(t, framework);
      const { credentials } = await site.connect();
      const body = Buffer.from(JSON.stringify({ ...credentials, topics: ['größer'] }));
      const raw = await site.raw();
      raw.send(
        'POST /_sse/subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      for (const byte of body) raw.send(chunk(String.fromCharCode(byte)));
      raw.send('0\r\n\r\n');
      await raw.has('"success":true');
      assert.deepEqual(site.broker.topics(), ['größer']);
    });

    test('a client that leaves while it sends its body causes no error', SOON, async (t) => {
      const site = await serve(t, framework);
      const begun = once(site.server, 'request');
      const raw = await site.raw();
      raw.send(
        'POST /_sse/subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"clientId": ',
      );
      const [, res] = await begun;
      const closed = once(res, 'close');
      raw.socket.destroy();
      await closed;
      assert.equal((await site.ask('GET', '/stats')).status, 200);
      assert.deepEqual(site.errors, []);
    });

    test('a body that is not UTF-8 is refused', SOON, async (t) => {
      const site = await serve(t, framework);
      const { credentials } = await site.connect();
      const body = Buffer.from(JSON.stringify({ ...credentials, topics: ['caf\xe9'] }), 'latin1');
      const { status, json } = await site.ask('POST', '/subscribe', { headers: JSON_TYPE, body });
      assert.deepEqual([status, json.code], [400, 'ERR_SSE_BODY']);
      assert.deepEqual(site.broker.topics(), []);
    });

    test('a compressed body is answered with 415', SOON, async (t) => {
      const site = await serve(t, framework);
      const body = gzipSync('{}');
      const headers = { ...JSON_TYPE, 'Content-Encoding': 'gzip' };
      assert.equal((await site.ask('POST', '/subscribe', { headers, body })).status, 415);
    });

    test('a body in another charset is answered with 415', SOON, async (t) => {
      const site = await serve(t, framework);
      const headers = { 'Content-Type': 'application/json; charset=utf-16' };
      const body = Buffer.from('{}', 'utf16le');
      assert.equal((await site.ask('POST', '/subscribe', { headers, body })).status, 415);
    });
  });
}
