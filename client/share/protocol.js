/**
 * Defines the messages that tabs exchange over their BroadcastChannel. A leader sends reports. The
 * others send questions, and answers to a roll call. Every message contains the position of its
 * sender.
 *
 * @import { TextEvent } from '../connection/event-stream.js'
 * @import { SSEError } from '../connection/error.js'
 * @import { SSEState } from '../index.js'
 * @import { Options } from '../options.js'
 *
 * @typedef {object} Entry an event in the sequence that all tabs share
 * @property {number} n its number in the sequence
 * @property {TextEvent} event
 * @property {string} [from] the cursor before this event
 *
 * @typedef {object} Position a tab's position in the sequence
 * @property {string | undefined} line the numbering that `n` belongs to; undefined in a new tab
 * @property {number | undefined} n the number of the last event
 * @property {string | undefined} last the cursor right after that event, if the tab still has it
 * @property {string} cursor the cursor now
 *
 * @typedef {object} Supply the events that a tab at some position is missing
 * @property {Entry[]} entries
 * @property {number} [at] the position's number in the sender's line, if the tab is in another
 * @property {boolean} [gap] true if the sender does not know that position
 *
 * @typedef {object} News the other fields of a leader's report
 * @property {number} term
 * @property {SSEState} state
 * @property {string} [to] the only tab that the report is for
 * @property {number} [roll] the term of a candidate that calls the roll
 * @property {SSEError} [error] as plain data
 * @property {unknown} [isFinal] truthy if the server ended the stream, so it ends in all tabs
 *
 * @typedef {object} Wish the other fields of another tab's question
 * @property {string} from
 * @property {number} [roll] the term of the roll call that it answers
 * @property {boolean} [reconnect]
 *
 * @typedef {Position & Supply & News} Report
 * @typedef {Position & Supply & Wish} Question
 */

/**
 * Milliseconds of silence after which a tab asks the leader for a sign of life. After the third
 * such interval in a row, the tab takes the lock.
 */
export const PATIENCE = 5000;

/**
 * Milliseconds that tabs have to receive a message, which normally takes a few. A candidate waits
 * this long for answers. When the stream has ended, the leader keeps the lock this long, so that
 * all tabs learn of the end before one of them gets the lock.
 */
export const HEARING = 250;

/**
 * Returns the name of the lock and of the channel. It contains every part of the request, so that
 * different requests have different names.
 *
 * @param {Options} options
 */
export const nameOf = ({ share, method, url, body }) =>
  JSON.stringify(['sluice', share, method, url, body && String(body)]);
