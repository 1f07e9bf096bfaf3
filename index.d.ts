/**
 * sluice: Server-Sent Events for Node.js with a Rust core.
 *
 * This file is the API reference. Times are in milliseconds and sizes are in bytes.
 * Every error has a `code`; see {@link SluiceErrorCode}.
 */
/// <reference types="node" />
import { EventEmitter } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Backplane } from './types/backplane.js';
import type { DrainOptions, DrainResult } from './types/drain.js';
import type { EventIterator, EventsOptions } from './types/events.js';

/**
 * The data of an event: a string, or a value that JSON can represent. Promises, functions, maps,
 * sets and values of type `unknown` are type errors.
 */
export type EventData =
  | string
  | number
  | boolean
  | null
  | undefined
  | (object & Plain)
  // Allows object literals with any members.
  | (Plain & { readonly [name: string]: unknown });

/** Functions have the first of these members; promises, maps and sets have the second. */
interface Plain {
  readonly [Symbol.hasInstance]?: never;
  readonly [Symbol.toStringTag]?: never;
}

/** Maps event names to the types of their data. An event without a name is called `message`. */
export type EventMap = Record<string, EventData>;

/** With `any` as the event map, any event name is allowed, but the data is still checked. */
type Known<Events extends object> = symbol extends keyof Events ? EventMap : Events;

interface EventFields {
  /**
   * The event's id. The client stores it as its cursor and sends it as `Last-Event-ID` when it
   * reconnects. An empty string resets the cursor. CR, LF and NUL throw `ERR_SSE_FIELD` (WHATWG
   * HTML, section 9.2.6).
   */
  id?: string;
  /** How long the client waits before it reconnects: an integer from 0 to 2^32 - 1. */
  retry?: number;
  /** A comment, which clients ignore. Each line of the text becomes one line on the wire. */
  comment?: string;
}

/**
 * An event, as accepted by `send`. All fields are optional, but an event without any field throws
 * `ERR_SSE_EMPTY`, and an unknown field throws `ERR_SSE_FIELD`.
 *
 * `data` is a string or any value that JSON can represent. Strings are sent unchanged, except that
 * CRLF and CR become LF. Other values are serialized once. Values that JSON would turn into an
 * empty object, such as promises, maps, sets and errors, throw `ERR_SSE_DATA`. An event that has a
 * name and no data is sent with empty data, because browsers ignore an event without data.
 */
export type ServerSentEvent<Events extends object = EventMap> = EventOf<Known<Events>>;

type EventOf<Events extends object> =
  | {
      [Name in keyof Events & string]: EventFields & { event: Name; data: Events[Name] };
    }[keyof Events & string]
  | (EventFields & {
      event?: undefined;
      data?: Events extends { message: infer Data } ? Data : undefined;
    })
  | (string extends keyof Events ? EventFields & { event?: string; data?: EventData } : never);

/**
 * How a connection's bytes are written: `native` means that the core writes to the socket,
 * `stream` means that JavaScript writes to the response.
 */
export type Transport = 'native' | 'stream';

/**
 * Why a connection closed.
 *
 * | reason     | meaning                                                                      |
 * | ---------- | ---------------------------------------------------------------------------- |
 * | `client`   | the client disconnected                                                      |
 * | `end`      | `connection.end()` or `res.end()` was called; queued events were sent first  |
 * | `timeout`  | `maxLifetime` passed; queued events were sent first                          |
 * | `overflow` | more than `maxQueueBytes` or `maxQueueEvents` was queued for the client      |
 * | `stall`    | the client accepted no bytes for `stallTimeout` while some were queued, or   |
 * |            | it vanished: its kernel acknowledged nothing for that long                   |
 * | `destroy`  | the server destroyed the response or its socket                              |
 * | `flood`    | the client sent more than 64 KiB or 64 requests after its request            |
 * | `expired`  | `expiresAt` passed without a later time; queued events were sent first       |
 * | `error`    | the socket failed, or the core had an internal error                         |
 * | `drain`    | {@link drain} ended it; queued events were sent first                        |
 */
export type CloseReason =
  | 'client'
  | 'end'
  | 'timeout'
  | 'overflow'
  | 'stall'
  | 'destroy'
  | 'flood'
  | 'expired'
  | 'error'
  | 'drain';

/** How many connections one client may have; see {@link ConnectionOptions.limits}. */
export interface ConnectionLimits {
  /**
   * Returns the key by which a connection is counted. Default: the address of the peer.
   *
   * - An IPv6 address is counted by its /64 network, which usually belongs to one customer. An
   *   IPv4-mapped IPv6 address counts as the IPv4 address.
   * - An array of strings is a composite key, such as `['tenant', req.user.id]`. It is equal only
   *   to an array with the same elements.
   * - With `undefined`, the connection has no key and is not counted.
   *
   * The function receives the request object of Express, Koa, Fastify or Node.js. Behind a proxy,
   * every peer is the proxy: return the client's address, such as `req.ip`, or the user. The
   * function must be synchronous. Equal keys are counted together in the whole process, whichever
   * API opened the connections. Errors that the function throws are passed to the caller. Any other
   * return value throws `ERR_SSE_OPTION`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each framework has its own request
  key?: ((req: any) => string | readonly string[] | undefined) | undefined;
  /** The maximum number of open connections with one key. At least 1, at most 2^32 - 1. */
  maxPerKey: number;
}

/**
 * The options of a connection, whichever API opens it. An option that is unknown, has the wrong
 * type or is out of range throws `ERR_SSE_OPTION`, and so do an option and its alias with different
 * values.
 */
