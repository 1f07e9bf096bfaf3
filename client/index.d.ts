/**
 * sluice/client: the client for browsers, workers and Node.js. It has no dependencies.
 *
 * This file is the API reference. Times are in milliseconds.
 */

/** Maps event names to the types of their data, like the map of a server's `Channel`. */
// biome-ignore lint/suspicious/noExplicitAny: without a map, the data may be of any type
export type EventMap = Record<string, any>;

/**
 * The state of a client.
 *
 * - `connecting`: a request is in progress, or the client waits for the next attempt or for the
 *   network.
 * - `connected`: the client has accepted the server's response head.
 * - `disconnected`: before `connect()`, after `disconnect()`, after `signal` was aborted, after the
 *   server answered 204, or after the stream ended with `autoReconnect: false`.
 * - `error`: the client has given up, for the reason reported to `onError`. `connect()` starts it
 *   again.
 */
export type SSEState = 'connecting' | 'connected' | 'disconnected' | 'error';

/** An event, as handlers receive it. */
export interface SSEEvent<Data = unknown, Name extends string = string> {
  /** The event's name, or `message` if the server sent none. */
  event: Name;
  /** The result of {@link SSEConfig.parse}. By default, JSON is parsed and other text is kept. */
  data: Data;
  /** The data as the text that was received. */
  raw: string;
  /** The id of this event, if it has one. */
  id: string | undefined;
  /** The topic of an `SSEBroker` that the event was sent to, if any. */
  topic: string | undefined;
  /** The cursor after this event: its id, or the last id before it. */
  lastEventId: string;
}

type Names<Events extends object> = keyof Events & string;

/** Any event of a map. Comparing its `event` narrows the type of its `data`. */
export type AnySSEEvent<Events extends object = EventMap> = {
  [Name in Names<Events>]: SSEEvent<Events[Name], Name>;
}[Names<Events>];

type MessageOf<Events extends object> = 'message' extends keyof Events
  ? Events['message']
  : unknown;

/** Removes the handler. */
export type Unsubscribe = () => void;

type Awaitable<Value> = Value | PromiseLike<Value>;
type HeaderFields = Record<string, string> | [string, string][] | Headers;

/**
 * The options of a client. Numbers are from 0 to 2^30 - 1. An option that has the wrong type or is
 * out of range throws `ERR_SSE_OPTION`.
 */
export interface SSEConfig {
  /** The http(s) URL of the stream. In a page it may be relative to the page. */
  url: string | URL;
  /** The method of the request. Default: `GET`, or `POST` if there is a `body`. */
  method?: string | undefined;
  /** The body of the request. It is sent with every attempt, so it cannot be a stream. */
  body?: string | Blob | ArrayBuffer | ArrayBufferView | FormData | URLSearchParams | undefined;
  /**
   * The headers of the request, or a function that returns them for every attempt. They are also
   * sent after a redirect to another origin.
   */
  headers?: HeaderFields | (() => Awaitable<HeaderFields>) | undefined;
  /**
   * Returns a token for every attempt. It is sent as `Authorization: Bearer`, but not after a
   * redirect to another origin.
   */
  token?: (() => Awaitable<string>) | undefined;
  /** The `credentials` option of `fetch`. Default: `same-origin`. */
  credentials?: 'omit' | 'same-origin' | 'include' | undefined;
  /** Replaces the global `fetch`, for example for proxies, tests or service bindings. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Disconnects the client when it aborts. If it is already aborted, the client never connects. */
  signal?: AbortSignal | undefined;

  /**
   * The cursor to start with. Default: none.
   *
   * Cursors are sent in the header `Last-Event-ID`, which a server of another origin must allow
   * (CORS). A cursor that contains control characters or more than 1,024 characters is not sent,
   * and the stream continues with a gap.
   */
  lastEventId?: string | undefined;
  /** Whether the client reconnects after the stream ends or fails. Default: `true`. */
  autoReconnect?: boolean | undefined;
  /**
   * How many retries may fail in a row. The next failure is `ERR_SSE_RETRIES`. Default: 5; 0 sets
   * no limit. The default is too low for a deployment that takes a minute.
   *
   * The count restarts when a stream delivers anything, even a comment. It also restarts when a
   * connection lasts 5 seconds, or `maxReconnectDelay` if that is less.
   */
  maxRetries?: number | undefined;
  /**
   * The upper bound of the first delay before a reconnect. Default: 1,000. A `retry` from the
   * server replaces it and is the minimum of every delay: the random part is added to it.
   */
  reconnectDelay?: number | undefined;
  /**
   * The upper bound of the random part of a delay, and of the delay that a server may request.
   * Default: 30,000.
   */
  maxReconnectDelay?: number | undefined;
  /**
   * The factor by which the delay grows with every attempt. Default: 2. The delay is reset when a
   * connection has lasted 5 seconds, or `maxReconnectDelay` if that is less.
   *
   * The client waits for a random part of the delay ("full jitter"). After a `retry` or a
   * `Retry-After`, it first waits for as long as the server requested.
   */
  backoffMultiplier?: number | undefined;
  /** How long the server may take to send the response head. Default: 60,000; 0 sets no limit. */
  timeout?: number | undefined;

