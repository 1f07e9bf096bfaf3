/**
 * sluice/testing: reads the events of any handler in a test, without a port. Times are in
 * milliseconds. See docs/testing.md.
 */
import type { RequestListener, Server } from 'node:http';

/** An event, as a browser would dispatch it. */
export interface ReceivedEvent {
  /** The event's name. It is `message` if the event has none. */
  readonly event: string;
  /** The event's data as text. Pass it to `JSON.parse` if you sent an object. */
  readonly data: string;
  /** The event's id, or undefined if it has none. */
  readonly id: string | undefined;
  /** The cursor after this event, with which the client would reconnect. */
  readonly lastEventId: string;
}

/**
 * How a stream ended: the server ended it (`ended`) or cut it off (`cut`), or the client called
 * `leave()` (`left`) or `vanish()` (`vanished`).
 */
export type StreamEnd = 'ended' | 'cut' | 'left' | 'vanished';

/**
 * A handler to test.
 *
 * - A function is called with Node's `req` and `res`: an Express app, `app.callback()` of Koa, or
 *   your own handler.
 * - An `http.Server`, which need not listen.
 * - A Fastify instance (`ready()` is called) or a Nest application (`init()` is called).
 * - An object with a `fetch` method that returns a `Response`: a Hono app, or `{ fetch: GET }` for
 *   a route handler of Next.js.
 * - A `Response` whose body has not been read.
 */
export type Handler =
  // biome-ignore lint/suspicious/noExplicitAny: each framework has its own request
  | ((req: any, res: any, next?: any) => unknown)
  | RequestListener
  | Server
  | { ready(): PromiseLike<unknown>; inject: unknown; server: unknown }
  | { init(): Promise<unknown>; getHttpServer(): unknown }
  // biome-ignore lint/suspicious/noExplicitAny: each framework has its own environment
  | { fetch(request: Request, ...rest: any[]): Response | Promise<Response> }
  | Response;

/** The options of {@link openStream}. */
export interface OpenStreamOptions {
  /** The path of the request, with its query. Default: `/`. */
  path?: string;
  /** The method of the request. Default: `GET`. */
  method?: string;
  /** Headers of the request. Default: `Accept: text/event-stream` and `Host: localhost`. */
  headers?: Record<string, string>;
  /** The cursor of a client that reconnects, sent as `Last-Event-ID`. Default: none. */
  lastEventId?: string;
  /** The client's address, by which `limits` counts. Default: `127.0.0.1`. */
  remoteAddress?: string;
  /** How long to wait for the response head, and for each event. Default: 5,000. */
  timeout?: number;
  /**
   * The maximum number of events that the client keeps. More end it with `ERR_SSE_EXPECTED`.
   * Default: 10,000.
   */
  maxEvents?: number;
}

/** A client of a stream. */
export interface TestClient extends AsyncIterable<ReceivedEvent> {
  /** The status code of the response. */
  readonly status: number;
  /** The headers of the response, with names in lower case. */
  readonly headers: Record<string, string | string[] | undefined>;
  /** The events that have arrived so far. */
  readonly events: ReceivedEvent[];
  /** The cursor with which the client would reconnect, or an empty string if it has none. */
  readonly lastEventId: string;
  /** The latest `retry` that has arrived. */
  readonly retry: number | undefined;
  /** Resolves when the stream has ended, with the way in which it ended. */
  readonly closed: Promise<StreamEnd>;
  /**
   * Resolves with the n-th event of the stream, counted from 1. The same event can be read again.
   *
   * @throws `ERR_SSE_EXPECTED` if the event does not arrive in time, or if the stream ends first.
   * The message shows what has arrived.
   */
  event(n: number): Promise<ReceivedEvent>;
  /**
   * Resolves with the next events, after those that `take()` and loops have already returned.
   *
   * @throws `ERR_SSE_EXPECTED` if they do not arrive in time, or if the stream ends first.
   */
  take(count: number): Promise<ReceivedEvent[]>;
  /**
   * Stops reading. Buffers between the handler and the client fill up, then back-pressure reaches
   * the handler.
   */
  slow(): void;
  /** Reads again after `slow()`. */
  resume(): void;
  /**
   * Vanishes without notice. The client never reads again and does not close the connection. The
   * server notices only when `stallTimeout` passes or the queue is full.
   */
  vanish(): void;
  /** Closes the connection, as a browser does when a page is closed. */
  leave(): void;
  /**
   * Closes the connection if it is still open, and opens a new stream of the same handler with the
   * last event id. The given options replace those of the first stream.
   */
  comeBack(options?: OpenStreamOptions): Promise<TestClient>;
  [Symbol.asyncIterator](): AsyncGenerator<ReceivedEvent, void, undefined>;
}

/**
 * Opens a stream of a handler, without a port. Resolves when the response head has arrived, with
 * any status.
 *
 * Connections use the `stream` transport, because memory takes the place of the socket.
 *
 * @throws `ERR_SSE_TYPE` if the handler is not a {@link Handler}.
 * @throws `ERR_SSE_OPTION` if an option has the wrong type or is out of range.
 * @throws `ERR_SSE_EXPECTED` if no response head arrives in time.
 *
 * @example
 * ```ts
 * import { openStream } from 'sluice/testing';
 *
 * const client = await openStream(app, { path: '/news' });
 * console.log((await client.event(1)).data);
 * client.leave();
 * ```
 */
export function openStream(handler: Handler, options?: OpenStreamOptions): Promise<TestClient>;
