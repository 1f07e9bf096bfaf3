'use strict';

/** An option has the same name on every face. Some options have an alias. */

const { typeError } = require('./error.js');

const ALIASES = /** @type {const} */ ({
  lastEventId: 'lastEventID',
  maxLifetime: 'timeout',
  maxQueueEvents: 'eventBufferSize',
  pingInterval: 'heartbeatInterval',
});

/** @typedef {keyof typeof ALIASES} Aliased */

/** @type {Map<PropertyKey, string>} */
const otherNames = new Map(
  Object.entries(ALIASES).flatMap(([name, alias]) => [
    [name, alias],
    [alias, name],
  ]),
);

/** @type {(message: string, options?: ErrorOptions) => TypeError} */
const invalid = (message, options) => typeError('ERR_SSE_OPTION', message, options);

/**
 * Returns the name under which an option was given, for error messages, and its value.
 * @param {object} given
 * @param {Aliased} name
 * @returns {[name: string, value: unknown]}
 */
function named(given, name) {
  const alias = ALIASES[name];
  const { [name]: value, [alias]: other } = /** @type {Record<string, unknown>} */ (given);
  if (value === undefined && other !== undefined) return [alias, other];
  if (other !== undefined && !Object.is(value, other)) {
    throw invalid(
      `\`${alias}\` is an alias of \`${name}\`, but their values differ: set only \`${name}\``,
    );
  }
  return [name, value];
}

/**
 * Returns only these options, under the names that were used.
 * @param {object} given
 * @param {...Aliased} names
 * @returns {Record<string, any>}
 */
function pick(given, ...names) {
  return Object.fromEntries(names.map((name) => named(given, name)));
}

/**
 * Merges options into defaults. Undefined options are ignored.
 * @template {object} Options
 * @param {Options} defaults
 * @param {Partial<Options>} given
 * @returns {Options}
 */
function over(defaults, given) {
  const all = /** @type {any} */ ({ ...defaults });
  const own = /** @type {any} */ (given);
  const names = Reflect.ownKeys(given).filter((name) => own[name] !== undefined);
  for (const name of names) delete all[otherNames.get(name) ?? name];
  for (const name of names) all[name] = own[name];
  return all;
}

module.exports = { invalid, named, over, pick };
