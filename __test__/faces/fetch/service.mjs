import { createRequire } from 'node:module';
import { tally } from '../../support/tally.mjs';

// Loaded as CommonJS like the other modules, so that all tests share one instance.
export const { createSSE } = createRequire(import.meta.url)('../../../fetch.js');

/** A service that ends with the test. A timer keeps the process alive, because bodies do not. */
export function service(t, config) {
  const sse = createSSE(config);
  const hold = setInterval(() => {}, 1000);
  t.after(() => {
    sse.shutdown();
    clearInterval(hold);
  });
  return sse;
}

/** A client with a subscription, its response and its close reasons. */
export function addClient(sse, channel = 'news') {
  const { client, response } = sse.addClient();
  sse.subscribe(client.id, channel);
  return { client, response, reasons: tally(client.connection, 'close') };
}

export const bytes = (text) => new TextEncoder().encode(text);
