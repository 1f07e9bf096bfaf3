/**
 * The client of `sluice/client`: for browsers, workers and Node.js, without a dependency.
 *
 * The public contract, documented here and nowhere twice. Times are milliseconds.
 */

/** Maps an event's name to the type of its data: the same map as that of the server's `Channel`. */
// biome-ignore lint/suspicious/noExplicitAny: without a map nobody knows what the data is
export type EventMap = Record<string, any>;

/**
 * | state          | meaning                                                                                          |
 * | -------------- | ------------------------------------------------------------------------------------------------ |
 * | `connecting`   | a request is under way, or the next one waits: for its time, or for the network                   |
 * | `connected`    | the server's head was accepted                                                                   |
 * | `disconnected` | before `connect()`; after `disconnect()`, an abort by `signal`, a 204 of the server, or its end of the stream where `autoReconnect` is off |
 * | `error`        | given up, for the reason that `onError` was told; `connect()` starts again                       |
 */
export type SSEState = 'connecting' | 'connected' | 'disconnected' | 'error';

/** An event as handlers get it. */
export interface SSEEvent<Data = unknown, Name extends string = string> {
  /** Its name; `message` where the server gave it none. */
  event: Name;
  /** What {@link SSEConfig.parse} made of the text: by default, JSON arrives parsed and other text stays text. */
  data: Data;
  /** The text as it came. */
  raw: string;
  /** The id of this very event, if it has one. */
  id: string | undefined;
  /** The cursor after this event: its id, or the last one before it. */
  lastEventId: string;
}

type Names<Events extends object> = keyof Events & string;

/** Any event of a map; comparing its `event` tells the type of its `data`. */
export type AnySSEEvent<Events extends object = EventMap> = {
  [Name in Names<Events>]: SSEEvent<Events[Name], Name>;
}[Names<Events>];

type MessageOf<Events extends object> = 'message' extends keyof Events
  ? Events['message']
  : unknown;

/** Ends what it was returned for: the handler is not called any more. */
export type Unsubscribe = () => void;

type Awaitable<Value> = Value | PromiseLike<Value>;
type HeaderFields = Record<string, string> | [string, string][] | Headers;

/** Numbers are at most 2^30 - 1. */
export interface SSEConfig {
  /** An http(s) URL, relative to the page; absolute where there is no page. */
  url: string | URL;
  /** Default `GET`, with a `body` `POST`. */
  method?: string | undefined;
  /** Sent again at every reconnect, hence no stream. */
  body?: string | Blob | ArrayBuffer | ArrayBufferView | FormData | URLSearchParams | undefined;
  /** Headers of the request, or a function that is asked for them at every attempt. At a redirect to another origin they go along. */
  headers?: HeaderFields | (() => Awaitable<HeaderFields>) | undefined;
  /** Asked at every attempt; sent as `Authorization: Bearer`, which is not sent along at a redirect to another origin. */
  token?: (() => Awaitable<string>) | undefined;
  /** As of `fetch`. Default `same-origin`. */
  credentials?: 'omit' | 'same-origin' | 'include' | undefined;
  /** In place of the global one: for proxies, tests, service bindings. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Aborting it disconnects. A client whose signal is aborted does not connect. */
  signal?: AbortSignal | undefined;

  /**
   * The cursor to begin with. Cursors are sent as `Last-Event-ID`, a header that CORS asks about: a server of another origin must allow
   * it. One that has control characters or more than 1,024 characters is not sent: the stream goes on with a gap.
   */
  lastEventId?: string | undefined;
  /** Come back after an end or a failure. Default `true`. */
  autoReconnect?: boolean | undefined;
  /**
   * How many attempts may fail in a row after the first one; the next failure is `ERR_SSE_RETRIES`.
   * Default 5; 0 is without end. Anything that a stream delivers starts the count anew, even a
   * comment, and so does a connection that held for 5 seconds (or for `maxReconnectDelay`, if that
   * is less). A deploy that takes a minute exhausts the default.
   */
  maxRetries?: number | undefined;
  /**
   * The bound of the first delay before a reconnect. Default 1000. A `retry` of the server replaces
   * it, and is a minimum of every delay: the random part comes on top.
   */
  reconnectDelay?: number | undefined;
  /**
   * The bound of the random part of a delay, and of what the server may ask for. Default 30 000.
   */
  maxReconnectDelay?: number | undefined;
  /**
   * By how much the delay grows with every attempt, until a connection has lasted: for 5 seconds,
   * or for `maxReconnectDelay`, if that is less. Default 2. The client waits for a random part of
   * what that comes to ("full jitter"), and after a `retry` or a `Retry-After` for that long first.
   */
  backoffMultiplier?: number | undefined;
  /** How long the server may take for its head. Default 60 000; 0 is no limit. */
  timeout?: number | undefined;

