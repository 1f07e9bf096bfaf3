// Tests a connection over a carrier that records how the connection uses it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';

const { openLink } = createRequire(import.meta.url)('../../lib/connection/connection.js');

const SOON = { timeout: 30_000 };

/** Records the calls of the connection. Accepts all bytes unless `isSlow` is set. */
class RecordingCarrier {
  calls = [];
  text = '';
  isSlow = false;
  cursor = '7';
  needsProcess = true;

  listen(listener) {
    this.listener = listener;
  }

  head(statusCode) {
    this.calls.push(['head', statusCode]);
  }

  write(bytes) {
    this.text += bytes;
    return !this.isSlow;
  }

  end() {
    this.calls.push(['end']);
  }

  destroy(error) {
    this.calls.push(['destroy', error]);
  }

  closeReason() {
    return 'client';
  }

  release() {
    this.calls.push(['release']);
  }
}

function open(options) {
  const carrier = new RecordingCarrier();
  return { carrier, ...openLink(carrier, options) };
}

test('a connection opens, sends and ends over any carrier', SOON, async () => {
  const { carrier, connection, link } = open({ statusCode: 201 });
  assert.equal(connection.lastEventID, '7');
  assert.equal(connection.transport, 'stream');
  assert.equal(link.state, 'opening');
  connection.send({ data: 'queued' });
  link.begin();
  assert.equal(link.state, 'open');
  const ended = connection.send({ data: 'last' }).end();
  assert.equal(link.state, 'ending');
  assert.equal(await ended, connection);
  assert.equal(link.state, 'closed');
  assert.equal(carrier.text, 'data: queued\n\ndata: last\n\n');
  assert.deepEqual(carrier.calls, [['head', 201], ['release'], ['end']]);
});

test('a slow carrier gets more bytes once it has drained', SOON, async () => {
  const { carrier, connection, link } = open();
  link.begin();
  carrier.isSlow = true;
  connection.send({ data: 1 });
  await until(() => carrier.text !== '', 'the first write');
  connection.send({ data: 2 });
  carrier.isSlow = false;
  carrier.listener.onDrain();
  await until(() => carrier.text.endsWith('data: 2\n\n'), 'the second write');
  await connection.end();
});

test('a connection closes with its carrier, for the same reason', SOON, async () => {
  const { carrier, connection, link } = open();
  link.begin();
  const reasons = tally(connection, 'close');
  carrier.listener.onClose();
  assert.equal(link.state, 'ending');
  connection.send({ data: 'dropped' });
  await until(() => connection.closed, 'the connection to close');
  assert.deepEqual(reasons, [['client']]);
});

test('destroy() passes its error to the carrier', SOON, async () => {
  const { carrier, connection, link } = open();
  link.begin();
  const error = new Error('the account was closed');
  connection.destroy(error).destroy(new Error('again'));
  await until(() => connection.closed, 'the connection to close');
  assert.deepEqual(carrier.calls, [['head', 200], ['release'], ['destroy', error]]);
});

test('a connection that is destroyed before its head never opens', SOON, async () => {
  const { connection, link } = open();
  connection.destroy();
  await until(() => connection.closed, 'the connection to close');
  assert.equal(link.state, 'closed');
});
