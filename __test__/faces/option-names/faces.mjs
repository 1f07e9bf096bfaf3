import { createRequire } from 'node:module';
import express from 'express';
import fastify from 'fastify';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listenFastify } from '../../support/fastify-app.mjs';
import * as nodeHTTP from '../../support/servers/node-http.mjs';
import { sluice } from '../../support/site.mjs';
import { service } from '../fetch/service.mjs';

const require = createRequire(import.meta.url);
const plugin = require('../../../fastify.js');
const { sse } = require('../../../express.js');
const { adopt, toNode } = require('../../../fetch.js');
const { createStreams } = require('../../../streams.js');
const { Connection, setupSSE, SSEBroker } = sluice;

/** Answers with the error if the handler throws. */
async function serveNode(t, handler) {
  const { origin, close } = await nodeHTTP.start(async (req, res) => {
    try {
      await handler(req, res);
    } catch ({ code, message }) {
      res.statusCode = 500;
      res.end(JSON.stringify({ code, message }));
    }
  });
  t.after(close);
  return origin;
}

async function serveFastify(t, setUp) {
  const app = fastify();
  await setUp(app);
  const { origin, close } = await listenFastify(app, connectHTTP1);
  t.after(close);
  return origin;
}

const serveBroker = (t, broker, options) =>
  serveNode(t, (req, res) => broker.connect(req, res, options));

/** Writes a Fetch response like a server does. */
async function writeBody(response, res) {
  res.writeHead(response.status, Object.fromEntries(response.headers));
  for await (const chunk of response.body) res.write(chunk);
  res.end();
}

/** Options that the options of a test must override, whatever name those use. */
const OVERRIDDEN = { timeout: 2 ** 31 - 1, pingInterval: 2 ** 31 - 1, maxQueueEvents: 1 };

/** Each function serves event streams with the options, and resolves with their address. */
export const faces = {
  Connection: (t, options) => serveNode(t, (req, res) => new Connection(req, res, options)),
  'sluice/express': (t, options) =>
    serveNode(
      t,
      express().get(
        '/',
        sse(() => {}, options),
      ),
    ),
  'sluice/fastify with plugin defaults': (t, options) =>
    serveFastify(t, async (app) => {
      await app.register(plugin, options);
      app.get('/', (_request, reply) => void reply.eventStream());
    }),
  'reply.eventStream': (t, options) =>
    serveFastify(t, async (app) => {
      await app.register(plugin, OVERRIDDEN);
      app.get('/', (_request, reply) => void reply.eventStream(options));
    }),
  SE: (t, options) =>
    serveFastify(t, async (app) => {
      await app.register(new plugin.SE(options).plugin);
      app.get('/', (_request, reply) => void reply.sendEvent('hello'));
    }),
  SSEBroker: (t, { maxLifetime, timeout, ...options }) =>
    serveBroker(t, new SSEBroker({ ...options, connection: { maxLifetime, timeout } })),
  'SSEBroker with `connection`': (t, connection) =>
    serveBroker(t, new SSEBroker({ heartbeatInterval: 0, connection })),
  'broker.connect': (t, options) =>
    serveBroker(t, new SSEBroker({ connection: OVERRIDDEN }), options),
  setupSSE: async (t, { pingInterval, heartbeatInterval, ...connection }) => {
    const app = express();
    const broker = new SSEBroker({ heartbeatInterval: 0, connection });
    setupSSE(app, broker, '', { pingInterval, heartbeatInterval });
    return `${await serveNode(t, app)}/connect`;
  },
  adopt: (t, options) =>
    serveNode(t, (req, res) => {
      const headers = { 'content-type': 'text/event-stream' };
      return adopt(req, res, new Response(new ReadableStream(), { headers }), options);
    }),
  toNode: (t, options) => {
    const headers = { 'content-type': 'text/event-stream' };
    const handler = () => new Response(new ReadableStream(), { headers });
    return serveNode(t, (req, res) => toNode(handler, options)(req, res));
  },
  createSSE: (t, options) => {
    const sse = service(t, options);
    return serveNode(t, (_req, res) => writeBody(sse.addClient().response, res));
  },
  'createStreams with `connection`': async (t, connection) => {
    const streams = createStreams({ connection });
    await streams.fetch(new Request('http://localhost/', { method: 'PUT' }));
    const request = new Request('http://localhost/?offset=-1&live=sse');
    return serveNode(t, async (_req, res) => writeBody(await streams.fetch(request), res));
  },
};
