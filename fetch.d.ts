/**
 * sluice/fetch: event streams as Fetch `Response`s, for Hono, Next.js route handlers and other
 * frameworks that return a `Response`. It also sends `Response`s of other frameworks on Node's
 * `req` and `res`. Times are in milliseconds and sizes are in bytes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Connection, ConnectionOptions, EventMap, StreamOptions } from './index.js';
import type { Backplane } from './types/backplane.js';
import type { TopicOptions } from './types/broker.js';

/**
 * The configuration of {@link createSSE}. An option that is unknown, has the wrong type or is out
 * of range throws `ERR_SSE_OPTION`, and so do an option and its alias with different values.
 */
export interface SSEConfig
  extends Pick<
    ConnectionOptions,
    | 'compress'
    | 'headers'
    | 'limits'
    | 'maxLifetime'
    | 'maxLifetimeJitter'
    | 'maxQueueBytes'
    | 'stallTimeout'
    | 'timeout'
  > {
  /**
   * The time between two heartbeats, which are comments that contain the time. The first one is
   * sent immediately. Default: 30,000; 0 turns off all except the first.
   */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /** How long clients wait before they reconnect. Default: 3,000. */
  retryInterval?: number;
  /**
   * How many events may be queued for a slow client, in addition to `maxQueueBytes`, before it is
   * removed. Default: 0, which sets no limit.
   */
  maxQueueEvents?: number;
  /** Alias of `maxQueueEvents`. */
  eventBufferSize?: number;
  /**
   * The history of each channel for clients that reconnect, or a function that returns these
   * options for a new channel.
   */
  topic?: TopicOptions | ((channel: string) => TopicOptions | undefined);
  /**
   * Shares the channels with the services of the same `name` in other processes: `broadcast()` and
   * `broadcastAll()` reach the clients of all of them. Create it with `redisBackplane()` of
   * `sluice/redis` or `natsBackplane()` of `sluice/nats`. Default: none.
   */
  backplane?: Backplane;
  /**
   * The name of the service in its backplane: 1 to 100 letters, digits, `_`, `.` and `-`. Default:
   * `main`.
   */
  name?: string;
}

/** The options of {@link SSE.addClient}. */
export interface AddClientOptions
  extends Pick<ConnectionOptions, 'expiresAt' | 'onGap' | 'reauthorize' | 'resume'> {
  /**
   * The `Last-Event-ID` header of the request. Default: none. A value longer than 1 KiB is ignored.
   */
  lastEventId?: string | null | undefined;
  /** Alias of `lastEventId`. */
  lastEventID?: string | null | undefined;
  /**
   * The Node response that the `Response` will be written to. With `@hono/node-server` this is
   * `c.env.outgoing`. The client is removed when this response closes.
   *
   * On HTTP/1.x the response is then the last one on its socket. It has the header
   * `Connection: close`, and requests that the client pipelines behind it are dropped. Without this
   * option, a client can open many streams on one socket.
   */
  outgoing?: ServerResponse | Http2ServerResponse | undefined;
}

/** A client. It exists as long as the body of its response is open. */
export interface SSEClient<Events extends object = EventMap> {
  /** The client's id, which is unique within the service. It is not a secret. */
  readonly id: string;
  /**
   * The client's subscriptions. The set is live: adding a channel subscribes the client, and
   * deleting a channel unsubscribes it.
   */
  readonly channels: Set<string>;
  /**
   * Direct access to the stream, for cases that the methods of {@link SSE} do not cover. All data
   * passes through the connection and keeps its order.
   *
   * - `enqueue` takes complete frames, in one or more pieces. Other data throws `ERR_SSE_FRAME`.
   *   Data for a client that has disconnected is dropped.
   * - `close` ends the body after queued data is sent, and removes the client.
   * - `error` ends the body immediately, and removes the client.
   */
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly createdAt: Date;
  /** The cursor of a client that reconnects. */
  readonly lastEventId?: string | undefined;
  /**
   * The client's connection. Use it for `close` and `gap` events and to stream a source. Its
   * `request` and `response` are stand-ins for those of Node.js.
   */
  readonly connection: Connection<Events>;
}

