'use strict';

/** HTTP subscriptions of clients that are connected to another process. */

/** @import { Nodes } from '../../broker/nodes/nodes.js' */
/** @import { Outcome } from '../../broker/nodes/actions.js' */

const { digestOf } = require('../../broker/nodes/actions.js');
const { LimitError, SluiceError } = require('../../core/error.js');
const { Refusal } = require('./exchange.js');
const { unproven } = require('./request.js');

/** A client of another process, which has checked the client's secret. */
class ClientElsewhere {
  #nodes;
  #digest;

  /**
   * @param {Nodes} nodes
   * @param {string} id
   * @param {string} digest of the secret
   */
  constructor(nodes, id, digest) {
    this.#nodes = nodes;
    this.id = id;
    this.#digest = digest;
  }

  /**
   * @param {string[]} topics
   * @param {number} maxTopics
   * @throws the errors of `broker.subscribe()`
   */
  async subscribe(topics, maxTopics) {
    const outcome = await ask(this.#nodes, 'subscribe', [this.id, this.#digest, topics, maxTopics]);
    if ('done' in outcome) return;
    const { code, message } = outcome;
    if (code === 'ERR_SSE_SECRET') throw unproven();
    if (code === 'ERR_SSE_LIMIT') throw new LimitError(503, message);
    throw new SluiceError(/** @type {any} */ (code), message);
  }

  /** @param {string[]} topics */
  async unsubscribe(topics) {
    const outcome = await ask(this.#nodes, 'unsubscribe', [this.id, this.#digest, topics]);
    if (!('done' in outcome)) throw unproven();
  }
}

/**
 * Returns the client of another process if the secret is right.
 * @param {Nodes} nodes
 * @param {string} id
 * @param {unknown} secret
 */
async function proveElsewhere(nodes, id, secret) {
  const digest = digestOf(typeof secret === 'string' ? secret : '');
  const outcome = await ask(nodes, 'prove', [id, digest]);
  if (!('done' in outcome)) throw unproven();
  return new ClientElsewhere(nodes, id, digest);
}

/**
 * @param {Nodes} nodes
 * @param {string} name
 * @param {[id: string, ...args: unknown[]]} args
 * @returns {Promise<Outcome>}
 */
async function ask(nodes, name, args) {
  try {
    return (await nodes.ask(name, ...args)) ?? {};
  } catch (error) {
    const { code, message } = /** @type {any} */ (error);
    throw new Refusal(503, code, message);
  }
}

module.exports = { ClientElsewhere, proveElsewhere };
