'use strict';

/**
 * Releases the objects of a lean connection once the core has its socket. The core keeps a record,
 * from which the connection can be recreated.
 */

/** @import { LeanCarrier } from '../carrier/lean-carrier.js' */
/** @import { Link } from './link.js' */

const { leanRequest } = require('../carrier/lean-request.js');
const { start } = require('../core/hub.js');
const { connections } = require('../core/notices.js');
const { releaseProcess } = require('../core/process.js');
const { countLean, discountLean, encode } = require('./lean-record.js');

class Lean {
  #link;
  /** The headers that the request keeps. */
  #headers;
  /** Whether the core has a record of the connection. */
  #isKept;
  /** Whether the connection has state beyond its record. */
  #isHeld = false;

  /**
   * @param {Link} link
   * @param {readonly string[]} headers
   * @param {boolean} isKept whether it is recreated from its record
   */
  constructor(link, headers, isKept) {
    this.#link = link;
    this.#headers = headers;
    this.#isKept = isKept;
  }

  hold() {
    this.#isHeld = true;
    if (this.#isKept && this.#link.state !== 'closed') {
      connections.set(this.#link.number, this.#link);
    }
  }

  /** Called when the core has taken over the socket. */
  taken() {
    const { carrier, connection } = this.#link;
    connection.request = leanRequest(carrier.request, this.#headers);
    connection.response = undefined;
  }

  /** Called when Node.js releases the socket. */
  detaching() {
    const link = this.#link;
    if (link.state !== 'open') return;
    const carrier = link.carrier.letGo?.(link.connection.request);
    if (!carrier) return;
    link.carrier = carrier;
    this.#isKept = true;
    this.remember();
    countLean();
    releaseProcess(link);
    if (this.#isForgettable) connections.release(link.number, link);
  }

  /** Updates the record. */
  remember() {
    const link = this.#link;
    if (!this.#isKept || link.state === 'closed') return;
    const { carrier, cursor, hasOverflow, id, key, maxQueueBytes, onGap, timestamp } = link;
    const { request, server } = /** @type {LeanCarrier} */ (carrier);
    const record = { request, cursor, key, server, timestamp, id, onGap };
    link.handle.keep(encode({ ...record, hasOverflow, maxQueueBytes }));
  }

  closed() {
    if (!this.#isKept) return;
    start().takeRecord(this.#link.number);
    discountLean();
  }

  /** Whether the record holds the complete state of the connection. */
  get #isForgettable() {
    const { connection, isAwaited, onGap } = this.#link;
    const isPlain = !this.#isHeld && !isAwaited && typeof onGap !== 'function';
    return isPlain && connection.eventNames().length === 0;
  }
}

module.exports = { Lean };