export interface ConnectionOptions {
  /** Whether the connection sends pings. Default: `true`. */
  ping?: boolean;
  /**
   * The time between two pings: empty comments that keep proxies from closing the connection.
   * Default: {@link Connection.default}`.pingInterval`, which is 50,000, and 15,000 for `sse()` of
   * `sluice/express` and `reply.eventStream()` of `sluice/fastify`. At most 2^31 - 1; 0 turns pings
   * off.
   */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /**
   * How long the connection may stay open. After that, queued events are sent and the connection
   * closes with the reason `timeout`. Default: 0, which sets no limit. At most 2^31 - 1.
   * `maxLifetimeJitter` shortens it a little for each connection.
   */
  maxLifetime?: number;
  /** Alias of `maxLifetime`. */
  timeout?: number;
  /**
   * The random part of `maxLifetime`, from 0 to 1. Each connection gets a random lifetime between
   * `(1 - maxLifetimeJitter) * maxLifetime` and `maxLifetime`, so clients that connected together
   * do not all reconnect together. Default: 0.1; 0 turns it off.
   */
  maxLifetimeJitter?: number;
  /**
   * How long the client waits before it reconnects. It is sent as the first frame. Default: none;
   * the client then uses its own delay. At most 2^32 - 1.
   */
  retry?: number;
  /**
   * Response headers, which override headers that were set before. `Content-Type` throws, because a
   * stream is always `text/event-stream`.
   */
  headers?: OutgoingHttpHeaders;
  /**
   * The status of the response, from 200 to 599 and not 204, 205 or 304. Default: 200, the only
   * status that a browser's EventSource accepts.
   */
  statusCode?: number;
  /**
   * How many bytes may be queued for a slow client before it is disconnected (`overflow`).
   * Default: 1 MiB; at least 1.
   *
   * The largest queued event and the replay of a history do not count. The limit is 16 times as
   * high until the client has been slow for a second, because a client that keeps up must not be
   * dropped for one burst.
   */
  maxQueueBytes?: number;
  /**
   * The policy when more than `maxQueueBytes` or `maxQueueEvents` is queued for a slow client.
   * Default: the `overflow` of the first joined channel that sets one, otherwise `'disconnect'`.
   *
   * - `'disconnect'`: the connection closes (`overflow`). The client reconnects and resumes.
   * - `'drop-oldest'`: the oldest queued events are dropped. When the client has received the rest,
   *   `gap` is emitted with the number of dropped `events`, and {@link ConnectionOptions.onGap}
   *   applies.
   * - `'conflate'`: as soon as events are queued, a new event replaces the queued event with the
   *   same `key` in its channel (see {@link ChannelOptions.key}). A stalled client of a channel
   *   with 100 keys has at most 100 events queued. If they still exceed the limit, the connection
   *   closes (`overflow`).
   * - `'reread'`: queued and later events of channels are dropped. When the client has received the
   *   rest of its queue, it gets the dropped events from the histories, at most `maxQueueBytes` at
   *   a time, so a slow client costs no memory. `gap` is emitted for each channel or topic whose
   *   history no longer has all of them. Events sent with {@link Connection.send} are still queued,
   *   so they may overtake events of channels. If they exceed the limit, the connection closes
   *   (`overflow`).
   *
   * Live events that wait for a replay or a snapshot have the same limits, but then every policy
   * closes the connection.
   */
  overflow?: 'disconnect' | 'drop-oldest' | 'conflate' | 'reread';
  /**
   * How many events may be queued for a slow client, in addition to `maxQueueBytes` and by the same
   * rules. Default: 0, which sets no limit. At most 2^32 - 1.
   */
  maxQueueEvents?: number;
  /** Alias of `maxQueueEvents`. */
  eventBufferSize?: number;
  /**
   * How long the client may accept no bytes while bytes are queued, before it is disconnected
   * (`stall`). Default: 60,000; 0 turns the check off. At most 2^31 - 1.
   *
   * On the `stream` transport, a client makes progress when its response has accepted the last 64
   * KiB.
   *
   * It is also the time within which a vanished client is noticed, for example after a power loss.
   * On Linux, the kernel closes the connection with the reason `stall` when sent data remains
   * unacknowledged for that long. If nothing is sent, keep-alive probes begin after half of that
   * time. The kernel counts in seconds, so detection takes at least 2,000. This applies to the TCP
   * socket of every Node.js response; pass `outgoing` for a Fetch body. Behind a proxy, the proxy
   * is the peer. On HTTP/2, the longest `stallTimeout` of the streams on a socket counts. The
   * reason may then be `client`, because Node.js does not always report the kernel's error.
   */
  stallTimeout?: number;
  /**
   * Limits the connections of one client. Default: none. A connection above the limit is refused
   * before anything is allocated for it; see `ERR_SSE_LIMIT` in {@link SluiceErrorCode}.
   *
   * Leave room for connections whose clients have vanished: they count until `stallTimeout` has
   * passed.
   */
  limits?: ConnectionLimits | undefined;
  /**
   * When the client's authorization ends, for example when its token expires: a Date, a time in
   * milliseconds since the epoch, or a function that returns either for a request. Default:
   * `undefined`, which means never. The function receives the same request as `limits.key`.
   *
   * At that time, queued events are sent and the connection closes with the reason `expired`, even
   * while JavaScript is busy. An invalid time, or one that has passed, throws `ERR_SSE_EXPIRED`
   * when the connection opens. The error's `statusCode` is 401.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each framework has its own request
  expiresAt?: Date | number | ((req: any) => Date | number | undefined) | undefined;
  /**
   * Extends the connection: returns a time later than `expiresAt`, or a promise of one. It is
   * called 10 seconds before the connection expires, or after half of the time if that is less, and
   * again before each later expiry. If it throws or rejects, or returns anything but a later time,
   * the connection closes with the reason `expired`; `NODE_DEBUG=sluice` prints the error. If it
   * takes too long, the connection closes when it expires.
   */
  reauthorize?: (
    // biome-ignore lint/suspicious/noExplicitAny: the events of the connection are not known here
    connection: Connection<any>,
  ) => Date | number | false | Promise<Date | number | false>;
  /**
   * When a client that reconnects with a cursor receives the events that it missed. Default:
   * `'auto'`.
   *
   * - `'auto'`: at the end of the turn of the event loop in which the connection opens. All
   *   channels and topics that it joins until then are replayed together: their events are merged
   *   in the order in which they were sent, and each event arrives once. Live events follow.
   * - `'manual'`: when you call {@link Connection.resume}. Use it when joining channels depends on
   *   an asynchronous operation. After 10 seconds the connection resumes automatically, with a
   *   process warning.
   *
   * Until then, live events are queued, within `maxQueueBytes` and `maxQueueEvents`.
   */
  resume?: 'auto' | 'manual';
  /**
   * The name of a query parameter that holds the client's cursor, for clients that cannot set the
   * `Last-Event-ID` header on their first request. Polyfills of EventSource use `lastEventId`. The
   * header takes precedence. A value longer than 1 KiB is ignored. Default: none; the query is not
   * read.
   */
  cursorQuery?: string;
  /**
   * How a gap is handled, after `gap` is emitted. Default: `'ignore'`.
   *
   * - `'ignore'`: only live events follow.
   * - `'reset'`: the client gets one event named `sluice.reset` with the data `{}`, before any
   *   replayed event. A channel that is joined later and has a gap sends another.
   * - `'all'`: the client gets everything that the history still has.
   * - a function: it is called with the connection and the gap. Events that it sends come before
   *   replayed events.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the events of the connection are not known here
  onGap?: 'ignore' | 'reset' | 'all' | ((connection: Connection<any>, gap: Gap<any>) => void);
  /**
   * Selects what writes to the socket. Default: `'auto'`.
   *
   * - `'auto'`: the core takes over the socket where possible. Otherwise JavaScript writes to the
   *   response. This applies to TLS, HTTP/2, compression middleware, and sockets whose `write`,
   *   `_write`, `_writev` or `_writeGeneric` was replaced.
   * - `'stream'`: JavaScript writes to the response.
   * - `'native'`: the core takes over the socket. Throws `ERR_SSE_TRANSPORT` where it cannot.
   */
  transport?: 'auto' | Transport;
  /**
   * The content codings that the stream may be compressed with, in order of preference:
   * `['zstd', 'gzip']`. Default: `[]`, which turns compression off.
   *
   * The coding with the highest weight in the request's `Accept-Encoding` is used. If several have
   * that weight, the first one in this list is used. A client that does not send the header, or
   * prefers `identity`, gets an uncompressed stream. The response has the header
   * `Vary: Accept-Encoding`, and `Content-Encoding` if it is compressed. A response that already
   * has a `Content-Encoding` is left unchanged, and so is a Fetch `Response` without `outgoing`.
   *
   * The core compresses each event once for all connections, in its own threads. Queue limits count
   * compressed bytes, except for events that wait for a replay or a snapshot. See
   * docs/compression.md for when compression is worthwhile, and which data must not be compressed.
   */
  compress?: readonly ('zstd' | 'gzip')[] | undefined;
  /**
   * Whether `req`, `res` and their socket are released once the core has taken over the socket. An
   * idle connection then takes almost no memory. Default: `false`.
   *
   * - {@link Connection.request} is a {@link LeanRequest} from then on, and
   *   {@link Connection.response} is undefined. `true` keeps no headers; `{ headers }` names those
   *   to keep.
   * - `req`, `res` and the socket are destroyed at the end of the turn of the event loop, so use
   *   the `close` event of the connection. If by then other code listens to one of them for
   *   `close`, `finish`, `end`, `error` or `aborted`, they are kept until the client disconnects.
   * - A connection object without listeners may be garbage-collected if the application holds no
   *   reference to it. Channels and tools then get a new object for the same connection.
   * - `lean` has no effect where the core cannot take over the socket; see `transport`.
   */
  lean?: boolean | LeanOptions;
}

