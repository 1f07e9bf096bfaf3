'use strict';

/** Adds a header's name to `Vary`, for caches: the answer depends on that header of the request. */

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
