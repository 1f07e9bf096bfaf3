import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../process.mjs';

const TARGET = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' }[
  process.arch
];
const FOLDER = path.join(root, 'target/asan');
const SUPPRESSIONS = path.join(root, '__test__/core/memory/lsan.supp');

/** The runtime of the sanitizer. Node is not built with it, so it must be loaded before Node. */
function runtime() {
  if (process.platform !== 'linux' || !TARGET) return undefined;
  const answer = spawnSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  const file = answer.stdout?.trim();
  return file && path.isAbsolute(file) && existsSync(file) ? file : undefined;
}

/** Why the sanitizer is unavailable, or undefined. */
export const noSanitizer = () =>
  runtime() ? undefined : 'the libasan of GCC for Linux is missing (Debian: apt-get install gcc)';

/**
 * Builds the addon with AddressSanitizer, in a separate target folder. Returns the environment in
 * which Node loads it, or undefined if the build fails.
 */
export async function buildSanitized() {
  const args = ['build', '--release', '--locked', '--target', TARGET, '--target-dir', FOLDER];
  const code = await run('cargo', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      // The flag is not stable yet.
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes',
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
      CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
      CARGO_PROFILE_RELEASE_STRIP: 'none',
    },
  });
  if (code !== 0) return undefined;
  const addon = path.join(FOLDER, 'sluice.node');
  copyFileSync(path.join(FOLDER, TARGET, 'release/libsluice.so'), addon);
  return {
    NAPI_RS_NATIVE_LIBRARY_PATH: addon,
    LD_PRELOAD: runtime(),
    // Ignores memory that Node itself leaves at process.exit(): the workload checks for leaks.
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1',
    LSAN_OPTIONS: `suppressions=${SUPPRESSIONS}:print_suppressions=0`,
  };
}