/** The options of {@link ConnectionOptions.lean}. */
export interface LeanOptions {
  /** The names of the request headers to keep, in upper or lower case. Default: none. */
  headers?: readonly string[];
}

/**
 * The part of the request that a lean connection keeps. The object is frozen.
 *
 * The type of {@link Connection.request} does not include it, because most connections are not
 * lean. Use a type assertion:
 *
 * ```ts
 * const request = connection.request as unknown as LeanRequest;
 * ```
 */
export interface LeanRequest {
  readonly method: string;
  /** The URL that the client requested, with its query. */
  readonly url: string;
  /** The headers listed in {@link LeanOptions.headers}, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The address of the peer. Behind a proxy, this is the address of the proxy. */
  readonly address: string | undefined;
}

/** The data of the events with that name. */
type DataOf<Events extends object, Name> = Name extends keyof Known<Events>
  ? Known<Events>[Name]
  : string extends keyof Events
    ? EventData
    : never;

/**
 * An item of a source.
 *
 * An object with at least one of the keys `id`, `event`, `data`, `retry` and `comment`, and no
 * other keys, is an event. Any other item becomes the data of an event. Bytes are decoded as UTF-8.
 * A character may be split across two chunks.
 */
export type StreamItem<Events extends object = EventMap, Name = 'message'> =
  | ServerSentEvent<Events>
  | DataOf<Events, Name>
  | (string extends DataOf<Events, Name> ? Uint8Array | ArrayBuffer : never);

/**
 * Keeps the type error for a wrong item short: it names the item instead of the source's members.
 * The `undefined` at the end of a `ReadableStream` is not an item.
 */
type Checked<Item, Allowed> = [Exclude<Item, undefined>] extends [Unchanging<Allowed>]
  ? unknown
  : WrongItem<Item>;

interface WrongItem<Item> {
  'neither an event nor the data of one': Item;
}

/** Accepts literals in a source, whose arrays are inferred as read-only. */
type Unchanging<Value> = Value extends Plain
  ? Value
  : Value extends readonly (infer Element)[]
    ? readonly Unchanging<Element>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Unchanging<Value[Name]> }
      : Value;

/**
 * A source of events: an iterable, an async iterable such as a Node.js `Readable`, a web
 * `ReadableStream`, or an Observable such as those of rxjs. A string is not a source.
 */
export type StreamSource<Item = unknown> =
  | Iterable<Item | PromiseLike<Item>>
  | AsyncIterable<Item>
  | {
      readonly locked: boolean;
      getReader(): {
        read(): Promise<{ done: false; value: Item } | { done: true; value?: unknown }>;
        cancel(reason?: unknown): Promise<void>;
      };
    }
  | {
      // The types of rxjs are inferred from the function.
      subscribe(observer: ItemObserver<Item> | ((item: Item) => void)): unknown;
    };

/** The observer that {@link Connection.stream} passes to an Observable. */
interface ItemObserver<Item> {
  next(item: Item): void;
  error(error: unknown): void;
  complete(): void;
}

