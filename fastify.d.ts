/**
 * sluice/fastify: Server-Sent Events for Fastify 5, with `reply.eventStream()`, or with `SE` and
 * `reply.sendEvent()`.
 *
 * Times are in milliseconds. Every error has a `code`: the codes of `Connection`, and
 * {@link sluice.FastifyErrorCode}.
 */

import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Connection, ConnectionOptions, EventMap } from './index.js';
import type { Backplane } from './types/backplane.js';
import type { TopicOptions } from './types/broker.js';

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers the request with an event stream.
     *
     * Hooks run as for any reply. The head is written after the `onSend` hooks. It contains the
     * reply's status and the headers that hooks and `reply.header()` set. Events that are sent
     * earlier are queued. `onResponse` runs when the stream ends, for any reason.
     *
     * The return value of the handler is ignored. If the handler throws or rejects, the error is
     * logged and the connection is destroyed, unless it was ended before.
     *
     * `fastify.close()` ends open streams. A stream is destroyed if its client does not receive the
     * queued events within a second.
     *
     * With `accept: 'dual'`, the result is undefined if the client does not ask for a stream. The
     * handler then sends its regular response.
     *
     * @throws the errors of {@link Connection}.
     * @throws `ERR_SSE_HEADERS_SENT` if the reply already has a stream.
     * @throws `ERR_SSE_NOT_ACCEPTABLE` with `accept: 'only'`, if the client does not accept an
     * event stream.
     *
     * @example
     * ```ts
     * import sluice from 'sluice/fastify';
     *
     * fastify.register(sluice, { pingInterval: 15_000 });
     * fastify.get('/events', (request, reply) => {
     *   reply.eventStream().send({ event: 'greeting', data: { text: 'hello' } });
     * });
     * ```
     */
    eventStream<Events extends object = EventMap>(
      options: sluice.EventStreamOptions & { accept: 'dual' },
    ): Connection<Events> | undefined;
    eventStream<Events extends object = EventMap>(
      options?: sluice.EventStreamOptions & { accept?: 'only' },
    ): Connection<Events>;
    eventStream<Events extends object = EventMap>(
      options: sluice.EventStreamOptions,
    ): Connection<Events> | undefined;

    /**
     * Sends an event to the client of this request; requires {@link sluice.SE}. The first event
     * opens the stream. If the client has disconnected, the event is dropped and no error is
     * raised.
     *
     * @param data A string, or any value that JSON can represent.
     * @param event The event's name. Here and below, null means the same as undefined.
     * @param id The event's id. Default: see {@link sluice.SEOptions.autoGenerateId}.
     * @param retry How long the client waits before it reconnects.
     * @throws the errors of `Connection.send`.
     * @throws `ERR_SSE_CLOSED` after `endEvent()`.
     * @throws `ERR_SSE_SEID_TAKEN` or `ERR_SSE_SEID`; see {@link sluice.FastifyErrorCode}.
     * @throws `ERR_SSE_HEADERS_SENT` if the request was answered in another way.
     *
     * While the process drains, the first event is dropped and the request is answered with 503.
     */
    sendEvent(
      data: unknown,
      event: string | null | undefined,
      id?: string | number | null,
      retry?: number | null,
    ): this;
    /**
     * Sends an event, passed as one argument.
     *
     * An object that has `data` and no fields other than `data`, `event`, `id` and `retry` is the
     * event itself. Any other value becomes the data of an event. To send such an object as data,
     * wrap it: `sendEvent({ data: object })`.
     */
    sendEvent(event: sluice.SentEvent): this;
    sendEvent(data: unknown): this;
    /**
     * Sends an event to the client with that seid. The other arguments are those of `sendEvent`. If
     * the client's handler is still waiting, the event opens its stream. Returns false if its
     * stream cannot open because of `limits`, `maxConnections` or `expiresAt`. That client then
     * gets the error response.
     *
     * Returns false if no such client is connected. If the client disconnected less than a minute
     * ago, the event is kept until it reconnects; see {@link sluice.SEOptions.topic}. With a
     * `backplane`, the client may be connected to another process: the event is passed to the
     * engine, and the result is true.
     *
     * @throws the errors of `Connection.send`, if there is such a client or if events are kept.
     * @throws `ERR_SSE_BACKPLANE_FULL` if too many events wait for the engine of the `backplane`.
     */
    sendEventBySeid(
      seid: string,
      data: unknown,
      event: string | null | undefined,
      id?: string | number | null,
      retry?: number | null,
    ): boolean;
    sendEventBySeid(seid: string, event: sluice.SentEvent): boolean;
    sendEventBySeid(seid: string, data: unknown): boolean;
    /**
     * Sends queued events, ends the stream and removes the reply from `clients`. Without an earlier
     * event, the stream is empty. Further calls have no effect.
     */
    endEvent(): this;
  }

  interface FastifyRequest {
    /**
     * The server event id: the key of this request's reply in `clients`. It is empty unless the
     * method is GET or HEAD. Requires {@link sluice.SE}.
     */
    seid: string;
  }
}

