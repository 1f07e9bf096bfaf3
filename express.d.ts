/**
 * sluice/express: Server-Sent Events as an Express handler, for Express 4 and 5.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
// @ts-ignore: they may not be installed; then both are `any`
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import type { Connection, ConnectionOptions, EventMap } from './index.js';

// In brackets: a type that was not found answers any question but about itself.
type OrElse<Type, Fallback> = [0] extends [1 & Type] ? Fallback : Type;

/**
 * An Express handler that opens a connection for each request and calls yours with it. Yours may be asynchronous, and the connection
 * stays open when it is done.
 *
 * What it throws or rejects with ends the connection, after what was sent; then, and at most five seconds later, it goes to `next`,
 * for your error handlers to log: the client has its head already. Of the error's text it sees nothing.
 *
 * A client that has left before the connection opens is not an error: yours is not called. What else can go wrong then goes to `next`,
 * and Express answers with it.
 *
 * @throws `ERR_SSE_TYPE` the handler is no function; `ERR_SSE_OPTION` the options are no object.
 */
export function sse<
  Events extends object = EventMap,
  Req extends IncomingMessage = OrElse<ExpressRequest, IncomingMessage>,
  Res extends ServerResponse = OrElse<ExpressResponse, ServerResponse>,
>(
  handler: (connection: Connection<Events>, req: Req, res: Res) => unknown,
  options?: ConnectionOptions,
): (req: Req, res: Res, next: (error?: unknown) => void) => void;
