'use strict';

/**
 * Brings a client up to date. Replays missed events and sends snapshots while live events wait, and
 * gives the client a cursor to resume from.
 */

/** @import { ConnectionSettings } from './connection-options.js' */
/** @import { Link } from './link.js' */

const { guarded } = require('../core/listeners.js');
const { Gathering } = require('./gathering.js');
const { atTurnEnd, wakeSoon } = require('./wake.js');

const AUTO = /** @type {const} */ ({ resume: 'auto' });

class CatchUp {
  #link;
  /** The joins of a returning client. */
  gathering;
  /** How many replays and snapshots the live events wait for. */
  #holds = 0;
  /**
   * Whether the client has a cursor to resume from.
   * - `waiting`: it gets one after `resume()`.
   * - `due`: it gets one at the end of the turn.
   * @type {'none' | 'waiting' | 'due' | 'given'}
   */
  #cursor;
  /**
   * Its flag is set once the client has a cursor. From then on, `joined()` has no effect.
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

  /** Holds live events until every hold is released. */
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

  /** Ends the gathering and replays missed events. */
  resume() {
    if (this.#cursor === 'waiting') this.#cursor = 'none';
    this.gathering?.resume();
    this.joined();
  }

  /** Called when the connection may have joined a channel. */
  joined() {
    if (this.#cursor !== 'none') return;
    this.#cursor = 'due';
    due.add(this);
    wakeSoon();
  }

  /** Gives the client a cursor. While live events are held, `release()` does so instead. */
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

  /** Called when the connection ends. Replays missed events, but does not wait for snapshots. */
  finish() {
    // A `gap` listener that throws must not keep the connection open.
    guarded(() => this.gathering?.finish());
    if (this.#holds > 0) this.#link.handle.resume();
    this.#holds = 0;
  }
}

/**
 * Clients that get a cursor at the end of the turn.
 * @type {Set<CatchUp>}
 */
const due = new Set();

atTurnEnd(() => {
  if (due.size === 0) return;
  const all = [...due];
  due.clear();
  for (const one of all) guarded(() => one.prime());
});

module.exports = { CatchUp };
