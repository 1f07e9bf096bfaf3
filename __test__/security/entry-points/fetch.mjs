// Streams of `createSSE` in a framework that returns a `Response`.
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { listen } from '../../support/listen.mjs';
import { TOPIC } from './senders.mjs';

const { createSSE } = createRequire(import.meta.url)('../../../fetch.js');
const SERVICE_OPTIONS = [
  'headers',
  'limits',
  'maxQueueBytes',
  'maxQueueEvents',
  'pingInterval',
  'stallTimeout',
];

/** A Hono server. `isKnown`: the service receives the Node response that the body goes to. */
const serveHono =
  (isKnown, serverOptions, connect = connectHTTP1) =>
  (t, site) => {
    const { onGap, retry, ...options } = site.options;
    const own = Object.entries(options).filter(([name]) => SERVICE_OPTIONS.includes(name));
    const service = createSSE({
      ...Object.fromEntries(own),
      ...(retry !== undefined && { retryInterval: retry }),
      topic: TOPIC,
    });
    t.after(() => service.shutdown());
    const app = new Hono();
    app.get('/', async (c) => {
      await site.before(c.env.incoming, c.env.outgoing);
      const { client, response } = service.addClient({
        lastEventId: c.req.header('Last-Event-ID'),
        onGap,
        ...(isKnown && { outgoing: c.env.outgoing }),
      });
      open(site, service, client);
      return response;
    });
    app.onError((error, c) => {
      site.failed(error);
      return c.body(null, error.statusCode ?? 500, error.headers ?? {});
    });
    const server = createAdaptorServer({ fetch: app.fetch, ...serverOptions });
    return listen(server, 'http', connect);
  };

function open(site, service, client) {
  const { connection, id } = client;
  if (site.joins) service.subscribe(id, 'news');
  const takes = ['id', 'event', 'data'];
  const given = ({ event = 'message', data, id }) => [event, data, id];
  const publish = (event) => service.broadcast('news', ...given(event));
  site.opened({
    connection,
    publish,
    leave: () => service.unsubscribe(id, 'news'),
    write: [(text) => connection.write(text)],
    senders: {
      'sse.sendTo': { takes, send: (event) => service.sendTo(id, ...given(event)) },
      'sse.broadcast': { takes, send: publish },
      'sse.broadcastAll': { takes, send: (event) => service.broadcastAll(...given(event)) },
    },
  });
}

const LACKS = {
  'events without data': 'clients discard them, so createSSE rejects them',
  begun: 'the handler returns a new Response',
  cursorQuery: 'the handler passes the cursor itself',
};
/** Without the Node response, the client's address is unknown. */
const UNKNOWN = { ...LACKS, limits: 'without `outgoing`, the client has no address' };

export const entries = [
  { title: 'createSSE in Hono', start: serveHono(false), lacks: UNKNOWN },
  { title: 'createSSE in Hono, with outgoing', start: serveHono(true), lacks: LACKS },
  {
    title: 'createSSE in Hono over HTTP/2',
    version: 2,
    start: serveHono(false, { createServer: http2.createServer }, connectHTTP2),
    lacks: UNKNOWN,
  },
  {
    title: 'createSSE in Hono over HTTP/2, with outgoing',
    version: 2,
    start: serveHono(true, { createServer: http2.createServer }, connectHTTP2),
    lacks: LACKS,
  },
];
