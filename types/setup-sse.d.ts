/**
 * The contract of `setupSSE`, which `sluice` exports. Times are milliseconds, sizes are bytes.
 */
import type { IncomingMessage } from 'node:http';
import type { ConnectOptions, SSEBroker, SSEBrokerOptions } from './broker.js';

/** `Req` is the framework's request. */
export interface SetupSSEOptions<Req = IncomingMessage> {
  /**
   * Decides whether a client may subscribe to a topic, or a pattern; only `true` is a yes. Of several topics one that is refused
   * refuses all. Default: the broker's; without one a client may have any topic, but no name with wildcards.
   */
  authorizeSubscribe?(req: Req, clientId: string, topic: string): boolean | Promise<boolean>;
  /**
   * What `GET /connect` knows of the client: its id and metadata. Default: a random id. What it throws goes to the framework: with a
   * 4xx as its `status` or `statusCode` as it is, anything else as the `cause` of an `ERR_SSE_CONNECT`. What `topic` of the broker
   * throws goes there as the `cause` of an `ERR_SSE_SUBSCRIBE`.
   */
  identify?(
    req: Req,
  ): ConnectOptions<object> | undefined | Promise<ConnectOptions<object> | undefined>;
  /** As that of {@link SSEBrokerOptions}, for clients of `GET /connect`. Default: the broker's. */
  heartbeat?: 'comment' | 'event';
  /** The time between two heartbeats, for these clients. Default: the broker's; 0 turns them off. */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /**
   * Which pages of other origins may use the routes. Default: none. `origin` is one, as in `'https://example.com'`, several, or `'*'`;
   * `credentials` lets cookies come along, which `'*'` forbids; `headers` are those that may be sent beside `Authorization`,
   * `Content-Type` and `Last-Event-ID`; `maxAge` is how long browsers may remember it.
   */
  cors?: { origin: string | string[]; credentials?: boolean; headers?: string[]; maxAge?: number };
  /**
   * How large the body of a request may be. Default 16 384. Where another parser comes first, as `express.json()` may, its limit
   * counts for a body that is compressed or does not say how long it is.
   */
  bodyLimit?: number;
  /** How many topics a client may be subscribed to over HTTP. Default 1 000; at most 65 536. */
  maxTopics?: number;
  /** Whether there is a `GET /stats`; a function decides for a request. Default `true`. */
  stats?: boolean | ((req: Req) => boolean | Promise<boolean>);
}

/**
 * Adds the routes of a broker to an Express app or router, or to a Fastify instance.
 *
 * | route                      | what it takes and answers                                                          |
 * | -------------------------- | ---------------------------------------------------------------------------------- |
 * | `GET basePath/connect`     | an event stream; its first event is `connected`, with `{ clientId, secret }`       |
 * | `POST basePath/subscribe`  | JSON `{ clientId, secret, topics }`; answers `{ success: true, topics }`           |
 * | `POST basePath/unsubscribe`| the same                                                                           |
 * | `GET basePath/stats`       | answers `{ clientCount, topicCount }`                                              |
 *
 * Anything else is answered with `{ error, code }`:
 *
 * | status | codes                                                                                                            |
 * | ------ | ---------------------------------------------------------------------------------------------------------------- |
 * | 400    | `ERR_SSE_BODY` a malformed body, `ERR_SSE_TOPIC`                                                                 |
 * | 401    | `ERR_SSE_SECRET_MISSING`                                                                                         |
 * | 403    | `ERR_SSE_SECRET`, `ERR_SSE_TOPIC_DENIED`, `ERR_SSE_TOPIC_LIMIT`, `ERR_SSE_ORIGIN`, `ERR_SSE_STATS_DENIED`        |
 * | 405    | `ERR_SSE_METHOD`                                                                                                 |
 * | 413    | `ERR_SSE_BODY_LIMIT`                                                                                             |
 * | 415    | `ERR_SSE_MEDIA_TYPE` no JSON                                                                                     |
 * | 503    | `ERR_SSE_BROKER_CLOSED`                                                                                          |
 *
 * `ERR_SSE_SECRET` answers both a `clientId` that is not connected and a wrong `secret`. Status,
 * headers and body are identical, so that the answer does not tell who is connected.
 *
 * Where `express.json()` comes before the routes, it is the one that answers malformed JSON. Pages of other origins are told by
 * `Sec-Fetch-Site`, which browsers send over HTTPS and on localhost.
 *
 * @throws `ERR_SSE_TYPE` not an app, a broker or a path; `ERR_SSE_OPTION`.
 */
export function setupSSE<Req = IncomingMessage>(
  app: object,
  // biome-ignore lint/suspicious/noExplicitAny: whatever its topics and clients
  broker: SSEBroker<any, any>,
  basePath: string,
  options?: SetupSSEOptions<Req> | null,
): void;