/**
 * A Fastify plugin that adds `reply.eventStream()`. Its options are the defaults of every stream.
 *
 * The default of `pingInterval` is 15,000, because many proxies close streams that are idle for 30
 * to 60 seconds. The other options have the defaults of {@link ConnectionOptions}.
 *
 * @throws `ERR_SSE_OPTION` when Fastify becomes ready, if an option has the wrong type or is out of
 * range.
 *
 * @example
 * ```ts
 * import { Channel } from 'sluice';
 * import sluice from 'sluice/fastify';
 *
 * const news = new Channel();
 * fastify.register(sluice, { maxLifetime: 3_600_000 });
 * fastify.get('/news', (request, reply) => {
 *   news.add(reply.eventStream());
 * });
 * ```
 */
declare function sluice(fastify: FastifyInstance, defaults: ConnectionOptions): Promise<void>;

declare namespace sluice {
  export { sluice as default };

  /** The options of `reply.eventStream()`, which override those of the plugin. */
  export interface EventStreamOptions extends ConnectionOptions {
    /**
     * Whether the request's `Accept` header is checked (RFC 9110, section 12.5.1). Default: none;
     * every client gets the stream. With either value the response has the header `Vary: Accept`.
     *
     * - `'only'`: a client that does not accept `text/event-stream` gets 406,
     *   `ERR_SSE_NOT_ACCEPTABLE`.
     * - `'dual'`: a client gets the stream only if its `Accept` names `text/event-stream`, like the
     *   header of an `EventSource`, and gives no other type a higher quality. A wildcard or a
     *   missing header does not ask for a stream. `eventStream()` then returns undefined, and the
     *   handler sends its regular response.
     */
    accept?: 'only' | 'dual';
  }

  /** An event, as accepted by `sendEvent` as its only argument. */
  export interface SentEvent {
    data: unknown;
    event?: string | null;
    id?: string | number | null;
    retry?: number | null;
  }

  /**
   * Generates the seid of a request. It returns the seid or a promise of it, or calls
   * `callback(error, seid)`, `callback(seid)`, or `callback(error)` with an Error. Seids are
   * non-empty strings; numbers become strings.
   *
   * The generator runs as a `preHandler` hook. All `onRequest`, `preParsing` and `preValidation`
   * hooks run before it. So do `preHandler` hooks that were added before the plugin was registered:
   * if one of them sets `request.user`, the generator can use it. The `preHandler` hooks of a route
   * run after it.
   *
   * - The first result counts. Later seids are ignored, and later errors are logged as warnings.
   * - Without a result within {@link SEOptions.seidTimeout}, the request gets 503.
   * - An error that is thrown, rejected with or passed to the callback goes to Fastify's error
   *   handler. It responds with 500, unless the error has its own status.
   * - If the generator declares all three parameters, only strings, numbers and promises count as
   *   results. It may return anything else, such as a timer.
   */
  export type SeidGenerator = (
    request: FastifyRequest,
    reply: FastifyReply,
    callback: SeidCallback,
  ) => string | number | undefined | void | Promise<string | number | undefined> | Promise<void>;

  /** Passes a seid or an error to {@link SE}. */
  export type SeidCallback = (
    ...answer:
      | [seidOrError: string | number | Error]
      | [error: unknown, seid: string | number | undefined]
  ) => void;

  // biome-ignore lint/suspicious/noExplicitAny: stream classes take different options
  type StreamClass = new (options?: any) => Duplex;

