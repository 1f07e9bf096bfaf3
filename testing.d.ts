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
  /** The event's own id, or undefined if it has none. */
  readonly id: string | undefined;
  /** The id that the client would come back with after this event. */
  readonly lastEventId: string;
}

/**
 * How a stream ended: the server has ended it (`ended`) or cut it off (`cut`), or the client called
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
 * - A `Response`, whose body has not been read.
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
  /** The cursor of a client that comes back, sent as `Last-Event-ID`. Default: none. */
  lastEventId?: string;
  /** The client's address, by which `limits` counts. Default: `127.0.0.1`. */
  remoteAddress?: string;
  /** How long to wait for the response head, and for each event. Default: 5,000. */
  timeout?: number;
  /** How many events the client keeps. More end it with `ERR_SSE_EXPECTED`. Default: 10,000. */
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
  /** The id that the client would come back with. It is empty if it has none. */
  readonly lastEventId: string;
  /** The latest `retry` that has arrived. */
  readonly retry: number | undefined;
  /** Resolves when the stream has ended, with how it ended. */
  readonly closed: Promise<StreamEnd>;
  /**
   * Resolves with the n-th event of the stream; the first one is 1. The same event can be read
   * again.
   *
   * @throws `ERR_SSE_EXPECTED` if the event does not arrive in time, or if the stream ends before.
   * The message shows what has arrived.
   */
  event(n: number): Promise<ReceivedEvent>;
  /**
   * Resolves with the next events: those after what `take()` and loops have returned.
   *
   * @throws `ERR_SSE_EXPECTED` if they do not arrive in time, or if the stream ends before.
   */
  take(count: number): Promise<ReceivedEvent[]>;
  /**
   * Stops reading. Buffers between the handler and the client fill up, then the handler feels the
   * back-pressure.
   */
  slow(): void;
  /** Reads again after `slow()`. */
  resume(): void;
  /**
   * Goes without telling the server. The client never reads again and closes nothing, so the server
   * learns of it by its `stallTimeout` alone, or when its queue is full.
   */
  vanish(): void;
  /** Closes the connection, as a browser does when a page is closed. */
  leave(): void;
  /**
   * Leaves, if the client has not yet, and opens a new stream of the same handler with the last
   * event id. Options replace those of the first stream.
   */
  comeBack(options?: OpenStreamOptions): Promise<TestClient>;
  [Symbol.asyncIterator](): AsyncGenerator<ReceivedEvent, void, undefined>;
}

/**
 * Opens a stream of a handler, without a port. Resolves when the response head has arrived, with
 * any status.
 *
 * Connections use the `stream` transport, because memory stands for the socket.
 *
 * @throws `ERR_SSE_TYPE` if the handler is not one of {@link Handler}.
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