  /**
   * How often the server sends something: an event or a comment. Default: 30,000; 0 turns the check
   * off. The `fetch` of Node.js itself fails after five minutes of silence.
   */
  heartbeatInterval?: number | undefined;
  /**
   * The number of silent intervals after which the connection is considered dead. The client then
   * reconnects immediately, or after the server's `retry`. Default: 3.
   */
  missedHeartbeatsLimit?: number | undefined;
  /**
   * The maximum length of an event's lines in characters, including field names. Default:
   * 1,048,576. A larger event is `ERR_SSE_EVENT_SIZE`. Longer comments and unknown fields are
   * skipped.
   */
  maxEventSize?: number | undefined;
  /**
   * Converts the text of an event to its data. Default: the value if the text is JSON, otherwise
   * the text. Use `String` to keep all texts unchanged, for example the tokens of a model.
   *
   * If it throws, the error is `ERR_SSE_PARSE` and the event is dropped.
   */
  parse?: ((text: string, event: string) => unknown) | undefined;

  /**
   * Shares one connection between all tabs of the origin that have the same `share`, `url`,
   * `method` and `body`. One tab holds the connection and passes events to the others. Default:
   * `false`.
   *
   * Use the user's id as the name: `share: userId`. `true` stands for the same name in all tabs.
   * With `token`, `headers` or `credentials: 'include'` it throws `ERR_SSE_OPTION`, because tabs of
   * different users would receive each other's events. Browsers without Web Locks or
   * BroadcastChannel, and pages outside a secure context, open a connection for each tab.
   *
   * The tab that holds the connection makes the request, with its own headers, token and delays.
   * Bodies other than strings and `URLSearchParams` are not compared: give each a different name.
   * `reconnect()` applies to all tabs, `disconnect()` only to the calling tab. A 204, or a response
   * that is not retried, ends the stream in all tabs; each tab can connect again.
   *
   * A tab that gives up because of its own limits (`autoReconnect`, `maxRetries`, `maxEventSize`)
   * hands over to another tab. Tabs without `autoReconnect`, or with a `maxRetries` that is reached
   * too, stop as well. A tab that joins later receives subsequent events. If it has a `lastEventId`
   * and the other tabs still have the events after it, it receives those first. A tab that hangs
   * while it holds the connection is replaced after some seconds.
   */
  share?: boolean | string | undefined;
  /** Whether the client logs its activity with `console.debug`. Default: `false`. */
  debug?: boolean | undefined;
}

/**
 * A client that keeps one event stream open.
 *
 * @example
 * ```ts
 * import { SSEClient } from 'sluice/client';
 *
 * const client = new SSEClient({ url: '/_sse/connect', maxRetries: 0 });
 * const unsubscribe = client.on('report', ({ data }) => console.log(data));
 * client.onError((error, attempt) => console.error(attempt, error.code));
 * client.connect();
 * ```
 */
export class SSEClient<Events extends object = EventMap> {
  /**
   * Creates a client that is not connected yet.
   *
   * @throws `ERR_SSE_OPTION` if an option has the wrong type or is out of range.
   */
  constructor(config: SSEConfig);

  /**
   * Connects, and resumes after the cursor. Has no effect while the client is connecting or
   * connected. If it is called in an `onError` handler of a fatal error, the client starts again
   * instead of giving up. In a page, `window.stop()` disconnects the client, as it closes an
   * `EventSource`.
   */
  connect(): void;
  /** Closes the connection. The cursor is kept for the next {@link connect}. */
  disconnect(): void;
  /** Replaces the connection immediately, with fresh headers, and resumes after the cursor. */
  reconnect(): void;

