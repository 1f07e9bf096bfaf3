'use strict';

/** Decides which events or which status a reader gets. */

/** @import { RunEvent } from '../../runs.js' */
/** @import { Cursor } from './cursor.js' */
/** @import { Run } from './run.js' */
/** @import { Settings } from './runs-options.js' */

/**
 * A reader, independent of its framework.
 * @typedef {object} Reader
 * @property {unknown} request what `authorize` gets
 * @property {string | undefined} method
 * @property {Cursor | 'none' | 'invalid'} cursor
 */
/** @typedef {{ status: number, message: string }} Refusal */
/**
 * `first`: the events that are sent first. `after`: the number of the event after which the history
 * continues; undefined if the run keeps none of its events.
 * @typedef {{ run: Run, first: (Omit<RunEvent, 'id'> & { id?: string })[], after?: number }} Reply
 */

const { RESET } = require('../connection/gaps.js');
const { eventsOf } = require('./frames.js');

/** @type {(status: number, message: string) => Refusal} */
const refuse = (status, message) => ({ status, message });

/**
 * @param {Settings} settings
 * @param {Run | undefined} run
 * @param {Reader} reader
 * @returns {Promise<Refusal | Reply>}
 */
async function replyTo({ authorize, compact, format }, run, { request, method, cursor }) {
  const none = refuse(format.noneStatus, 'there is no such run');
  if (cursor === 'invalid') return refuse(400, 'the cursor is invalid');
  if (!run) return none;
  if ((await authorize(request, run.status)) !== true) return refuse(403, 'forbidden');
  const isRead = method === 'GET' || method === 'HEAD';
  const hasEnded = run.channel.ended;
  if (cursor === 'none') {
    if (hasEnded && !format.replayFinished && isRead) return none;
    return compact || !run.keeps(0) ? all(run, compact) : { run, first: [], after: 0 };
  }
  if (cursor.key !== undefined && cursor.key !== run.record.key) return anew(run, compact);
  const { last } = run;
  const number = cursor.number < 0 ? Math.max(0, run.events + cursor.number) : cursor.number;
  if (number > last) {
    if (cursor.key !== undefined) return anew(run, compact);
    return refuse(400, `the run has ${last} events`);
  }
  if (!run.keeps(number)) return anew(run, compact);
  // An EventSource would reconnect forever.
  if (hasEnded && cursor.isHeader && isRead && number === last) return refuse(204, '');
  return { run, first: [], after: number };
}

/**
 * Replies with all events that the run keeps.
 * @param {Run} run
 * @param {Settings['compact']} compact
 * @returns {Reply}
 */
function all(run, compact) {
  const text = run.read();
  const events = eventsOf(text);
  const first = compact ? compact(events) : events;
  return { run, first, after: text === '' ? undefined : run.last };
}

/**
 * Resets a client whose events belong to another run or are no longer kept.
 * @param {Run} run
 * @param {Settings['compact']} compact
 */
function anew(run, compact) {
  const reply = compact || !run.keeps(0) ? all(run, compact) : { run, first: [], after: 0 };
  return { ...reply, first: [{ event: RESET, data: '{}' }, ...reply.first] };
}

module.exports = { replyTo };
