'use strict';

/** Checks whether a proxy buffers events and sends several at once. */

/** @import { Check } from '../examine.js' */
/** @import { Recording } from '../recording.js' */

/** The largest delay of an event that was not held back, in milliseconds. */
const LATE = 500;
/** The shortest pause before a bunch, in milliseconds. */
const PAUSE = 1500;
/** How many frames make a bunch. */
const BUNCH = 3;
/** How many bunches cause a warning: fewer may be a coincidence. */
const BUNCHES = 2;

const FIX = [
  'nginx: proxy_buffering off; in the location. sluice sends X-Accel-Buffering: no, which does',
  '  the same unless proxy_ignore_headers or proxy_hide_header names it.',
  'Apache: SetEnv proxy-sendchunked 1, and flushpackets=on for ProxyPass.',
  'A CDN or a load balancer: turn response buffering off for this path.',
];

/** @type {Check} */
function buffering({ recording, direct }) {
  if (direct) return compare(recording, direct);
  const { arrivals } = recording;
  // The first bytes may be a replay.
  const bunches = arrivals.filter(({ at, frames }, index) => {
    const before = arrivals[index - 1];
    return before !== undefined && frames >= BUNCH && at - before.at >= PAUSE;
  });
  if (bunches.length >= BUNCHES) {
    return {
      level: 'warning',
      message: `events arrive in bunches: ${bunches.length} times, ${BUNCH} or more after a pause`,
      fix: [...FIX, 'To confirm, compare with the server itself: --direct URL.'],
    };
  }
  if (arrivals.length === 0) return undefined;
  return { level: 'ok', message: 'no bunches; --direct URL compares with the server itself' };
}

/**
 * Compares the arrival times of the same events.
 * @param {Recording} recording
 * @param {Recording} direct
 * @returns {ReturnType<Check>}
 */
function compare(recording, direct) {
  const times = new Map(direct.blocks.map((block) => [keyOf(block), block.at]));
  const delays = recording.blocks.flatMap((block) => {
    const time = times.get(keyOf(block));
    return time === undefined ? [] : [block.at - time];
  });
  const missing = direct.blocks.length - delays.length;
  if (direct.blocks.length === 0) {
    return {
      level: 'note',
      message: 'no event has arrived directly either: send some while the doctor watches',
    };
  }
  const worst = Math.max(0, ...delays);
  if (worst <= LATE && missing === 0) {
    return {
      level: 'ok',
      message: `${delays.length} events, at most ${Math.round(worst)} ms later than directly`,
    };
  }
  return {
    level: 'problem',
    message:
      `events are held back: ${missing} of ${direct.blocks.length} have not arrived, ` +
      `the others up to ${Math.round(worst)} ms later than directly`,
    fix: FIX,
  };
}

/** @param {{ id: string | undefined, data: string | undefined }} block */
const keyOf = ({ id, data }) => JSON.stringify([id, data]);

module.exports = { buffering };
