/**
 * sluice for Fastify 5: `reply.eventStream()`, and `SE` with `reply.sendEvent()`.
 *
 * Times are milliseconds. Errors carry a `code`: those of `Connection`, and see {@link sluice.FastifyErrorCode}.
 */

import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Connection, ConnectionOptions, EventMap } from './index.js';

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers the request with an event stream. Hooks run as for any answer; the head, with the headers that they and
     * `reply.header()` set, is written after the `onSend` hooks, and what is sent meanwhile waits. The status is that of the reply.
     * `onResponse` runs when the stream ends, whoever ends it. What the handler returns is ignored; when it throws or rejects, the
     * error is logged and the connection is cut, unless it was ended before.
     *
     * `fastify.close()` ends the streams that are open, and cuts those whose clients do not take what is queued within a second.
     *
     * With `accept: 'dual'` it is undefined when the client does not ask for a stream; the handler
     * then sends its ordinary answer.
     *
     * @throws As {@link Connection}; `ERR_SSE_HEADERS_SENT` also for a second stream; `ERR_SSE_NOT_ACCEPTABLE`.
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
     * Sends an event to the client of this request, with {@link sluice.SE}. The first one opens the stream. A client that has left
     * is not an error: the event is dropped.
     *
     * @param data A string, or anything that JSON can carry.
     * @param event The event's name. Null, here and below, is as if it were left out.
     * @param id Default: see {@link sluice.SEOptions.autoGenerateId}.
     * @param retry How long the client waits before it reconnects.
     * @throws As `Connection.send`; `ERR_SSE_CLOSED` after `endEvent()`; `ERR_SSE_SEID_TAKEN`; `ERR_SSE_SEID`;
     * `ERR_SSE_HEADERS_SENT` the request was answered otherwise.
     */
    sendEvent(
      data: unknown,
      event: string | null | undefined,
      id?: string | number | null,
      retry?: number | null,
    ): this;
    /**
     * The same, with one argument. It is the event, and not its data, when it is an object that has `data` and no other fields than
     * `data`, `event`, `id` and `retry`. To send such an object as data, wrap it: `sendEvent({ data: object })`.
     */
    sendEvent(event: sluice.SentEvent): this;
    sendEvent(data: unknown): this;
    /**
     * Sends an event to the client with that seid; the arguments after it are those of `sendEvent`.
     * If the handler of that client still waits, the event opens its stream. False when there is no
     * such client.
     *
     * @throws As `Connection.send`, if there is one.
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
     * Sends what is queued, ends the stream and takes the reply out of `clients`. Without an event before it, the stream is empty.
     * Nothing happens the second time.
     */
    endEvent(): this;
  }

  interface FastifyRequest {
    /** Server event id: the key of this request's reply in `clients`, for GET and HEAD. Otherwise empty. Only with {@link sluice.SE}. */
    seid: string;
  }
}

/**
 * Adds `reply.eventStream()`. The options are the defaults of every stream.
 *
 * @throws `ERR_SSE_OPTION`, when Fastify gets ready.
 */
declare function sluice(fastify: FastifyInstance, defaults: ConnectionOptions): Promise<void>;

declare namespace sluice {
  export { sluice as default };

  export interface EventStreamOptions extends ConnectionOptions {
    /**
     * Lets the request's `Accept` decide (RFC 9110, section 12.5.1). Default: every client gets the
     * stream. With either choice the answer has `Vary: Accept`.
     *
     * - `'only'`: a client that does not accept `text/event-stream` gets 406, `ERR_SSE_NOT_ACCEPTABLE`.
     * - `'dual'`: a client gets the stream only if its `Accept` names `text/event-stream`, as that
     *   of an `EventSource` does, and gives no other type a higher quality. A wildcard or a missing
     *   header does not ask for a stream. `eventStream()` then returns undefined, and the handler
     *   sends its ordinary answer.
     */
    accept?: 'only' | 'dual';
  }

  /** What `sendEvent` takes as its only argument. */
  export interface SentEvent {
    data: unknown;
    event?: string | null;
    id?: string | number | null;
    retry?: number | null;
  }

