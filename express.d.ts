/**
 * sluice/express: Server-Sent Events as an Express handler, for Express 4 and 5.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
// @ts-ignore: the types may not be installed; then both are `any`
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import type { Connection, ConnectionOptions } from './index.js';

// The brackets prevent distribution: a missing type is `any`, which would match both branches.
type OrElse<Type, Fallback> = [0] extends [1 & Type] ? Fallback : Type;

/** Annotate `req` for other types, such as wildcard parameters, which are arrays. */
type PathParameters = Record<string, string>;

/**
 * Returns an Express handler that opens a connection for each request and calls your handler with
 * it. Your handler may be asynchronous. The connection stays open after it returns.
 *
 * The default of `pingInterval` is 15,000, because many proxies close streams that are idle for 30
 * to 60 seconds. The other options have the defaults of {@link ConnectionOptions}.
 *
 * If your handler throws or rejects, sluice flushes queued events, ends the stream and passes the
 * error to `next()` so that your error handlers can log it. This takes at most five seconds. The
 * client already has the response head, and it does not see the text of the error.
 *
 * If the client has already disconnected, your handler isn't called and no error is raised. Other
 * errors while opening the connection are passed to `next()`, and Express responds with them.
 *
 * Without a type argument, the connection may join channels of any event map. Path parameters are
 * strings: annotate `req` to give them names.
 *
 * @throws `ERR_SSE_TYPE` if `handler` is not a function.
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { Channel } from 'sluice';
 * import { sse } from 'sluice/express';
 *
 * const news = new Channel();
 * app.get('/news', sse((connection) => news.add(connection), { retry: 5000 }));
 * ```
 */
export function sse<
  // biome-ignore lint/suspicious/noExplicitAny: a connection that may join a channel of any events
  Events extends object = any,
  Req extends IncomingMessage = OrElse<ExpressRequest<PathParameters>, IncomingMessage>,
  Res extends ServerResponse = OrElse<ExpressResponse, ServerResponse>,
>(
  handler: (connection: Connection<Events>, req: Req, res: Res) => unknown,
  options?: ConnectionOptions,
): (req: Req, res: Res, next: (error?: unknown) => void) => void;
