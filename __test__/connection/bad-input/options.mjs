// Tests that invalid options, arguments and states are rejected.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { test } from 'node:test';
import * as server from '../../support/servers/node-http.mjs';
import * as secure from '../../support/servers/node-https.mjs';
import { site, sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

const { sse } = createRequire(import.meta.url)('../../../express.js');

const { Channel, Connection, SluiceError } = sluice;

const wrong = [
  ['pingInterval', ['5', null, {}], [-1, 1.5, 2 ** 31, Number.NaN, Infinity]],
  ['timeout', ['5', null, true], [-1, 0.5, 2 ** 31, Number.NaN]],
  ['retry', [], ['5', -1, 1.5, 2 ** 32]],
  ['maxQueueBytes', ['1', null], [-1, 1.5, Number.NaN]],
  ['stallTimeout', ['1', null], [-1, 1.5, Number.NaN]],
  ['limits', [null, 5, {}, { maxPerKey: '5' }, { key: 'ip', maxPerKey: 1 }], [{ maxPerKey: 0 }]],
  ['maxLifetimeJitter', ['0.1', null], [-0.1, 1.1, Number.NaN]],
  ['statusCode', ['200', null], [99, 1000, 200.5]],
  ['ping', ['yes', 1, null], []],
  ['headers', ['X: y', 5, null], []],
  ['transport', [5], ['websocket', '']],
];

for (const [option, ofType, ofRange] of wrong) {
  test(`the ${option} option is checked before anything is sent`, SOON, async (t) => {
    const { open } = await site(t, server);
    for (const [values, names] of [
      [ofType, ['TypeError']],
      [ofRange, ['RangeError', 'TypeError']],
    ]) {
      for (const value of values) {
        await assert.rejects(open({ [option]: value }), (error) => {
          assert.match(
            error.code,
            option === 'retry' ? /^ERR_SSE_(OPTION|RETRY)$/ : /^ERR_SSE_OPTION$/,
          );
          assert.ok(names.includes(error.name), `${error.name} for ${String(value)}`);
          assert.match(error.message, new RegExp(option));
          return true;
        });
      }
    }
  });
}

test('error messages name the type of a wrong value with its article', () => {
  for (const [value, kind] of [
    [{}, 'an object'],
    [[], 'an array'],
    [undefined, 'undefined'],
    [null, 'null'],
    [5, 'a number'],
    [() => {}, 'a function'],
  ]) {
    const expects = `sse() expects a handler function, but received ${kind}`;
    if (typeof value !== 'function') assert.throws(() => sse(value), { message: expects });
    if (value === undefined) continue;
    const message = `\`historySize\` must be a number, but it is ${kind}`;
    if (value !== 5) assert.throws(() => new Channel({ historySize: value }), { message });
  }
});

test('the options of a channel are checked', () => {
  for (const option of [
    'historySize',
    'historyBytes',
    'historyAge',
    'emptyTimeout',
    'maxMembers',
  ]) {
    for (const value of ['5', null, -1, 1.5, Number.NaN, {}]) {
      assert.throws(
        () => new Channel({ [option]: value }),
        (error) => {
          assert.equal(error.code, 'ERR_SSE_OPTION');
          assert.ok(error instanceof TypeError || error instanceof RangeError);
          assert.match(error.message, new RegExp(option));
          return true;
        },
      );
    }
  }
  for (const options of [null, 5, 'historySize']) {
    assert.throws(() => new Channel(options), { code: 'ERR_SSE_OPTION', name: 'TypeError' });
  }
});

test('undefined options are ignored', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection } = await open({
    pingInterval: undefined,
    timeout: undefined,
    retry: undefined,
  });
  assert.equal(connection.closed, false);
  assert.equal(new Channel({ historySize: undefined }).closed, false);
});

test('intervals are checked on every change', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection } = await open();
  for (const value of ['5', -1, 1.5, 2 ** 31, null, undefined, Number.NaN]) {
    const error = (thrown) => /^ERR_SSE_(OPTION|TYPE)$/.test(thrown.code);
    assert.throws(() => connection.setPing(value), error, `setPing(${value})`);
    assert.throws(() => connection.setTimeout(value), error, `setTimeout(${value})`);
  }
});

test('a connection needs a request and a response', () => {
  for (const [req, res] of [[], [{}, {}], [new EventEmitter(), new EventEmitter()], [null, null]]) {
    assert.throws(() => new Connection(req, res), { code: 'ERR_SSE_TYPE', name: 'TypeError' });
  }
});