  /**
   * Calls the handler for every event with that name; `*` stands for all events. An error that a
   * handler throws is reported like any uncaught error, and the other handlers are still called.
   */
  on(event: '*', handler: (event: AnySSEEvent<Events>) => void): Unsubscribe;
  on<Name extends Names<Events>>(
    event: Name,
    handler: (event: SSEEvent<Events[Name], Name>) => void,
  ): Unsubscribe;
  /** Calls the handler for every event without a name, like `on('message', handler)`. */
  onMessage(handler: (event: SSEEvent<MessageOf<Events>, 'message'>) => void): Unsubscribe;
  /**
   * Calls the handler for every failure, including failures that are retried; see
   * {@link SSEError.fatal}. `attempt` is the number of retries in a row before the attempt that
   * failed. It is 0 for the first attempt, and for errors that did not end an attempt.
   */
  onError(handler: (error: SSEError, attempt: number) => void): Unsubscribe;
  /** Calls the handler for every change of the state. */
  onStateChange(handler: (state: SSEState) => void): Unsubscribe;

  /** Returns the current state. */
  getState(): SSEState;
  /** Returns whether the state is `connected`. */
  isConnected(): boolean;
  /** Returns the cursor, or an empty string if there is none. */
  getLastEventId(): string;

  /**
   * Iterates over the events from the start of the loop. The loop connects the client if necessary,
   * and in that case disconnects it at the end. It ends when the client is disconnected, and throws
   * the error when the client gives up.
   *
   * The loop applies back-pressure when it is slow, and drops no events: while 64 events are
   * buffered, the client stops reading from the server, which also delays handlers. Events buffered
   * when you leave the loop are discarded.
   *
   * With `share`, this applies to the tab that holds the connection. In another tab, a slow loop
   * stops receiving events from it. The tab later receives the events that it missed, as far as
   * they are among the last 1,000 events and the last 1 MiB of texts, names and ids. If earlier
   * events are missing, it reports `ERR_SSE_GAP`.
   */
  [Symbol.asyncIterator](): AsyncGenerator<AnySSEEvent<Events>, void, undefined>;
}

/**
 * Manages clients by name, so that all parts of an application use the same client.
 *
 * @example
 * ```ts
 * import { SSEManager } from 'sluice/client';
 *
 * const manager = new SSEManager();
 * manager.setDefaultConfig({ maxRetries: 0 });
 * manager.connect('logs', { url: '/_sse/logs' }).onMessage(({ data }) => console.log(data));
 * manager.disconnectAll();
 * ```
 */
export class SSEManager {
  /** Sets the defaults of new clients, which the options of a client override. */
  setDefaultConfig(config: Partial<SSEConfig>): void;
  /**
   * Returns the client with that name. A new client is not connected yet. An existing client keeps
   * its options.
   */
  client<Events extends object = EventMap>(
    name: string,
    config?: Partial<SSEConfig>,
  ): SSEClient<Events>;
  /** Returns whether there is a client with that name. */
  has(name: string): boolean;
  /** Returns the names of all clients. */
  getClientNames(): string[];
  /** Returns the client with that name and connects it; see {@link client}. */
  connect<Events extends object = EventMap>(
    name: string,
    config?: Partial<SSEConfig>,
  ): SSEClient<Events>;
  /** Disconnects the client with that name and keeps it. Returns false if there is none. */
  disconnect(name: string): boolean;
  /** Disconnects the client with that name and removes it. Returns false if there is none. */
  remove(name: string): boolean;
  /** Disconnects all clients. */
  disconnectAll(): void;
}

/**
 * Returns the manager of this module.
 *
 * @example
 * ```ts
 * import { getSSEManager } from 'sluice/client';
 *
 * getSSEManager().setDefaultConfig({ token: () => localStorage.token });
 * ```
 */
export function getSSEManager(): SSEManager;

/**
 * Connects the client with that name of {@link getSSEManager}, and returns it.
 *
 * @throws `ERR_SSE_OPTION` if an option has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { connectSSE } from 'sluice/client';
 *
 * interface Events {
 *   report: { celsius: number };
 * }
 *
 * const weather = connectSSE<Events>('weather', { url: '/weather' });
 * weather.on('report', ({ data }) => console.log(data.celsius));
 * ```
 */
