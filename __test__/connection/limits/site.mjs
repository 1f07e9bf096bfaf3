// Applications with connection limits. The process limit applies to the whole test file.
import { createRequire } from 'node:module';
import express from 'express';
import fastify from 'fastify';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listenFastify } from '../../support/fastify-app.mjs';
import * as nodeHTTP from '../../support/servers/node-http.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

const require = createRequire(import.meta.url);
export const plugin = require('../../../fastify.js');
const { sse } = require('../../../express.js');
const { createSSE } = require('../../../fetch.js');
export const { counted } = require('../../../lib/connection/admission.js');
const { Connection, SSEBroker, configure, setupSSE } = sluice;

export const MAX_CONNECTIONS = 8;
configure({ maxConnections: MAX_CONNECTIONS });

export const allClosed = () => until(() => counted().open === 0, 'all connections to close');

/** Express logs errors in every other environment. */
const quiet = () => express().set('env', 'test');

async function serve(t, app) {
  const running = await nodeHTTP.start(app);
  t.after(running.close);
  return running;
}

async function serveFastify(t, setUp) {
  const app = fastify();
  await setUp(app);
  const running = await listenFastify(app, connectHTTP1);
  t.after(running.close);
  return running;
}

/** Each face serves streams on `/connect` and uses its framework's error handling. */
export const faces = {
  'new Connection() in Express': (t, options) =>
    serve(
      t,
      quiet().get('/connect', (req, res) => void new Connection(req, res, options)),
    ),
  'sse()': (t, options) =>
    serve(
      t,
      quiet().get(
        '/connect',
        sse(() => {}, options),
      ),
    ),
  'reply.eventStream()': (t, options) =>
    serveFastify(t, async (app) => {
      await app.register(plugin, options);
      app.get('/connect', (_request, reply) => void reply.eventStream());
    }),
  SE: (t, options) =>
    serveFastify(t, async (app) => {
      await app.register(new plugin.SE(options).plugin);
      app.get('/connect', (_request, reply) => void reply.sendEvent('hello'));
    }),
  'setupSSE() in Express': (t, connection) => {
    const app = quiet();
    setupSSE(app, new SSEBroker({ connection }), '');
    return serve(t, app);
  },
  'setupSSE() in Fastify': (t, connection) =>
    serveFastify(t, async (app) => setupSSE(app, new SSEBroker({ connection }), '')),
  'createSSE()': (t, options) => {
    const service = createSSE(options);
    t.after(() => service.shutdown());
    return serve(
      t,
      quiet().get('/connect', async (_req, res) => {
        const { response } = service.addClient({ outgoing: res });
        res.writeHead(response.status, Object.fromEntries(response.headers));
        for await (const chunk of response.body) res.write(chunk);
        res.end();
      }),
    );
  },
};