  /**
   * How often the server lets something be heard: an event, or a comment. Default 30 000; 0 does not listen for silence. The fetch of
   * Node.js itself takes five minutes of it for a failure.
   */
  heartbeatInterval?: number | undefined;
  /**
   * After that many intervals of silence the connection counts as dead, and is replaced: at once,
   * or after the `retry` of the server. Default 3.
   */
  missedHeartbeatsLimit?: number | undefined;
  /**
   * Characters that the lines of an event may have, field names included. Default 1 048 576. A
   * larger event is `ERR_SSE_EVENT_SIZE`. Longer comments and unknown fields are skipped.
   */
  maxEventSize?: number | undefined;
  /**
   * Makes the data of an event of its text. Default: the value where the text is JSON, else the text. `String` leaves texts alone,
   * such as tokens of a model that are to be put together. What it throws is `ERR_SSE_PARSE`, and the event is dropped.
   */
  parse?: ((text: string, event: string) => unknown) | undefined;

  /**
   * One connection for all tabs of the origin that give the same name and ask for the same `url`,
   * `method` and `body`: one tab holds it, and passes on what it gets. Give the id of the user as
   * the name, as in `share: userId`. Default `false`. `true` is one name for all tabs; with
   * `token`, `headers` or `credentials: 'include'` it throws `ERR_SSE_OPTION`, because tabs of
   * different users would get each other's events. Where the browser has no Web Locks, as in a page
   * that is not served securely, or no BroadcastChannel, each tab has its own connection.
   *
   * The request is that of the tab that holds the connection, with its headers, its token and its
   * delays. Bodies that are neither a text nor `URLSearchParams` are not told apart: give each a
   * name. `reconnect()` in any tab is for all, `disconnect()` for that tab alone. A 204, or an
   * answer that no retry mends, ends the stream in all tabs, and each connects again by itself.
   *
   * A tab that gives up by its own limits (`autoReconnect`, `maxRetries`, `maxEventSize`) hands
   * over to another one. Tabs that do not reconnect, or allow no more retries than it did, end with
   * it. A tab that comes later begins with the events from then on, or after its `lastEventId`
   * where the other tabs still have what followed it. A tab that hangs while it holds the
   * connection is replaced after some seconds.
   */
  share?: boolean | string | undefined;
  /** Write to the console, by `console.debug`, what happens. Default `false`. */
  debug?: boolean | undefined;
}

/** One stream of events, kept open. */
export class SSEClient<Events extends object = EventMap> {
  /** Does not connect yet. @throws {SSEError} `ERR_SSE_OPTION` */
  constructor(config: SSEConfig);

  /**
   * Connects, after the cursor; nothing happens where it is connecting or connected. In a handler
   * of a fatal error, the client starts again instead of giving up. In a page, `window.stop()`
   * disconnects, as it ends an `EventSource`.
   */
  connect(): void;
  /** Ends the connection; the cursor is kept for the next {@link connect}. */
  disconnect(): void;
  /** Connects anew, now: with fresh headers, and after the cursor. */
  reconnect(): void;

  /**
   * Calls the handler at every event of that name; `*` stands for all. A handler that throws is reported like any uncaught error, and
   * disturbs nobody.
   */
  on(event: '*', handler: (event: AnySSEEvent<Events>) => void): Unsubscribe;
  on<Name extends Names<Events>>(
    event: Name,
    handler: (event: SSEEvent<Events[Name], Name>) => void,
  ): Unsubscribe;
  /** As `on('message', …)`: the events that have no name. */
  onMessage(handler: (event: SSEEvent<MessageOf<Events>, 'message'>) => void): Unsubscribe;
  /**
   * Hears of every failure, also of those that are retried: see {@link SSEError.fatal}. `attempt`
   * is the number of retries in a row before the attempt that failed: 0 for the first attempt, and
   * for errors that ended no attempt.
   */
  onError(handler: (error: SSEError, attempt: number) => void): Unsubscribe;
  /** Hears of every change of the state. */
  onStateChange(handler: (state: SSEState) => void): Unsubscribe;