export function connectSSE<Events extends object = EventMap>(
  name: string,
  config?: Partial<SSEConfig>,
): SSEClient<Events>;

/**
 * Creates a client without a name. It is not connected yet.
 *
 * @throws `ERR_SSE_OPTION` if an option has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { createSSEClient } from 'sluice/client';
 *
 * const answer = createSSEClient({ url: '/answer', body: '{"prompt":"why"}', parse: String });
 * for await (const { event, data } of answer) {
 *   if (event === 'done') break;
 *   console.log(data);
 * }
 * ```
 */
export function createSSEClient<Events extends object = EventMap>(
  config: SSEConfig,
): SSEClient<Events>;

/** Maps topic names, or template literal types of names, to event maps, as for an `SSEBroker`. */
export type TopicMap = Record<string, EventMap>;

type NamesOf<Maps> = Maps extends object ? keyof Maps & string : never;
type DataOf<Maps, Name> = Maps extends object
  ? Name extends keyof Maps
    ? Maps[Name]
    : never
  : never;

/** The events of all topics as one map. */
export type TopicEvents<Topics extends object> = {
  [Name in NamesOf<Topics[keyof Topics]>]: DataOf<Topics[keyof Topics], Name>;
};

/** Any event of a topic. */
export type TopicEvent<Events> = Events extends object
  ? AnySSEEvent<Events> & { topic: string }
  : never;

/** A topic with wildcards: `*` stands for one token, and `>` at the end for one or more. */
type Pattern = `${string}*${string}` | `${string}>`;

/** The options of {@link connectBroker}: those of {@link SSEConfig}, and others. */
export interface BrokerConfig extends Omit<SSEConfig, 'url' | 'method' | 'body'> {
  /**
   * Whether `*` and `>` are wildcards in the names of topics. It must be the same as in the options
   * of the `SSEBroker`. Default: `true`.
   */
  wildcards?: boolean | undefined;
}

/** A client of an `SSEBroker`; see {@link connectBroker}. */
export interface BrokerClient<Topics extends object = TopicMap>
  extends SSEClient<TopicEvents<Topics>> {
  /**
   * Calls the handler for every event of that topic, or of a topic that the pattern matches. A
   * function with several matching subscriptions is called once for an event.
   *
   * The client subscribes when a topic gets its first handler, and unsubscribes when the last one
   * is removed. All changes in one turn of the event loop are sent together. Events that are sent
   * before the server responds may be missed.
   *
   * A failure is reported to `onError` as `ERR_SSE_SUBSCRIBE`. A refused topic is requested again
   * when it gets a first handler, or when the server starts a new session.
   *
   * @throws `ERR_SSE_TYPE` if the topic is not a non-empty string, or the handler is not a
   * function.
   */
  subscribe<Topic extends keyof Topics & string>(
    topic: Topic,
    handler: (event: TopicEvent<Topics[Topic]>) => void,
  ): Unsubscribe;
  subscribe(
    pattern: Pattern,
    handler: (event: TopicEvent<Topics[keyof Topics]>) => void,
  ): Unsubscribe;
}

/**
 * Connects to the routes of `setupSSE` at that URL, and subscribes to topics there. The type
 * argument is the map of the server's `SSEBroker`.
 *
 * The client has the methods of {@link SSEClient}. Handlers of `on()` receive events of topics too.
 * The event `connected`, which contains the secret of the session, is not passed on.
 *
 * A client that reconnects resumes its session, so it keeps its topics and receives the events that
 * it missed. If the session has expired, it subscribes to all its topics again. Network errors and
 * the statuses 408, 425, 429 and 5xx are retried with the delays and the `maxRetries` of the
 * options.
 *
 * With `share`, all tabs use one connection and one session. It is subscribed to the topics of all
 * tabs, and each tab gets the events for its handlers. When a tab closes or crashes, its topics are
 * unsubscribed. A tab that the browser had suspended (frozen, or in the back/forward cache) gets
 * `ERR_SSE_GAP` if no other tab was subscribed to its topics in the meantime.
 *
 * @throws `ERR_SSE_OPTION` if an option has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { connectBroker } from 'sluice/client';
 *
 * interface Topics {
 *   [order: `orders.${string}`]: { shipped: { order: number } };
 * }
 *
 * const broker = connectBroker<Topics>('/_sse', { share: 'user 7' });
 * const unsubscribe = broker.subscribe('orders.7', ({ event, data, topic }) => {
 *   console.log(topic, event, data.order);
 * });
 * broker.onError(({ code, topics }) => console.error(code, topics));
 * unsubscribe();
 * ```
 */