  /**
   * Makes the seid of a request. It returns the seid, or a promise of it, or calls back with it:
   * `callback(error, seid)`, `callback(seid)`, or `callback(error)` with an Error. Seids are
   * strings that are not empty; numbers become strings.
   *
   * The generator runs as a `preHandler` hook. Every `onRequest`, `preParsing` and `preValidation`
   * hook has run before it, and so have the `preHandler` hooks that were added before the plugin
   * was registered: `request.user` is there if one of them sets it. The `preHandler` hooks of a
   * route run after it.
   *
   * - The first answer counts. A later one has no effect; a later error is logged as a warning.
   * - Without an answer within {@link SEOptions.seidTimeout}, the request gets 503.
   * - An error, thrown, rejected or called back with, goes to Fastify's error handler. That answers
   *   500 unless the error has a status of its own.
   * - If the generator declares all three parameters, only strings, numbers and promises that it
   *   returns count as answers. It may return anything else, such as a timer.
   */
  export type SeidGenerator = (
    request: FastifyRequest,
    reply: FastifyReply,
    callback: SeidCallback,
  ) => string | number | undefined | void | Promise<string | number | undefined> | Promise<void>;

  export type SeidCallback = (
    ...answer:
      | [seidOrError: string | number | Error]
      | [error: unknown, seid: string | number | undefined]
  ) => void;

  // biome-ignore lint/suspicious/noExplicitAny: classes differ in the options that they take
  type StreamClass = new (options?: any) => Duplex;

  /** The options of a connection, besides these, are those of every stream. */
  export interface SEOptions extends ConnectionOptions {
    /** Called for every GET and HEAD request. Default: a random UUID. */
    seidGenerator?: SeidGenerator;
    /** How long the generator may take before the request gets 503, `ERR_SSE_SEID_TIMEOUT`. Default 5000; at least 1. */
    seidTimeout?: number;
    /**
     * A class of streams, `new stream(streamOptions)`, that the frames go through and that Fastify sends. By default there is none:
     * the core writes the socket where it can.
     */
    stream?: StreamClass;
    /** Default `{ allowHalfOpen: false }`. Given alone, the class is `PassThrough`. */
    streamOptions?: object;
    /**
     * Whether an event without an id gets one: unique, of letters, digits, `-` and `.`, and not to be guessed. Default `true`.
     */
    autoGenerateId?: boolean;
  }

  /** `const se = new SE(options); fastify.register(se.plugin)`. */
  export class SE {
    /** @throws `ERR_SSE_OPTION` an option of the wrong type or out of range. */
    constructor(opts?: SEOptions);
    /** Adds `request.seid`, `reply.sendEvent()`, `reply.sendEventBySeid()` and `reply.endEvent()`. */
    readonly plugin: FastifyPluginAsync;
    seidGenerator: SeidGenerator;
    stream: StreamClass;
    streamOptions: object;
    autoGenerateId: boolean;
    /**
     * The active replies of GET requests, by seid. A reply is here from the start of its handler
     * until it is answered, its stream ends or its client leaves. With `sendEventBySeid()` another
     * request can open the stream of a handler that only waits. `fastify.close()` ends open
     * streams, but waits for handlers that wait, as for all handlers. An object without a
     * prototype.
     *
     * If several requests have one seid, the reply with the open stream is here. If none is open,
     * it is the reply that has waited longest. So a seid that a client uses for all its requests,
     * such as a user name, may turn an ordinary request into a stream. In that case register the
     * plugin in a scope of its own, together with the routes that send events.
     */
    readonly clients: Record<string, FastifyReply>;
  }

  /**
   * | code                     | status | meaning                                                                      |
   * | ------------------------ | ------ | ---------------------------------------------------------------------------- |
   * | `ERR_SSE_NOT_ACCEPTABLE` | 406    | the client does not accept `text/event-stream`                               |
   * | `ERR_SSE_PAYLOAD`        | 500    | an `onSend` hook, as of compression, wants to change the stream              |
   * | `ERR_SSE_SEID`           | 500    | `seidGenerator` gave no string; an event in answer to another method than GET |
   * | `ERR_SSE_SEID_TAKEN`     | 409    | another request with the same seid has its stream open                       |
   * | `ERR_SSE_SEID_TIMEOUT`   | 503    | `seidGenerator` did not answer in time                                       |
   */
  export type FastifyErrorCode =
    | 'ERR_SSE_NOT_ACCEPTABLE'
    | 'ERR_SSE_PAYLOAD'
    | 'ERR_SSE_SEID'
    | 'ERR_SSE_SEID_TAKEN'
    | 'ERR_SSE_SEID_TIMEOUT';
}

export = sluice;
