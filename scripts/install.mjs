import { readFileSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './process.mjs';

function packages(lockfile) {
  try {
    return JSON.parse(readFileSync(path.join(root, lockfile), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Returns true if node_modules matches package-lock.json. */
export function installed() {
  const wanted = packages('package-lock.json');
  const present = packages('node_modules/.package-lock.json');
  if (!present) return false;
  return Object.entries(wanted).every(
    ([name, { version, optional }]) =>
      name === '' || present[name]?.version === version || (optional && !present[name]),
  );
}

/**
 * Installs the npm packages if they are missing or differ from package-lock.json. Resolves with an
 * exit code.
 */
export async function install() {
  if (installed()) return 0;
  console.log('sluice: installing npm packages');
  return npm('ci', '--no-audit', '--no-fund');
}
