'use strict';

/** @import { SSEBroker } from '../../broker/broker.js' */
/** @import { SetupOptions } from './options.js' */
/** @import { Handler } from './routes.js' */

const { allows } = require('./hook.js');
const { Refusal } = require('./refusal.js');

/**
 * `GET /stats`.
 * @param {SSEBroker} broker
 * @param {SetupOptions} options
 * @returns {Handler}
 */
function statistics(broker, { stats }) {
  return async (exchange) => {
    if (typeof stats === 'function' && !(await allows(exchange, 'stats', stats))) {
      throw new Refusal(403, 'ERR_SSE_STATS_DENIED', 'the statistics are not for everybody');
    }
    const body = { clientCount: broker.clientCount(), topicCount: broker.topics().length };
    return { status: 200, body };
  };
}

module.exports = { statistics };
