'use strict';

/** The current platform, and the platforms that have a binary. */

/** The platforms of `napi.targets` in package.json, by the names of their packages. */
const SUPPORTED = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
];

/** Returns the version of glibc, or undefined on other systems, such as Alpine with musl. */
function glibcVersion() {
  const { report } = process;
  // Otherwise the report would look up the host names of all peers.
  const settings = /** @type {{ excludeNetwork?: boolean }} */ (report);
  const before = settings.excludeNetwork;
  settings.excludeNetwork = true;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    report.getReport()
  );
  settings.excludeNetwork = before;
  return header.glibcVersionRuntime;
}

/** Returns the third part of the platform's name, as binding.js expects it. */
function abi() {
  const { arch, platform } = process;
  if (platform === 'linux') {
    const libc = glibcVersion() ? 'gnu' : 'musl';
    return arch === 'arm' ? `-${libc}eabihf` : `-${libc}`;
  }
  if (platform === 'win32') return '-msvc';
  return platform === 'android' && arch === 'arm' ? '-eabi' : '';
}

/** Returns the name of this platform, such as `linux-x64-gnu`. */
const platformName = () => `${process.platform}-${process.arch}${abi()}`;

/** Returns the name of the binary of a platform. */
const binaryName = (name = platformName()) => `sluice.${name}.node`;

module.exports = { SUPPORTED, binaryName, glibcVersion, platformName };
