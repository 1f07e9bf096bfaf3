// Streams of Fastify applications.
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import fastify from 'fastify';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { connectInject } from '../../support/clients/inject.mjs';
import { listenFastify } from '../../support/fastify-app.mjs';
import { addRoutes } from './express.mjs';
import { connectionStream, TOPIC } from './senders.mjs';

const plugin = createRequire(import.meta.url)('../../../fastify.js');

/** An application with the site's hook and the plugins and routes that `setUp` adds. */
async function serve(site, setUp, { connect = connectHTTP1, ...options } = {}) {
  const app = fastify({
    logger: { level: 'trace', stream: { write: (line) => site.log.push(line) } },
    ...options,
  });
  app.addHook('onRequest', async (request, reply) => site.before(request.raw, reply.raw));
  app.addHook('onError', async (_request, _reply, error) => site.failed(error));
  await setUp(app);
  const running = await listenFastify(app, connect);
  if (connect !== connectInject) return running;
  return { ...running, connect: (path, request) => connectInject(app, path, request) };
}

const serveReply = (how, serverOptions) => (_t, site) =>
  serve(
    site,
    async (app) => {
      await app.register(plugin, { ...site.options, ...how });
      app.get('/', async (_request, reply) => {
        connectionStream(site, reply.eventStream());
        return reply;
      });
    },
    serverOptions,
  );

/** `SE` accepts the options of a connection. The first event opens the stream. */
const serveSE = (how, serverOptions) => (_t, site) =>
  serve(
    site,
    async (app) => {
      const se = new plugin.SE({
        ...site.options,
        ...how,
        topic: TOPIC,
        seidGenerator: ({ headers, id }) => headers['x-user'] ?? `nobody ${id}`,
      });
      await app.register(se.plugin);
      app.get('/', (request, reply) => {
        reply.sendEvent('opened');
        const takes = ['id', 'event', 'data', 'retry'];
        const bySeid = (event) => reply.sendEventBySeid(request.seid, event);
        site.opened({
          publish: bySeid,
          senders: {
            // A reply is a thenable that waits for the end of its stream.
            'reply.sendEvent': { takes, send: (event) => void reply.sendEvent(event) },
            'reply.sendEventBySeid': { takes, send: bySeid },
          },
        });
      });
    },
    serverOptions,
  );

const HTTP2 = { http2: true, connect: connectHTTP2 };
const BEGUN = 'Fastify calls no handler if a hook has already sent the response';
const SE_LACKS = {
  begun: BEGUN,
  'events without data': 'data is the first argument and is required',
  connection: 'a reply of SE does not expose its connection',
  joining: 'the stream of a seid gets the history of that seid',
  leaving: 'a seid has one client, which leaves with its stream',
  write: 'SE sends events, but no text in the wire format',
};

export const entries = [
  { title: 'reply.eventStream', start: serveReply(), lacks: { begun: BEGUN } },
  {
    title: "reply.eventStream, transport: 'stream'",
    start: serveReply({ transport: 'stream' }),
    lacks: { begun: BEGUN },
  },
  {
    title: 'reply.eventStream over HTTP/2',
    version: 2,
    start: serveReply({}, HTTP2),
    lacks: { begun: BEGUN },
  },
  {
    title: 'reply.eventStream, injected',
    start: serveReply({}, { connect: connectInject }),
    lacks: {
      reading: 'an injected request has no socket that could stop reading',
      begun: BEGUN,
      leavingEarly: 'an injected request has no socket that could close',
      limits: 'an injected request has no client address',
    },
  },
  { title: 'SE', start: serveSE(), lacks: SE_LACKS },
  {
    title: 'SE with a custom stream',
    start: serveSE({ stream: PassThrough }),
    lacks: SE_LACKS,
  },
  { title: 'SE over HTTP/2', version: 2, start: serveSE({}, HTTP2), lacks: SE_LACKS },
  {
    title: 'setupSSE in Fastify',
    path: '/connect',
    start: (_t, site) => serve(site, async (app) => addRoutes(site, app, '')),
    lacks: { begun: BEGUN },
  },
  {
    title: 'setupSSE in Fastify over HTTP/2',
    version: 2,
    path: '/connect',
    start: (_t, site) => serve(site, async (app) => addRoutes(site, app, ''), HTTP2),
    lacks: { begun: BEGUN },
  },
];
