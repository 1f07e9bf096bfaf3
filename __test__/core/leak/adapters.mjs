import http from 'node:http';
import { createRequire } from 'node:module';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { sluice } from '../../support/site.mjs';

const require = createRequire(import.meta.url);
const { sse } = require('../../../express.js');
const eventStream = require('../../../fastify.js');
const { SE } = eventStream;

const options = { ping: false };
const isToEnd = (req) => req.url.startsWith('/end');

/** Serves one short stream: an event, then the end if the client requests it. */
function serve(connection, req) {
  connection.send({ data: 'hello' });
  if (isToEnd(req)) connection.end();
}

const plain = (transport) => () =>
  http.createServer((req, res) =>
    serve(new sluice.Connection(req, res, { ...options, transport }), req),
  );

async function fastifyServer(plugin, handler) {
  const app = fastify();
  await app.register(plugin);
  app.get('/*', handler);
  await app.ready();
  return app.server;
}

function koa() {
  const app = new Koa();
  // Koa would log an error for every client that resets its connection.
  app.silent = true;
  app.use((ctx) => {
    ctx.respond = false;
    serve(new sluice.Connection(ctx.req, ctx.res, options), ctx.req);
  });
  return http.createServer(app.callback());
}

/** Keeps all connections, to prove that the measurement detects a leak. */
function leaking() {
  const kept = [];
  return http.createServer((req, res) => {
    const connection = new sluice.Connection(req, res, options);
    kept.push(connection);
    serve(connection, req);
  });
}

/**
 * Connects clients to a broker. Each client has its own topics and a shared one. The timeouts are
 * short, so the broker soon releases clients that have left.
 */
function broker() {
  const clients = new sluice.SSEBroker({
    connection: options,
    sessionTimeout: 100,
    topic: { emptyTimeout: 0 },
  });
  return http.createServer((req, res) => {
    const { connection, id, topics } = clients.connect(req, res);
    topics.add('all').add(`own.${id}`).add('own.*');
    serve(connection, req);
  });
}

/** Serves `Response` objects through Hono's server. */
function fetchService() {
  const service = sluice.createSSE({ heartbeatInterval: 0 });
  const answer = ({ url }) => {
    const { client, response } = service.addClient();
    service.subscribe(client.id, 'all');
    service.sendTo(client.id, 'greeting', 'hello');
    if (new URL(url).pathname.startsWith('/end')) service.removeClient(client.id);
    return response;
  };
  return http.createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
}

const se = new SE(options);
export const seClients = () => Object.keys(se.clients).length;

export const adapters = {
  'node:http, native': plain('auto'),
  'node:http, stream': plain('stream'),
  'sluice/express': () => http.createServer(express().use(sse(serve, options))),
  'reply.eventStream': () =>
    fastifyServer(eventStream, (request, reply) => serve(reply.eventStream(options), request.raw)),
  SE: () =>
    fastifyServer(se.plugin, (request, reply) => {
      reply.sendEvent('hello');
      if (isToEnd(request.raw)) reply.endEvent();
    }),
  koa,
  broker,
  'sluice/fetch': fetchService,
  leaking,
};
