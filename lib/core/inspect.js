'use strict';

/** How `util.inspect()`, and so `console.log()`, shows the objects of the public API. */

/** @import { InspectOptions } from 'node:util' */

/** @typedef {typeof import('node:util').inspect} Inspect */
/** @typedef {InspectOptions & { stylize: (text: string, style: string) => string }} Options */
/**
 * The arguments of a method `util.inspect.custom`.
 * @typedef {[depth: number, options: Options, inspect: Inspect]} Asked
 */

/**
 * @param {string} name of the class
 * @param {Record<string, unknown>} fields those that are undefined are left out
 * @param {Asked} asked
 */
function show(name, fields, [depth, options, inspect]) {
  if (depth < 0) return options.stylize(`[${name}]`, 'special');
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const within = options.depth === null ? null : (options.depth ?? 2) - 1;
  return `${name} ${inspect(Object.fromEntries(known), { ...options, depth: within })}`;
}

module.exports = { show };
