import { spawnSync } from 'node:child_process';

/** Why instructions cannot be counted here; false if they can. */
export function notCounted() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the figures are of Linux on x64, not of ${process.platform} on ${process.arch}`;
  }
  if (spawnSync('valgrind', ['--version']).status !== 0) {
    return 'valgrind is missing (Debian: apt-get install valgrind)';
  }
  return false;
}
