'use strict';

/** Reads the options of a broker that concern other nodes and presence. */

/** @import { SSEBrokerOptions } from '../../../types/broker.js' */
/** @import { BrokerClient } from '../broker-client.js' */
/** @import { Shared } from '../broker-options.js' */

/** @typedef {NonNullable<ReturnType<typeof readNodesOptions>>} NodesOptions */

const { SluiceError } = require('../../core/error.js');
const option = require('../../core/option.js');

/** The maximum length of a member's metadata as JSON, in characters. */
const MAX_METADATA = 4096;

/**
 * @param {SSEBrokerOptions<any>} given
 * @param {Shared | undefined} shared
 */
function readNodesOptions({ presence, ...given }, shared) {
  const onJoin = option.callback('onJoin', given.onJoin);
  const onLeave = option.callback('onLeave', given.onLeave);
  const presenceOf = readPresence(presence);
  const delay = option.time('presenceDelay', given.presenceDelay, 5000);
  // A broker without a backplane and without presence needs no nodes.
  if (!shared && !presenceOf) return undefined;
  return { shared, presenceOf, presence: { delay, onJoin, onLeave } };
}

/**
 * Returns the function that reads a client's metadata for presence.
 * @param {SSEBrokerOptions<any>['presence']} presence
 * @returns {((client: BrokerClient) => unknown) | undefined}
 */
function readPresence(presence) {
  if (typeof presence !== 'function') {
    if (!option.boolean('presence', presence, false)) return undefined;
    return ({ metadata }) => metadataOf(metadata);
  }
  return (client) => metadataOf(presence(/** @type {any} */ (client)));
}

/** @param {unknown} value */
function metadataOf(value) {
  // A copy, because the application may change the object.
  const json = value === undefined ? undefined : JSON.stringify(value);
  if (json === undefined) return undefined;
  if (json.length <= MAX_METADATA) return JSON.parse(json);
  throw new SluiceError(
    'ERR_SSE_OPTION',
    `the metadata for \`presence\` must have at most ${MAX_METADATA} characters as JSON`,
  );
}

module.exports = { readNodesOptions };