/** The options of {@link Connection.stream}. */
export interface StreamOptions<Name extends string = string> {
  /**
   * The name of the events that are created from data. Default: none; clients receive such events
   * as `message`.
   */
  event?: Name | undefined;
  /**
   * Whether the items are pieces of frames: text that is already in the wire format. Default:
   * `false`. The items are then strings or bytes, split at any position. Every frame is sent
   * unchanged, byte for byte, with its line ends and comments. It is sent when it is complete, so
   * pings and other events are sent between frames. A byte order mark is kept at the start of the
   * stream, and removed from a source that begins later.
   *
   * An unfinished frame larger than `maxQueueBytes` or 1 MiB, whichever is more, fails with
   * `ERR_SSE_FRAME`.
   */
  frames?: boolean;
  /**
   * How to handle a frame that {@link Connection.write} would refuse: one that has a field other
   * than `id`, `event`, `data` and `retry`, a `retry` that is not a number of milliseconds, NUL in
   * an `id` or an `event`, bytes that are not UTF-8, or no end.
   *
   * Default: `'refuse'`, which sends the frames before it and fails with `ERR_SSE_FRAME`. `'pass'`
   * sends it unchanged. Throws `ERR_SSE_OPTION` without `frames: true`.
   */
  invalidFrames?: 'refuse' | 'pass';
  /**
   * How to handle a source that fails or yields an item that cannot be sent. Default: `'end'`,
   * which sends queued events and ends the connection. `'keep'` leaves it open.
   *
   * In both cases the promise rejects, and the client does not see the text of the error.
   */
  onError?: 'end' | 'keep';
  /**
   * Whether the connection ends after the source. If so, the promise resolves when the connection
   * is closed. Default: `false`. A browser's EventSource reconnects when a stream ends, so tell it
   * to close first.
   */
  end?: boolean;
  /**
   * Stops the source when it aborts. The promise then rejects with the signal's reason, and the
   * connection stays open.
   */
  signal?: AbortSignal | undefined;
}

/** The result of {@link Connection.stream}. */
export interface StreamResult {
  /** The number of events sent, or of frames. */
  events: number;
  /** False if the connection closed before the source ended. */
  complete: boolean;
}

/**
 * Missed events that cannot be replayed: the history has dropped them, the client's cursor is an id
 * that no history knows, such as one from before a restart, or the client is too slow (see
 * {@link ConnectionOptions.overflow}).
 */
export interface Gap<Events extends object = EventMap> {
  /** The channel in which events are missing, if any. */
  channel?: Channel<Events>;
  /** The topic of a broker in which events are missing, if any. */
  topic?: string;
  /** How many events were dropped from the queue of a client that is too slow. */
  events?: number;
  /** The cursor that the client sent, or an empty string if a slow client had none. */
  lastEventId: string;
  /** Alias of `lastEventId`. */
  lastEventID: string;
}

interface ConnectionEvents<Events extends object> {
  /** Emitted once, when the connection has closed. */
  close: [reason: CloseReason];
  /**
   * Emitted when `maxLifetime` has passed. If there is a listener, the connection stays open until
   * the listener ends it.
   */
  timeout: [];
  /** Emitted when a slow client's queue is empty again. */
  drain: [];
  /**
   * Emitted once for each channel or topic that cannot replay all events that the client missed. It
   * is emitted before any event is replayed.
   */
  gap: [gap: Gap<Events>];
}

/**
 * One client's open response.
 *
 * @example
 * ```ts
 * import { Connection } from 'sluice';
 *
 * app.get('/events', (req, res) => {
 *   const connection = new Connection(req, res, { pingInterval: 15_000 });
 *   connection.send({ event: 'greeting', data: { text: 'hello' } });
 *   connection.on('close', (reason) => console.log(reason));
 * });
 * ```
 */
export class Connection<Events extends object = EventMap> extends EventEmitter<
  ConnectionEvents<Events>
> {
  /** The default options of new connections. */
  static default: { pingInterval: number };

  /**
   * Writes the response head and opens the stream. Headers that were already set on `res` are
   * kept. If the constructor throws, the head has not been written and the framework can answer
   * with the error.
   *
   * On HTTP/1.x the response is the last one on its socket, with either transport. It has the
   * header `Connection: close`. Responses that wait behind it are destroyed, and later requests are
   * dropped.
   *
   * @throws `ERR_SSE_HEADERS_SENT` if the response has already started.
   * @throws `ERR_SSE_GONE` if the client has already disconnected, or if the request waits behind
   * an event stream on the same socket.
   * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
   * @throws `ERR_SSE_TRANSPORT` if `transport` is `'native'` and the core cannot take the socket.
   * @throws `ERR_SSE_DRAINING` if the process drains; see {@link DrainingError}.
   * @throws `ERR_SSE_START` if the core cannot start.
   * @throws `ERR_SSE_EXPIRED` if `expiresAt` has passed.
   * @throws `ERR_SSE_LIMIT` if `maxConnections` or `limits.maxPerKey` is reached.
   */
  constructor(
    req: IncomingMessage | Http2ServerRequest,
    res: ServerResponse | Http2ServerResponse,
    options?: ConnectionOptions,
  );

  /** A unique id, made of letters, digits and `-`. */
  readonly id: string;
  /**
   * The cursor (`Last-Event-ID`) of a client that reconnects, at most 1 KiB. Undefined if the
   * client sent none.
   */
  readonly lastEventId: string | undefined;
  /** Alias of `lastEventId`. */
  readonly lastEventID: string | undefined;
  /** The client's request. With {@link ConnectionOptions.lean}, a {@link LeanRequest}. */
  readonly request: IncomingMessage | Http2ServerRequest;
  /** The response. With {@link ConnectionOptions.lean}, undefined. */
  readonly response: ServerResponse | Http2ServerResponse;
  /** When the connection opened, in milliseconds since the epoch. */
  readonly timestamp: number;
  readonly transport: Transport;
  /** The number of bytes queued for the client. */
  readonly queuedBytes: number;
  readonly closed: boolean;

  /**
   * Sends an event. If the client has disconnected, the event is dropped and no error is raised.
   *
   * @throws `ERR_SSE_FIELD`, `ERR_SSE_DATA`, `ERR_SSE_RETRY`, `ERR_SSE_EMPTY` or `ERR_SSE_TYPE` if
   * the event is invalid.
   * @throws `ERR_SSE_CLOSED` after `end()`.
   */
  send(event: ServerSentEvent<Events>): this;
  /**
   * Sends text that is already in the wire format.
   *
   * @throws `ERR_SSE_FRAME` if the text is not one or more complete frames.
   */
  write(frameText: string): this;
  /** Sends a comment, which clients ignore. */
  comment(text: string): this;
  /**
   * Sends the items of a source, one after another. The source is paused while more than 64 KiB is
   * queued for the client, or half of `maxQueueBytes` if that is less.
   *
   * An Observable cannot be paused, so its items are sent at once. If the client is too slow for
   * them, the connection's `maxQueueBytes` and `overflow` apply, as for `send()`. An Observable
   * that is also an iterable is read as an iterable.
   *
   * The source is stopped when the client disconnects or `end()` is called. This is not an error:
   * the promise resolves. Stopping calls `destroy()` on a `Readable`, `cancel()` on a
   * `ReadableStream`, `unsubscribe()` on a subscription, and `return()` on any other iterator. The
   * promise does not wait for a source that does not respond. Errors that a source throws while it
   * is stopped are ignored.
   *
   * The promise rejects with the source's error, with the errors of {@link Connection.send} for an
   * item, or immediately after `end()`. It rejects with `ERR_SSE_TYPE` if the value is not a source
   * and with `ERR_SSE_OPTION` if an option is invalid; these two leave the source and the
   * connection unchanged.
   */
  stream<
    const Name extends (keyof Events & string) | 'message' = 'message',
    const Item = StreamItem<Events, Name>,
  >(
    source: StreamSource<Item> & Checked<Item, StreamItem<Events, Name>>,
    options?: StreamOptions<Name>,
  ): Promise<StreamResult>;
  /** Changes the time between pings; 0 stops them. */
  setPing(interval: number): this;
  /** Limits the connection's remaining lifetime, counted from now; 0 removes the limit. */
  setTimeout(timeout: number): this;
  /**
   * Sends the events that the client missed in all channels joined so far, then live events. Call
   * it with `resume: 'manual'`. With `'auto'`, it replays before the turn of the event loop ends.
   * It has no effect after the connection has resumed, or if the client sent no cursor.
   */
  resume(): this;
  /**
   * Sends queued events, then ends the response. Resolves when the connection has closed, for any
   * reason.
   */
  end(): Promise<this>;
  /**
   * Closes the connection immediately and drops everything queued. The close reason is `destroy`,
   * and the client sees an interrupted stream. Later events are dropped without an error.
   *
   * `error`, if given, destroys the response, or fails the body of a Fetch `Response`.
   */
  destroy(error?: unknown): this;
}

