/**
 * sluice/digipair: a skill for digipair's engine, with sessions and channels of Server-Sent Events.
 *
 * In a pin, write `"library": "sluice/digipair"`. To run definitions that name another library,
 * configure the engine:
 * `config.set('LIBRARIES', { '@digipair/skill-sse': require('sluice/digipair') })`.
 *
 * The names of sessions and channels are scoped. A scope consists of a digipair, a reasoning and a
 * start, which is the value of `SSE_SESSION_START` in `context.privates`. A pin uses its own scope
 * unless its properties `digipair`, `reasoning` and `start` name another one.
 *
 * A session owns the response on which it was opened. The code that executes the reasoning must not
 * answer with its result. End the reasoning with `keepAlive` of `@digipair/skill-factory`, or check
 * `res.headersSent` if you call the engine yourself.
 *
 * A client that reconnects and registers the same names first receives the events that it missed
 * under each of them. If some are no longer kept, its connection emits `gap`. The history of a name
 * has 100 events and 1 MiB, and is kept for a minute after its last session has left. Names that
 * are registered in one turn of the event loop are replayed together. Pins in between that wait for
 * an asynchronous result, such as that of a model, end the turn.
 *
 * Every function returns a promise. It rejects with an error that has a `code`; see
 * `SluiceErrorCode` of `sluice`. An invalid pin has no effect: the request is not answered, no
 * session is registered and no event is sent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Connection, ServerSentEvent } from './index.js';

/** A pin of digipair's engine, where it is called `PinsSettings`. */
export interface Pin {
  library: string;
  element: string;
  properties?: Record<string, unknown>;
  conditions?: Record<string, unknown>;
  pins?: Pin[];
  events?: Record<string, Pin[]>;
}

/** The parts of the engine's context that the skill uses. */
export interface Context {
  /** The request and response of the reasoning. A session cannot be opened without them. */
  protected?: {
    req?: IncomingMessage | Http2ServerRequest | null;
    res?: ServerResponse | Http2ServerResponse | null;
  };
  /** The digipair and the reasoning of the scope. */
  request?: { digipair?: string; reasoning?: string };
  /**
   * The start of the scope, which distinguishes equal names of one digipair and reasoning. Default:
   * an empty string.
   */
  privates?: { SSE_SESSION_START?: unknown };
  [name: string]: unknown;
}

/** The scope of a name. As JSON, a name and its scope have at most 1,000 bytes. */
export interface Scope {
  /** Default: `context.request.digipair`. */
  digipair?: string;
  /** Default: `context.request.reasoning`. */
  reasoning?: string;
  /**
   * Any value that JSON can represent. Default: `context.privates.SSE_SESSION_START`. An empty
   * string names the scope without a start. A number is equal to its digits.
   */
  start?: unknown;
}

/** The properties of {@link registerSession}. */
export interface RegisterSession extends Scope {
  /**
   * The name of the session. Default: none; an empty string means the same. `push` cannot reach a
   * session without a name.
   */
  id?: string;
  /**
   * Pins to execute when the session's connection closes, for any reason. They run in the context
   * of the registration and require `@digipair/engine`.
   *
   * If a pin fails, the pins after it are skipped. The failure is emitted as a process warning and
   * written to the engine's log. Elements that are not pins are skipped with a warning.
   */
  disconnected?: Pin[];
}

/** The properties of {@link registerChannel}. */
export interface RegisterChannel extends Scope {
  /**
   * The session to register: the result of {@link registerSession}, or an object with the `id` of
   * all sessions with that name. Default: the session of this request. If there is none yet, a
   * session without a name is opened.
   */
  session?: Session | { id: string };
  /** The name of the channel. Default: an empty string, which is an ordinary channel name. */
  id?: string;
  /**
   * Pins to execute when the connection of a registered session closes, once for each session.
   * They run immediately for a session whose connection has already ended. They replace the pins of
   * an earlier registration of the same session in the same channel. Otherwise they work as for
   * {@link RegisterSession}.
   */
  disconnected?: Pin[];
}

/** The properties of {@link push}. */
export interface Push extends Scope {
  /** The name of the session. */
  id: string;
  /** Any value that JSON can represent. A string is sent as a JSON string. */
  message: unknown;
  /** The name of the event. Default: `message`. */
  event?: string;
}

