'use strict';

/**
 * How a client is brought up to date: it gets what it missed and snapshots, while live events wait,
 * and a cursor that it can come back with.
 */

/** @import { ConnectionSettings } from './connection-options.js' */
/** @import { Link } from './link.js' */

const { guarded } = require('../core/listeners.js');
const { Gathering } = require('./gathering.js');
const { atTurnEnd, wakeSoon } = require('./wake.js');

const AUTO = /** @type {const} */ ({ resume: 'auto' });

class CatchUp {
  #link;
  /** The joins of a client that came back. */
  gathering;
  /** How many replays and snapshots the live events wait for. */
  #holds = 0;
  /**
   * Whether the client has a cursor that it can come back with.
   * - `waiting`: it gets one after `resume()`.
   * - `due`: it gets one at the end of the turn.
   * @type {'none' | 'waiting' | 'due' | 'given'}
   */
  #cursor;
  /**
   * Told when the client has a cursor: from then on, `joined()` has nothing to do.
   * @type {{ hasCursor: boolean } | undefined}
   */
  listener;

  /**
   * @param {Link} link
   * @param {string | undefined} cursor
   * @param {Pick<ConnectionSettings, 'resume'>} [settings]
   */
  constructor(link, cursor, settings = AUTO) {
    this.#link = link;
    this.#cursor = settings.resume === 'manual' ? 'waiting' : 'none';
    if (cursor === undefined) return;
    // The core holds live events from the start.
    this.#holds = 1;
    this.gathering = new Gathering(link, settings);
  }

  /** Live events wait until every hold is released. */
  hold() {
    if (this.#holds === 0) this.#link.handle.hold();
    this.#holds += 1;
  }

  release() {
    if (this.#holds === 0) return;
    this.#holds -= 1;
    if (this.#holds > 0) return;
    if (this.#link.handle.resume()) this.#given();
    else this.joined();
  }

  /** The opening is over: what the client missed is sent. */
  resume() {
    if (this.#cursor === 'waiting') this.#cursor = 'none';
    this.gathering?.resume();
    this.joined();
  }

  /** The connection may have joined a channel. */
  joined() {
    if (this.#cursor !== 'none') return;
    this.#cursor = 'due';
    due.add(this);
    wakeSoon();
  }

  /** Gives the client a cursor, unless one follows what it waits for. */
  prime() {
    if (this.#cursor !== 'due') return;
    const { handle, isOver } = this.#link;
    if (this.#holds === 0 && !isOver && handle.prime()) this.#given();
    else this.#cursor = 'none';
  }

  #given() {
    this.#cursor = 'given';
    if (this.listener) this.listener.hasCursor = true;
  }

  /** The connection ends: what the client missed is sent, but it does not wait for snapshots. */
  finish() {
    // A listener for `gap` that throws does not keep the connection open.
    guarded(() => this.gathering?.finish());
    if (this.#holds > 0) this.#link.handle.resume();
    this.#holds = 0;
  }
}

/**
 * Those who get a cursor at the end of the turn.
 * @type {Set<CatchUp>}
 */
const due = new Set();

/** Gives them their cursors. */
atTurnEnd(() => {
  if (due.size === 0) return;
  const all = [...due];
  due.clear();
  for (const one of all) guarded(() => one.prime());
});

module.exports = { CatchUp };
