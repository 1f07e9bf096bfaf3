import { once } from 'node:events';
import http from 'node:http';
import { createSSEClient } from '../../client/index.js';
import { told } from './scripted.mjs';

/** A plain server. Its requests are recorded in `requests`. */
export async function serve(t, handler) {
  const requests = [];
  const server = http.createServer(async (req, res) => {
    const { method, url, headers } = req;
    const body = Buffer.concat(await req.toArray()).toString();
    requests.push({ method, url, headers, body });
    // fetch sets a timer for a keep-alive connection. It could fire while the next test mocks
    // timers.
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

/** Writes the head of a stream and a first event. */
export const stream = (res, text = 'data: a\n\n') =>
  res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(text);

/** Connects a client and records its states, errors and events. */
export function connecting(t, config) {
  const client = createSSEClient(config);
  t.after(() => client.disconnect());
  const all = told(client);
  client.connect();
  return all;
}
