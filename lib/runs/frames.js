'use strict';

/** Parses events from frame text that the core has encoded. */

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
    // A field without a value has no space.
    const [, field, value] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
    else if (field === 'event') event = value;
  }
  return data.length > 0 ? { id, event, data: data.join('\n') } : undefined;
}

module.exports = { eventsOf };
