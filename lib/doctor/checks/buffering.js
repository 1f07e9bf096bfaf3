'use strict';

/** Whether something holds bytes back until it has many. */

/** @import { Check } from '../examine.js' */
/** @import { Recording } from '../recording.js' */

/** Later than this, in milliseconds, an event was held back. */
const LATE = 500;
/** A pause between two arrivals, in milliseconds, in which a timer would have sent something. */
const PAUSE = 1500;
/** How many frames make a bunch, and how many bunches are no accident. */
const BUNCH = 3;
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
      fix: [...FIX, 'To be sure, compare with the server itself: --direct URL.'],
    };
  }
  if (arrivals.length === 0) return undefined;
  return { level: 'ok', message: 'no bunches; --direct URL compares with the server itself' };
}

/**
 * Compares when the same events have arrived.
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
      message: 'no event has arrived directly either: send some while it watches',
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
