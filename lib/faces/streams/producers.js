'use strict';

/**
 * Idempotent producers: each numbers its appends, so a repeated append is kept only once. A
 * producer that restarts raises its epoch, which excludes its predecessor.
 */

/** @import { Budget } from './budget.js' */

/** @typedef {{ id: string, epoch: number, seq: number }} Claim */
/** @typedef {{ epoch: number, seq: number, at: number }} Known `seq`: the greatest number kept */

const { Refusal, full } = require('./refusal.js');

const WHOLE = /^\d{1,16}$/;
const LONGEST_ID = 256;
/** The cost of a producer in addition to its id, in bytes. */
const COST = 192;
/** The idle time after which a producer may be forgotten, in milliseconds: seven days. */
const FORGOTTEN_AFTER = 7 * 24 * 3_600_000;

/**
 * Reads the producer of an append, or returns undefined if the request does not name one.
 * @param {Headers} headers
 * @returns {Claim | undefined}
 */
function readClaim(headers) {
  const id = headers.get('Producer-Id');
  const epoch = headers.get('Producer-Epoch');
  const seq = headers.get('Producer-Seq');
  if (id === null && epoch === null && seq === null) return undefined;
  if (id === null || epoch === null || seq === null) {
    throw new Refusal(400, 'Producer-Id, Producer-Epoch and Producer-Seq must be sent together');
  }
  if (id === '' || id.length > LONGEST_ID) {
    throw new Refusal(400, `Producer-Id must have 1 to ${LONGEST_ID} characters`);
  }
  return { id, epoch: whole('Producer-Epoch', epoch), seq: whole('Producer-Seq', seq) };
}

/** @type {(name: string, text: string) => number} */
function whole(name, text) {
  const value = WHOLE.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new Refusal(400, `${name} must be a whole number from 0 to 2^53 - 1`);
}

class Producers {
  #budget;
  #most;
  /** @type {Map<string, Known>} in the order of their last append */
  #known = new Map();

  /**
   * @param {Budget} budget
   * @param {number} most
   */
  constructor(budget, most) {
    this.#budget = budget;
    this.#most = most;
  }

  /**
   * Checks an append. Returns the greatest kept number if this append was kept before, or undefined
   * if it is the next append.
   * @param {Claim} claim
   */
  check({ id, epoch, seq }) {
    const known = this.#known.get(id);
    if (known && epoch < known.epoch) {
      const headers = { 'Producer-Epoch': String(known.epoch) };
      throw new Refusal(403, 'The producer has a newer epoch', headers);
    }
    if (known && epoch > known.epoch && seq !== 0) {
      throw new Refusal(400, 'A new epoch must begin with Producer-Seq: 0');
    }
    const last = known?.epoch === epoch ? known.seq : -1;
    if (seq <= last) return last;
    if (seq === last + 1) return undefined;
    throw new Refusal(409, 'Producer-Seq skips a number', {
      'Producer-Expected-Seq': String(last + 1),
      'Producer-Received-Seq': String(seq),
    });
  }

  /**
   * Keeps a checked append. Nothing changes if `keep` throws.
   * @param {Claim} claim
   * @param {() => void} keep
   */
  commit({ id, epoch, seq }, keep) {
    const isNew = !this.#known.has(id);
    if (isNew) this.#admit(id);
    try {
      keep();
    } catch (error) {
      if (isNew) this.#budget.give(COST + id.length);
      throw error;
    }
    this.#known.delete(id);
    this.#known.set(id, { epoch, seq, at: Date.now() });
  }

  /** @param {string} id */
  #admit(id) {
    this.#forgetOld();
    if (this.#known.size >= this.#most) throw new Refusal(429, 'The stream has too many producers');
    if (!this.#budget.take(COST + id.length)) throw full();
  }

  dispose() {
    for (const id of this.#known.keys()) this.#budget.give(COST + id.length);
    this.#known.clear();
  }

  #forgetOld() {
    for (const [id, { at }] of this.#known) {
      if (Date.now() - at < FORGOTTEN_AFTER) return;
      this.#known.delete(id);
      this.#budget.give(COST + id.length);
    }
  }
}

module.exports = { Producers, readClaim };
