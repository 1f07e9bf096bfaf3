import { once } from 'node:events';
import http from 'node:http';
import { createSSEClient } from '../../client/index.js';
import { told } from './scripted.mjs';

/** A plain server; what it was asked is in `requests`. */
export async function serve(t, handler) {
  const requests = [];
  const server = http.createServer(async (req, res) => {
    const { method, url, headers } = req;
    const body = Buffer.concat(await req.toArray()).toString();
    requests.push({ method, url, headers, body });
    // A connection that is kept has a timer in Node's fetch, which may end it while the next test
    // has mocked the timers.
    res.setHeader('Connection', 'close');
    handler(req, res, requests.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { requests, origin: `http://127.0.0.1:${server.address().port}` };
}

/** The head of a stream, and a first event. */
export const stream = (res, text = 'data: a\n\n') =>
  res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(text);

/** A client that connects, and all that it tells. */
export function connecting(t, config) {
  const client = createSSEClient(config);
  t.after(() => client.disconnect());
  const all = told(client);
  client.connect();
  return all;
}
