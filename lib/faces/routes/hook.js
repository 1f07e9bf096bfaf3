'use strict';

/** @import { Exchange } from './routes.js' */

/**
 * What a hook of the application decides: only `true` is a yes. The client never learns why it is a no.
 * @param {Exchange} exchange
 * @param {string} name
 * @param {(request: any) => boolean | Promise<boolean>} hook
 */
async function allows(exchange, name, hook) {
  try {
    return (await hook(exchange.request)) === true;
  } catch (error) {
    exchange.log(error, `${name} failed, which refuses the request`);
    return false;
  }
}

module.exports = { allows };
