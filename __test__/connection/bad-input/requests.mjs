// Tests that no input from a client makes the server throw.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plain } from '../../carrier/handover/plain.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

const seed = Date.now() % 2 ** 31;

const byte = fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f);
const value = fc
  .oneof(
    fc.array(byte, { maxLength: 40 }).map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom('', ' ', '\t', ',', ', ,', 'a, b', '1'.repeat(1024), 'é', '\xff\xfe', '%00'),
    fc.string({ maxLength: 8 }).map((text) => Buffer.from(text).toString('latin1').repeat(300)),
  )
  .map((text) => text.replace(/[^\t -~\x80-\xff]/g, ''));
const name = fc.constantFrom(
  'Last-Event-ID',
  'last-event-id',
  'Accept',
  'Accept-Encoding',
  'Origin',
  'Cookie',
  'X-Odd',
  'Expect',
  'TE',
);
const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE'),
  version: fc.constantFrom('1.1', '1.0'),
  headers: fc.array(fc.tuple(name, value), { maxLength: 5 }),
  junk: fc.constantFrom('', '\r\n', '\0\0\0', 'GET / HTTP/1.1\r\n\r\n', 'x'.repeat(100)),
});

test('no request header makes the server throw', SOON, async (t) => {
  const failures = [];
  const channel = new sluice.Channel();
  channel.send({ id: '1', data: 'one' }).send({ data: 'two' });
  const { connect } = await plain(t, {
    handler(req, res, open) {
      try {
        const { connection } = open(req, res);
        channel.add(connection);
        const { lastEventID = '' } = connection;
        assert.ok(Buffer.byteLength(lastEventID) <= 1024);
        connection.send({ data: 'hello' }).end();
      } catch (error) {
        failures.push(error);
        res.destroy();
      }
    },
  });

  const property = fc.asyncProperty(request, async ({ method, version, headers, junk }) => {
    const client = await connect();
    const lines = headers.map(([key, text]) => `${key}: ${text}\r\n`).join('');
    client.send(
      `${method} / HTTP/${version}\r\nHost: a\r\nConnection: close\r\n${lines}\r\n${junk}`,
    );
    await client.eof();
    client.socket.destroy();
    assert.deepEqual(failures, []);
    assert.match(client.text, /^HTTP\/1\.1 /);
  });
  await fc.assert(property, { seed, numRuns: 300 });

  const { connections } = sluice.metrics();
  await until(
    () => {
      const now = sluice.metrics().connections;
      return now.native + now.stream === 0;
    },
    `every connection to close of ${JSON.stringify(connections)}`,
  );
  // The count above does not include connections without a transport.
  await until(() => channel.count() === 0, 'the channel to be empty');
});

test('two Last-Event-ID headers do not form a valid cursor', SOON, async (t) => {
  const { connect, opened } = await plain(t);
  const client = (await connect()).get('/', 'Last-Event-ID: 1\r\nLast-Event-ID: 2\r\n');
  await client.has('\r\n\r\n');
  assert.notEqual(opened[0].connection.lastEventID, '1');
  assert.notEqual(opened[0].connection.lastEventID, '2');
});

test('bytes that are not UTF-8 cause no error', SOON, async (t) => {
  const { connect, opened } = await plain(t);
  const client = (await connect()).get('/', 'Last-Event-ID: \xff\xfe\x80\r\n');
  await client.has('\r\n\r\n');
  opened[0].connection.send({ data: 'all is well' });
  await client.has('data: all is well\n\n');
});
