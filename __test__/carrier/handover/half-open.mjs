// Tests clients that close their side of the connection, with and without httpAllowHalfOpen.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { describe, test } from 'node:test';
import tls from 'node:tls';
import { certificate } from '../../support/certificate.mjs';
import { RawClient } from '../../support/clients/raw.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

const SOON = { timeout: 60_000 };
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

const transports = {
  native: { create: http.createServer, connect: net.connect },
  stream: { create: http.createServer, connect: net.connect, options: { transport: 'stream' } },
};

/** Node always ends an encrypted connection when the client closes its side. */
const encrypted = {
  create: (handler) => https.createServer(certificate(), handler),
  connect: (where) => tls.connect({ ...where, rejectUnauthorized: false }),
};

/** Starts a server and one client that continues to read after it has closed its side. */
async function open(t, { create, connect, options }, httpAllowHalfOpen, leave) {
  let connection;
  const reasons = [];
  const server = create((req, res) => {
    connection = new sluice.Connection(req, res, { pingInterval: 20, ...options });
    connection.on('close', (reason) => reasons.push(reason));
  });
  server.httpAllowHalfOpen = httpAllowHalfOpen;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const client = new RawClient(socket);
  t.after(() => {
    socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  await leave(client);
  await until(() => connection, 'the request');
  return { client, connection, reasons };
}

const ways = {
  'with its request': (client) => client.socket.end(REQUEST),
  'after the head': async (client) => {
    client.send(REQUEST);
    await client.has('\r\n\r\n');
    client.socket.end();
  },
};

for (const [name, transport] of Object.entries(transports)) {
  describe(`httpAllowHalfOpen: ${name}`, () => {
    for (const [way, leave] of Object.entries(ways)) {
      test(`a client that closes its side ${way} gets events to the end`, SOON, async (t) => {
        const { client, connection, reasons } = await open(t, transport, true, leave);
        for (let n = 0; n < 3; n += 1) {
          const seen = client.text.length;
          connection.send({ data: n });
          await client.has(`data: ${n}\n\n`);
          await until(() => client.text.indexOf(':\n\n', seen) > 0, 'a ping');
        }
        assert.deepEqual(reasons, []);
        await connection.end();
        await client.eof();
        assert.deepEqual(reasons, ['end']);
        assert.equal(client.chunks().complete, true);
      });

      test(`detects that a client left after it had closed its side ${way}`, SOON, async (t) => {
        const { client, connection, reasons } = await open(t, transport, true, leave);
        connection.send({ data: 'half' });
        await client.has('data: half\n\n');
        client.socket.destroy();
        await until(() => reasons.length, 'the close');
        assert.deepEqual(reasons, ['client']);
      });

      test(
        `if false, a client that closes its side ${way} counts as disconnected`,
        SOON,
        async (t) => {
          const { client, reasons } = await open(t, transport, false, leave);
          await until(() => reasons.length, 'the close');
          assert.deepEqual(reasons, ['client']);
          await client.eof();
        },
      );
    }
  });
}

test('native: detects a reset after the client has closed its side', SOON, async (t) => {
  const leave = ways['after the head'];
  const { client, connection, reasons } = await open(t, transports.native, true, leave);
  connection.setPing(0).send({ data: 'half' });
  await client.has('data: half\n\n');
  client.socket.resetAndDestroy();
  await until(() => reasons.length, 'the close');
  assert.deepEqual(reasons, ['client']);
});

for (const [way, leave] of Object.entries(ways)) {
  test(
    `https: a client that closes its side ${way} always counts as disconnected`,
    SOON,
    async (t) => {
      const { client, reasons } = await open(t, encrypted, true, leave);
      await until(() => reasons.length, 'the close');
      assert.deepEqual(reasons, ['client']);
      await client.eof();
    },
  );
}
