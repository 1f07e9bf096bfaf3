// Tests that a stream is the last response of its socket.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { sluice } from '../../support/site.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';
import { closed, plain } from './plain.mjs';

const SOON = { timeout: 60_000 };
const native = process.platform === 'win32' ? 'stream' : 'native';

/** Starts a server that does not answer. `open` opens a stream as the response to a path. */
async function waiting(t, options) {
  const site = { urls: [], responses: new Map() };
  const server = await plain(t, {
    options,
    handler(req, res, open) {
      site.urls.push(req.url);
      site.responses.set(req.url, {
        res,
        closes: [tally(res, 'close'), tally(req, 'close')],
        open,
      });
    },
  });
  const openAt = (url) => {
    const { res, open } = site.responses.get(url);
    return open(res.req, res);
  };
  return { ...server, ...site, open: openAt };
}

for (const transport of [native, 'stream']) {
  test(
    `${transport}: responses behind a stream close, and later requests are dropped`,
    SOON,
    async (t) => {
      const { connect, urls, responses, open } = await waiting(t, { transport });
      const client = (await connect()).get('/stream').get('/a').get('/b');
      client.send('POST /c HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody');
      await until(() => urls.length === 4, 'four requests');
      const { connection } = open('/stream');
      for (const url of ['/a', '/b', '/c']) {
        const { res, closes } = responses.get(url);
        assert.equal(res.destroyed, true);
        await until(() => closes.every((calls) => calls.length === 1), `${url} to close`);
        assert.throws(() => new sluice.Connection(res.req, res), {
          code: 'ERR_SSE_GONE',
          message: /behind an event stream/,
        });
      }
      await client.has('\r\n\r\n');
      client.get('/d').send('POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody');
      client.get('/f', 'Connection: upgrade\r\nUpgrade: websocket\r\n');
      for (let turns = 0; turns < 50; turns += 1) await turn();
      connection.send({ data: 'still here' });
      await client.has('data: still here\n\n');
      await connection.end();
      await client.eof();
      assert.equal(client.chunks().text, 'data: still here\n\n');
      assert.deepEqual(urls, ['/stream', '/a', '/b', '/c']);
      assert.equal(responses.get('/a').closes[0].length, 1);
    },
  );
}

test(
  'a stream that waits behind another response closes if that response becomes a stream',
  SOON,
  async (t) => {
    const { connect, urls, open, responses } = await waiting(t);
    const client = (await connect()).get('/stream').get('/waiting').get('/last');
    await until(() => urls.length === 3, 'three requests');
    const second = open('/waiting');
    assert.equal(second.connection.transport, 'stream');
    assert.throws(() => open('/last'), { code: 'ERR_SSE_GONE' });
    const first = open('/stream');
    assert.deepEqual(await closed(second), ['destroy']);
    first.connection.send({ data: 'first' });
    await client.has('data: first\n\n');
    assert.equal(first.connection.closed, false);
    assert.equal(responses.get('/stream').res.destroyed, false);
  },
);

test('a stream starts after the response before it', SOON, async (t) => {
  const { connect, urls, open, responses } = await waiting(t);
  const client = (await connect()).get('/before').get('/stream').get('/after');
  await until(() => urls.length === 3, 'three requests');
  const { connection } = open('/stream');
  connection.send({ data: 'x' });
  responses.get('/before').res.end('before');
  await client.has('data: x\n\n');
  await connection.end();
  await client.eof();
  assert.equal(responses.get('/after').res.destroyed, true);
});

test('HEAD and ordinary requests keep the connection alive', SOON, async (t) => {
  const { connect, opened } = await plain(t, {
    handler(req, res, open) {
      if (req.url === '/other') res.end('other');
      else open(req, res).connection.send({ data: req.method });
    },
  });
  const client = await connect();
  client.send('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n').get('/other').get('/').get('/');
  await client.has('data: GET\n\n');
  assert.deepEqual(
    client.text.match(/^connection: .*$/gim).map((line) => line.toLowerCase()),
    ['connection: keep-alive', 'connection: keep-alive', 'connection: close'],
  );
  assert.equal(opened.length, 2);
});

const MUCH = 'x'.repeat(1 << 20);
const floods = {
  requests: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000),
  'a body': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MUCH.length}\r\n\r\n${MUCH}`,
};

test('a client with too many requests behind its stream is disconnected', SOON, async (t) => {
  const { connect, urls, open } = await waiting(t);
  const client = (await connect()).get('/stream');
  client.send('GET /more HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(500));
  await until(() => urls.length === 501, 'the requests');
  assert.deepEqual(await closed(open('/stream')), ['flood']);
  await client.eof();
});

for (const [title, text] of Object.entries(floods)) {
  test(`stream: a client that keeps sending ${title} is disconnected`, SOON, async (t) => {
    const { stream } = await plain(t, { options: { transport: 'stream' } });
    const end = await stream();
    end.client.send(text);
    assert.deepEqual(await closed(end), ['flood']);
    await end.client.eof();
  });
}

test('the body of the request itself does not count as a flood', SOON, async (t) => {
  let body = 0;
  const { connect, opened } = await plain(t, {
    options: { transport: 'stream' },
    handler(req, res, open) {
      req.on('data', (chunk) => {
        body += chunk.length;
      });
      open(req, res);
    },
  });
  const client = (await connect()).send(floods['a body']);
  await client.has('\r\n\r\n');
  await until(() => body === MUCH.length, 'the body');
  client.get('/dropped');
  opened[0].connection.send({ data: 'still here' });
  await client.has('data: still here\n\n');
});

test('listeners of a dropped response run after the stream has opened', SOON, async (t) => {
  const { connect, urls, open, responses } = await waiting(t);
  (await connect()).get('/stream').get('/a');
  await until(() => urls.length === 2, 'both requests');
  const { res } = responses.get('/a');
  const order = [];
  res.once('close', () => order.push('close'));
  open('/stream');
  order.push('opened');
  await until(() => order.length === 2, 'close');
  assert.deepEqual(order, ['opened', 'close']);
});
