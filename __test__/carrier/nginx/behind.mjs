import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { startProxy } from './proxy.mjs';

export const CLIENTS = {
  'HTTP/1.1': { protocol: 'http', connect: connectHTTP1 },
  // Over HTTP/2, nginx sends the head with the first byte of the body. `retry` provides one.
  'HTTP/2': { protocol: 'https', connect: connectHTTP2, options: { retry: 1000 } },
};

/** Wraps a server of `servers/` so that its clients connect through nginx. */
export function behind(server, { protocol, connect, options }, settings) {
  return {
    ...server,
    options,
    async start(handler) {
      const running = await server.start(handler);
      const proxy = await startProxy(running.origin, settings);
      const clients = new Set();
      return {
        ...running,
        async connect(path, request) {
          const client = await connect(proxy.origins[protocol], path, request);
          clients.add(client);
          return client;
        },
        async close() {
          for (const client of clients) client.leave();
          await proxy.stop();
          await running.close();
        },
      };
    },
  };
}