  /** The options of {@link SE}, and the connection options of its streams. */
  export interface SEOptions extends Omit<ConnectionOptions, 'resume'> {
    /**
     * Called for each GET and HEAD request to generate its seid. Default: a random UUID, which is
     * new for each request, so that a client that reconnects cannot resume.
     */
    seidGenerator?: SeidGenerator;
    /**
     * How long the generator may take before the request gets 503, `ERR_SSE_SEID_TIMEOUT`.
     * Default: 5,000; at least 1.
     */
    seidTimeout?: number;
    /**
     * A class of streams that frames are written to and that Fastify sends. It is instantiated as
     * `new stream(streamOptions)`. Default: none; the core writes to the socket where it can.
     */
    stream?: StreamClass;
    /**
     * The argument of `stream`. Default: `{ allowHalfOpen: false }`. If only `streamOptions` is
     * set, the class is `PassThrough`.
     */
    streamOptions?: object;
    /**
     * Whether an event without an id gets one. Such ids are unique and consist of letters, digits,
     * `-` and `.`. Default: `true`. Where events are kept, a client that has received no event with
     * an id gets a primer, and the value at the time when the first stream opens applies.
     */
    autoGenerateId?: boolean;
    /**
     * The history of events for each seid. Requires a `seidGenerator` that returns the same seid
     * when a client reconnects.
     *
     * When the stream of a client that reconnects opens, the client first receives the events that
     * it missed: those sent before the server noticed the lost connection, and those of
     * `sendEventBySeid()` since then. If some are missing, `onGap` applies. A seid is remembered
     * for `emptyTimeout` after its client has disconnected.
     *
     * Default: 100 events and 1 MiB for each seid, and an `emptyTimeout` of 60,000. A `historySize`
     * of 0 keeps nothing. Seids that are longer than 1,024 bytes in UTF-8 have no history.
     *
     * A client that returns while its old connection still counts as open gets
     * `ERR_SSE_SEID_TAKEN`. A shorter `stallTimeout` detects lost connections earlier.
     */
    topic?: Omit<TopicOptions, 'ids'>;
    /**
     * Shares the seids with every `SE` of the same `name` in other processes: `sendEventBySeid()`
     * reaches a client of any process, and a client that reconnects to another process gets what
     * it missed. Requires a `historySize` of at least 1. Default: none.
     *
     * Two processes can have clients with the same seid at the same time. Both clients get its
     * events.
     */
    backplane?: Backplane;
    /**
     * The name of this plugin in its backplane: 1 to 100 letters, digits, `_`, `.` and `-`.
     * Default: `se`.
     */
    name?: string;
  }

  /**
   * Creates a plugin that adds `reply.sendEvent()`. The first event opens the stream.
   *
   * @example
   * ```ts
   * import { SE } from 'sluice/fastify';
   *
   * const se = new SE({ pingInterval: 15_000 });
   * fastify.register(se.plugin);
   * fastify.get('/events', (request, reply) => {
   *   reply.sendEvent({ text: 'hello' }, 'greeting');
   *   reply.endEvent();
   * });
   * ```
   */
  export class SE {
    /** @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range. */
    constructor(opts?: SEOptions);
    /**
     * The plugin. It adds `request.seid`, `reply.sendEvent()`, `reply.sendEventBySeid()` and
     * `reply.endEvent()`.
     */
    readonly plugin: FastifyPluginAsync;
    seidGenerator: SeidGenerator;
    stream: StreamClass;
    streamOptions: object;
    autoGenerateId: boolean;
    /**
     * The active replies of GET requests by seid, as an object without a prototype.
     *
     * A reply is active from the start of its handler until it is answered, its stream ends or its
     * client disconnects. Another request can therefore use `sendEventBySeid()` to open the stream
     * of a handler that is only waiting. `fastify.close()` ends open streams, but it waits for
     * running handlers, as it does for all handlers.
     *
     * If several requests have the same seid, the object contains the reply whose stream is open.
     * If none is open, it contains the reply that has been waiting longest. If a client uses one
     * seid for all its requests, such as a user name, an ordinary request may become a stream. In
     * that case, register the plugin in its own scope, with the routes that send events.
     */
    readonly clients: Record<string, FastifyReply>;
  }

  /**
   * The codes of the errors of `sluice/fastify`.
   *
   * | code                     | status | meaning                                                 |
   * | ------------------------ | ------ | ------------------------------------------------------- |
   * | `ERR_SSE_NOT_ACCEPTABLE` | 406    | the client does not accept `text/event-stream`          |
   * | `ERR_SSE_PAYLOAD`        | 500    | an `onSend` hook, such as compression, tried to change  |
   * |                          |        | the stream                                              |
   * | `ERR_SSE_SEID`           | 500    | `seidGenerator` returned no string, or an event was     |
   * |                          |        | sent in response to a method other than GET             |
   * | `ERR_SSE_SEID_TAKEN`     | 409    | another request with the same seid has an open stream   |
   * | `ERR_SSE_SEID_TIMEOUT`   | 503    | `seidGenerator` did not answer in time                  |
   */
  export type FastifyErrorCode =
    | 'ERR_SSE_NOT_ACCEPTABLE'
    | 'ERR_SSE_PAYLOAD'
    | 'ERR_SSE_SEID'
    | 'ERR_SSE_SEID_TAKEN'
    | 'ERR_SSE_SEID_TIMEOUT';
}

export = sluice;
