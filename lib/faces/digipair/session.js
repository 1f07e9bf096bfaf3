'use strict';

/** Sessions: the clients of digipair's skill. */

/** @import { Context, Scope } from '../../../digipair.js' */
/** @import { BrokerClient } from '../../broker/broker-client.js' */

const { SSEBroker } = require('../../broker/broker.js');
const { typeError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { topicOf } = require('./topic.js');

/**
 * Sessions by the broker's client.
 * @type {WeakMap<object, Session>}
 */
const sessions = new WeakMap();
/**
 * Sessions by the response that they use.
 * @type {WeakMap<object, Session>}
 */
const answers = new WeakMap();

/** @type {SSEBroker | undefined} */
let started;

/**
 * Sessions are clients of this broker, and the names of sessions and channels are its topics;
 * several sessions may have one name. Names contain what users send, so there are no wildcards.
 * Clients that return get what they missed under the names that they register again. They get new
 * ids, so the broker keeps no sessions of its own, and they know no topics. It is made when it is
 * first needed, as it starts the core.
 */
function broker() {
  started ??= new SSEBroker({
    wildcards: false,
    topicField: false,
    sessionTimeout: 0,
    onDisconnect: (client) => {
      const session = sessions.get(client);
      if (session) Session.leave(session);
    },
  });
  return started;
}

/** Loggers of the engine serialise it, so it has one property. */
class Session {
  #client;
  /**
   * Callbacks that run when the session has left, by the topic that it was registered under.
   * @type {Map<string, () => void>}
   */
  #departures = new Map();

  /**
   * @param {BrokerClient} client
   * @param {string} id
   */
  constructor(client, id) {
    this.#client = client;
    this.id = id || undefined;
    sessions.set(client, this);
  }

  get connection() {
    return this.#client.connection;
  }

  /**
   * Registers a session under a topic, if one is given. If the session has already left,
   * `disconnected` runs at once.
   * @param {Session} session
   * @param {string | undefined} topic
   * @param {(() => void) | undefined} disconnected
   */
  static join(session, topic, disconnected) {
    const { id } = session.#client;
    const isKnown =
      topic === undefined ? broker().client(id) !== undefined : broker().subscribe(id, topic);
    if (!disconnected) return;
    if (isKnown) session.#departures.set(topic ?? '', disconnected);
    else disconnected();
  }

  /** @param {Session} session */
  static leave(session) {
    for (const disconnected of session.#departures.values()) disconnected();
    session.#departures.clear();
  }
}

/**
 * Answers the request of a context with a session.
 * @param {Context} context
 * @param {string} id
 */
function open(context, id) {
  const { req, res } = context?.protected ?? {};
  if (!req || !res) {
    throw typeError(
      'ERR_SSE_TYPE',
      'a session answers an HTTP request: it needs `req` and `res` in `context.protected`',
    );
  }
  const session = new Session(broker().connect(req, res), id);
  answers.set(res, session);
  return session;
}

/**
 * The sessions that `registerChannel` registers: the given one, those of a name, or that of the
 * request.
 * @param {Scope & { session?: unknown }} params
 * @param {Context} context
 */
function find(params, context) {
  const { session } = params;
  if (session instanceof Session) return [session];
  if (session === undefined) {
    const { res } = context?.protected ?? {};
    return [(res && answers.get(res)) ?? open(context, '')];
  }
  const { id } = /** @type {{ id?: unknown }} */ (session ?? {});
  if (typeof id !== 'string' || id === '') {
    throw option.invalid(
      '`session` must be what registerSession returned, or an object with the `id` of a session',
    );
  }
  const named = broker().clientsByTopic(topicOf('session', id, params, context));
  if (named.length === 0) {
    throw option.invalid(
      `no open session of this digipair and reasoning has the id ${JSON.stringify(id)}: ` +
        'register it first, or pass what registerSession returned',
    );
  }
  return named.flatMap((client) => (client && sessions.get(client)) ?? []);
}

module.exports = { broker, find, join: Session.join, open };
