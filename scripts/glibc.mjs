import { readFileSync } from 'node:fs';

/** The oldest glibc that the published binaries support: that of RHEL 7, from 2012. */
export const OLDEST_GLIBC = '2.17';

/** Compares versions such as 2.9 and 2.17. */
function compare(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const parts = Math.max(left.length, right.length);
  for (let at = 0; at < parts; at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Returns the newest version of glibc whose symbols a binary for Linux needs. It reads the names of
 * all versions in the file, so the result may be too new, but never too old.
 */
export function neededGlibc(file) {
  const text = readFileSync(file, 'latin1');
  const versions = [...text.matchAll(/GLIBC_(\d+(?:\.\d+)+)/g)].map(([, version]) => version);
  return versions.sort(compare).at(-1);
}

/** Whether a binary runs with the oldest glibc that is supported. */
export function isPortable(file) {
  const needed = neededGlibc(file);
  return needed !== undefined && compare(needed, OLDEST_GLIBC) <= 0;
}
