/**
 * The API reference of `drain` and `gracefulShutdown`, which `sluice` exports.
 * Times are in milliseconds.
 */
import type { Server } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import type { EventMap, ServerSentEvent, SluiceError } from '../index.js';

/**
 * The options of a drain. An option that has the wrong type or is out of range throws
 * `ERR_SSE_OPTION`, and nothing is drained.
 */
export interface DrainOptions<Events extends object = EventMap> {
  /**
   * The time in which the connections end. They end evenly over the first nine tenths, in random
   * order. The last tenth is for clients to receive events that are still queued. Default: 10,000;
   * 0 ends all connections immediately. At most 2^31 - 1.
   */
  within?: number;
  /**
   * The `retry` that clients receive: how long they wait before they reconnect. Each client gets a
   * random time from this range. Default: `{ min: 1000, max: 5000 }`. With a number, all clients
   * get the same time. At most 2^32 - 1.
   *
   * If `within` is 0, only this range keeps clients from reconnecting all at once.
   */
  retry?: number | { min?: number; max?: number };
  /** The last event of every connection. It must not have a `retry`. Default: none. */
  event?: ServerSentEvent<Events>;
}

/** The results of the connections that were open when a drain began. */
export interface DrainResult {
  /** The number of connections. */
  connections: number;
  /** How many the drain ended after they received all queued events. */
  ended: number;
  /**
   * How many the drain destroyed because they did not receive their queued events in time. The
   * remaining connections closed for other reasons, such as a client that disconnected.
   */
  destroyed: number;
}

/**
 * Ends every connection of this process, or of this worker thread, before it exits.
 *
 * Each connection ends at its own time. Its client receives the queued events, a `retry`, the last
 * event if there is one, and the end of the response (close reason `drain`). The core does this on
 * its own threads, so native connections end in time even while JavaScript is busy.
 *
 * A connection that cannot send its queue is destroyed 5 seconds after `within`. If JavaScript was
 * busy at that moment, connections of the `stream` transport get 5 more seconds. The last bytes
 * that Node.js buffers for such a connection are discarded after 5 seconds. The promise therefore
 * always resolves.
 *
 * From the call on, new connections are refused with {@link DrainingError}. A drain cannot be
 * undone. Further calls return the same promise and ignore their options.
 *
 * @example
 * ```ts
 * import { drain } from 'sluice';
 *
 * process.on('SIGTERM', async () => {
 *   server.close();
 *   const { connections, ended } = await drain({ within: 20_000 });
 *   console.log(`${ended} of ${connections} connections ended`);
 * });
 * ```
 */
export function drain(options?: DrainOptions): Promise<DrainResult>;

/**
 * Thrown for a new connection while the process, the broker or the channel drains.
 * `sluice/express`, `sluice/fastify`, `setupSSE`, and the error handling of Express, Fastify and
 * Koa respond with its status and headers. Hono does so with `getResponse()`.
 *
 * The class is not exported. Check the `code`.
 *
 * @example
 * ```ts
 * import { Connection, type DrainingError, SluiceError } from 'sluice';
 *
 * app.get('/events', (req, res) => {
 *   try {
 *     new Connection(req, res);
 *   } catch (error) {
 *     if (!(error instanceof SluiceError) || error.code !== 'ERR_SSE_DRAINING') throw error;
 *     const { statusCode, headers } = error as DrainingError;
 *     res.writeHead(statusCode, { ...headers }).end();
 *   }
 * });
 * ```
 */
export interface DrainingError extends SluiceError {
  readonly code: 'ERR_SSE_DRAINING';
  readonly statusCode: 503;
  /** A random whole number of seconds from the `retry` range of the drain. */
  readonly headers: { readonly 'Retry-After': string };
  /** Returns the response, for servers that use Fetch responses. */
  getResponse(): Response;
}

/** A server of Node.js, or a Fastify instance. */
export type ShutdownServer =
  | Server
  | Http2Server
  | Http2SecureServer
  | { readonly server: object; close(): PromiseLike<unknown> };

/** The options of {@link gracefulShutdown}. */
export interface ShutdownOptions extends DrainOptions {
  /** The signals that start the shutdown. Default: `['SIGTERM', 'SIGINT']`. */
  signals?: readonly NodeJS.Signals[];
  /**
   * Whether to call `process.exit()` at the end. Default: `false`. The process then exits when
   * nothing else keeps it alive.
   */
  exit?: boolean;
}

/** The result of {@link gracefulShutdown}. */
export interface Shutdown {
  /**
   * Resolves when the connections are drained and the server is closed. Rejects if a Fastify
   * instance cannot close.
   */
  readonly done: Promise<DrainResult>;
  /** Starts the shutdown, as a signal does. Returns `done`. */
  start(): Promise<DrainResult>;
  /** Removes the signal listeners. A shutdown that has started continues. */
  close(): void;
}

/**
 * Shuts a server down on a signal: the server stops accepting connections, {@link drain} ends the
 * open streams, and the server closes. HTTP/2 sessions close with their last stream. A second
 * signal exits immediately, with the exit status that shells use for that signal (143 for
 * `SIGTERM`).
 *
 * The grace period of your platform must be at least `within` plus 5 seconds, plus the time of your
 * other requests.
 *
 * @throws `ERR_SSE_TYPE` if the value is not a server.
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { gracefulShutdown } from 'sluice';
 *
 * gracefulShutdown(server, { within: 20_000 });
 * ```
 */
export function gracefulShutdown(server: ShutdownServer, options?: ShutdownOptions): Shutdown;
