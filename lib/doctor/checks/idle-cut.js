'use strict';

/** Checks whether the stream ended while it was watched. */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function idleCut({ recording: { end, watched, arrivals } }) {
  const seconds = (watched / 1000).toFixed(1);
  if (end === 'open')
    return { level: 'ok', message: `open for ${seconds} s; --wait watches longer` };
  const last = arrivals.at(-1)?.at ?? 0;
  const idle = ((watched - last) / 1000).toFixed(1);
  return {
    level: end === 'cut' ? 'problem' : 'warning',
    message:
      `the stream ${end === 'cut' ? 'was cut' : 'ended'} after ${seconds} s, ` +
      `${idle} s after the last bytes`,
    fix: [
      'If the server did not end it, send pings more often than the shortest proxy timeout.',
      'sluice: pingInterval: 15_000.',
      'nginx: proxy_read_timeout 1h;',
      'HAProxy: timeout tunnel 1h, and timeout server above the ping interval.',
      'AWS ALB: idle timeout above the ping interval (default 60 s).',
    ],
  };
}

module.exports = { idleCut };
