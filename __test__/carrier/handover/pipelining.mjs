// Tests every way to open a stream with clients that pipeline many requests.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import net from 'node:net';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import tls from 'node:tls';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { certificate } from '../../support/certificate.mjs';
import { RawClient } from '../../support/clients/raw.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

const require = createRequire(import.meta.url);
const { sse } = require('../../../express.js');
const sluiceFastify = require('../../../fastify.js');
const { createSSE } = require('../../../fetch.js');

const SOON = { timeout: 60_000 };
const SOCKETS = 5;
/** Requests per socket. More of them behind a stream would count as a flood. */
const REQUESTS = 60;
const PATH = '/connect';

const plainServer = (open) => (_t, site) =>
  http.createServer((req, res) => site.handle(() => open(req, res, site)));

const later = (open) => async (req, res, site) => {
  await turn();
  open(req, res, site);
};

const connection = (options) => (req, res, site) =>
  site.opened(new sluice.Connection(req, res, { ping: false, ...options }));

/** The ways to open a stream. Each is a function that creates a server. */
const faces = {
  'new Connection': plainServer(connection()),
  'new Connection, later': plainServer(later(connection())),
  'the stream transport': plainServer(connection({ transport: 'stream' })),
  'the stream transport, later': plainServer(later(connection({ transport: 'stream' }))),
  'https, later': (_t, site) =>
    https.createServer(certificate(), (req, res) =>
      site.handle(() => later(connection())(req, res, site)),
    ),
  'broker.connect, later': (t, site) => {
    site.broker = new sluice.SSEBroker({ heartbeatInterval: 0 });
    return plainServer(later((req, res) => site.opened(site.broker.connect(req, res).connection)))(
      t,
      site,
    );
  },
  'sse() of Express': (_t, site) => {
    const app = express();
    app.use((_req, _res, next) => turn().then(() => next()));
    app.get(
      PATH,
      sse((opened) => site.opened(opened), { ping: false }),
    );
    app.use((error, _req, _res, next) => {
      site.errors.push(error);
      next(error);
    });
    return http.createServer(app);
  },
  'setupSSE on Express': (_t, site) => {
    const app = express();
    site.broker = new sluice.SSEBroker({ onConnect: (client) => site.opened(client.connection) });
    sluice.setupSSE(app, site.broker, '', { identify: () => turn() });
    app.use((error, _req, _res, next) => {
      site.errors.push(error);
      next(error);
    });
    return http.createServer(app);
  },
  'setupSSE on Fastify': async (t, site) => {
    site.broker = new sluice.SSEBroker({ onConnect: (client) => site.opened(client.connection) });
    const app = await site.fastify(t);
    sluice.setupSSE(app, site.broker, '/', { identify: () => turn() });
    await app.ready();
    return app.server;
  },
  'reply.eventStream of Fastify': async (t, site) => {
    const app = await site.fastify(t);
    await app.register(sluiceFastify, { ping: false });
    app.addHook('onRequest', () => turn());
    app.addHook('onSend', () => turn());
    app.get(PATH, (_request, reply) => void site.opened(reply.eventStream()));
    await app.ready();
    return app.server;
  },
  'reply.sendEvent of Fastify': async (t, site) => {
    const { SE } = sluiceFastify;
    const app = await site.fastify(t);
    const se = new SE();
    await app.register(se.plugin);
    site.count = () => Object.keys(se.clients).length;
    app.addHook('onRequest', () => turn());
    app.get(PATH, (_request, reply) => {
      reply.sendEvent({ data: 'x' });
    });
    await app.ready();
    return app.server;
  },
  'createSSE with Hono': (t, site) => {
    const service = createSSE();
    t.after(() => service.shutdown());
    site.count = () => service.getClients().length;
    const app = new Hono();
    app.use(async (_c, next) => {
      await turn();
      await next();
    });
    app.get(PATH, (c) => {
      const { client, response } = service.addClient({ outgoing: c.env.outgoing });
      service.sendTo(client.id, 'x', 'x');
      return response;
    });
    app.onError((error, c) => {
      site.errors.push(error);
      return c.text('', 500);
    });
    return createAdaptorServer({ fetch: app.fetch });
  },
};

function newSite() {
  const site = {
    connections: [],
    errors: [],
    peak: 0,
    count: () => site.connections.filter(({ closed }) => !closed).length,
    /** Only requests that can no longer be answered may fail. */
    handle: (run) =>
      Promise.resolve()
        .then(run)
        .catch((error) => error.code === 'ERR_SSE_GONE' || site.errors.push(error)),
    opened(opened) {
      site.connections.push(opened);
      site.peak = Math.max(site.peak, site.connections.filter(({ closed }) => !closed).length);
      opened.send({ data: 'x' });
    },
    async fastify(t) {
      const stream = { write: (line) => site.errors.push(JSON.parse(line).msg) };
      const app = fastify({ logger: { level: 'warn', stream } });
      t.after(() => app.close());
      return app;
    },
  };
  return site;
}

async function listen(t, server) {
  const sockets = new Set();
  const seen = { requests: 0, sockets };
  server.on('request', () => {
    seen.requests += 1;
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clients = [];
  t.after(() => {
    for (const { socket } of clients) socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  const encrypted = server instanceof https.Server;
  seen.connect = async () => {
    const { port } = server.address();
    const socket = encrypted
      ? tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : net.connect({ port, host: '127.0.0.1' });
    await once(socket, encrypted ? 'secureConnect' : 'connect');
    clients.push(new RawClient(socket));
    return clients.at(-1);
  };
  return seen;
}

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('a socket carries one stream, however many requests a client pipelines', () => {
  for (const [title, makeServer] of Object.entries(faces)) {
    test(title, SOON, async (t) => {
      const logged = t.mock.method(console, 'error', () => {});
      const site = newSite();
      t.after(() => site.broker?.close());
      const { connect } = await listen(t, await makeServer(t, site));
      const before = sluice.metrics().connections;
      const clients = await Promise.all(Array.from({ length: SOCKETS }, connect));
      for (const client of clients) client.send(get(PATH).repeat(REQUESTS));
      for (const client of clients) await client.has('data: x\n\n');
      for (const client of clients) client.send(get(PATH).repeat(REQUESTS));
      const open = () => {
        const { native, stream } = sluice.metrics().connections;
        return native + stream - before.native - before.stream;
      };
      await until(
        () => open() === SOCKETS && site.count() === SOCKETS,
        () => `${SOCKETS} streams, there are ${open()} and ${site.count()} clients`,
      );
      for (let turns = 0; turns < 50; turns += 1) await turn();
      assert.equal(open(), SOCKETS);
      assert.equal(site.count(), SOCKETS);
      if (site.broker) assert.equal(site.broker.clientCount(), SOCKETS);
      assert.ok(site.peak <= SOCKETS, `${site.peak} at a time`);
      for (const client of clients) {
        assert.match(client.head, /\r\nconnection: close\r\n/i);
        client.socket.destroy();
      }
      await until(() => site.count() === 0 && open() === 0, 'every stream to close');
      assert.equal(site.errors[0], undefined);
      assert.equal(logged.mock.callCount(), 0);
    });
  }
});
