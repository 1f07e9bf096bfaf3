import { createRequire } from 'node:module';
import { tally } from '../../support/tally.mjs';

// Loaded as CommonJS, by the same path as the other tests load the rest.
export const { createSSE } = createRequire(import.meta.url)('../../../fetch.js');

/**
 * A service that ends with the test. Its bodies do not keep the process alive, so something else
 * does.
 */
export function service(t, config) {
  const sse = createSSE(config);
  const hold = setInterval(() => {}, 1000);
  t.after(() => {
    sse.shutdown();
    clearInterval(hold);
  });
  return sse;
}

/** A client with a subscription, its response, and what it closed for. */
export function addClient(sse, channel = 'news') {
  const { client, response } = sse.addClient();
  sse.subscribe(client.id, channel);
  return { client, response, reasons: tally(client.connection, 'close') };
}

export const bytes = (text) => new TextEncoder().encode(text);
