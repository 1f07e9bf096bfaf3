'use strict';

/** Sessions: the clients of the digipair skill. */

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
 * Returns the broker, which is created on first use because it starts the core. Sessions are its
 * clients. The names of sessions and channels are its topics, and sessions may share a name.
 * Wildcards are off because names contain user input. `topicField` is off because clients do not
 * know the topics. A returning client resumes under the names that it registers again. It gets a
 * new id, so the broker keeps no sessions.
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

/** The engine's loggers serialise sessions, so `id` is the only own property. */
class Session {
  #client;
  /**
   * Callbacks that run when the session has disconnected, by the topic of their registration.
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
   * Registers a session under a topic, if one is given. If the session has already disconnected,
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
 * Opens a session on the response of a context.
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
 * The sessions that `registerChannel` registers: the given session, those with a given id, or the
 * session of the request.
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
