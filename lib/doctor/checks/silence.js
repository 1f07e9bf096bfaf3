'use strict';

/** Checks whether the stream is silent for so long that a proxy may cut it. */

/** @import { Check } from '../examine.js' */

/** Proxies cut idle streams after 30 to 60 seconds. */
const LONGEST = 30_000;

/** @type {Check} */
function silence({ recording: { arrivals, watched } }) {
  const times = [0, ...arrivals.map(({ at }) => at), watched];
  const longest = Math.max(...times.slice(1).map((time, index) => time - times[index]));
  const seconds = (longest / 1000).toFixed(1);
  const count = arrivals.length;
  if (longest > LONGEST) {
    return {
      level: 'warning',
      message: `silent for ${seconds} s: proxies cut streams that are silent for 30 to 60 s`,
      fix: ['Send a comment as a ping every 15 s. sluice: pingInterval: 15_000.'],
    };
  }
  if (count === 0) {
    return {
      level: 'note',
      message: `nothing has arrived in ${seconds} s: watch longer than the ping interval (--wait)`,
    };
  }
  return { level: 'ok', message: `silent for at most ${seconds} s` };
}

module.exports = { silence };
