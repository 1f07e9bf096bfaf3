/**
 * sluice: Server-Sent Events for Node.js with a Rust core.
 *
 * The public contract, documented here and nowhere twice. Times are milliseconds, sizes are bytes.
 * Every error carries a `code`; see {@link SluiceErrorCode}.
 */
/// <reference types="node" />
import { EventEmitter } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** Maps an event's name to the type of its data. An event without a name is called `message`. */
export type EventMap = Record<string, unknown>;

interface EventFields {
  /**
   * Becomes the client's cursor, which it sends back as `Last-Event-ID`. The empty string resets the cursor.
   * CR, LF and NUL throw `ERR_SSE_FIELD` (WHATWG HTML, section 9.2.6).
   */
  id?: string;
  /** How long the client waits before it reconnects: a whole number of milliseconds, 0 to 2^32-1. */
  retry?: number;
  /** A comment, which clients ignore; one line on the wire for each line of the text. */
  comment?: string;
}

/**
 * What `send` takes. Every field is optional, but one must be there (`ERR_SSE_EMPTY`).
 *
 * `data` is a string, sent as it is with CRLF and CR normalised to LF, or anything that JSON can carry, serialised once.
 */
export type ServerSentEvent<Events extends object = EventMap> =
  | {
      [Name in keyof Events & string]: EventFields & { event: Name; data: Events[Name] };
    }[keyof Events & string]
  | (EventFields & {
      event?: undefined;
      data?: Events extends { message: infer Data } ? Data : undefined;
    })
  | (string extends keyof Events ? EventFields & { event?: string; data?: unknown } : never);

/** How a connection's bytes leave: the core writes the socket, or JavaScript writes the response. */
export type Transport = 'native' | 'stream';

/**
 * Why a connection closed.
 *
 * | reason     | what happened                                                                |
 * | ---------- | ---------------------------------------------------------------------------- |
 * | `client`   | the client left                                                              |
 * | `end`      | `connection.end()` or `res.end()`; everything queued was sent first          |
 * | `timeout`  | the `timeout` option; everything queued was sent first                       |
 * | `overflow` | more than `maxQueueBytes` or `maxQueueEvents` waited for the client          |
 * | `stall`    | the client took no byte for `stallTimeout` although some waited              |
 * | `destroy`  | the server destroyed the response or its socket                              |
 * | `flood`    | the client kept sending after its request: over 64 KiB, or 64 requests       |
 * | `error`    | the socket failed, or the core met an error of its own                       |
 */
export type CloseReason =
  | 'client'
  | 'end'
  | 'timeout'
  | 'overflow'
  | 'stall'
  | 'destroy'
  | 'flood'
  | 'error';

export interface ConnectionOptions {
  /** Whether the connection sends pings. Default `true`. */
  ping?: boolean;
  /**
   * The time between two pings, which are empty comments that keep proxies from closing the
   * connection. Default {@link Connection.default}`.pingInterval`, 50 000; 0 sends none.
   */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /** How long the connection may live. Default 0, which sets no limit. At most 2^31 - 1. */
  maxLifetime?: number;
  /** Alias of `maxLifetime`. */
  timeout?: number;
  /** Sent as the first frame: how long the client waits before it reconnects. Default: not sent. */
  retry?: number;
  /** Headers of the response, over those that were set before. */
  headers?: OutgoingHttpHeaders;
  /** Default 200, the only status that the browser's EventSource accepts. */
  statusCode?: number;
  /**
   * How much may wait for a slow client before it is disconnected. Default 1 MiB. The largest event that waits does not
   * count, so that it gets its chance, nor does the replay of a history. Until the client has been slow for a second, 16 times as much
   * may wait, so that a burst costs nobody who reads well the connection.
   */
  maxQueueBytes?: number;
  /** How many events may wait for it, beside the bytes and by the same rules. 0, the default, is no limit. */
  maxQueueEvents?: number;
  /** Alias of `maxQueueEvents`. */
  eventBufferSize?: number;
  /**
   * How long something may wait without the client taking a byte. Default 60 000; 0 is no limit. Where JavaScript writes, what counts
   * is whether a response has taken the last 64 KiB.
   */
  stallTimeout?: number;
  /**
   * `'auto'`, the default, hands the socket over to the core where that is possible and writes through the response where it
   * is not: over TLS and HTTP/2, with compression, and where something replaced the `write`, `_write`,
   * `_writev` or `_writeGeneric` of the socket. `'native'` throws `ERR_SSE_TRANSPORT` there.
   */
  transport?: 'auto' | Transport;
}

