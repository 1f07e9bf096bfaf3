'use strict';

/** The files of the page, by name. They are read on first use. */

const { readFileSync } = require('node:fs');
const path = require('node:path');

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const NAMES = [
  'page.js',
  'channels.js',
  'chart.js',
  'format.js',
  'style.css',
  'panels.css',
  'icon.svg',
];

/** @type {Map<string, string>} */
const files = new Map([
  ['', 'index.html'],
  ...NAMES.map((name) => /** @type {const} */ ([name, name])),
]);
/** @type {Map<string, { type: string, body: Buffer }>} */
const read = new Map();

/**
 * Returns undefined for any other name, so a request cannot choose a path.
 * @param {string} name
 */
function get(name) {
  const file = files.get(name);
  if (file === undefined) return undefined;
  let found = read.get(file);
  if (!found) {
    const body = readFileSync(path.join(__dirname, 'page', file));
    found = { type: TYPES[path.extname(file)], body };
    read.set(file, found);
  }
  return found;
}

module.exports = { get };
