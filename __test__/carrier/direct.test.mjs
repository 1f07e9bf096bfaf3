// Tests responses whose bytes JavaScript writes directly to the socket.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';

const OPTIONS = { ping: false, transport: 'stream' };

/** Opens a stream with a raw client. `prepare` gets the response first. */
async function open(t, { version = '1.1', prepare = () => {} } = {}) {
  let opened;
  const opening = new Promise((resolve) => {
    opened = resolve;
  });
  const server = http.createServer((req, res) => {
    prepare(res);
    opened({ connection: new sluice.Connection(req, res, OPTIONS), res });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = net.connect(server.address().port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  const client = { text: '', ended: false };
  socket.setEncoding('utf8').on('data', (text) => {
    client.text += text;
  });
  socket.on('end', () => {
    client.ended = true;
  });
  socket.write(`GET / HTTP/${version}\r\nHost: localhost\r\n\r\n`);
  return { client, ...(await opening) };
}

/** The body of a response. */
const body = ({ text }) => text.slice(text.indexOf('\r\n\r\n') + 4);

test('each event is a chunk, and the response ends as usual', async (t) => {
  const { client, connection, res } = await open(t);
  connection.send({ data: 'a' });
  await until(() => body(client) === '9\r\ndata: a\n\n\r\n', 'the first event');
  res.write('data: own\n\n');
  connection.send({ data: 'b' }).end();
  await until(() => client.ended, 'the end');
  const chunks = ['9\r\ndata: a\n\n', 'b\r\ndata: own\n\n', '9\r\ndata: b\n\n', '0\r\n\r\n'];
  assert.equal(body(client), chunks.join('\r\n'));
  assert.ok(res.writableFinished);
});

test('an HTTP/1.0 client gets no chunks', async (t) => {
  const { client, connection } = await open(t, { version: '1.0' });
  connection.send({ data: 'a' }).end();
  await until(() => client.ended, 'the end');
  assert.equal(body(client), 'data: a\n\n');
});

test('no bytes follow if other code has stored `res.end` and calls it', async (t) => {
  let end;
  const prepare = (res) => {
    end = res.end;
  };
  const { client, connection, res } = await open(t, { prepare });
  connection.send({ data: 'a' });
  await until(() => body(client) === '9\r\ndata: a\n\n\r\n', 'the event');
  end.call(res);
  connection.send({ data: 'b' });
  await until(() => client.ended && connection.closed, 'the end');
  assert.equal(body(client), '9\r\ndata: a\n\n\r\n0\r\n\r\n');
});

for (const owner of ['res', 'socket']) {
  test(`code that replaces \`${owner}.write\` sees every event`, async (t) => {
    const seen = [];
    const prepare = (res) => {
      const target = owner === 'res' ? res : res.socket;
      const { write } = target;
      target.write = function (chunk, ...rest) {
        seen.push(String(chunk));
        return write.call(this, chunk, ...rest);
      };
    };
    const { client, connection } = await open(t, { prepare });
    for (const data of ['a', 'b', 'c']) {
      connection.send({ data });
      await turn();
    }
    const last = 'data: c\n\n\r\n';
    await until(() => client.text.endsWith(last), 'the last event');
    const text = seen.join('');
    for (const data of ['a', 'b', 'c']) assert.equal(text.split(`data: ${data}\n\n`).length, 2);
  });
}
