'use strict';

/** Actions that other nodes call on this node's clients. Arguments come from other processes. */

/** @import { Clients } from '../clients.js' */
/** @import { Session } from '../sessions.js' */

/** @typedef {{ done: true } | { code: string, message: string }} Outcome */

const { createHash, randomBytes, timingSafeEqual } = require('node:crypto');
const { addAll } = require('../add-all.js');
const { sessionOf } = require('../sessions.js');
const { isName } = require('./messages.js');

/** Replaces the secret of a client that does not exist, so the comparison does the same work. */
const NO_SECRET = randomBytes(32).toString('base64url');

/**
 * Secrets leave a node only as digests.
 * @param {string} secret
 */
const digestOf = (secret) => createHash('sha256').update(secret).digest('base64url');

/** @type {Outcome} */
const DONE = { done: true };
/** @type {Outcome} */
const UNPROVEN = { code: 'ERR_SSE_SECRET', message: 'no client has this id and secret' };

/** @type {(value: unknown) => value is string[]} */
const areNames = (value) => Array.isArray(value) && value.every(isName);

class Actions {
  #clients;

  /** @param {Clients} clients */
  constructor(clients) {
    this.#clients = clients;
  }

  /** @type {Record<string, (...args: any[]) => void>} */
  calls = {
    __proto__: /** @type {any} */ (null),
    send: (id, event) => void this.#client(id)?.connection.send(event),
    disconnect: (id) => void this.#clients.disconnect(id),
    subscribe: (id, topics) => {
      const client = this.#client(id);
      if (client && areNames(topics)) addAll(client.topics, topics);
    },
    unsubscribe: (id, topics) => {
      const client = this.#client(id);
      if (client && areNames(topics)) for (const topic of topics) client.topics.delete(topic);
    },
  };

  /** @type {Record<string, (...args: any[]) => Outcome | Partial<Session> | undefined>} */
  questions = {
    __proto__: /** @type {any} */ (null),
    prove: (id, digest) => (this.#proven(id, digest) ? DONE : UNPROVEN),
    subscribe: (id, digest, topics, most) => {
      const client = this.#proven(id, digest);
      if (!client || !areNames(topics)) return UNPROVEN;
      const added = topics.filter((topic) => !client.topics.has(topic));
      if (added.length > 0 && client.topics.size + added.length > most) {
        return { code: 'ERR_SSE_TOPIC_LIMIT', message: 'room' };
      }
      try {
        addAll(client.topics, added);
        return DONE;
      } catch (error) {
        const { code, message } = /** @type {any} */ (error ?? {});
        return { code: String(code), message: String(message) };
      }
    },
    unsubscribe: (id, digest, topics) => {
      const client = this.#proven(id, digest);
      if (!client || !areNames(topics)) return UNPROVEN;
      for (const topic of topics) client.topics.delete(topic);
      return DONE;
    },
    session: (id, wanted, digest) => this.#moveOut(id, wanted ?? undefined, digest ?? undefined),
  };

  /** @param {unknown} id */
  #client(id) {
    return isName(id) ? this.#clients.byId.get(id) : undefined;
  }

  /**
   * @param {unknown} id
   * @param {unknown} digest
   */
  #proven(id, digest) {
    const client = this.#client(id);
    return isDigest(digest, client?.secret) ? client : undefined;
  }

  /**
   * Moves a session to another node, to which the client has connected. Without a digest, the
   * application has identified the client, and its connection here must already be closed.
   * @param {unknown} id
   * @param {string | undefined} wanted
   * @param {unknown} digest
   */
  #moveOut(id, wanted, digest) {
    const { byId, sessions } = this.#clients;
    if (!isName(id) || !sessions.isOn) return undefined;
    const live = digest === undefined ? undefined : byId.get(id);
    const session = live ? sessionOf(live) : sessions.get(id);
    const isProven = digest === undefined ? wanted === id : isDigest(digest, session?.secret);
    if (!session || !isProven || session.wanted !== wanted) return undefined;
    live?.connection.destroy();
    sessions.delete(id);
    return { topics: session.topics };
  }
}

/**
 * @param {unknown} given
 * @param {string | undefined} secret
 */
function isDigest(given, secret) {
  const known = Buffer.from(digestOf(secret ?? NO_SECRET));
  const sent = Buffer.from(typeof given === 'string' ? given : '');
  return sent.length === known.length && timingSafeEqual(sent, known) && secret !== undefined;
}

module.exports = { Actions, areNames, digestOf };