/**
 * The options of a channel. An option that is unknown, has the wrong type or is out of range throws
 * `ERR_SSE_OPTION`.
 */
export interface ChannelOptions<Events extends object = EventMap> {
  /**
   * Which events the history keeps. Default: `'all'`, which keeps past events.
   *
   * `'latest'` keeps the latest event of each key. Together they are the channel's state. Requires
   * `key`.
   *
   * - A client without a cursor first receives the current state: the latest event of each key, in
   *   the order in which they were sent. Live events follow.
   * - A client that reconnects receives the latest event of each key that has changed since, and
   *   the removals. After a gap it receives the whole state, regardless of `onGap`. Use
   *   `onGap: 'reset'`, so that the client can discard values that were removed.
   * - The history keeps at most `historySize` values, and as many removals. The oldest value is
   *   dropped first, and the state is then incomplete. Set `historySize` and `historyBytes` large
   *   enough for your largest state. Clients are not notified of dropped values, including those
   *   that `historyAge` drops.
   * - `write()` throws, and `historySize` must be at least 1.
   */
  keep?: 'all' | 'latest';
  /**
   * Returns the key of an event: a string of 1 to 1,024 characters. {@link Channel.send} calls it
   * once for each event that has `data`, with that event. Events without `data` have no key and are
   * only delivered. Required with `keep: 'latest'` and with `overflow: 'conflate'`.
   */
  key?: (event: KeyedEvent<Events>) => string;
  /**
   * The policy for members that are too slow and set no policy of their own; see
   * {@link ConnectionOptions.overflow}. It applies to everything that is queued for them. Default:
   * none.
   */
  overflow?: 'disconnect' | 'drop-oldest' | 'conflate' | 'reread';
  /** How many events the history keeps. Default: 500; 0 turns the history off. */
  historySize?: number;
  /** How many bytes the history keeps. Default: 16 MiB. */
  historyBytes?: number;
  /** How long the history keeps an event. Default: 0, which sets no limit. */
  historyAge?: number;
  /**
   * `'auto'` gives an id to every event with data that has none, so that a client can resume after
   * it. Minted ids look like `k3f9x2a-1c`: a random name of this process's log and a position in
   * it. `'manual'` sends events unchanged. Default: `'auto'`, unless `historySize` is 0.
   */
  ids?: 'auto' | 'manual';
  /**
   * How long the channel may be empty before it closes, starting when it is created. Default: 0,
   * which never closes it. The timer does not keep the process alive.
   */
  emptyTimeout?: number;
  /**
   * The maximum number of members. Default: 0, which sets no limit. At most 2^32 - 1. See
   * {@link Channel.assertRoom}.
   */
  maxMembers?: number;
  /**
   * Shares the channel with the channels of the same `name` in other processes: each event reaches
   * the members in all of them, and a client can reconnect to any of them. Create it with
   * `redisBackplane()` of `sluice/redis` or `natsBackplane()` of `sluice/nats`. Default: none.
   */
  backplane?: Backplane;
  /**
   * The name of the channel. Required with a `backplane`; `sluice/inspect` always shows it.
   * Default: none.
   */
  name?: string;
}

/** An event that has `data`, as passed to `key` of {@link ChannelOptions}. */
export type KeyedEvent<Events extends object = EventMap> =
  | {
      [Name in keyof Events & string]: EventFields & { event: Name; data: Events[Name] };
    }[keyof Events & string]
  | (Events extends { message: infer Data }
      ? EventFields & { event?: undefined; data: Data }
      : never)
  // biome-ignore lint/suspicious/noExplicitAny: without an event map, data may be anything
  | (string extends keyof Events ? EventFields & { event?: string; data?: any } : never);

/** The options of {@link Channel.send}. */
export interface SendOptions {
  /**
   * Whether the event removes the value of its key from a channel with `keep: 'latest'`. Default:
   * `false`. Members, and clients that reconnect, receive the event, so that they remove the value
   * too. It requires `data`, because browsers ignore events without it.
   */
  remove?: boolean;
}

/** Reads the current state, as one event or several. */
export type Snapshot<Events extends object = EventMap> = () =>
  | SnapshotEvents<Events>
  | PromiseLike<SnapshotEvents<Events>>;

type SnapshotEvents<Events extends object> =
  | ServerSentEvent<Events>
  | Iterable<ServerSentEvent<Events>>
  | undefined;

/** The options of {@link Channel.add}. */
export interface AddOptions<Events extends object = EventMap> {
  /**
   * Reads the current state for a client that is new or has a gap. It is called once. Until it
   * resolves, live events of all channels of the connection are queued. They count against
   * `maxQueueBytes` and `maxQueueEvents`. The client receives the snapshot, then every event sent
   * since {@link Channel.add} was called. The function is not called if all events that the client
   * missed can be replayed.
   *
   * If it throws or rejects, or an event is invalid, the connection is destroyed with that error,
   * and a process warning (`SLUICE_SNAPSHOT`) reports it.
   */
  snapshot?: Snapshot<Events> | undefined;
}

