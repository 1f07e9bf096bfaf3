// Streams without a framework, or with one that uses Node's responses.
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createRequire } from 'node:module';
import Koa from 'koa';
import { certificate } from '../../support/certificate.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { listen } from '../../support/listen.mjs';
import { sluice } from '../../support/site.mjs';
import { brokerOptions, brokerStream, connectionStream } from './senders.mjs';

const skill = createRequire(import.meta.url)('../../../digipair.js');
const { Connection, SSEBroker } = sluice;

/** A request listener that responds with the error of `open`, like frameworks do. */
const answering = (site, open) => async (req, res) => {
  try {
    await site.before(req, res);
    await open(req, res);
  } catch (error) {
    site.failed(error);
    if (!res.headersSent) res.writeHead(error.statusCode ?? 500, error.headers);
    res.end();
  }
};

const serveHTTP1 = (handler) => listen(http.createServer(handler), 'http', connectHTTP1);

const opensConnection = (site, options) =>
  answering(site, (req, res) => {
    connectionStream(site, new Connection(req, res, { ...site.options, ...options }));
  });

/** The skill has no connection options, because pins define a session. */
const NO_OPTIONS = 'the skill has no options for connections';

/** Sessions of the digipair skill, each in one channel. */
function serveDigipair(_t, site) {
  let next = 0;
  const handler = answering(site, async (req, res) => {
    const scope = { digipair: 'security', reasoning: site.name };
    const context = { protected: { req, res }, request: scope };
    const id = `session ${next++}`;
    const session = await skill.registerSession({ id }, [], context);
    const channel = site.joins && (await skill.registerChannel({ id: 'c', session }, [], context));
    const message = ({ data, event }) => ({ ...scope, message: data, event });
    const takes = ['event', 'data'];
    const encode = JSON.stringify;
    site.opened({
      connection: session.connection,
      publish: ({ data }) => skill.broadcast({ ...message({ data }), id: 'c' }, [], {}),
      senders: {
        push: { takes, encode, send: (event) => skill.push({ ...message(event), id }, [], {}) },
        broadcast: {
          takes,
          encode,
          send: (event) => skill.broadcast({ ...message(event), id: 'c' }, [], {}),
        },
        ...(channel && {
          'channel.send': {
            takes: ['id', 'event', 'data', 'retry', 'comment'],
            send: (event) => channel.send(event),
          },
        }),
      },
    });
  });
  return serveHTTP1(handler);
}

function serveKoa(_t, site) {
  const app = new Koa();
  app.silent = true;
  app.on('error', (error) => site.failed(error));
  app.use(async (context) => {
    await site.before(context.req, context.res);
    context.respond = false;
    try {
      connectionStream(site, new Connection(context.req, context.res, site.options));
    } catch (error) {
      context.respond = true;
      throw error;
    }
  });
  return serveHTTP1(app.callback());
}

function serveBroker(_t, site) {
  const broker = new SSEBroker(brokerOptions(site));
  const open = (req, res) => brokerStream(site, broker, broker.connect(req, res));
  return serveHTTP1(answering(site, open));
}

export const entries = [
  { title: 'new Connection', start: (_t, site) => serveHTTP1(opensConnection(site)) },
  {
    title: "new Connection, transport: 'stream'",
    start: (_t, site) => serveHTTP1(opensConnection(site, { transport: 'stream' })),
  },
  {
    title: 'new Connection over HTTPS',
    start: (_t, site) => {
      const server = https.createServer(certificate(), opensConnection(site));
      return listen(server, 'https', connectHTTP1);
    },
  },
  {
    title: 'new Connection over HTTP/2',
    version: 2,
    start: (_t, site) => listen(http2.createServer(opensConnection(site)), 'http', connectHTTP2),
  },
  { title: 'new Connection in Koa', start: serveKoa },
  { title: 'broker.connect', start: serveBroker },
  {
    title: 'digipair',
    start: serveDigipair,
    lacks: {
      options: NO_OPTIONS,
      limits: NO_OPTIONS,
      onGap: NO_OPTIONS,
      cursorQuery: NO_OPTIONS,
      ids: 'push and broadcast send no custom ids',
      leaving: 'a session leaves its channels only with its client',
      write: 'a message is a JSON value',
    },
  },
];
