'use strict';

/** Reads events back from frame text that the core has encoded. */

/** @import { RunEvent } from '../../runs.js' */

/**
 * The events with data, in order.
 * @param {string} text
 */
function eventsOf(text) {
  /** @type {RunEvent[]} */
  const events = [];
  for (const frame of text.split('\n\n')) {
    const event = eventOf(frame);
    if (event) events.push(event);
  }
  return events;
}

/** @param {string} frame */
function eventOf(frame) {
  let id = '';
  /** @type {string | undefined} */
  let event;
  /** @type {string[]} */
  const data = [];
  for (const line of frame.split('\n')) {
    if (line.startsWith('data: ')) data.push(line.slice(6));
    else if (line.startsWith('id: ')) id = line.slice(4);
    else if (line.startsWith('event: ')) event = line.slice(7);
  }
  return data.length > 0 ? { id, event, data: data.join('\n') } : undefined;
}

module.exports = { eventsOf };