interface ChannelEvents<Events extends object> {
  /** Emitted once, when the channel has closed. */
  close: [];
  /** Emitted when the last member leaves. */
  empty: [];
  /** Emitted once, when the last event was sent in this process or arrived from another one. */
  end: [];
  /** Emitted when a connection joins. */
  join: [connection: Connection<Events>];
  /**
   * Emitted once for each `join`. It may follow `close` if a client was disconnecting at that
   * moment.
   */
  leave: [connection: Connection<Events>];
}

/**
 * A group of connections with a history.
 *
 * @example
 * ```ts
 * import { Channel, Connection } from 'sluice';
 *
 * const weather = new Channel({ historySize: 100 });
 * app.get('/weather', (req, res) => {
 *   weather.add(new Connection(req, res));
 * });
 * weather.send({ event: 'report', data: { celsius: 21 } });
 * ```
 *
 * A dashboard, whose clients first receive the latest value of each gauge:
 *
 * @example
 * ```ts
 * import { Channel } from 'sluice';
 * import { sse } from 'sluice/express';
 *
 * interface Events {
 *   gauge: { name: string; value: number };
 *   'gauge-removed': { name: string };
 * }
 *
 * const gauges = new Channel<Events>({ keep: 'latest', key: ({ data }) => data.name });
 * app.get('/gauges', sse<Events>((connection) => {
 *   gauges.add(connection);
 * }, { onGap: 'reset' }));
 * gauges.send({ event: 'gauge', data: { name: 'load', value: 0.7 } });
 * gauges.send({ event: 'gauge-removed', data: { name: 'load' } }, { remove: true });
 * ```
 */
export class Channel<Events extends object = EventMap> extends EventEmitter<ChannelEvents<Events>> {
  /** @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range. */
  constructor(options?: ChannelOptions<Events>);

  readonly closed: boolean;
  /**
   * Whether the last event was sent in this process or, as far as is known here, in another one.
   */
  readonly ended: boolean;
  /** Whether `drain()` was called. */
  readonly draining: boolean;

  /**
   * Adds a connection. It leaves automatically when it closes.
   *
   * A client that reconnects first receives, once, the events after its `lastEventId`. Channels
   * that a connection joins while it opens are replayed together, as the option `resume` of
   * {@link ConnectionOptions} describes. A channel that it joins later is replayed separately, so
   * those events come after newer ones of other channels. If events are missing, the connection
   * emits `gap`. Adding a member or a closed connection has no effect.
   *
   * @throws `ERR_SSE_CHANNEL_CLOSED` if the channel is closed.
   * @throws `ERR_SSE_DRAINING` after `drain()`.
   * @throws `ERR_SSE_TYPE` if the value is not a connection.
   * @throws `ERR_SSE_OPTION` if `snapshot` is not a function, or the channel keeps the latest
   * values, which it sends itself.
   * @throws `ERR_SSE_LIMIT` if the channel has `maxMembers` members. Nothing changes then.
   */
  add(connection: Connection<Events>, options?: AddOptions<Events>): this;
  /**
   * Throws if the channel has `maxMembers` members. Call it before you open a connection, so that
   * the framework can still answer with the error's status, which is 503.
   *
   * @throws `ERR_SSE_LIMIT` if the channel is full.
   * @throws `ERR_SSE_CHANNEL_CLOSED` if the channel is closed.
   */
  assertRoom(): void;
  /**
   * Returns the events of the channel as an async iterable, for one loop in this process. The loop
   * joins the channel before the call returns. It gets the events that follow `after`, then all
   * events that are sent from then on, in order and each once.
   *
   * The loop ends when the channel does (`end()`, `close()`), after events that were sent before,
   * or when `signal` aborts. Leaving the loop leaves the channel.
   *
   * For a slow loop, at most `maxQueueBytes` are queued, in addition to 64 KiB of parsed events, or
   * one larger event. Beyond that, the loop yields the parsed events, then throws
   * `ERR_SSE_DISCONNECTED`. To continue, start a new loop and pass the id of the latest event as
   * `after`.
   *
   * The loop is a member of the channel, like a client: `count()`, `maxMembers`, `connections()`,
   * `join` and `leave` include it. Its connection has no request, sends no pings, does not count
   * for `maxConnections` and does not keep the process alive.
   *
   * @throws the errors of {@link Channel.add}, and `ERR_SSE_OPTION` for an invalid option.
   *
   * @example
   * ```ts
   * import { Channel } from 'sluice';
   *
   * const prices = new Channel<{ price: { cents: number } }>();
   * async function watch(after: string | undefined, signal: AbortSignal) {
   *   for await (const { id, event, data } of prices.events({ after, signal })) {
   *     console.log(id, event, data.cents);
   *   }
   * }
   * ```
   */
  events(options?: EventsOptions<Events>): EventIterator<Events>;
  /** Removes a connection, which stays open. Returns false if it was not a member. */
  remove(connection: Connection<Events>): boolean;
  /**
   * Sends an event to every member and appends it to the history. With `keep: 'latest'` it replaces
   * the value of its key, or removes it (`{ remove: true }`).
   *
   * @throws the errors of {@link Connection.send} for an invalid event.
   * @throws `ERR_SSE_CHANNEL_CLOSED` if the channel is closed, and `ERR_SSE_CHANNEL_ENDED` after
   * `end()`.
   * @throws `ERR_SSE_KEY` if `key` does not return a valid string, or if `remove` is true and the
   * event has no `data`. An error that `key` throws is rethrown. Nothing is sent in these cases.
   * @throws `ERR_SSE_OPTION` if `remove` is true on a channel that keeps all events.
   */
  send(event: ServerSentEvent<Events>, options?: SendOptions): this;
  /**
   * Sends an event and resolves with its id. With a `backplane`, it resolves once the engine has
   * stored the event and the event has reached the members in this process. It stops
   * waiting for these members if the engine becomes unreachable, or after two to four seconds. The
   * id is undefined if the event has none and gets none.
   *
   * @throws `ERR_SSE_BACKPLANE` if the engine refuses the event, or cannot be reached and the
   * backplane does not wait, and `ERR_SSE_CHANNEL_ENDED` if another process has ended the channel
   * before. All other errors are those of `send()`. The promise rejects with them.
   */
  publish(
    event: ServerSentEvent<Events>,
    options?: SendOptions,
  ): Promise<{ id: string | undefined }>;
  /**
   * Ends the channel, optionally with a last event. Every member receives its queued events, then
   * ends. A connection that is added later receives the events that it missed, then ends. From then
   * on, sending throws. The channel keeps its history until it is closed.
   *
   * With a `backplane`, the channel ends in every process. If several processes end it, the first
   * last event counts, and members receive no other. A process that had no channel of that name at
   * the time learns of the end when a client reconnects with a cursor. Resolves as `publish()`
   * does.
   *
   * @throws `ERR_SSE_CHANNEL_ENDED` if the channel has ended, and `ERR_SSE_OPTION` if it keeps the
   * latest values. All other errors are those of `publish()`. The promise rejects with them.
   */
  end(event?: ServerSentEvent<Events>): Promise<{ id: string | undefined }>;
  /**
   * Sends text that is already in the wire format to every member, and appends it to the history.
   * See {@link Connection.write}.
   *
   * @throws `ERR_SSE_KEY` if the channel keeps the latest values, because text has no key.
   */
  write(frameText: string): this;
  /** Returns the number of members. */
  count(): number;
  /** Returns the members. */
  connections(): Connection<Events>[];
  /**
   * Ends every member as {@link drain} does, then closes the channel. Members still receive the
   * events of the channel until they end. Check `draining` before you open a connection for it.
   */
  drain(options?: DrainOptions<Events>): Promise<DrainResult>;
  /** Removes every member without closing it, discards the history and emits `close`. */
  close(): void;
}

