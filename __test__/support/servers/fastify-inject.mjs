// A server for the conformance tests: Fastify with injected requests instead of sockets.
import { connectInject } from '../clients/inject.mjs';
import { fastifyApp } from '../fastify-app.mjs';

export const title = 'Fastify by inject';
export const transport = 'stream';

/**
 * Aborting an injected request destroys its response. Without a socket, this looks as if the server
 * had destroyed it.
 */
export const reasonOfLeaving = 'destroy';

export const skips = {
  'destroying the socket ends the connection at once': 'an injected request has no socket',
};

export async function start(handler) {
  const app = await fastifyApp(handler);
  const clients = new Set();
  return {
    app,
    async connect(path, request) {
      const client = await connectInject(app, path, request);
      clients.add(client);
      return client;
    },
    async close() {
      for (const client of clients) client.leave();
      await app.close();
    },
  };
}