test('a response that has already started is rejected', SOON, async (t) => {
  const running = await server.start((req, res) => {
    res.write('begun');
    const error = { code: 'ERR_SSE_HEADERS_SENT', name: 'SluiceError', message: /before|already/ };
    assert.throws(() => new Connection(req, res), error);
    assert.throws(() => new Connection(req, res), SluiceError);
    res.end();
  });
  t.after(() => running.close());
  const client = await running.connect('/');
  assert.equal(await client.over(), 'clean');
  assert.equal(client.text, 'begun');
});

test('a response can carry only one connection', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client, req, res } = await open();
  assert.throws(() => new Connection(req, res), { code: 'ERR_SSE_HEADERS_SENT' });
  connection.send({ data: 'unharmed' });
  await client.has('data: unharmed\n\n');
});

test('opening a connection throws a named error if the client has left', SOON, async (t) => {
  let thrown;
  const running = await server.start(async (req, res) => {
    await until(() => req.destroyed, 'the client to leave');
    try {
      new Connection(req, res);
    } catch (error) {
      thrown = error;
    }
  });
  t.after(() => running.close());
  const { port } = running.server.address();
  const socket = new Socket().connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => setTimeout(() => socket.destroy(), 10));
  await until(() => thrown, 'the error');
  assert.equal(thrown.code, 'ERR_SSE_GONE');
  assert.ok(thrown instanceof SluiceError);
});

test('an injected request uses the stream transport', SOON, async () => {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  const connection = new Connection(req, res);
  assert.equal(connection.transport, 'stream');
  connection.send({ data: 1 });
  const end = connection.end();
  await until(() => connection.closed, 'the connection to close');
  assert.equal(await end, connection);
});

test('the native transport is rejected if the socket cannot be handed over', SOON, async (t) => {
  const { open } = await site(t, secure);
  const error = { code: 'ERR_SSE_TRANSPORT', name: 'SluiceError', message: /auto|stream/ };
  await assert.rejects(open({ transport: 'native' }), error);
});

test('only a connection can be added to a channel', () => {
  const channel = new Channel();
  for (const value of [undefined, null, {}, new EventEmitter(), channel]) {
    assert.throws(() => channel.add(value), { code: 'ERR_SSE_TYPE', name: 'TypeError' });
  }
});

test('a closed channel accepts no events and no connections', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection } = await open();
  const channel = new Channel();
  channel.close();
  const error = { code: 'ERR_SSE_CHANNEL_CLOSED', name: 'SluiceError', message: /channel/i };
  assert.throws(() => channel.add(connection), error);
  assert.throws(() => channel.send({ data: 1 }), error);
  assert.throws(() => channel.write('data: 1\n\n'), error);
  assert.equal(channel.remove(connection), false);
  assert.deepEqual(channel.connections(), []);
});

test('an ended connection accepts no events', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection } = await open();
  const end = connection.end();
  const error = { code: 'ERR_SSE_CLOSED', name: 'SluiceError', message: /ended/ };
  assert.throws(() => connection.send({ data: 1 }), error);
  assert.throws(() => connection.write('data: 1\n\n'), error);
  assert.throws(() => connection.comment('a'), error);
  await end;
  assert.throws(() => connection.send({ data: 1 }), error);
});

test('configure() checks its options, and throws if it is called too late', () => {
  const isRefusal = (thrown) => /^ERR_SSE_(OPTION|STARTED)$/.test(thrown.code);
  for (const shards of [0, 65, 1.5, '2', null]) {
    assert.throws(() => sluice.configure({ shards }), isRefusal, `shards: ${shards}`);
  }
  for (const maxConnections of [0, 1.5, 2 ** 32, '2', null]) {
    assert.throws(() => sluice.configure({ maxConnections }), isRefusal, `${maxConnections}`);
  }
  new Channel().close();
  const error = { code: 'ERR_SSE_STARTED', name: 'SluiceError', message: /before/ };
  assert.throws(() => sluice.configure({ shards: 2 }), error);
});

test('a SluiceError takes a code and a message', () => {
  const error = new SluiceError('ERR_SSE_GONE', 'gone');
  assert.ok(error instanceof Error);
  assert.equal(error.code, 'ERR_SSE_GONE');
  assert.equal(error.message, 'gone');
  assert.equal(error.name, 'SluiceError');
});