/**
 * A `Map` that deletes an entry when its value emits `close`. Values may be any EventEmitters.
 *
 * @example
 * ```ts
 * import { Channel, MapListener } from 'sluice';
 *
 * const rooms = new MapListener<string, Channel>();
 * rooms.set('lobby', new Channel({ emptyTimeout: 60_000 }));
 * rooms.get('lobby')?.send({ data: 'hello' });
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: typed emitters are not EventEmitter<unknown>
export class MapListener<Key, Value extends EventEmitter<any>> extends Map<Key, Value> {}

/** A snapshot of counters and gauges. */
export interface Metrics {
  /** The number of open connections, by transport. `stream` includes loops over `events()`. */
  connections: { native: number; stream: number };
  /** The number of open channels, including the topics of brokers. */
  channels: number;
  /** The number of events encoded since the start. */
  events: number;
  /** The number of events sent to clients, counted once for each client. */
  deliveries: number;
  /** The number of bytes sent to clients. */
  bytes: number;
  /** The number of bytes queued for clients now. */
  queuedBytes: number;
  /** The number of events, queued or sent, that clients had not accepted when they closed. */
  drops: number;
  /** The number of closed connections, by reason. */
  closes: Record<CloseReason, number>;
  /**
   * The histories: the `bytes` that they hold now; how often a client that returned to a channel or
   * topic got everything (`hits`) or got a gap (`misses`); and the number of events `replayed`,
   * including those of a current state.
   */
  history: { bytes: number; hits: number; misses: number; replayed: number };
  /** All backplanes together. */
  backplanes: {
    /** The number of events that engines have accepted. */
    published: number;
    /** The number of events that engines have delivered to channels of this process. */
    delivered: number;
    /** The number of delivered events that were read from a log because they had been missed. */
    filled: number;
    /** How often a connection to an engine was established. */
    connects: number;
    /** The number of bytes queued for engines now. */
    queuedBytes: number;
  };
}

/**
 * Returns a snapshot of the counters and gauges of this process, or of this worker thread.
 *
 * @example
 * ```ts
 * import { metrics } from 'sluice';
 *
 * app.get('/metrics', (_req, res) => {
 *   res.json(metrics());
 * });
 * ```
 */
export function metrics(): Metrics;

/** The settings of the core. An option that is left out gets its default. */
export interface Configuration {
  /**
   * How many I/O threads the core starts, from 1 to 64. Default: one fewer than the number of CPU
   * cores, but at least 1 and at most 4.
   */
  shards?: number;
  /**
   * How many bytes may be queued for all clients together. Beyond that, the clients with the
   * largest queues are disconnected (`overflow`). Default: no limit. At least 1.
   */
  maxTotalQueueBytes?: number;
  /**
   * The maximum number of open connections of this process, or of this worker thread. Others are
   * refused with `ERR_SSE_LIMIT` and the status 503. Loops over `events()` do not count. Default:
   * no limit. At least 1, at most 2^32 - 1.
   */
  maxConnections?: number;
}

/**
 * Configures the core. Call it before you create the first connection or channel.
 *
 * @throws `ERR_SSE_STARTED` if the core is already running.
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 *
 * @example
 * ```ts
 * import { configure } from 'sluice';
 *
 * configure({ shards: 2 });
 * ```
 */
export function configure(configuration: Configuration): void;

