'use strict';

/** Checks how many streams a browser can open. */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function protocol({ recording: { protocol: agreed } }) {
  if (agreed === 'h2') return { level: 'ok', message: 'HTTP/2' };
  if (agreed === undefined) return undefined;
  return {
    level: 'note',
    message: 'HTTP/1.1: a browser opens at most six connections to this origin across all tabs',
    fix: [
      "Share one stream between the tabs: connectSSE(…, { share: true }) of 'sluice/client',",
      'or let a proxy speak HTTP/2 to browsers.',
    ],
  };
}

module.exports = { protocol };
