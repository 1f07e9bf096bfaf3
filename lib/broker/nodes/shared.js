'use strict';

/** Describes one of this node's clients for the other nodes. */

/** @import { Clients } from '../clients.js' */
/** @import { Shared } from './messages.js' */

const { shownOf } = require('../broker-client.js');

/** The maximum number of topics of which a client is a member. */
const MAX_TOPICS = 1000;

/**
 * @param {Clients} clients
 * @param {string} id
 * @returns {Shared | undefined} undefined if the id has no client and no session
 */
function describe({ byId, sessions }, id) {
  const client = byId.get(id);
  if (!client) return sessions.get(id) && { id, live: false };
  const data = shownOf(client);
  if (data === undefined) return { id, live: true };
  const topics = Array.from(client.topics).slice(0, MAX_TOPICS);
  return { id, live: true, data, topics };
}

module.exports = { describe };
