/**
 * sluice/digipair: a skill for digipair's engine, with sessions and channels of Server-Sent Events.
 *
 * In a pin, `"library": "sluice/digipair"`. To run definitions that name another library, tell the engine so:
 * `config.set('LIBRARIES', { '@digipair/skill-sse': require('sluice/digipair') })`.
 *
 * Names of sessions and channels are scoped. A scope is a digipair, a reasoning and a start: the
 * value of `SSE_SESSION_START` in `context.privates`. A pin uses its own scope, unless its
 * properties `digipair`, `reasoning` and `start` name another one.
 *
 * The response that a session is opened on belongs to the session. What executes the reasoning must not answer with its result: let
 * the reasoning end with `keepAlive` of `@digipair/skill-factory`, or check `res.headersSent` where you call the engine yourself.
 *
 * Each function returns a promise, which rejects with an error that has a `code`; see `SluiceErrorCode` of `sluice`. A bad pin changes
 * nothing: neither is the request answered, nor anybody registered, nor anything sent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Connection, ServerSentEvent } from './index.js';

/** A pin of digipair's engine, which calls it `PinsSettings`. */
export interface Pin {
  library: string;
  element: string;
  properties?: Record<string, unknown>;
  conditions?: Record<string, unknown>;
  pins?: Pin[];
  events?: Record<string, Pin[]>;
}

/** What the engine gives to a pin, as far as it matters here. */
export interface Context {
  /** The request and the response of the reasoning; without them no session can be opened. */
  protected?: {
    req?: IncomingMessage | Http2ServerRequest | null;
    res?: ServerResponse | Http2ServerResponse | null;
  };
  /** Whose names are meant. */
  request?: { digipair?: string; reasoning?: string };
  /** What separates equal names of one digipair and reasoning. Default: the empty string. */
  privates?: { SSE_SESSION_START?: unknown };
  [name: string]: unknown;
}

/** Whose names are meant. A name and its scope have 1,000 bytes at most, as JSON. */
export interface Scope {
  /** Default: `context.request.digipair`. */
  digipair?: string;
  /** Default: `context.request.reasoning`. */
  reasoning?: string;
  /**
   * Anything that JSON can carry. Default: `context.privates.SSE_SESSION_START`. The empty string
   * means the scope that has no start. A number means the same as its digits.
   */
  start?: unknown;
}

export interface RegisterSession extends Scope {
  /** The name of the session. Without one, or with an empty one, it has none, and `push` cannot reach it. */
  id?: string;
  /**
   * Executed when the session's connection closes, for whatever reason, in the context of its registration. Needs `@digipair/engine`.
   *
   * A pin that fails stops those after it. That becomes a warning of the process, and an entry of the engine's log. What is no pin is
   * left out, with a warning too.
   */
  disconnected?: Pin[];
}

export interface RegisterChannel extends Scope {
  /**
   * Whom to register: what {@link registerSession} returned, or an object with the `id` of a session, which stands for all that have
   * this name. Default: the session of this request, which is opened if there is none yet; then it has no name.
   */
  session?: Session | { id: string };
  /** The name of the channel. Default: the empty string, which is a channel like any other. */
  id?: string;
  /**
   * Executed when the connection of a session that is registered here closes, once for each of them, and at once for one whose
   * connection was ended already. It takes the place of what an earlier registration of the same session in the same channel said.
   * Otherwise as that of {@link RegisterSession}.
   */
  disconnected?: Pin[];
}

export interface Push extends Scope {
  /** The name of the session. */
  id: string;
  /** Anything that JSON can carry; a string becomes a JSON string. */
  message: unknown;
  /** The name of the event. Default `message`. */
  event?: string;
}

export interface Broadcast extends Scope {
  /** Anything that JSON can carry; a string becomes a JSON string. */
  message: unknown;
  /** The name of the event. Default `message`. */
  event?: string;
  /** The name of the channel. Default: the empty string, as in {@link RegisterChannel}. */
  id?: string;
}

/** One client's event stream. */
export interface Session {
  /** The name that it was registered with. */
  readonly id: string | undefined;
  readonly connection: Connection;
}

/** The sessions that are registered under one name. It comes into being with the first, and goes with the last. */
export interface Channel {
  /** The name that it was registered with. */
  readonly id: string;
  /** How many sessions there are. */
  count(): number;
  /**
   * Sends an event to every session. How many there are.
   *
   * @throws as `send` of a `Connection`.
   */
  send(event: ServerSentEvent): number;
}

/**
 * Answers the request with an event stream, and gives the session a name.
 *
 * Several sessions may have one name: a browser that came back before its old connection was found dead, a second tab. None takes the
 * name from another; {@link push} reaches them all, and each runs its own `disconnected`.
 *
 * @throws `ERR_SSE_TYPE` the context has no request and response; `ERR_SSE_OPTION` a parameter of the wrong type, or `disconnected`
 * where `@digipair/engine` is not installed; `ERR_SSE_HEADERS_SENT` the request was answered already; `ERR_SSE_GONE` the client has
 * left already.
 */
export function registerSession(
  params: RegisterSession,
  pinsSettingsList: unknown,
  context: Context,
): Promise<Session>;

/**
 * Registers a session in a channel. A session may be in several channels; registering it again in one does nothing.
 *
 * @throws as {@link registerSession}; `ERR_SSE_OPTION` a `session` that is not one, or an `id` that no open session has.
 */
export function registerChannel(
  params: RegisterChannel,
  pinsSettingsList: unknown,
  context: Context,
): Promise<Channel>;

/**
 * Sends a message to the sessions of a name. False when there are none.
 *
 * @throws `ERR_SSE_OPTION` a parameter of the wrong type; `ERR_SSE_DATA` a message that is not there, or that JSON cannot carry;
 * `ERR_SSE_TYPE` an event's name that is no string; `ERR_SSE_FIELD` CR, LF or NUL in it.
 */
export function push(params: Push, pinsSettingsList: unknown, context: Context): Promise<boolean>;

/**
 * Sends a message to the sessions of a channel. How many there are: 0 when there is no such channel.
 *
 * @throws as {@link push}.
 */
export function broadcast(
  params: Broadcast,
  pinsSettingsList: unknown,
  context: Context,
): Promise<number>;

/** The skill's schema, which is also `sluice/digipair/schema.json`. */
export const schema: Record<string, unknown>;
