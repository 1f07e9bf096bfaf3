/**
 * Defines the messages that tabs exchange over their BroadcastChannel. A leader sends reports. The
 * others send questions, and answers to a roll call. Every message has the position of its sender.
 *
 * @import { TextEvent } from '../connection/event-stream.js'
 * @import { SSEError } from '../connection/error.js'
 * @import { SSEState } from '../index.js'
 * @import { Options } from '../options.js'
 *
 * @typedef {object} Entry an event in the order that all tabs share
 * @property {number} n its running number
 * @property {TextEvent} event
 * @property {string} [from] the cursor before it
 *
 * @typedef {object} Position where a tab stands
 * @property {string | undefined} line the numbering that `n` belongs to; undefined in a new tab
 * @property {number | undefined} n the number of the last event
 * @property {string | undefined} last the cursor right after that event, if the tab still has it
 * @property {string} cursor the cursor now
 *
 * @typedef {object} Supply what the tab at a position lacks
 * @property {Entry[]} entries
 * @property {number} [at] the number of that position, where the sender counts otherwise
 * @property {boolean} [gap] that position is unknown
 *
 * @typedef {object} News what a leader may say besides
 * @property {number} term
 * @property {SSEState} state
 * @property {string} [to] the only tab that it is for
 * @property {number} [roll] its term, when a candidate calls the roll
 * @property {SSEError} [error] as plain data
 * @property {unknown} [isFinal] the server wants the end, so it is one for all tabs
 *
 * @typedef {object} Wish what another tab may say besides
 * @property {string} from
 * @property {number} [roll] the term of the roll call that it answers
 * @property {boolean} [reconnect]
 *
 * @typedef {Position & Supply & News} Report
 * @typedef {Position & Supply & Wish} Question
 */

/** Milliseconds of silence until a leader is asked; at the third time its lock is taken. */
export const PATIENCE = 5000;

/**
 * Milliseconds that tabs have to hear of something, which takes them a few. A candidate waits that
 * long for answers. After an end the lock is kept for so long, so that all tabs hear of the end
 * before one of them gets the lock.
 */
export const HEARING = 250;

/**
 * The name of the lock and of the channel. It is a tuple, so no two requests have the same.
 *
 * @param {Options} options
 */
export const nameOf = ({ share, method, url, body }) =>
  JSON.stringify(['sluice', share, method, url, body && String(body)]);
