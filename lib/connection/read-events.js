'use strict';

/** Opens a connection whose client is a loop in this process. */

/** @import { CloseReason, EventsOptions, Gap } from '../../index.js' */
/** @import { Connection } from './connection.js' */
/** @import { Joined } from './event-iterator.js' */
/** @import { Link } from './link.js' */
/** @import { TextEvent } from '../carrier/loop-carrier.js' */
/** @import { Names } from '../core/option.js' */

const { setMaxListeners } = require('node:events');
const { cursorWithin } = require('../carrier/cursor.js');
const { LoopCarrier } = require('../carrier/loop-carrier.js');
const { holdProcess } = require('../core/process.js');
const option = require('../core/option.js');
const { openLink } = require('./connection.js');
const { EventIterator } = require('./event-iterator.js');

/** @type {Names<EventsOptions<any>>} */
const EVENTS_NAMES = {
  after: true,
  signal: true,
  snapshot: true,
  parse: true,
  onGap: true,
  overflow: true,
  maxQueueBytes: true,
};

/**
 * The client's parser, loaded from an ES module.
 * @type {{
 *   createParser: typeof import('../../client/connection/parser.js').createParser,
 *   parse: typeof import('../../client/json.js').parse,
 * } | undefined}
 */
let parsers;

async function loadParsers() {
  const [{ createParser }, { parse }] = await Promise.all([
    import('../../client/connection/parser.js'),
    import('../../client/json.js'),
  ]);
  parsers = { createParser, parse };
  return parsers;
}

/** The loops that read a channel or a broker, and end with it. */
class Loops {
  /**
   * Created on first use: there may be many channels, and most have no loops.
   * @type {Map<Link, LoopCarrier> | undefined}
   */
  #open;

  /**
   * @param {EventsOptions<any> | undefined} options
   * @param {(connection: Connection, snapshot: EventsOptions<any>['snapshot']) => void} join
   * @param {Record<string, true>} [names] the names of the options
   */
  read(options, join, names = EVENTS_NAMES) {
    const { after, signal, snapshot, parse, onGap, ...rest } = readOptions(options, names);
    const carrier = new LoopCarrier(after);
    /** @type {(event: TextEvent) => unknown} */
    const convert = ({ lastEventId: id, event, data: text, topic }) => {
      const data = parse ? parse(text, event) : parsers?.parse(text);
      return topic === undefined ? { id, event, data } : { id, event, data, topic };
    };
    if (signal?.aborted) {
      carrier.leave();
      return new EventIterator(carrier, undefined, convert);
    }
    const settings = { ...rest, ping: false, stallTimeout: 0, transport: 'stream' };
    /** @type {Joined} */
    const joined = openLink(carrier, /** @type {any} */ ({ ...settings, onGap: reporting(onGap) }));
    const { connection, link } = joined;
    try {
      join(connection, snapshot);
    } catch (error) {
      carrier.leave();
      throw error;
    }
    this.#open ??= new Map();
    this.#open.set(link, carrier);
    const unfollow = follow(signal, carrier);
    // Prepended: when a listener throws, later listeners are not called.
    connection.prependOnceListener('close', (/** @type {CloseReason} */ reason) => {
      joined.reason = reason;
      this.#open?.delete(link);
      unfollow();
    });
    link.begin();
    provide(carrier, link);
    return new EventIterator(carrier, joined, convert);
  }

  /** Ends the loops after all events that were sent so far. */
  end() {
    this.holdProcess();
    for (const link of this.#open?.keys() ?? []) link.end();
  }

  /** Keeps the process alive until the core ends the loops, in case nothing else does. */
  holdProcess() {
    for (const [link, carrier] of this.#open ?? []) if (carrier.isAwaited) holdProcess(link);
  }
}

/**
 * Leaves when the signal aborts. The returned function removes the listener.
 * @param {AbortSignal | undefined} signal
 * @param {LoopCarrier} carrier
 */
function follow(signal, carrier) {
  if (!signal) return () => {};
  const leave = () => carrier.leave();
  // One signal may end any number of loops.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', leave, { once: true });
  // A listener for `join` may have aborted it.
  if (signal.aborted) leave();
  return () => signal.removeEventListener('abort', leave);
}

/**
 * Gives the parser to a carrier.
 * @param {LoopCarrier} carrier
 * @param {Link} link
 */
function provide(carrier, link) {
  if (parsers) return carrier.parseWith(parsers.createParser);
  loadParsers()
    .then(({ createParser }) => carrier.parseWith(createParser))
    .catch((error) => link.destroy(error));
}

/**
 * @param {EventsOptions<any> | undefined} options
 * @param {Record<string, true>} names
 */
function readOptions(options, names) {
  const given = option.object('options', options, names);
  const { after, signal } = given;
  if (after !== undefined && after !== null && typeof after !== 'string') {
    throw option.wrongType('after', 'a string', after);
  }
  if (signal !== undefined && !option.hasMethods(signal, 'throwIfAborted')) {
    throw option.invalid('`signal` must be an AbortSignal');
  }
  return {
    ...given,
    after: cursorWithin(after),
    parse: option.callback('parse', given.parse),
  };
}

/**
 * Wraps a function that receives gaps. If it throws, the loop fails with its error.
 * @param {EventsOptions<any>['onGap']} onGap
 */
function reporting(onGap) {
  if (typeof onGap !== 'function') return onGap;
  return (/** @type {Connection} */ connection, /** @type {Gap<any>} */ gap) => {
    try {
      onGap(gap);
    } catch (error) {
      connection.destroy(error);
    }
  };
}

module.exports = { EVENTS_NAMES, Loops };
