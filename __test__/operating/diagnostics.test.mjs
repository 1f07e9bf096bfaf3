// Tests the messages on diagnostics_channel and the output of NODE_DEBUG=sluice.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const program = fileURLToPath(new URL('../support/programs/operating.mjs', import.meta.url));

/** Collects published messages until the test ends. */
function listen(t, ...names) {
  const heard = [];
  const listener = (message, name) => heard.push({ name, ...message });
  for (const name of names) subscribe(name, listener);
  t.after(() => names.forEach((name) => void unsubscribe(name, listener)));
  return heard;
}

/** Starts a server, and opens one stream whose response is paused. */
async function oneStream(t, handle, headers = {}) {
  const server = http.createServer(handle);
  t.after(() => server.close());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const request = http.get({ port, host: '127.0.0.1', agent: false, headers });
  request.on('error', () => {});
  t.after(() => request.destroy());
  const response = await new Promise((resolve) => request.on('response', resolve));
  response.on('error', () => {}).pause();
  return request;
}

test('publishes the open and the close of a connection', SOON, async (t) => {
  const heard = listen(t, 'sluice:connection:open', 'sluice:connection:close');
  let connection;
  const request = await oneStream(t, (req, res) => {
    connection = new sluice.Connection(req, res);
  });
  assert.deepEqual(heard, [{ name: 'sluice:connection:open', connection }]);
  request.destroy();
  await until(() => heard.length === 2, 'the close');
  assert.deepEqual(heard[1], { name: 'sluice:connection:close', connection, reason: 'client' });
});

test('publishes a gap', SOON, async (t) => {
  const heard = listen(t, 'sluice:connection:gap');
  const channel = new sluice.Channel({ historySize: 10 });
  let connection;
  const handle = (req, res) => {
    connection = new sluice.Connection(req, res);
    channel.add(connection);
  };
  await oneStream(t, handle, { 'Last-Event-ID': 'unknown' });
  await until(() => heard.length > 0, 'the gap');
  const gap = { channel, lastEventId: 'unknown', lastEventID: 'unknown' };
  assert.deepEqual(heard, [{ name: 'sluice:connection:gap', connection, gap }]);
});

for (const overflow of ['disconnect', 'drop-oldest']) {
  test(`publishes an overflow: ${overflow}`, SOON, async (t) => {
    const heard = listen(t, 'sluice:connection:overflow');
    let connection;
    const request = await oneStream(t, (req, res) => {
      const options = { overflow, maxQueueBytes: 4096, stallTimeout: 0 };
      connection = new sluice.Connection(req, res, options);
    });
    const data = 'x'.repeat(100_000);
    const full = () => heard.length > 0 || connection.queuedBytes > 60_000;
    await until(() => {
      for (let left = 100; left > 0 && !connection.closed; left -= 1) connection.send({ data });
      return full();
    }, 'the queue to be full');
    // The gap of dropped events is reported after the client has read the other events.
    if (overflow === 'drop-oldest') {
      request.res.resume();
    }
    await until(() => heard.length > 0, 'the overflow');
    const [{ events, ...first }] = heard;
    assert.deepEqual(first, { name: 'sluice:connection:overflow', connection });
    assert.equal(events > 0, overflow === 'drop-oldest');
  });
}

test('a drain and a later refusal are published and printed', SOON, async () => {
  const environment = { ...process.env, NODE_DEBUG: 'sluice' };
  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.execPath, [program], { env: environment, ...SOON });
  const { drain, refusal } = JSON.parse(stdout);
  assert.deepEqual(drain, [
    { state: 'begin', drain: 0, within: 100 },
    { state: 'end', drain: 0, connections: 1, ended: 1, destroyed: 0 },
  ]);
  assert.equal(refusal, 503);
  for (const line of [
    /connection 0 opens: "GET" "\/feed", a cursor, transport native/,
    /connection 0: the core has taken over the socket/,
    /connection 0 closes: drain/,
    /connection 1 opens: "GET" "\/stream", no cursor, transport stream/,
    /connection 1: JavaScript writes \(transport: 'stream'\)/,
    /connection 1 closes: client/,
    /drain 0 begins: all connections within 100 ms/,
    /drain 0 is over: \{"connections":1,"ended":1,"destroyed":0\}/,
    /refused with 503: the server drains/,
    /backplane \d+: connecting/,
    /backplane \d+: online/,
  ]) {
    assert.match(stderr, line);
  }
});

test('nothing is printed without NODE_DEBUG', SOON, async () => {
  const { NODE_DEBUG: _, ...environment } = process.env;
  const run = promisify(execFile);
  const { stderr } = await run(process.execPath, [program], { env: environment, ...SOON });
  assert.equal(stderr, '');
});
