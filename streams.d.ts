/**
 * sluice/streams: the Durable Streams protocol 1.0 as a function from `Request` to `Response`.
 * Times are in milliseconds and sizes are in bytes.
 */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { ConnectionOptions } from './index.js';

/**
 * - `create`: PUT.
 * - `append`: POST, also to close a stream.
 * - `read`: GET and HEAD, and for the source stream when PUT creates a fork.
 * - `delete`: DELETE.
 */
export type StreamsAction = 'create' | 'append' | 'read' | 'delete';

/** The options of the event streams that readers get with `live=sse`. */
export interface StreamsConnectionOptions
  extends Pick<
    ConnectionOptions,
    | 'compress'
    | 'eventBufferSize'
    | 'limits'
    | 'maxLifetimeJitter'
    | 'maxQueueBytes'
    | 'maxQueueEvents'
    | 'stallTimeout'
  > {
  /**
   * The maximum lifetime of an event stream, shortened by `maxLifetimeJitter`. The client then
   * opens the next stream and continues at its offset. Default: 60,000, as the protocol advises; 0
   * sets no limit.
   */
  maxLifetime?: number;
  /** Alias of `maxLifetime`. */
  timeout?: number;
  /** The time between two pings, which are comments. Default: 15,000; 0 turns them off. */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
}

/**
 * The options of {@link createStreams}. An option that is unknown, has the wrong type or is out of
 * range throws `ERR_SSE_OPTION`, and so do an option and its alias with different values.
 */
export interface StreamsOptions {
  /**
   * Decides whether a request is allowed. `path` is the path of the stream's URL. It must return
   * exactly `true`, or a promise of it, to allow the request. A `Response` is sent unchanged, such
   * as one that asks for a sign-in. Any other result, including an error, is answered with 403. It
   * is called before the body or the stream is read. For a fork it is called twice, the second time
   * with `read` and the path of the source.
   *
   * Default: every request is allowed. Set it wherever untrusted clients can reach the streams.
   */
  authorize?: (
    request: Request,
    target: { action: StreamsAction; path: string },
  ) => boolean | Response | Promise<boolean | Response>;
  /**
   * Which caches may store responses to GET, for a minute. `private`: the reader's browser.
   * `public`: shared caches too, so use it only for streams that anyone may read. `none`: no cache.
   * Responses that may change immediately are never cached. Default: `private`.
   */
  caching?: 'private' | 'public' | 'none';
  /**
   * Lets pages of other origins use the streams (CORS). Default: none; requests that browsers mark
   * as cross-site are answered with 403.
   *
   * - `origin`: an origin such as `'https://example.com'`, an array of origins, or `'*'` for all.
   * - `credentials`: whether requests may include cookies. Not allowed with `'*'`.
   * - `headers`: request headers to allow in addition to those of the protocol, `Authorization`,
   *   `Content-Type` and `If-None-Match`.
   * - `maxAge`: how long browsers may cache the response to a preflight request.
   */
  cors?: { origin: string | string[]; credentials?: boolean; headers?: string[]; maxAge?: number };
  /** The options of event streams. */
  connection?: StreamsConnectionOptions;
  /** How long a long-poll waits for data. Default: 20,000; at least 1. */
  longPollTimeout?: number;
  /**
   * The maximum number of long-polls that wait, in all streams. More are answered with 503.
   * Default: 10,000.
   */
  maxWaiters?: number;
  /** The maximum size of a request body. Larger bodies are answered with 413. Default: 1 MiB. */
  maxBodyBytes?: number;
  /**
   * The maximum size of a stream. Each append counts 16 bytes in addition to its own. Default: 16
   * MiB.
   */
  maxBytes?: number;
  /**
   * How to handle an append that exceeds `maxBytes`. `refuse`: it is answered with 413.
   * `drop-oldest`: the oldest appends are dropped. Reads at their offsets are then answered with
   * 410, and reads of the whole stream begin at the oldest append that is kept. Default: `refuse`.
   */
  whenFull?: 'refuse' | 'drop-oldest';
  /**
   * The maximum size of all streams together, including their producers and request bodies that are
   * being received. Requests that exceed it are answered with 507. Default: 256 MiB.
   */
  maxTotalBytes?: number;
  /** The maximum number of streams. More are answered with 507. Default: 10,000. */
  maxStreams?: number;
  /**
   * The maximum number of producers (`Producer-Id`) of a stream. More are answered with 429. At the
   * limit, producers whose last append is seven days old are forgotten. Default: 1,000.
   */
  maxProducers?: number;
  /**
   * The maximum number of bytes that one read returns, unless one append is larger. Default: 1 MiB.
   */
  maxReadBytes?: number;
}

/** The streams of a process. */
export interface Streams {
  /**
   * Answers a request of the protocol. The path of the URL names the stream. The promise never
   * rejects. The function does not depend on `this`.
   *
   * @param environment The object that `toNode()` of `sluice/fetch` and `@hono/node-server` pass.
   * Its `outgoing` is the Node.js response that the `Response` will be written to. Event streams
   * then know the socket, notice immediately when it closes, and can be counted by address
   * (`connection.limits`). With `toNode()`, the core takes over the socket.
   */
  fetch(
    request: Request,
    environment?: { outgoing?: ServerResponse | Http2ServerResponse },
  ): Promise<Response>;
  /**
   * Ends every reader immediately and discards all streams. From then on, requests are answered
   * with 503. To stop a server, `gracefulShutdown()` is enough: it also ends readers, one by one.
   */
  close(): void;
}

/**
 * Creates a server of the Durable Streams protocol, which keeps its streams in the memory of this
 * process. See docs/streams.md.
 *
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { createStreams } from 'sluice/streams';
 *
 * const streams = createStreams({
 *   authorize: (request) => request.headers.get('Authorization') === 'Bearer secret',
 * });
 *
 * const serve = (request: Request) => streams.fetch(request);
 * export { serve as DELETE, serve as GET, serve as HEAD, serve as POST, serve as PUT };
 * ```
 */
export function createStreams(options?: StreamsOptions): Streams;
