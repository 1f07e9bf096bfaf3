// Streams of Express applications.
import http from 'node:http';
import { createRequire } from 'node:module';
import express from 'express';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { sluice } from '../../support/site.mjs';
import { brokerOptions, brokerStream, connectionStream } from './senders.mjs';

const { sse } = createRequire(import.meta.url)('../../../express.js');
const { SSEBroker, setupSSE } = sluice;

/** An application with the site's middleware and the routes that `setUp` adds. */
function serve(site, setUp) {
  // Express logs errors in every other environment.
  const app = express().set('env', 'test');
  app.use((req, res, next) => {
    Promise.resolve(site.before(req, res)).then(() => next(), next);
  });
  setUp(app);
  app.use((error, _req, _res, next) => {
    site.failed(error);
    next(error);
  });
  return listen(http.createServer(app), 'http', connectHTTP1);
}

const serveHandler = (options) => (_t, site) => {
  const handler = (connection) => connectionStream(site, connection);
  return serve(site, (app) => app.get('/', sse(handler, { ...site.options, ...options })));
};

/** The routes of a broker. */
export function addRoutes(site, app, basePath) {
  const broker = new SSEBroker({
    ...brokerOptions(site),
    onConnect: (client) => brokerStream(site, broker, client),
  });
  setupSSE(app, broker, basePath);
}

export const entries = [
  { title: 'sse()', start: serveHandler() },
  { title: "sse(), transport: 'stream'", start: serveHandler({ transport: 'stream' }) },
  {
    title: 'setupSSE in Express',
    path: '/connect',
    start: (_t, site) => serve(site, (app) => addRoutes(site, app, '')),
    lacks: { begun: 'the routes do not touch a response that middleware has sent' },
  },
];
