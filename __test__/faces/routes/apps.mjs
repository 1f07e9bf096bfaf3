import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import express5 from 'express';
import express4 from 'express4';
import Fastify from 'fastify';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectRaw } from '../../support/clients/raw.mjs';
import { site } from './site.mjs';

const require = createRequire(import.meta.url);
export const { SSEBroker } = require('../../../index.js');
export const { setupSSE } = require('../../../lib/faces/routes/setup-sse.js');

export const SOON = { timeout: 240_000 };

/**
 * The frameworks. `start` starts an application that `setUp` has configured. `parses` is set if a
 * parser of the application reads the body before the routes, and answers if parsing fails.
 */
export const frameworks = {
  'Express 4': { start: express(express4) },
  'Express 4 with express.json()': { start: express(express4, parser), parses: true },
  'Express 5': { start: express(express5) },
  'Express 5 with express.json()': { start: express(express5, parser), parses: true },
  Fastify: { start: fastify },
};

function parser(app, { json }) {
  app.use(json());
}

function express(create, use = () => {}) {
  return async (setUp) => {
    const app = create();
    app.set('env', 'test');
    use(app, create);
    await setUp(app);
    const errors = [];
    app.use((error, _req, _res, next) => {
      errors.push(error);
      next(error);
    });
    const server = http.createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = () => {
      server.close();
      server.closeAllConnections();
    };
    return { app, server, errors, log: () => '', close };
  };
}

async function fastify(setUp) {
  const lines = [];
  const app = Fastify({
    logger: { level: 'trace', stream: { write: (line) => lines.push(line) } },
  });
  const errors = [];
  app.addHook('onError', async (_request, _reply, error) => {
    errors.push(error);
  });
  await setUp(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { app, server: app.server, errors, log: () => lines.join(''), close: () => app.close() };
}

/**
 * A server with a broker's routes. `broker` and `options` are the options of the broker and of the
 * routes. `use` is called with the application first.
 */
export async function serve(
  t,
  framework,
  { broker: brokerOptions, options, basePath = '/_sse', use = () => {} } = {},
) {
  const broker = new SSEBroker(brokerOptions);
  const running = await framework.start(async (app) => {
    await use(app);
    setupSSE(app, broker, basePath, options);
  });
  const { port } = running.server.address();
  const clients = new Set();
  t.after(async () => {
    for (const client of clients) client.leave?.() ?? client.socket?.destroy();
    await broker.close();
    await running.close();
  });
  const keep = (client) => {
    clients.add(client);
    return client;
  };
  const origin = `http://127.0.0.1:${port}`;
  return site({
    ...running,
    broker,
    origin,
    basePath: basePath.replace(/\/+$/, ''),
    raw: async () => keep(await connectRaw({ port, host: '127.0.0.1' })),
    stream: async (path, request) => keep(await connectHTTP1(origin, path, request)),
  });
}
