/**
 * sluice/inspect: a page that shows the connections of this process, live.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The options of {@link inspectHandler}. */
export interface InspectOptions {
  /**
   * Decides whether a request may see the page. It receives the request object of Express, Fastify
   * or Node.js. It must return exactly `true`, or a promise of it, to allow the request. Any other
   * result, including an error, is answered with 403. It is called for each file of the page and
   * for each stream; a page opens a new stream every ten minutes.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the request is that of the framework
  authorize: (request: any) => boolean | Promise<boolean>;
}

/**
 * Returns a handler that serves the page and its stream. It works with Express and Fastify, and as
 * a request listener of `node:http`. Mount it under a path that ends in a slash.
 *
 * While a page is open, the handler reads each open connection once a second. Otherwise it costs
 * nothing. At most eight pages can be open.
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
