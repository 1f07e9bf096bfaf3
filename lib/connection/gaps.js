'use strict';

/** Reports gaps: events that a client missed and that cannot be replayed. */

/** @import { Gap } from '../../index.js' */
/** @import { Link } from './link.js' */

/** @typedef {{ channel: any } | { topic: string } | { events: number }} Missed */

const { gapOf } = require('../carrier/cursor.js');
const { runAll } = require('../core/listeners.js');
const event = require('./event.js');
const report = require('./report.js');

/** The event that tells a client that events are missing. */
const RESET = 'sluice.reset';

/**
 * @param {Link} link
 * @param {Missed[]} all
 */
function reportGaps(link, all) {
  const { connection, cursor = '', number, onGap } = link;
  const gaps = /** @type {Gap[]} */ (all.map((missed) => gapOf(missed, cursor)));
  for (const gap of gaps) report.missed(link, gap);
  runAll(
    gaps.flatMap((gap) => [
      () => connection.emit('gap', gap),
      () => typeof onGap === 'function' && onGap(/** @type {any} */ (connection), gap),
    ]),
  );
  if (onGap === 'reset' && gaps.length > 0)
    event.sendToConnection(number, { event: RESET, data: {} });
}

module.exports = { RESET, reportGaps };
