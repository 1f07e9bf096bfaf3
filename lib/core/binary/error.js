'use strict';

/** The error for a binary that is missing or cannot be loaded. */

/** @import { Diagnosis } from './refusal.js' */

const { SluiceError } = require('../error.js');
const { hasBinary, isBundled, isClone, platformPackages, root } = require('./installed.js');
const { SUPPORTED, binaryName, glibcVersion, platformName } = require('./platform.js');
const { BUILD, REINSTALL, refusal } = require('./refusal.js');

const DOCS = 'https://github.com/sluice-sse/sluice/blob/main/docs/install.md';
const EXTERNAL =
  'Leave the package outside the bundle: with esbuild, run "esbuild --external:sluice …"; ' +
  "with webpack and Rollup, list 'sluice' in `external`(s); in Next.js, set " +
  "`serverExternalPackages: ['sluice']`.";

/**
 * Returns the messages of an error and of its causes.
 * @param {unknown} error
 * @returns {string[]}
 */
function messagesOf(error) {
  const messages = [];
  // The loader chains one error for each file that it tries.
  for (let at = error; at instanceof Error && messages.length < 100; at = at.cause) {
    messages.push(at.message);
  }
  return messages;
}

/** Messages that only report a missing file of the loader's list. */
const NOT_FOUND = /^Cannot find (native binding|module|package)|^Unsupported (OS|arch)/;

/** @returns {Diagnosis} */
function missing() {
  const platform = platformName();
  const name = `sluice-${platform}`;
  if (isClone()) {
    return { found: `The clone in ${root} is not built.`, action: 'Run "npm run build" there.' };
  }
  if (!SUPPORTED.includes(platform)) {
    return { found: 'No binary is published for this platform.', action: BUILD };
  }
  const installed = platformPackages();
  if (installed.includes(name) && !hasBinary(platform)) {
    return {
      found: `The package ${name} lacks ${binaryName()}, which a build step has not copied.`,
      action: `Copy the whole folder node_modules/${name}, or run "npm install" again.`,
    };
  }
  if (installed.length > 0) {
    const [os, arch] = platform.split('-');
    const libc = installed.find((other) => other.startsWith(`sluice-${os}-${arch}-`));
    return {
      found: libc
        ? `The optional package ${name} is missing. ${libc} is installed, for another libc.`
        : `The optional package ${name} is missing. Installed for another platform: ${installed}.`,
      action: REINSTALL,
    };
  }
  return {
    found: `The optional package ${name} is missing.`,
    action:
      'Run "npm install --include=optional". If package-lock.json comes from another platform, ' +
      `delete it and node_modules first. If sluice comes from a tarball, install ${name} from ` +
      'its tarball too.',
  };
}

/**
 * @param {string[]} messages
 * @returns {Diagnosis}
 */
function diagnose(messages) {
  const { NAPI_RS_NATIVE_LIBRARY_PATH: override } = process.env;
  const known = refusal(messages);
  if (override && !known) {
    return {
      found: `NAPI_RS_NATIVE_LIBRARY_PATH is ${override}, which cannot be loaded.`,
      action: 'Correct or unset this variable.',
    };
  }
  if (known) return known;
  if (isBundled()) {
    return { found: 'sluice is part of a bundle, without its binary.', action: EXTERNAL };
  }
  const other = messages.find((message) => !NOT_FOUND.test(message));
  return other ? { found: `The system refuses to load it: ${other}`, action: BUILD } : missing();
}

/**
 * @param {Diagnosis} diagnosis
 * @param {unknown} [cause]
 */
function describe({ found, action }, cause) {
  const libc = process.platform === 'linux' ? `, glibc ${glibcVersion() ?? 'not found'}` : '';
  const lines = [
    `sluice cannot load its binary for ${platformName()} (Node.js ${process.version}${libc}).`,
    found,
    action,
    `Platforms with a binary: ${SUPPORTED.join(', ')}.`,
    `See ${DOCS}`,
  ];
  return new SluiceError('ERR_SSE_BINARY', lines.join('\n'), { cause });
}

/**
 * Converts an error of the loader.
 * @param {unknown} error
 */
const binaryError = (error) => describe(diagnose(messagesOf(error)), error);

/**
 * Returns the error for a loader that returns something other than the binding.
 * @param {unknown} value
 */
function notABinding(value) {
  const what = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value;
  return describe({ found: `A bundler has replaced the binary by ${what}.`, action: EXTERNAL });
}

module.exports = { binaryError, notABinding };
