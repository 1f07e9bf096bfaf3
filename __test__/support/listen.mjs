// Starts a server and connects clients to it.
import { once } from 'node:events';

/** Starts the server. The result connects clients, and closes the clients and the server. */
export async function listen(server, protocol, connect) {
  const clients = new Set();
  const sessions = new Set();
  server.on('session', (session) => sessions.add(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `${protocol}://127.0.0.1:${server.address().port}`;
  return {
    server,
    origin,
    async connect(path, request) {
      const client = await connect(origin, path, request);
      clients.add(client);
      return client;
    },
    close() {
      server.close();
      for (const client of clients) client.leave();
      server.closeAllConnections?.();
      for (const session of sessions) session.destroy();
    },
  };
}
