'use strict';

/** How sluice is installed: as a package, as a clone, or inside a bundle. */

const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { binaryName } = require('./platform.js');

/** The folder of the package, or an unrelated folder if a bundler has moved this code. */
const root = typeof __dirname === 'string' ? path.join(__dirname, '../../..') : undefined;

/** @param {string[]} names */
const has = (...names) => root !== undefined && existsSync(path.join(root, ...names));

/** Whether this code is part of a bundle. */
const isBundled = () => !has('binding.js') || !has('lib/core/binary/installed.js');

/** Whether this is a clone of the repository. npm never packs a lock file. */
const isClone = () => has('package-lock.json') && has('Cargo.toml');

/** The folders in which npm, pnpm and Yarn install the platform packages. */
const folders = () =>
  root === undefined ? [] : [path.dirname(root), path.join(root, 'node_modules')];

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Returns the names of the installed platform packages. */
const platformPackages = () =>
  [...new Set(folders().flatMap(namesIn))].filter((name) => /^sluice-\w+-\w+(-\w+)?$/.test(name));

/**
 * Whether a platform package contains its binary.
 * @param {string} platform
 */
const hasBinary = (platform) =>
  folders().some((folder) =>
    existsSync(path.join(folder, `sluice-${platform}`, binaryName(platform))),
  );

module.exports = { hasBinary, isBundled, isClone, platformPackages, root };
