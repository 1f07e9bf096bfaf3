// A plain node:http server with raw clients, for the tests of the handover.
import { once } from 'node:events';
import http from 'node:http';
import { connectRaw } from '../../support/clients/raw.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

/**
 * Starts a plain node:http server that opens a connection for every request, and connects raw
 * clients. A `handler` gets the requests instead, and may call `open`.
 */
export async function plain(t, { settings = {}, options = {}, path, handler } = {}) {
  const opened = [];
  const open = (req, res, own) => {
    const connection = new sluice.Connection(req, res, { ping: false, ...options, ...own });
    const end = { connection, req, res, socket: req.socket, reasons: [] };
    connection.on('close', (reason) => end.reasons.push(reason));
    opened.push(end);
    return end;
  };
  const server = http.createServer(settings, (req, res) =>
    handler ? handler(req, res, open) : open(req, res),
  );
  server.listen(path ?? { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const where = path ? { path } : { port: server.address().port, host: '127.0.0.1' };
  const clients = [];
  let next = 0;
  t.after(() => {
    for (const client of clients) client.socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  const connect = async () => {
    const client = await connectRaw(where);
    clients.push(client);
    return client;
  };
  return {
    server,
    opened,
    where,
    connect,
    /** Connects a client and waits for its head. Returns both ends of the connection. */
    async stream() {
      const path = `/${next++}`;
      const client = (await connect()).get(path);
      await client.has('\r\n\r\n');
      return { client, ...opened.find(({ req }) => req.url === path) };
    },
  };
}

export const closed = ({ connection, reasons }) =>
  until(() => connection.closed && reasons.length && reasons, 'the connection to close');
