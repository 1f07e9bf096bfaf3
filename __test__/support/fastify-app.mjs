// Creates a Fastify application for a suite, and starts it.
import { createRequire } from 'node:module';
import fastify from 'fastify';

const sluice = createRequire(import.meta.url)('../../fastify.js');

/**
 * Creates a Fastify application that passes every request to the handler of a suite. `register` can
 * add plugins first.
 */
export async function fastifyApp(handler, { register = () => {}, ...options } = {}) {
  const app = fastify(options);
  await app.register(sluice);
  await register(app);
  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler(request, reply) {
      handler(request.raw, reply.raw, (merged) => reply.eventStream(merged));
    },
  });
  return app;
}

/**
 * Starts the application. The result connects clients, and closes the clients and the application.
 */
export async function listenFastify(app, connect) {
  const clients = new Set();
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    app,
    server: app.server,
    origin,
    async connect(path, request) {
      const client = await connect(origin, path, request);
      clients.add(client);
      return client;
    },
    async close() {
      for (const client of clients) client.leave();
      await app.close();
    },
  };
}
