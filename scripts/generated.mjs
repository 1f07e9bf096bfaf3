import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { binary } from './build.mjs';
import { npm, root } from './process.mjs';

const FRESH = 'target/generated';
const GENERATED = ['binding.js', 'binding.d.ts'];

function differs(name) {
  const fresh = readFileSync(path.join(root, FRESH, name), 'utf8');
  return fresh !== readFileSync(path.join(root, name), 'utf8');
}

/**
 * Builds into a separate folder and compares the generated files with the committed ones. If they
 * match, it installs the binary where `binding.js` loads it.
 */
export async function buildAndCompare() {
  const code = await npm(
    ...['run', '--silent', 'build', '--'],
    ...['--output-dir', FRESH, '--', '--locked'],
  );
  if (code !== 0) return code;
  const stale = GENERATED.filter(differs);
  for (const name of stale) {
    console.error(`sluice: ${name} is out of date; run "npm run build" and commit it`);
  }
  if (stale.length > 0) return 1;
  // Renames the file instead of overwriting it, because a running server has the old one mapped.
  const copy = path.join(root, FRESH, `${binary()}.copy`);
  copyFileSync(path.join(root, FRESH, binary()), copy);
  renameSync(copy, path.join(root, binary()));
  return 0;
}