export function connectBroker<Topics extends object = TopicMap>(
  url: string | URL,
  config?: BrokerConfig,
): BrokerClient<Topics>;

/**
 * The codes of errors. A fatal error means that the client has given up. Without `autoReconnect`,
 * every failure of a connection is fatal.
 *
 * | code                   | fatal | meaning                                                      |
 * | ---------------------- | ----- | ------------------------------------------------------------ |
 * | `ERR_SSE_OPTION`       |       | an invalid option, or `share: true` with credentials; thrown |
 * | `ERR_SSE_TYPE`         |       | a handler is not a function; thrown                          |
 * | `ERR_SSE_HEADERS`      |       | `headers` or `token` failed, or returned an invalid header   |
 * | `ERR_SSE_NETWORK`      |       | the request failed, or the stream was interrupted            |
 * | `ERR_SSE_TIMEOUT`      |       | there was no response head within `timeout`                  |
 * | `ERR_SSE_HEARTBEAT`    |       | the server was silent for `missedHeartbeatsLimit` intervals  |
 * | `ERR_SSE_OFFLINE`      |       | the network is down; the client waits for it                 |
 * | `ERR_SSE_STATUS`       | yes   | the status was neither 200 nor 204; 408, 425, 429 and 5xx    |
 * |                        |       | are not fatal                                                |
 * | `ERR_SSE_CONTENT_TYPE` | yes   | the response is not `text/event-stream`                      |
 * | `ERR_SSE_EVENT_SIZE`   | yes   | an event is larger than `maxEventSize`                       |
 * | `ERR_SSE_PARSE`        |       | `parse` threw                                                |
 * | `ERR_SSE_GAP`          |       | events were lost: the server sent `sluice.reset`, the event  |
 * |                        |       | of its option `onGap: 'reset'`. With `share` also because    |
 * |                        |       | this tab was suspended or its loop slow for too long, or     |
 * |                        |       | because the other tabs do not know its `lastEventId`         |
 * | `ERR_SSE_SUBSCRIBE`    |       | `connectBroker` could not change its subscriptions: `topics` |
 * |                        |       | were refused, or the retries are used up                     |
 * | `ERR_SSE_RETRIES`      | yes   | `maxRetries` are exhausted; `cause` is the last failure      |
 */
export type SSEErrorCode =
  | 'ERR_SSE_OPTION'
  | 'ERR_SSE_TYPE'
  | 'ERR_SSE_HEADERS'
  | 'ERR_SSE_NETWORK'
  | 'ERR_SSE_TIMEOUT'
  | 'ERR_SSE_HEARTBEAT'
  | 'ERR_SSE_OFFLINE'
  | 'ERR_SSE_STATUS'
  | 'ERR_SSE_CONTENT_TYPE'
  | 'ERR_SSE_EVENT_SIZE'
  | 'ERR_SSE_PARSE'
  | 'ERR_SSE_GAP'
  | 'ERR_SSE_SUBSCRIBE'
  | 'ERR_SSE_RETRIES';

/**
 * A failure of a client.
 *
 * @example
 * ```ts
 * import { connectSSE, SSEError } from 'sluice/client';
 *
 * try {
 *   for await (const { data } of connectSSE('news', { url: '/news' })) console.log(data);
 * } catch (error) {
 *   if (error instanceof SSEError) console.error(error.code, error.status);
 * }
 * ```
 */
export class SSEError extends Error {
  readonly code: SSEErrorCode;
  /** Whether the client has given up. Otherwise it retries automatically. */
  readonly fatal: boolean;
  /** The status of the response, if there was one. */
  readonly status: number | undefined;
  /** How long the server asked the client to wait (`Retry-After`), or 0. */
  readonly retryAfter: number;
  /** The number of retries in a row before the attempt that failed, or 0. */
  readonly attempt: number;
  /** The topics of an `ERR_SSE_SUBSCRIBE`. */
  readonly topics?: string[] | undefined;

  constructor(
    code: SSEErrorCode,
    message: string,
    details?: {
      cause?: unknown;
      fatal?: boolean;
      status?: number;
      retryAfter?: number;
      topics?: string[];
    },
  );
}
