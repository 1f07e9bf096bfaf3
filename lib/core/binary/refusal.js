'use strict';

/** Recognizes why the system, or Node.js, refuses to load a binary that exists. */

const { glibcVersion } = require('./platform.js');

/** @typedef {{ found: string, action: string }} Diagnosis */

const REINSTALL = 'Delete node_modules, then run "npm install" on this system.';
const BUILD =
  'Build a binary on this system, which takes a Rust toolchain (https://rustup.rs): ' +
  'run "node node_modules/sluice/build-binary.js".';

/** @returns {Diagnosis} */
function addonsDisabled() {
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (flags.includes('--no-addons')) {
    return {
      found: 'Node.js runs with --no-addons, so it loads no addon.',
      action: 'Start Node.js without --no-addons.',
    };
  }
  // Its name in Node.js 20 is --experimental-permission.
  const [flag] = /--(experimental-)?permission/.exec(flags) ?? ['--permission'];
  return {
    found: `Node.js runs with ${flag} but without --allow-addons.`,
    action: `Start Node.js with --allow-addons too: run "node ${flag} --allow-addons …".`,
  };
}

/** @type {[RegExp, (match: RegExpExecArray) => Diagnosis][]} */
const REFUSALS = [
  [/loading addons is disabled/, addonsDisabled],
  [
    /Access to this API has been restricted/,
    () => ({
      found: 'Node.js runs with --permission, and may not read the file of the binary.',
      action: 'Start Node.js with --allow-fs-read for the folder node_modules, and --allow-addons.',
    }),
  ],
  [
    /version `(GLIBC_([\d.]+))' not found/,
    ([, , wanted]) => ({
      found: `The binary needs glibc ${wanted}, but this system has glibc ${glibcVersion()}.`,
      action: BUILD,
    }),
  ],
  [
    /libc\.musl-|ld-musl-/,
    () => ({
      found: 'The binary is for musl (Alpine Linux), but this system has glibc.',
      action: REINSTALL,
    }),
  ],
  [
    /ld-linux|libc\.so\.6|symbol not found/,
    () => ({
      found: 'The binary is for glibc, but this system has musl (Alpine Linux).',
      action: REINSTALL,
    }),
  ],
  [
    /invalid ELF header|wrong ELF class|file too short|Exec format|mach-o|incompatible arch|Win32/i,
    ([text]) => ({
      found: `The binary is damaged, or for another platform (${text}).`,
      action: REINSTALL,
    }),
  ],
  [
    /failed to map segment|noexec|Operation not permitted/i,
    ([text]) => ({
      found: `The file system does not allow programs (${text}).`,
      action: 'Move node_modules to a file system that is mounted without "noexec".',
    }),
  ],
];

/**
 * Returns the diagnosis of the first message that is known.
 * @param {string[]} messages
 * @returns {Diagnosis | undefined}
 */
function refusal(messages) {
  for (const [pattern, diagnose] of REFUSALS) {
    for (const message of messages) {
      const match = pattern.exec(message);
      if (match) return diagnose(match);
    }
  }
  return undefined;
}

module.exports = { BUILD, REINSTALL, refusal };
