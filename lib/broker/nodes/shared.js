'use strict';

/** What a node shares about one of its clients. */

/** @import { Clients } from '../clients.js' */
/** @import { Shared } from './messages.js' */

const { shownOf } = require('../broker-client.js');

/** How many topics of a client have it as a member. */
const MAX_TOPICS = 1000;

/**
 * @param {Clients} clients
 * @param {string} id
 * @returns {Shared | undefined} undefined if there is nothing
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
