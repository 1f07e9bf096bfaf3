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
 * - `read`: GET and HEAD, and PUT of a fork for the stream that it comes from.
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
   * How long an event stream lasts at most, less a part of it that `maxLifetimeJitter` sets. The
   * client then opens the next one where it was. Default: 60,000, as the protocol advises; 0 sets
   * no limit.
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
   * Decides whether a request may do what it asks for. `path` is the path of the stream's URL. Only
   * `true`, or a promise of `true`, allows the request. A `Response` is sent as it is, such as one
   * that asks for a sign-in. Everything else is answered with 403, also an error. It is called
   * before anything is read of the body or the stream. For a fork it is called twice, the second
   * time with `read` and the path of the source.
   *
   * Default: every request is allowed. Set it wherever strangers can reach the streams.
   */
  authorize?: (
    request: Request,
    target: { action: StreamsAction; path: string },
  ) => boolean | Response | Promise<boolean | Response>;
  /**
   * Who may keep what GET has returned, for a minute. `private`: the browser of the reader.
   * `public`: every cache on the way, so use it only if everybody may read the streams. `none`:
   * nobody. Answers that may change at once are not kept in any case. Default: `private`.
   */
  caching?: 'private' | 'public' | 'none';
  /**
   * Lets pages of other origins use the streams (CORS). Default: none, and requests that browsers
   * mark as those of other sites are answered with 403.
   *
   * - `origin`: an origin such as `'https://example.com'`, an array of origins, or `'*'` for all.
   * - `credentials`: whether requests may include cookies. Not allowed with `'*'`.
   * - `headers`: request headers to allow in addition to those of the protocol, `Authorization`,
   *   `Content-Type` and `If-None-Match`.
   * - `maxAge`: how long browsers may cache the answer to a preflight request.
   */
  cors?: { origin: string | string[]; credentials?: boolean; headers?: string[]; maxAge?: number };
  /** The options of event streams. */
  connection?: StreamsConnectionOptions;
  /** How long a long-poll waits for data. Default: 20,000; at least 1. */
  longPollTimeout?: number;
  /** How many long-polls may wait, in all streams. More are answered with 503. Default: 10,000. */
  maxWaiters?: number;
  /** The maximum size of a request's body. Larger ones are answered with 413. Default: 1 MiB. */
  maxBodyBytes?: number;
  /**
   * How much a stream keeps. Each append counts 16 bytes in addition to its own. Default: 16 MiB.
   */
  maxBytes?: number;
  /**
   * What happens to an append for which a stream has no room. `refuse`: it is answered with 413.
   * `drop-oldest`: the oldest appends are dropped. Reads at their offsets are then answered with
   * 410, and reads of the whole stream begin at the oldest append that is kept. Default: `refuse`.
   */
  whenFull?: 'refuse' | 'drop-oldest';
  /**
   * How much all streams keep together, with their producers and the bodies that arrive. What does
   * not fit is answered with 507. Default: 256 MiB.
   */
  maxTotalBytes?: number;
  /** How many streams there may be. More are answered with 507. Default: 10,000. */
  maxStreams?: number;
  /**
   * How many producers (`Producer-Id`) a stream knows. More are answered with 429. A producer is
   * forgotten seven days after its last append, if there is need. Default: 1,000.
   */
  maxProducers?: number;
  /** How much one read returns at most, unless one append is larger. Default: 1 MiB. */
  maxReadBytes?: number;
}

/** The streams of a process. */
export interface Streams {
  /**
   * Answers a request of the protocol. The stream is the path of the URL. The promise never
   * rejects. The function may be called without its object, as frameworks do.
   *
   * @param environment what `toNode()` of `sluice/fetch` and `@hono/node-server` pass. Its
   * `outgoing` is the Node response that the answer will be written to. Event streams then know the
   * socket, notice at once when it closes, and are counted by address if `connection.limits` says
   * so. With `toNode()`, the core takes over the socket.
   */
  fetch(
    request: Request,
    environment?: { outgoing?: ServerResponse | Http2ServerResponse },
  ): Promise<Response>;
  /**
   * Ends every reader at once and forgets all streams. Requests are answered with 503 from then on.
   * A server that stops needs `gracefulShutdown()` alone, which also ends readers, one by one.
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
