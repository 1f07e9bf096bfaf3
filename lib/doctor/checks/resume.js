'use strict';

/** Checks whether events have ids, which a client needs to resume. */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function resume({ recording: { blocks } }) {
  const events = blocks.filter(({ data }) => data !== undefined);
  if (events.length === 0) return undefined;
  if (blocks.some(({ id }) => id !== undefined)) return { level: 'ok', message: 'events have ids' };
  return {
    level: 'note',
    message: `${events.length} events had no id: a client that reconnects misses what was sent`,
    fix: ['Send the events through a channel with a history, which gives them ids.'],
  };
}

module.exports = { resume };
