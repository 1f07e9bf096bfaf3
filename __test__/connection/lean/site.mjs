// A server with lean connections, and counts of their remaining objects.
import { once } from 'node:events';
import http from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { connectRaw } from '../../support/clients/raw.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

/** The classes of a connection's objects. The test clients create none of them. */
const CLASSES = [http.IncomingMessage, http.ServerResponse, sluice.Connection];

async function counts() {
  // Objects that are still referenced in this turn are released in the next one.
  for (let pass = 0; pass < 3; pass += 1) {
    await turn();
    gc();
  }
  return CLASSES.map((one) => v8.queryObjects(one, { format: 'count' }));
}

/** Waits until this many requests, responses and connections exist, in addition to `before`. */
export async function left(before, ...wanted) {
  let now;
  await until(
    async () => {
      now = await counts();
      return wanted.every((count, index) => now[index] - before[index] === count);
    },
    () => `${wanted} objects, but there are ${now.map((count, index) => count - before[index])}`,
  );
}

/**
 * Starts a server with a channel that all connections join. The handler must not keep references.
 */
export async function leanSite(t, { lean = true, options = {}, handler = () => {} } = {}) {
  const channel = new sluice.Channel();
  const server = http.createServer((req, res) => {
    const connection = new sluice.Connection(req, res, { ping: false, lean, ...options });
    channel.add(connection);
    handler({ connection, req, res, channel });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clients = [];
  t.after(() => {
    for (const client of clients) client.socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  const before = await counts();
  return {
    before,
    channel,
    server,
    async connect(path = '/', headers = '') {
      const { port } = server.address();
      const client = (await connectRaw({ port, host: '127.0.0.1' })).get(path, headers);
      clients.push(client);
      await client.has('\r\n\r\n');
      return client;
    },
  };
}

/** Waits until the server counts `wanted` connections. */
export const counted = (server, wanted) =>
  until(
    () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) =>
          error ? reject(error) : resolve(count === wanted),
        );
      }),
    `${wanted} connections`,
  );
