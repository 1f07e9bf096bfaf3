import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Replaces a text in a file. The text must occur once, or at least once if `isRepeated`. */
function replace(directory, file, from, to, isRepeated) {
  const name = path.join(directory, file);
  const parts = readFileSync(name, 'utf8').split(from);
  const found = parts.length - 1;
  if (found === 0 || (found > 1 && !isRepeated)) {
    throw new Error(`${file} contains ${JSON.stringify(from)} ${found} times: correct its version`);
  }
  writeFileSync(name, parts.join(to));
}

/** Sets the version in every file of a repository that contains it, apart from the changelog. */
export function setVersion(directory, present, version) {
  if (version === present) return;
  const set = (file, line, isRepeated = false) =>
    replace(directory, file, line(present), line(version), isRepeated);
  const json = (at) => `"version": "${at}",`;
  set('package.json', json);
  for (const name of readdirSync(path.join(directory, 'npm')))
    set(`npm/${name}/package.json`, json);
  set('lib/faces/digipair/schema.json', json);
  // The lock file has the version twice, and other packages may have the same one.
  const root = (at) => `"name": "sluice",\n  "version": "${at}",`;
  set('package-lock.json', root);
  set('package-lock.json', (at) => root(at).replaceAll('\n  ', '\n      '));
  set('Cargo.toml', (at) => `name = "sluice"\nversion = "${at}"\n`);
  set('Cargo.lock', (at) => `name = "sluice"\nversion = "${at}"\n`);
  // The build generates this file. A test compares it with a newly generated one.
  set('binding.js', (at) => `bindingPackageVersion !== '${at}'`, true);
  set('binding.js', (at) => `version mismatch, expected ${at} but got`, true);
}
