/**
 * sluice/inspect: a page that shows the connections of this process, live.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The options of {@link inspectHandler}. */
export interface InspectOptions {
  /**
   * Decides who may see the page. It gets the request of Express or Node.js, and on Fastify that of
   * Fastify. Only `true`, or a promise of `true`, allows the request. Everything else is answered
   * with 403, also an error. It is called for each file of the page, and for each stream: a page
   * opens a new one every ten minutes.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the request is that of the framework
  authorize: (request: any) => boolean | Promise<boolean>;
}

/**
 * Returns a handler that serves the page and its stream. It is a handler for Express and Fastify,
 * and a listener for a server of `node:http`. Mount it under a path that ends in a slash.
 *
 * While nobody watches, it costs nothing. While somebody does, it looks at each open connection
 * once a second. At most eight pages can watch.
 *
 * @throws `ERR_SSE_OPTION` without `authorize`.
 *
 * @example
 * ```ts
 * import { inspectHandler } from 'sluice/inspect';
 *
 * app.use('/sluice', inspectHandler({ authorize: (req) => req.user?.isAdmin === true }));
 * ```
 */
export function inspectHandler(
  options: InspectOptions,
): (
  request: IncomingMessage | { raw: unknown },
  response: ServerResponse | { raw: unknown; hijack: unknown },
) => Promise<void>;