/** The data of an event of that name. */
type DataOf<Events extends object, Name> = Name extends keyof Events
  ? Events[Name]
  : string extends keyof Events
    ? unknown
    : never;

/**
 * What a source may yield: events, that is objects with no other keys than `id`, `event`, `data`, `retry` and `comment`, and at least
 * one of these; anything else is the data of an event. Bytes are read as UTF-8, and a character may be split over two chunks.
 */
export type StreamItem<Events extends object = EventMap, Name = 'message'> =
  | ServerSentEvent<Events>
  | DataOf<Events, Name>
  | (string extends DataOf<Events, Name> ? Uint8Array | ArrayBuffer : never);

/** A Node `Readable` is an async iterable; the last is a web `ReadableStream`. A string is no source. */
export type StreamSource<Item = unknown> =
  | Iterable<Item | PromiseLike<Item>>
  | AsyncIterable<Item>
  | {
      readonly locked: boolean;
      getReader(): {
        read(): Promise<{ done: false; value: Item } | { done: true; value?: Item | undefined }>;
        cancel(reason?: unknown): Promise<void>;
      };
    };

export interface StreamOptions<Name extends string = string> {
  /** The name of the events that are made of data. Default: none, which clients call `message`. */
  event?: Name | undefined;
  /**
   * What an error of the source, or an item that cannot be sent, does to the connection: `'end'`, the default, ends it after what
   * was sent, `'keep'` leaves it open. Either way the promise rejects, and the client never sees the error's text.
   */
  onError?: 'end' | 'keep';
  /**
   * Ends the connection after the source, and resolves when it is closed. Default `false`: a browser's EventSource comes back when a
   * stream ends, so tell it first that it is done.
   */
  end?: boolean;
  /** Stops the source; the promise rejects with the signal's reason, and the connection stays open. */
  signal?: AbortSignal | undefined;
}

export interface StreamResult {
  /** How many events were sent. */
  events: number;
  /** False when the connection closed before the source came to its end. */
  complete: boolean;
}

/** What a connection reports when a channel, or a broker's topic, cannot tell what the client missed. */
export interface Gap<Events extends object = EventMap> {
  channel?: Channel<Events>;
  topic?: string;
  /** The cursor that the history does not know, or no longer. */
  lastEventId: string;
  /** Alias of `lastEventId`. */
  lastEventID: string;
}

interface ConnectionEvents<Events extends object> {
  /** The connection is closed; emitted once. */
  close: [reason: CloseReason];
  /** The `timeout` has passed. With a listener the connection stays open, and ending it is the listener's business. */
  timeout: [];
  /** A queue that the client was slow to take is empty again. */
  drain: [];
  /** The client came back with a cursor that a channel does not know; nothing was replayed. */
  gap: [gap: Gap<Events>];
}

/** One client's open response. */
export class Connection<Events extends object = EventMap> extends EventEmitter<
  ConnectionEvents<Events>
