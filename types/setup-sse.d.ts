/**
 * The API reference of `setupSSE`, which `sluice` exports.
 * Times are in milliseconds and sizes are in bytes.
 */
import type { IncomingMessage } from 'node:http';
import type { ConnectOptions, SSEBroker } from './broker.js';

/**
 * The options of {@link setupSSE}. `Req` is the type of the framework's request. An option that is
 * unknown, has the wrong type or is out of range throws `ERR_SSE_OPTION`, and so do an option and
 * its alias with different values.
 */
export interface SetupSSEOptions<Req = IncomingMessage> {
  /**
   * Decides whether a client may subscribe to a topic or pattern. It must return exactly `true`, or
   * a promise of it, to allow the subscription. If one topic of a request is denied, the whole
   * request is denied, and the response lists the denied topics.
   *
   * Default: the broker's `authorizeSubscribe`. Without either, a client may subscribe to any
   * topic, but not to names with wildcards.
   */
  authorizeSubscribe?(req: Req, clientId: string, topic: string): boolean | Promise<boolean>;
  /**
   * Returns the id and metadata of a client that requests `GET /connect`. Default: a random id and
   * no metadata.
   *
   * An error that it throws is passed to the framework: unchanged if its `status` or `statusCode`
   * is a 4xx, otherwise as the `cause` of an `ERR_SSE_CONNECT`. An error of the broker's `topic`
   * function is passed on as the `cause` of an `ERR_SSE_SUBSCRIBE`.
   */
  identify?(
    req: Req,
  ): ConnectOptions<object> | undefined | Promise<ConnectOptions<object> | undefined>;
  /**
   * The form of heartbeats for clients of `GET /connect`; see {@link SSEBrokerOptions.heartbeat}.
   * Default: the broker's.
   */
  heartbeat?: 'comment' | 'event';
  /**
   * The time between two heartbeats for clients of `GET /connect`. Default: the broker's; 0 turns
   * heartbeats off.
   */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /**
   * Lets pages of other origins use the routes (CORS). Default: none.
   *
   * - `origin`: an origin such as `'https://example.com'`, an array of origins, or `'*'` for all.
   * - `credentials`: whether requests may include cookies. Not allowed with `'*'`.
   * - `headers`: request headers to allow in addition to `Authorization`, `Content-Type`,
   *   `Last-Event-ID` and `SSE-Session`.
   * - `maxAge`: how long browsers may cache the response to a preflight request.
   */
  cors?: { origin: string | string[]; credentials?: boolean; headers?: string[]; maxAge?: number };
  /**
   * The maximum size of a request body. Default: 16,384; at least 1. If another parser runs first,
   * such as `express.json()`, its limit applies to bodies that are compressed or have no declared
   * length.
   */
  bodyLimit?: number;
  /**
   * The maximum number of topics that a client may subscribe to over HTTP. Default: 1,000; from 1
   * to 65,536.
   */
  maxTopics?: number;
  /**
   * Whether `GET /stats` exists, or a function that allows or denies a request. Default: `true`.
   */
  stats?: boolean | ((req: Req) => boolean | Promise<boolean>);
}

/**
 * Adds the routes of a broker to an Express app or router, or to a Fastify instance.
 *
 * | route                       | request and response                                            |
 * | --------------------------- | --------------------------------------------------------------- |
 * | `GET basePath/connect`      | an event stream that begins with the event `connected`          |
 * | `POST basePath/subscribe`   | takes JSON, answers `{ success: true, topics }`                 |
 * | `POST basePath/unsubscribe` | takes JSON, answers `{ success: true, topics }`                 |
 * | `GET basePath/stats`        | answers `{ clientCount, topicCount }`                           |
 *
 * The data of `connected` is `{ clientId, secret, resumed }`. The JSON of a `POST` request is
 * `{ clientId, secret, topics }`. `connectBroker` of `sluice/client` makes these requests.
 *
 * A client that reconnects within the broker's `sessionTimeout` keeps its id, secret and topics if
 * `GET basePath/connect` contains its id and secret in one of two forms:
 *
 * - the header `SSE-Session: <encodeURIComponent(clientId)> <secret>`
 * - the query parameters `clientId` and `secret`, for clients that cannot set a header. Access logs
 *   usually contain them, so prefer the header.
 *
 * `resumed` is then true. It is false if one of the topics could not be restored, or if the session
 * is a new one. If the client's old connection is still open, it is destroyed. `identify` must
 * return the same id as before, or none if it returned none. Otherwise, or if the secret is wrong
 * or the session has expired, id and secret are ignored, so that the response does not reveal which
 * clients exist. Restored topics are not authorized again, so `identify` must throw for a user who
 * may no longer connect.
 *
 * All other requests get a response `{ error, code }`:
 *
 * | status | code                                                                                |
 * | ------ | ----------------------------------------------------------------------------------- |
 * | 400    | `ERR_SSE_BODY` (a malformed body), `ERR_SSE_TOPIC`                                  |
 * | 401    | `ERR_SSE_SECRET_MISSING`                                                            |
 * | 403    | `ERR_SSE_SECRET`, `ERR_SSE_TOPIC_DENIED`, `ERR_SSE_TOPIC_LIMIT`, `ERR_SSE_ORIGIN`,  |
 * |        | `ERR_SSE_STATS_DENIED`                                                              |
 * | 405    | `ERR_SSE_METHOD`                                                                    |
 * | 413    | `ERR_SSE_BODY_LIMIT`                                                                |
 * | 415    | `ERR_SSE_MEDIA_TYPE` (the body is not JSON)                                         |
 * | 429    | `ERR_SSE_LIMIT` (`limits.maxPerKey` of the broker's `connection`)                   |
 * | 503    | `ERR_SSE_BROKER_CLOSED`, `ERR_SSE_LIMIT` (`maxConnections`, `maxTopicsTotal`),      |
 * |        | `ERR_SSE_BACKPLANE` (the process that has the client does not answer),              |
 * |        | `ERR_SSE_DRAINING`                                                                  |
 *
 * Responses with `ERR_SSE_LIMIT` and `ERR_SSE_DRAINING` have the header `Retry-After`.
 * `ERR_SSE_TOPIC_DENIED` also lists the denied `topics`. The client is not subscribed to any of the
 * topics.
 *
 * `ERR_SSE_SECRET` means an unknown `clientId` or a wrong `secret`. Status, headers and body are
 * identical in both cases, so that the response does not reveal which clients are connected.
 *
 * If `express.json()` runs before the routes, it rejects malformed JSON itself. Pages of other
 * origins are recognized by `Sec-Fetch-Site`, which browsers send over HTTPS and on localhost.
 *
 * @throws `ERR_SSE_TYPE` if an argument is not an app, a broker or a path.
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { SSEBroker, setupSSE } from 'sluice';
 *
 * const broker = new SSEBroker();
 * setupSSE(app, broker, '/_sse', {
 *   authorizeSubscribe: (req, clientId, topic) => topic.startsWith('public.'),
 * });
 * ```
 */
export function setupSSE<Req = IncomingMessage>(
  app: object,
  // biome-ignore lint/suspicious/noExplicitAny: the topics and metadata do not matter
  broker: SSEBroker<any, any>,
  basePath: string,
  options?: SetupSSEOptions<Req> | null,
): void;
