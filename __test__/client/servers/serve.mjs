import { once } from 'node:events';
import http from 'node:http';
import { createSSEClient } from '../../../client/index.js';
import { until } from '../../support/until.mjs';
import { told } from '../scripted.mjs';

/** A node:http server that can be restarted on its port. */
export async function serve(t, handler, port = 0) {
  const server = http.createServer(handler);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  t.after(close);
  const own = server.address().port;
  return { close, port: own, origin: `http://127.0.0.1:${own}` };
}

/** A fetch that counts the chunks it reads, including comments, which a client does not report. */
export function counting() {
  const count = { chunks: 0 };
  const counter = () =>
    new TransformStream({
      transform(chunk, controller) {
        count.chunks += 1;
        controller.enqueue(chunk);
      },
    });
  count.fetch = async (...request) => {
    const { status, headers, body } = await fetch(...request);
    return new Response(body.pipeThrough(counter()), { status, headers });
  };
  return count;
}

/** Connects a client and records its states, errors and events. */
export async function connected(t, config) {
  const client = createSSEClient({ reconnectDelay: 1, maxReconnectDelay: 20, ...config });
  t.after(() => client.disconnect());
  const all = told(client);
  client.connect();
  await until(() => client.isConnected(), 'the connection');
  return all;
}