> {
  static default: { pingInterval: number };

  /**
   * Writes the response head and opens the stream. Headers that were set on `res` stay. If it throws,
   * no head was written and the framework can answer with the error.
   *
   * On HTTP/1.x the response is the last one on its socket, whatever the transport: it says
   * `Connection: close`, responses that wait behind it are destroyed, and later requests are dropped.
   *
   * @throws `ERR_SSE_HEADERS_SENT` the response was begun already; `ERR_SSE_GONE` the client has left already,
   * or the request waits behind an event stream on the same socket;
   * `ERR_SSE_OPTION` an option of the wrong type or out of range; `ERR_SSE_TRANSPORT`; `ERR_SSE_START`.
   */
  constructor(
    req: IncomingMessage | Http2ServerRequest,
    res: ServerResponse | Http2ServerResponse,
    options?: ConnectionOptions,
  );

  /** Unique among all connections, of letters, digits and `-`. */
  readonly id: string;
  /** The cursor the client came back with (`Last-Event-ID`), at most 1 KiB; undefined when it has none. */
  readonly lastEventId: string | undefined;
  /** Alias of `lastEventId`. */
  readonly lastEventID: string | undefined;
  readonly request: IncomingMessage | Http2ServerRequest;
  readonly response: ServerResponse | Http2ServerResponse;
  /** When the connection opened: milliseconds since the epoch. */
  readonly timestamp: number;
  readonly transport: Transport;
  /** Bytes that wait for the client. */
  readonly queuedBytes: number;
  readonly closed: boolean;

  /**
   * Sends an event. A client that has left is not an error: the event is dropped.
   *
   * @throws `ERR_SSE_FIELD`, `ERR_SSE_DATA`, `ERR_SSE_RETRY`, `ERR_SSE_EMPTY`, `ERR_SSE_TYPE` a bad event;
   * `ERR_SSE_CLOSED` after `end()`.
   */
  send(event: ServerSentEvent<Events>): this;
  /** Sends text that is in the wire format already: one or more complete frames, else `ERR_SSE_FRAME`. */
  write(frameText: string): this;
  /** Sends a comment, which clients ignore. */
  comment(text: string): this;
  /**
   * Sends what a source yields, one item after another. While more than 64 KiB wait for the client (or half of `maxQueueBytes`, if
   * that is less), the source is not asked for more.
   *
   * A client that leaves is not an error: it stops the source, as does `end()`, and the promise resolves. To stop means `destroy()`
   * for a `Readable`, `cancel()` for a `ReadableStream`, `return()` for any other iterator. The promise does not wait for a source that
   * does not answer, and what a source throws when it is stopped is ignored.
   *
   * Rejects with the source's error; with what {@link Connection.send} throws at an item, or at once after `end()`;
   * `ERR_SSE_TYPE` not a source; `ERR_SSE_OPTION`. The last two touch neither the source nor the connection.
   */
  stream<const Name extends (keyof Events & string) | 'message' = 'message'>(
    source: StreamSource<StreamItem<Events, Name>>,
    options?: StreamOptions<Name>,
  ): Promise<StreamResult>;
  /** Changes the interval between pings; 0 stops them. */
  setPing(interval: number): this;
  /** Closes the connection that long from now; 0 clears the limit. */
  setTimeout(timeout: number): this;
  /** Sends what is queued, then ends the response. Resolves when the connection is closed, for whatever reason. */
  end(): Promise<this>;
}

export interface ChannelOptions {
  /** How many events the history keeps. Default 500; 0 keeps none. */
  historySize?: number;
  /** How many bytes the history keeps. Default 16 MiB. */
  historyBytes?: number;
  /** How long the history keeps an event. 0, the default, is no limit. */
  historyAge?: number;
  /**
   * How long the channel may stay empty before it closes, from its beginning on. 0, the default, is for ever. It does not keep the
   * process alive.
   */
  emptyTimeout?: number;
}

interface ChannelEvents<Events extends object> {
  /** The channel is closed; emitted once. */
  close: [];
  /** The last connection of which `join` has told has left. */
  empty: [];
  join: [connection: Connection<Events>];
  /** One for each `join`. It may follow `close`, where a client was leaving at that moment. */
  leave: [connection: Connection<Events>];
}

/** A group of connections with a history. */
export class Channel<Events extends object = EventMap> extends EventEmitter<ChannelEvents<Events>> {
  /** @throws `ERR_SSE_OPTION` an option of the wrong type or out of range. */
  constructor(options?: ChannelOptions);

  readonly closed: boolean;

  /**
   * Adds a connection, which leaves by itself when it closes. A client that comes back gets the events after its
   * `lastEventId` first, once; where the history does not know that id, the connection emits `gap`.
   * Nothing happens when the connection is a member already, or is closed.
   *
   * @throws `ERR_SSE_CHANNEL_CLOSED`; `ERR_SSE_TYPE` not a connection.
   */
  add(connection: Connection<Events>): this;
  /** Removes a connection, which stays open. False when it was no member. */
  remove(connection: Connection<Events>): boolean;
  /**
   * Sends an event to every member and appends it to the history.
   *
   * @throws as {@link Connection.send}; `ERR_SSE_CHANNEL_CLOSED`.
   */
  send(event: ServerSentEvent<Events>): this;
  /** As {@link Connection.write}, to every member and into the history. */
  write(frameText: string): this;
  /** How many connections are members. */
  count(): number;
  /** The members. */
  connections(): Connection<Events>[];
  /** Lets every member go, open as it is, forgets the history and emits `close`. */
  close(): void;
}

/** A `Map` that forgets an entry when its value emits `close`; any EventEmitter may be a value. */
// biome-ignore lint/suspicious/noExplicitAny: emitters of typed events are no EventEmitter<unknown>
export class MapListener<Key, Value extends EventEmitter<any>> extends Map<Key, Value> {}

export interface Metrics {
  /** Open connections by transport. */
  connections: { native: number; stream: number };
  /** Open channels, the topics of brokers included. */
  channels: number;
  /** Events encoded since the start. */
  events: number;
  /** Events that left for a client, counted once for each client. */
  deliveries: number;
  /** Bytes that left for clients. */
  bytes: number;
  /** Bytes that wait for clients now. */
  queuedBytes: number;
  /** Events that waited for, or were sent to, a client that closed before it took them. */
  drops: number;
  /** Closed connections by reason. */
  closes: Record<CloseReason, number>;
}

