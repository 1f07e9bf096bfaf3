import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './process.mjs';

const SOURCES = ['src', 'Cargo.toml', 'Cargo.lock', 'build.rs'];

function libc() {
  return process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl';
}

/** The name of this platform in the napi CLI. */
export function platform() {
  const { platform: os, arch } = process;
  if (os === 'linux') return `${os}-${arch}-${libc()}`;
  if (os === 'win32') return `${os}-${arch}-msvc`;
  return `${os}-${arch}`;
}

/** The name of the binary that the build creates for this platform. */
export function binary() {
  return `sluice.${platform()}.node`;
}

function newest(file) {
  const stats = statSync(file);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

/** Returns true if the binary exists and no source is newer. */
export function built() {
  const file = path.join(root, binary());
  if (!existsSync(file)) return false;
  const sources = SOURCES.map((name) => newest(path.join(root, name)));
  return statSync(file).mtimeMs >= Math.max(...sources);
}

/** Builds the release binary if it is missing or out of date. Resolves with an exit code. */
export async function build() {
  if (built()) return 0;
  console.log('sluice: building the Rust core, which takes some minutes the first time');
  const start = performance.now();
  const code = await npm('run', '--silent', 'build');
  if (code !== 0) return code;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const megabytes = (statSync(path.join(root, binary())).size / 1e6).toFixed(1);
  console.log(`sluice: built the Rust core in ${seconds} s: ${megabytes} MB`);
  return 0;
}