/** The properties of {@link broadcast}. */
export interface Broadcast extends Scope {
  /** Any value that JSON can represent. A string is sent as a JSON string. */
  message: unknown;
  /** The name of the event. Default: `message`. */
  event?: string;
  /** The name of the channel. Default: an empty string, as in {@link RegisterChannel}. */
  id?: string;
}

/** One client's event stream. */
export interface Session {
  /** The name that the session was registered with. */
  readonly id: string | undefined;
  readonly connection: Connection;
}

/** The sessions registered under one name. */
export interface Channel {
  /** The name that the channel was registered with. */
  readonly id: string;
  /** Returns the number of sessions. */
  count(): number;
  /**
   * Sends an event to every session and returns how many there were.
   *
   * @throws the errors of `Connection.send`.
   */
  send(event: ServerSentEvent): number;
}

/**
 * Answers the request with an event stream and names the session.
 *
 * Several sessions may have the same name, such as those of two tabs, or of a browser that
 * reconnected before its old connection was closed. {@link push} reaches all of them, and each
 * executes its own `disconnected` pins.
 *
 * @throws `ERR_SSE_TYPE` if the context has no request and response.
 * @throws `ERR_SSE_OPTION` if a property is unknown or has the wrong type, or if `disconnected` is
 * set and `@digipair/engine` is not installed.
 * @throws `ERR_SSE_HEADERS_SENT` if the request was already answered.
 * @throws `ERR_SSE_GONE` if the client has already disconnected.
 * @throws `ERR_SSE_DRAINING`, with a `statusCode` and `headers`, while the process drains.
 *
 * @example
 * ```ts
 * import { registerSession } from 'sluice/digipair';
 *
 * app.get('/session', async (req, res) => {
 *   const context = { protected: { req, res } };
 *   const { connection } = await registerSession({ id: 'session_12345' }, [], context);
 *   connection.send({ event: 'registered', data: {} });
 * });
 * ```
 */
export function registerSession(
  params: RegisterSession,
  pinsSettingsList: unknown,
  context: Context,
): Promise<Session>;

/**
 * Registers a session in a channel. A session may be in several channels. Registering it again in
 * the same channel has no effect.
 *
 * @throws the errors of {@link registerSession}.
 * @throws `ERR_SSE_OPTION` if `session` is not a session, or if no open session has its `id`.
 *
 * @example
 * ```ts
 * import { registerChannel } from 'sluice/digipair';
 *
 * app.get('/news', async (req, res) => {
 *   await registerChannel({ id: 'news' }, [], { protected: { req, res } });
 * });
 * ```
 */
export function registerChannel(
  params: RegisterChannel,
  pinsSettingsList: unknown,
  context: Context,
): Promise<Channel>;

/**
 * Sends a message to the sessions with a name. Resolves with false if there are none. If the last
 * one closed less than a minute ago, the message is kept until its client returns.
 *
 * @throws `ERR_SSE_OPTION` if a property is unknown or has the wrong type.
 * @throws `ERR_SSE_DATA` if the message is missing, or if JSON cannot represent it.
 * @throws `ERR_SSE_TYPE` if the event's name is not a string.
 * @throws `ERR_SSE_FIELD` if the event's name contains CR, LF or NUL.
 *
 * @example
 * ```ts
 * import { push } from 'sluice/digipair';
 *
 * const reached = await push({ id: 'session_12345', message: { text: 'Hello' } }, [], {});
 * console.log(reached);
 * ```
 */
export function push(params: Push, pinsSettingsList: unknown, context: Context): Promise<boolean>;

/**
 * Sends a message to the sessions of a channel and resolves with their number, which is 0 if there
 * is no such channel. As with {@link push}, a client that reconnects receives the messages that it
 * missed.
 *
 * @throws the errors of {@link push}.
 *
 * @example
 * ```ts
 * import { broadcast } from 'sluice/digipair';
 *
 * const message = { text: 'System update available' };
 * const sessions = await broadcast({ id: 'news', event: 'update', message }, [], {});
 * console.log(sessions);
 * ```
 */
export function broadcast(
  params: Broadcast,
  pinsSettingsList: unknown,
  context: Context,
): Promise<number>;

/** The skill's schema, which is also available as `sluice/digipair/schema.json`. */
export const schema: Record<string, unknown>;