  getState(): SSEState;
  isConnected(): boolean;
  /** The cursor; the empty string is none. */
  getLastEventId(): string;

  /**
   * The events from the loop's beginning on. It connects the client if need be, and disconnects it in the end if it did. It ends when
   * the client is disconnected, and throws the error when the client gives up. Until then it loses no event: while 64 wait for a slow
   * loop, nothing more is read from the server, for handlers neither. What was read but not taken when a loop is left, no other gets. With `share` that is so in the tab that holds the connection. Another tab that is slow takes
   * no more from it meanwhile, and then what it lacks of the last 1,000 events, or of 1 MiB of their
   * texts, names and ids; beyond that is `ERR_SSE_GAP`.
   */
  [Symbol.asyncIterator](): AsyncGenerator<AnySSEEvent<Events>, void, undefined>;
}

/** Clients by name. */
export class SSEManager {
  /** For the clients to come; their own options go before. */
  setDefaultConfig(config: Partial<SSEConfig>): void;
  /** The client of that name, not connected yet where it is new. An existing one keeps its options. */
  client<Events extends object = EventMap>(
    name: string,
    config?: Partial<SSEConfig>,
  ): SSEClient<Events>;
  has(name: string): boolean;
  getClientNames(): string[];
  /** As {@link client}, connected. */
  connect<Events extends object = EventMap>(
    name: string,
    config?: Partial<SSEConfig>,
  ): SSEClient<Events>;
  /** Disconnects the client of that name, and keeps it. False when there is none. */
  disconnect(name: string): boolean;
  /** Disconnects the client of that name and forgets it. False when there is none. */
  remove(name: string): boolean;
  disconnectAll(): void;
}

/** The one of this module. */
export function getSSEManager(): SSEManager;

/** `getSSEManager().client(name, config)`, connected. */
export function connectSSE<Events extends object = EventMap>(
  name: string,
  config?: Partial<SSEConfig>,
): SSEClient<Events>;

/** A client without a name that is not connected yet. @throws {SSEError} `ERR_SSE_OPTION` */
export function createSSEClient<Events extends object = EventMap>(
  config: SSEConfig,
): SSEClient<Events>;

/**
 * | code                   | fatal | meaning                                                                               |
 * | ---------------------- | ----- | ------------------------------------------------------------------------------------- |
 * | `ERR_SSE_OPTION`       |       | an invalid option, or `share: true` beside a token; thrown |
 * | `ERR_SSE_TYPE`         |       | a handler that is no function; thrown, not reported                                   |
 * | `ERR_SSE_HEADERS`      |       | `headers` or `token` failed, or made what is no header                                |
 * | `ERR_SSE_NETWORK`      |       | the request failed, or the stream broke off                                           |
 * | `ERR_SSE_TIMEOUT`      |       | no head within `timeout`                                                              |
 * | `ERR_SSE_HEARTBEAT`    |       | nothing was heard for `heartbeatInterval` × `missedHeartbeatsLimit`                   |
 * | `ERR_SSE_OFFLINE`      |       | the network is gone; the client waits for it                                          |
 * | `ERR_SSE_STATUS`       | but for 408, 425, 429 and 5xx | a status other than 200 and 204                               |
 * | `ERR_SSE_CONTENT_TYPE` | yes   | the answer is no `text/event-stream`                                                  |
 * | `ERR_SSE_EVENT_SIZE`   | yes   | an event larger than `maxEventSize`                                                   |
 * | `ERR_SSE_PARSE`        |       | `parse` threw                                                                         |
 * | `ERR_SSE_GAP`          |       | with `share`: this tab was suspended, or its loop slow, for so long that events were lost to it, or the other tabs do not know its `lastEventId` |
 * | `ERR_SSE_RETRIES`      | yes   | `maxRetries` are used up; `cause` is the last failure                                 |
 *
 * Without `autoReconnect` every failure of a connection is fatal.
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
  | 'ERR_SSE_RETRIES';

export class SSEError extends Error {
  readonly code: SSEErrorCode;
  /** The client has given up; else it tries again by itself. */
  readonly fatal: boolean;
  /** The status of the answer, if there was one. */
  readonly status: number | undefined;
  /** How long the server asked to wait (`Retry-After`); else 0. */
  readonly retryAfter: number;
  /** Retries in a row before the attempt that failed; else 0. */
  readonly attempt: number;

  constructor(
    code: SSEErrorCode,
    message: string,
    details?: { cause?: unknown; fatal?: boolean; status?: number; retryAfter?: number },
  );
}
