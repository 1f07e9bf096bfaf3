'use strict';

/** Adds a header name to `Vary`, which tells caches that the response depends on that header. */

/**
 * @param {unknown} current the value of `Vary` so far
 * @param {string} name
 */
function varyBy(current, name) {
  const header = [current ?? []].flat().join(', ');
  const names = header.toLowerCase().split(/\s*,\s*/);
  if (names.includes(name.toLowerCase()) || names.includes('*')) return header;
  return header ? `${header}, ${name}` : name;
}

module.exports = { varyBy };
