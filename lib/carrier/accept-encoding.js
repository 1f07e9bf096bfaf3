'use strict';

/** Reads `Accept-Encoding` (RFC 9110, section 12.5.3). */

/** A coding with an optional weight. */
const ITEM = /^([^\s;,]+)(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;
/** Names that old clients use. */
const ALIASES = new Map([['x-gzip', 'gzip']]);

/**
 * Returns the coding that the client prefers, or undefined for no coding. The first coding wins a
 * tie. Without the header, there is no coding.
 * @template {string} Coding
 * @param {string | string[] | undefined} header
 * @param {readonly Coding[]} codings
 * @returns {Coding | undefined}
 */
function preferred(header, codings) {
  const weights = weightsOf(String(header ?? ''));
  const others = weights.get('*') ?? 0;
  // Without a weight, `identity` is the fallback for clients that accept nothing else.
  let best = weights.get('identity') ?? 0;
  /** @type {Coding | undefined} */
  let found;
  for (const coding of codings) {
    const weight = weights.get(coding) ?? others;
    if (weight > best || (weight === best && weight > 0 && !found)) {
      best = weight;
      found = coding;
    }
  }
  return found;
}

/** @param {string} header */
function weightsOf(header) {
  /** @type {Map<string, number>} */
  const weights = new Map();
  for (const item of header.split(',')) {
    const [, name, weight = '1'] = ITEM.exec(item.trim()) ?? [];
    if (name === undefined) continue;
    const coding = name.toLowerCase();
    weights.set(ALIASES.get(coding) ?? coding, Number(weight));
  }
  return weights;
}

module.exports = { preferred };