/** Clients by id and channels by name. */
export interface SSE<Events extends object = EventMap> {
  /**
   * Registers a client. The body of its response begins with `retry` and a comment that contains
   * the time.
   *
   * The client is removed when its body is cancelled; servers cancel the body when a client
   * disconnects. The client is also removed when it reads too slowly for `maxQueueBytes`,
   * `maxQueueEvents` or `stallTimeout`. Its body then fails with `ERR_SSE_DISCONNECTED`, so that
   * the server closes the socket. A body that is never read counts as too slow after
   * `stallTimeout`. A body does not keep the process alive.
   *
   * Pass {@link AddClientOptions.outgoing} to servers on Node.js. These servers might not cancel
   * the body of a request that waited behind others on its socket, and they also run the `GET`
   * handler for `HEAD`. If the client has already disconnected, the returned client is closed and
   * the body is empty.
   *
   * @throws `ERR_SSE_OPTION` if an option has the wrong type.
   * @throws `ERR_SSE_BROKER_CLOSED` after {@link SSE.shutdown}.
   * @throws `ERR_SSE_DRAINING` while the process drains. The error has a `getResponse()`, which
   * Hono calls; see `DrainingError` of `sluice`.
   * @throws `ERR_SSE_EXPIRED` if `expiresAt` has passed.
   * @throws `ERR_SSE_LIMIT` if `maxConnections` or `limits.maxPerKey` is reached. Clients without
   * {@link AddClientOptions.outgoing} have no key.
   */
  addClient(options?: AddClientOptions): { client: SSEClient<Events>; response: Response };
  /** Removes a client. Its body ends after queued events are sent. Unknown ids have no effect. */
  removeClient(clientId: string): void;
  /** Returns the client with that id. */
  getClient(clientId: string): SSEClient<Events> | undefined;
  /**
   * Subscribes a client to a channel. Its name is a non-empty string of at most 1,024 bytes.
   * Returns false if there is no such client.
   *
   * A client that reconnected with a `lastEventId` receives every event that was broadcast since
   * then, once and in order, if it subscribes to the same channels in the same turn of the event
   * loop as `addClient`. If an `await` comes in between, pass `resume: 'manual'` to `addClient`,
   * and call `client.connection.resume()` after the last subscription. A channel that is subscribed
   * to later is replayed separately. If events are missing, the connection emits `gap`.
   *
   * A client that has not received an event has a cursor too: `subscribe` sends a primer, a frame
   * that contains only an id. A channel and its history are kept for a minute after the last
   * subscriber has left, or for the `emptyTimeout` of {@link SSEConfig.topic}.
   *
   * @throws `ERR_SSE_TOPIC` if the channel name is invalid.
   */
  subscribe(clientId: string, channel: string): boolean;
  /**
   * Unsubscribes a client from a channel. Returns false if there is no such client, or if it was
   * not subscribed.
   */
  unsubscribe(clientId: string, channel: string): boolean;
  /**
   * Sends an event to the subscribers of a channel. `data` is a string, which is sent unchanged, or
   * any value that JSON can represent.
   *
   * Without an `id`, the event gets one, unless the channel has no history or its `ids` are
   * `'manual'`. Invalid arguments throw, even without any subscriber.
   *
   * @throws `ERR_SSE_TOPIC` if the channel name is invalid.
   * @throws `ERR_SSE_FIELD` if `event` or `id` contains CR, LF or NUL.
   * @throws `ERR_SSE_DATA` if JSON cannot represent `data`.
   * @throws `ERR_SSE_TYPE` if an argument has the wrong type.
   */
  broadcast<Name extends keyof Events & string>(
    channel: string,
    event: Name,
    data: Events[Name],
    id?: string,
  ): void;
  /**
   * Sends an event to every client, like {@link SSE.broadcast}. It is not stored in any history.
   */
  broadcastAll<Name extends keyof Events & string>(
    event: Name,
    data: Events[Name],
    id?: string,
  ): void;
  /**
   * Sends an event to one client, like {@link SSE.broadcast}. It is not stored in any history.
   * Returns false if there is no such client; then only the types of the arguments are checked.
   */
  sendTo<Name extends keyof Events & string>(
    clientId: string,
    event: Name,
    data: Events[Name],
    id?: string,
  ): boolean;
  /** Returns all clients, in the order in which they were added. */
  getClients(): SSEClient<Events>[];
  /** Returns the subscribers of a channel, in the order in which they were added. */
  getClientsByChannel(channel: string): SSEClient<Events>[];
  /** Removes every client and refuses new ones. */
  shutdown(): void;
}

/**
 * Creates a service that returns event streams as Fetch `Response`s.
 *
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { createSSE } from 'sluice/fetch';
 *
 * const sse = createSSE({ pingInterval: 15_000 });
 *
 * export function GET(request: Request): Response {
 *   const lastEventId = request.headers.get('Last-Event-ID');
 *   const { client, response } = sse.addClient({ lastEventId });
 *   sse.subscribe(client.id, 'news');
 *   return response;
 * }
 *
 * sse.broadcast('news', 'headline', { text: 'Hello' });
 * ```
 */
export function createSSE<Events extends object = EventMap>(config?: SSEConfig): SSE<Events>;

/**
 * The options of {@link adopt} and {@link toNode}: those of a connection, and two others. They
 * apply to event streams. The default of `pingInterval` is 15,000. `statusCode` and `headers`
 * replace those of the `Response`.
 */
export interface AdoptOptions extends ConnectionOptions, Pick<StreamOptions, 'invalidFrames'> {
  /**
   * Called with each error that is not the caller's mistake: an error of the body, an invalid frame
   * (`ERR_SSE_FRAME`), an error of the handler of {@link toNode}, or a refused request, such as
   * `ERR_SSE_LIMIT`.
   *
   * Default: the error becomes the `cause` of a process warning, unless it has a `statusCode`,
   * which was sent to the client.
   */
  onError?: ((error: unknown) => void) | undefined;
}

