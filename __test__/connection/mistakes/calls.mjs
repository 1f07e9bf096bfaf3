// Mistakes in calls: wrong arguments and framework requests.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Channel, Connection, SSEBroker, createSSE } = require('../../../index.js');
const { sse } = require('../../../express.js');
const compression = require('compression');
const express = require('express');
const fastify = require('fastify');
const Koa = require('koa');

/** Opens a connection with the arguments of a framework's handler, and throws its error. */
const inKoa = async () => {
  const app = new Koa();
  let thrown;
  app.use((ctx) => {
    try {
      new Connection(ctx.request, ctx.response);
    } catch (error) {
      thrown = error;
    }
    ctx.body = '';
  });
  await answered(app.callback());
  throw thrown;
};

const inFastify = async () => {
  const app = fastify();
  let thrown;
  app.get('/', (request, reply) => {
    try {
      new Connection(request, reply);
    } catch (error) {
      thrown = error;
    }
    reply.send('');
  });
  await app.inject('/');
  throw thrown;
};

const inExpress = async (...handlers) => {
  const app = express();
  let thrown;
  app.use(...handlers);
  app.use((error, _req, res, _next) => {
    thrown = error;
    res.end();
  });
  await answered(app);
  throw thrown;
};

async function answered(handler) {
  const server = require('node:http').createServer(handler).listen(0);
  await require('node:events').once(server, 'listening');
  await (await fetch(`http://localhost:${server.address().port}`)).text();
  server.close();
  server.closeAllConnections();
}

const native = sse(() => {}, { transport: 'native' });
const replaced = (by) => `the socket cannot be handed over, because ${by}: use transport: 'auto'`;
const expected = 'Connection expects `req` and `res` of a Node HTTP server';
const topicType = 'a topic must be a string, but it is an array: spread it, ';

export const calls = [
  [
    "subscribe(id, ['a'])",
    () => new SSEBroker().subscribe('ada', ['a']),
    'ERR_SSE_TOPIC',
    `${topicType}as in subscribe(id, ...topics)`,
  ],
  [
    "unsubscribe(id, ['a'])",
    () => new SSEBroker().unsubscribe('ada', ['a']),
    'ERR_SSE_TOPIC',
    `${topicType}as in subscribe(id, ...topics)`,
  ],
  [
    "subscribe(id, ['a']) of createSSE()",
    () => createSSE().subscribe('ada', ['a']),
    'ERR_SSE_TOPIC',
    'a channel must be a string, but it is an array: call it for each',
  ],
  [
    'a request and a reply of Fastify, as Nest passes them',
    inFastify,
    'ERR_SSE_TYPE',
    `${expected}, but received those of Fastify: call reply.eventStream() of sluice/fastify or, ` +
      'in Nest, call reply.hijack() and pass request.raw and reply.raw',
  ],
  [
    'ctx.request and ctx.response of Koa',
    inKoa,
    'ERR_SSE_TYPE',
    `${expected}, but received those of Koa: pass ctx.req and ctx.res`,
  ],
  [
    'a Fetch Request',
    () => new Connection(new Request('http://localhost')),
    'ERR_SSE_TYPE',
    `${expected}, but received a Fetch Request: use createSSE()`,
  ],
  [
    '`res` before `req`',
    ({ req, res }) => new Connection(res, req),
    'ERR_SSE_TYPE',
    `${expected}: pass \`req\` first, then \`res\``,
  ],
  [
    'a value that is not a Connection',
    ({ res }) => new Channel().add(res),
    'ERR_SSE_TYPE',
    'a channel expects a Connection: create one with new Connection(req, res)',
  ],
  [
    'a handler that was called',
    () => sse(undefined),
    'ERR_SSE_TYPE',
    'sse() expects a handler function, but received undefined',
  ],
  [
    'a native transport behind compression',
    () => inExpress(compression(), native),
    'ERR_SSE_TRANSPORT',
    replaced('`res.write` was replaced by compression middleware'),
  ],
  [
    'a native transport behind code that wraps `res.write`',
    () =>
      inExpress((_req, res, next) => {
        res.write = function counted() {};
        next();
      }, native),
    'ERR_SSE_TRANSPORT',
    replaced('`res.write` was replaced by `function counted() {}`'),
  ],
];
