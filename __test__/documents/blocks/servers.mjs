// Servers for the commands of the documents.
import { createRequire } from 'node:module';
import { start as startHTTP } from '../../support/servers/node-http.mjs';
import { start as startHTTP2 } from '../../support/servers/node-http2.mjs';

const { Channel, Connection } = createRequire(import.meta.url)('../../../index.js');

/** The interval of events, in milliseconds. */
const INTERVAL = 100;

/** Serves events at every path, with TLS and HTTP/2 for `https:`. Returns the origin. */
export async function serveEvents(t, protocol) {
  const channel = new Channel({ historySize: 100 });
  const timer = setInterval(() => channel.send({ data: 'news' }), INTERVAL);
  const start = protocol === 'https:' ? startHTTP2 : startHTTP;
  const server = await start((req, res) => channel.add(new Connection(req, res)));
  t.after(() => {
    clearInterval(timer);
    channel.close();
    return server.close();
  });
  return server.origin;
}
