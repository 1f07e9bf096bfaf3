'use strict';

/** The other nodes, and which of them has a client. */

/** @import { Shared } from './messages.js' */

/** @typedef {Shared | undefined} Known */
/** @typedef {(node: string, before: Known, after: Known) => void} Changed */

const { Peer } = require('./peer.js');

const MAX_PEERS = 1000;
/** A node is dead after this time without a message, in milliseconds. */
const SILENCE = 8_500;

class Peers {
  /** @type {Map<string, Peer>} */
  byId = new Map();
  /**
   * The nodes that have a client, or its session. Usually one.
   * @type {Map<string, Set<string>>}
   */
  #holders = new Map();
  liveCount = 0;
  #changed;

  /** @param {Changed} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Records that a node has sent a message. Returns undefined if there are too many nodes.
   * @param {string} id
   */
  heard(id) {
    let peer = this.byId.get(id);
    if (!peer) {
      if (this.byId.size >= MAX_PEERS) return undefined;
      peer = new Peer(id, (before, after) => this.#update(id, before, after));
      this.byId.set(id, peer);
    }
    peer.heard = performance.now();
    return peer;
  }

  /** Counts all nodes as alive: this node was cut off and may have missed their messages. */
  touch() {
    for (const peer of this.byId.values()) peer.heard = performance.now();
  }

  /** Removes dead nodes. */
  sweep() {
    const since = performance.now() - SILENCE;
    for (const { id, heard } of [...this.byId.values()]) if (heard < since) this.remove(id);
  }

  /** @param {string} id */
  remove(id) {
    this.byId.get(id)?.forget();
    this.byId.delete(id);
  }

  clear() {
    for (const id of [...this.byId.keys()]) this.remove(id);
  }

  /**
   * The node that has the client or, unless it must be connected, its session.
   * @param {string} client
   * @param {boolean} [live]
   */
  holder(client, live = true) {
    const holders = [...(this.#holders.get(client) ?? [])];
    const has = (/** @type {string} */ id) => this.byId.get(id)?.clients.get(client)?.live;
    return holders.find(has) ?? (live ? undefined : holders[0]);
  }

  /**
   * @param {string} node
   * @param {Shared | undefined} before
   * @param {Shared | undefined} after
   */
  #update(node, before, after) {
    const { id } = /** @type {Shared} */ (after ?? before ?? { id: '' });
    const holders = this.#holders.get(id) ?? new Set();
    if (after) this.#holders.set(id, holders.add(node));
    else if (holders.delete(node) && holders.size === 0) this.#holders.delete(id);
    this.liveCount += Number(after?.live ?? false) - Number(before?.live ?? false);
    this.#changed(node, before, after);
  }
}

module.exports = { Peers, SILENCE };