/** A snapshot of the counters and gauges of this process (of this thread, in worker threads). */
export function metrics(): Metrics;

export interface Configuration {
  /** How many I/O threads the core starts, 1 to 64. Default: one less than the cores, at least 1, at most 4. */
  shards?: number;
}

/**
 * Settings of the core, before the first connection or channel.
 *
 * @throws `ERR_SSE_STARTED` the core runs already; `ERR_SSE_OPTION`.
 */
export function configure(configuration: Configuration): void;

/**
 * | code                     | class         | meaning                                                        |
 * | ------------------------ | ------------- | -------------------------------------------------------------- |
 * | `ERR_SSE_TYPE`           | `TypeError`   | an argument of the wrong type                                  |
 * | `ERR_SSE_OPTION`         | `TypeError`, `RangeError` | an option of the wrong type, or out of range       |
 * | `ERR_SSE_FIELD`          | `TypeError`   | CR, LF or NUL in `id` or `event`                               |
 * | `ERR_SSE_RETRY`          | `RangeError`  | `retry` is not a whole number of 0 to 2^32-1                   |
 * | `ERR_SSE_DATA`           | `TypeError`   | `data` that JSON cannot carry (cycles, BigInt, functions)      |
 * | `ERR_SSE_EMPTY`          | `TypeError`   | an event with no field                                         |
 * | `ERR_SSE_FRAME`          | `TypeError`   | frame text that is unfinished or has an unknown field          |
 * | `ERR_SSE_HEADERS_SENT`   | `SluiceError` | the response was begun already                                 |
 * | `ERR_SSE_GONE`           | `SluiceError` | the client had left, or its request waited behind a stream     |
 * | `ERR_SSE_TRANSPORT`      | `SluiceError` | `transport: 'native'` where the socket cannot be handed over   |
 * | `ERR_SSE_CLOSED`         | `SluiceError` | the connection was ended by the server                         |
 * | `ERR_SSE_CHANNEL_CLOSED` | `SluiceError` | the channel is closed                                          |
 * | `ERR_SSE_BROKER_CLOSED`  | `SluiceError` | the broker is closed                                           |
 * | `ERR_SSE_TOPIC`          | `TypeError`   | a topic's name that is none, or has wildcards where it must not |
 * | `ERR_SSE_TOPIC_LIMIT`    | `SluiceError` | a client has as many topics or patterns as it may have         |
 * | `ERR_SSE_RANGE`          | `RangeError`  | an argument out of range                                       |
 * | `ERR_SSE_CONNECT`        | `SluiceError` | the client of `setupSSE` could not be connected: see its `cause` |
 * | `ERR_SSE_SUBSCRIBE`      | `SluiceError` | the client of `setupSSE` could not be subscribed: see its `cause` |
 * | `ERR_SSE_STARTED`        | `SluiceError` | `configure` came too late                                      |
 * | `ERR_SSE_START`          | `SluiceError` | the core cannot start: no file descriptors or threads left     |
 * | `ERR_SSE_INTERNAL`       | `SluiceError` | a bug in sluice; please report it                              |
 */
export type SluiceErrorCode =
  | 'ERR_SSE_TYPE'
  | 'ERR_SSE_OPTION'
  | 'ERR_SSE_FIELD'
  | 'ERR_SSE_RETRY'
  | 'ERR_SSE_DATA'
  | 'ERR_SSE_EMPTY'
  | 'ERR_SSE_FRAME'
  | 'ERR_SSE_HEADERS_SENT'
  | 'ERR_SSE_GONE'
  | 'ERR_SSE_TRANSPORT'
  | 'ERR_SSE_CLOSED'
  | 'ERR_SSE_CHANNEL_CLOSED'
  | 'ERR_SSE_BROKER_CLOSED'
  | 'ERR_SSE_CONNECT'
  | 'ERR_SSE_SUBSCRIBE'
  | 'ERR_SSE_TOPIC'
  | 'ERR_SSE_TOPIC_LIMIT'
  | 'ERR_SSE_RANGE'
  | 'ERR_SSE_STARTED'
  | 'ERR_SSE_START'
  | 'ERR_SSE_INTERNAL';

export class SluiceError extends Error {
  readonly code: SluiceErrorCode;
  constructor(code: SluiceErrorCode, message: string);
}

export { createSSE } from './fetch.js';
export * from './types/broker.js';
export * from './types/setup-sse.js';
