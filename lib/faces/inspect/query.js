'use strict';

/** Reads the query of a page: which connections it shows, and their order. */

const MAX_SEARCH = 100;
const SORTS = /** @type {const} */ (['queue', 'age', 'number', 'path', 'address', 'transport']);
const ORDERS = /** @type {const} */ (['asc', 'desc']);

/**
 * @typedef {object} Query
 * @property {typeof SORTS[number]} sort
 * @property {typeof ORDERS[number]} order
 * @property {string} search in lower case
 */

/**
 * @param {string} text the query of a URL
 * @returns {{ query: Query, problem: '' } | { query: undefined, problem: string }}
 */
function readQuery(text) {
  const given = new URLSearchParams(text);
  for (const name of ['sort', 'order', 'search']) {
    if (given.getAll(name).length > 1) return wrong(`\`${name}\` may be given once`);
  }
  const sort = SORTS.find((known) => known === (given.get('sort') ?? 'queue'));
  if (!sort) return wrong(`\`sort\` must be one of ${SORTS.join(', ')}`);
  const order = ORDERS.find((known) => known === (given.get('order') ?? 'desc'));
  if (!order) return wrong(`\`order\` must be one of ${ORDERS.join(', ')}`);
  const search = given.get('search') ?? '';
  if (search.length > MAX_SEARCH) {
    return wrong(`\`search\` may have at most ${MAX_SEARCH} characters`);
  }
  return { query: { sort, order, search: search.toLowerCase() }, problem: '' };
}

/** @type {(problem: string) => { query: undefined, problem: string }} */
const wrong = (problem) => ({ query: undefined, problem });

module.exports = { readQuery };