/**
 * Sends a Fetch `Response` of another framework on Node's `req` and `res`, over HTTP/1.1 or HTTP/2.
 *
 * An event stream, whose `Content-Type` is `text/event-stream`, becomes a connection. It has pings,
 * stall detection, a bounded queue, limits, drains and metrics, and on plain HTTP/1.1 the Rust core
 * writes to the socket. Each frame of the body is sent byte for byte. The body is not read while
 * the queue is full; see {@link Connection.stream}. The connection ends when the body ends.
 *
 * All other responses are sent unchanged, with back-pressure. So is an event stream with a
 * `Content-Encoding`.
 *
 * The status and headers of the response are kept, except hop-by-hop headers such as `Connection`,
 * and the `Content-Length` of an event stream. They replace headers that are already set on `res`,
 * but cookies and the names in `Vary` are added to the existing ones. A `Response` from `fetch()`
 * can be passed: its body is decoded, so its `Content-Encoding` is removed.
 *
 * The body is cancelled as soon as the client disconnects, and immediately if it already has. If
 * the body fails or has an invalid frame, the client gets the frames before it, then the stream
 * ends. Other responses are interrupted. The client does not see the text of the error.
 *
 * If an event stream is refused, such as with `ERR_SSE_LIMIT` or `ERR_SSE_DRAINING`, the client
 * gets the status and headers of the error. Errors are passed to {@link AdoptOptions.onError}.
 *
 * The promise resolves with the connection of an event stream as soon as it is open. For other
 * responses it resolves with undefined when the body has ended or the client has disconnected. It
 * also resolves with undefined if the client had already disconnected or was refused. It rejects
 * only for mistakes of the caller:
 *
 * - `ERR_SSE_TYPE` if an argument has the wrong type, or if the body was already read.
 * - `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 * - `ERR_SSE_TRANSPORT` if the `transport` is `'native'` and the socket cannot be handed over.
 *
 * @example
 * ```ts
 * import { createUIMessageStreamResponse } from 'ai';
 * import { adopt } from 'sluice/fetch';
 *
 * app.post('/chat', async (req, res) => {
 *   await adopt(req, res, createUIMessageStreamResponse({ stream: answer() }));
 * });
 *
 * declare function answer(): ReadableStream;
 * ```
 */
export function adopt(
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
  response: Response,
  options?: AdoptOptions,
): Promise<Connection | undefined>;

/**
 * Converts a handler that takes a Fetch `Request` and returns a `Response` into a Node.js handler.
 * The `Response` is sent as {@link adopt} describes. The returned function is also an Express
 * handler.
 *
 * The `Request` has the URL, the method, the headers, and the body as a stream. Its `signal` aborts
 * when the client disconnects. The URL begins with `https:` if the socket is encrypted. Its host is
 * that of the `Host` header, which the client chooses. A `Host` that is not a name or an address,
 * with an optional port, is answered with 400, and so is an invalid target. In Express, the URL
 * contains the path of the router. If a body parser has read the body, a body of JSON, text or
 * bytes is taken from `req.body`.
 *
 * When the handler returns an event stream, the unread part of the body is discarded, unless the
 * handler is still reading it.
 *
 * If the handler throws or rejects, or if the stream is refused, the error is passed to `next`.
 * Without that argument, the client gets the error's `statusCode`, or otherwise 500, without the
 * text of the error, and the error is passed to {@link AdoptOptions.onError}. An error that only
 * reports that the client has disconnected is ignored. The promise resolves like that of `adopt`,
 * and never rejects.
 *
 * @throws `ERR_SSE_TYPE` if `handler` is not a function.
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { toNode } from 'sluice/fetch';
 *
 * const handle = toNode((request) => new Response(`Hello from ${request.url}`));
 * createServer(handle).listen(3000);
 * app.use('/hello', handle);
 * ```
 */
export function toNode(
  handler: (request: Request, environment: NodeEnvironment) => Response | Promise<Response>,
  options?: AdoptOptions,
): NodeHandler;

/**
 * The second argument that {@link toNode} passes to its handler. `@hono/node-server` passes the
 * same, so it is also the `env` of a Hono app.
 */
export interface NodeEnvironment {
  incoming: IncomingMessage | Http2ServerRequest;
  outgoing: ServerResponse | Http2ServerResponse;
}

/** The handler that {@link toNode} returns. */
export interface NodeHandler {
  (
    req: IncomingMessage | Http2ServerRequest,
    res: ServerResponse | Http2ServerResponse,
  ): Promise<Connection | undefined>;
  /** As an Express handler. */
  (
    req: IncomingMessage | Http2ServerRequest,
    res: ServerResponse | Http2ServerResponse,
    next: (error?: unknown) => void,
  ): Promise<void>;
}