/**
 * The codes of errors. `ERR_SSE_OPTION` is a `TypeError` or a `RangeError`.
 *
 * These are a `TypeError`:
 *
 * | code                     | meaning                                                  |
 * | ------------------------ | -------------------------------------------------------- |
 * | `ERR_SSE_TYPE`           | an argument has the wrong type                           |
 * | `ERR_SSE_FIELD`          | `id` or `event` contains CR, LF or NUL, or an event has  |
 * |                          | an unknown field                                         |
 * | `ERR_SSE_DATA`           | JSON cannot represent `data`: cycles, BigInt, functions, |
 * |                          | promises, maps, sets, errors                             |
 * | `ERR_SSE_EMPTY`          | an event has no field                                    |
 * | `ERR_SSE_FRAME`          | frame text is incomplete or has an unknown field         |
 * | `ERR_SSE_TOPIC`          | a topic name is invalid, or must not contain wildcards   |
 * | `ERR_SSE_KEY`            | an event for `keep: 'latest'` has no valid key           |
 * | `ERR_SSE_OPTION`         | an option is unknown, or has the wrong type or an        |
 * |                          | invalid value                                            |
 *
 * These are a `RangeError`:
 *
 * | code                     | meaning                                      |
 * | ------------------------ | -------------------------------------------- |
 * | `ERR_SSE_RETRY`          | `retry` is not an integer from 0 to 2^32 - 1 |
 * | `ERR_SSE_RANGE`          | an argument is out of range                  |
 * | `ERR_SSE_OPTION`         | an option is out of range                    |
 *
 * These are a {@link SluiceError}:
 *
 * | code                     | meaning                                                            |
 * | ------------------------ | ------------------------------------------------------------------ |
 * | `ERR_SSE_HEADERS_SENT`   | the response has already started                                   |
 * | `ERR_SSE_GONE`           | the client had disconnected, or its request waited behind a stream |
 * | `ERR_SSE_TRANSPORT`      | `transport` is `'native'`, and the core cannot take the socket     |
 * | `ERR_SSE_CLOSED`         | the server has ended the connection                                |
 * | `ERR_SSE_DISCONNECTED`   | a Fetch body or a loop over `events()` was cut off: its reader was |
 * |                          | too slow, or `destroy()`                                           |
 * | `ERR_SSE_CHANNEL_CLOSED` | the channel is closed                                              |
 * | `ERR_SSE_CHANNEL_ENDED`  | the channel has sent its last event                                |
 * | `ERR_SSE_BACKPLANE`      | the engine of a backplane refuses an event, cannot be reached,     |
 * |                          | or another process of a broker does not answer                     |
 * | `ERR_SSE_BACKPLANE_FULL` | too many events wait for the engine of a backplane                 |
 * | `ERR_SSE_BROKER_CLOSED`  | the broker is closed                                               |
 * | `ERR_SSE_TOPIC_LIMIT`    | a client has reached its limit of topics or patterns               |
 * | `ERR_SSE_LIMIT`          | too many connections, members of a channel, or topics; see below   |
 * | `ERR_SSE_EXPIRED`        | `expiresAt` is not in the future; its `statusCode` is 401          |
 * | `ERR_SSE_EXPECTED`       | `sluice/testing` did not receive the expected response or event    |
 * | `ERR_SSE_CONNECT`        | `setupSSE` could not connect a client; see `cause`                 |
 * | `ERR_SSE_SUBSCRIBE`      | `setupSSE` could not subscribe a client; see `cause`               |
 * | `ERR_SSE_DRAINING`       | the process, broker or channel drains; see {@link DrainingError}   |
 * | `ERR_SSE_CURSOR`         | a store of `sluice/mcp` no longer has the events after that id     |
 * | `ERR_SSE_RUN_EXISTS`     | a run with that id is still running                                |
 * | `ERR_SSE_RUN_LIMIT`      | a process holds `maxRuns` runs that are running or being read      |
 * | `ERR_SSE_RUN_SIZE`       | a run exceeds its limit of events or bytes                         |
 * | `ERR_SSE_RUN_LOST`       | the process that read the run's source has died                    |
 * | `ERR_SSE_STARTED`        | `configure` was called after the core had started                  |
 * | `ERR_SSE_START`          | the core cannot start: it ran out of file descriptors or threads   |
 * | `ERR_SSE_BINARY`         | the native binary is missing or cannot be loaded; see docs/install |
 * | `ERR_SSE_INTERNAL`       | a bug in sluice; please report it                                  |
 *
 * `ERR_SSE_LIMIT` has a `statusCode` and `headers`, which Express, Fastify and Koa apply to the
 * response automatically. The status is 429 for `limits.maxPerKey`, and 503 for `maxConnections`,
 * `maxMembers` and `maxTopicsTotal`. `Retry-After` is a random whole number from 5 to 30 seconds,
 * so that refused clients do not all reconnect together.
 */
export type SluiceErrorCode =
  | 'ERR_SSE_TYPE'
  | 'ERR_SSE_OPTION'
  | 'ERR_SSE_FIELD'
  | 'ERR_SSE_RETRY'
  | 'ERR_SSE_DATA'
  | 'ERR_SSE_EMPTY'
  | 'ERR_SSE_KEY'
  | 'ERR_SSE_FRAME'
  | 'ERR_SSE_HEADERS_SENT'
  | 'ERR_SSE_GONE'
  | 'ERR_SSE_TRANSPORT'
  | 'ERR_SSE_CLOSED'
  | 'ERR_SSE_DISCONNECTED'
  | 'ERR_SSE_CHANNEL_CLOSED'
  | 'ERR_SSE_CHANNEL_ENDED'
  | 'ERR_SSE_CURSOR'
  | 'ERR_SSE_RUN_EXISTS'
  | 'ERR_SSE_RUN_LIMIT'
  | 'ERR_SSE_RUN_LOST'
  | 'ERR_SSE_RUN_SIZE'
  | 'ERR_SSE_BACKPLANE'
  | 'ERR_SSE_BACKPLANE_FULL'
  | 'ERR_SSE_BROKER_CLOSED'
  | 'ERR_SSE_LIMIT'
  | 'ERR_SSE_EXPIRED'
  | 'ERR_SSE_EXPECTED'
  | 'ERR_SSE_CONNECT'
  | 'ERR_SSE_SUBSCRIBE'
  | 'ERR_SSE_TOPIC'
  | 'ERR_SSE_TOPIC_LIMIT'
  | 'ERR_SSE_RANGE'
  | 'ERR_SSE_DRAINING'
  | 'ERR_SSE_STARTED'
  | 'ERR_SSE_START'
  | 'ERR_SSE_BINARY'
  | 'ERR_SSE_INTERNAL';

/**
 * An error that depends on the state of a connection, channel or broker. Invalid arguments throw
 * a `TypeError` or `RangeError` with a `code` instead.
 *
 * @example
 * ```ts
 * import { Connection, SluiceError } from 'sluice';
 *
 * app.get('/events', (req, res) => {
 *   try {
 *     new Connection(req, res).send({ data: 'hello' });
 *   } catch (error) {
 *     const isGone = error instanceof SluiceError && error.code === 'ERR_SSE_GONE';
 *     if (!isGone) throw error;
 *   }
 * });
 * ```
 */
export class SluiceError extends Error {
  readonly code: SluiceErrorCode;
  /** The status of the response, for `ERR_SSE_LIMIT` and `ERR_SSE_EXPIRED`. */
  readonly statusCode?: number;
  /** The headers of the response, for `ERR_SSE_LIMIT`. */
  readonly headers?: Readonly<Record<string, string>>;
  constructor(code: SluiceErrorCode, message: string);
}

export { createSSE } from './fetch.js';
export type { Backplane, BackplaneEvents } from './types/backplane.js';
export * from './types/broker.js';
export * from './types/drain.js';
export * from './types/events.js';
export * from './types/setup-sse.js';
