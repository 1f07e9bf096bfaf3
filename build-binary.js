'use strict';

/**
 * Builds the binary of this package for this platform: `node node_modules/sluice/build-binary.js`.
 * Requires a Rust toolchain and takes some minutes. `--force` replaces a binary that already loads.
 */

const { spawnSync } = require('node:child_process');
const { copyFileSync, existsSync, rmSync } = require('node:fs');
const path = require('node:path');
const { binaryName, platformName } = require('./lib/core/binary/platform.js');

const LIBRARIES = new Map([
  ['darwin', 'libsluice.dylib'],
  ['win32', 'sluice.dll'],
]);

/** @param {string} message */
function fail(message) {
  console.error(`sluice: ${message}`);
  process.exit(1);
}

function loads() {
  try {
    require('./lib/core/binding.js');
    return true;
  } catch {
    return false;
  }
}

if (!process.argv.includes('--force') && loads()) {
  console.log(`sluice: a binary for ${platformName()} already loads; use --force to rebuild it`);
  process.exit(0);
}

const environment = { ...process.env };
delete environment.CARGO_BUILD_TARGET;
// A library for musl must link libc dynamically, as Node.js does.
if (platformName().includes('musl')) {
  environment.RUSTFLAGS = `${environment.RUSTFLAGS ?? ''} -C target-feature=-crt-static`;
}
const target = process.env.CARGO_TARGET_DIR ?? path.join(__dirname, 'target');
console.log(`sluice: building the binary for ${platformName()}, which takes some minutes`);
const { status, error } = spawnSync('cargo', ['build', '--release', '--locked', '--lib'], {
  cwd: __dirname,
  env: { ...environment, CARGO_TARGET_DIR: target },
  stdio: 'inherit',
});
if (error) {
  fail('cargo cannot be started: install the Rust toolchain from https://rustup.rs, and try again');
}
if (status !== 0) fail('cargo failed; its message is above');

const library = path.join(target, 'release', LIBRARIES.get(process.platform) ?? 'libsluice.so');
copyFileSync(library, path.join(__dirname, binaryName()));
// In an application, only this build uses the intermediate files, which take some 100 MB.
const isClone = existsSync(path.join(__dirname, 'package-lock.json'));
if (!isClone && !process.env.CARGO_TARGET_DIR) rmSync(target, { recursive: true, force: true });
console.log(`sluice: built ${binaryName()}`);
