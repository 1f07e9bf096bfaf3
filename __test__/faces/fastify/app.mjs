import Fastify from 'fastify';
import sluice from '../../../fastify.js';
import { connectHTTP1 } from '../../support/clients/http1.mjs';

export const SOON = { timeout: 240_000 };

/**
 * A Fastify server with the plugin and the additions of `setUp`. `connect` makes a request, `log`
 * holds Fastify's log entries, and `responses` the requests whose `onResponse` hook has run.
 */
export async function serve(t, setUp, { plugin = sluice, defaults = {}, ...options } = {}) {
  const log = [];
  const logger = { stream: { write: (line) => log.push(JSON.parse(line)) } };
  const fastify = Fastify({ logger, ...options });
  const responses = [];
  fastify.addHook('onResponse', async ({ url }, { statusCode, elapsedTime }) => {
    responses.push({ url, statusCode, elapsedTime });
  });
  await fastify.register(plugin, defaults);
  await setUp(fastify);
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const { port } = fastify.server.address();
  const origin = `http://127.0.0.1:${port}`;
  const clients = new Set();
  t.after(async () => {
    for (const client of clients) client.leave();
    await fastify.close();
  });
  return {
    fastify,
    log,
    origin,
    port,
    responses,
    async connect(path, request) {
      const client = await connectHTTP1(origin, path, request);
      clients.add(client);
      return client;
    },
  };
}
