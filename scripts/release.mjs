// Releases a version: npm run release -- VERSION|major|minor|patch [--dry-run]
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { copyRepository, must, packStage } from './pack.mjs';
import { root } from './process.mjs';
import { closeSection, isDated } from './release/changelog.mjs';
import { setVersion } from './release/files.mjs';
import { tryRelease } from './release/trial.mjs';
import { nextVersion } from './release/version.mjs';

const USAGE = 'usage: npm run release -- VERSION|major|minor|patch [--dry-run]';

function fail(message) {
  console.error(`sluice: ${message}`);
  process.exit(1);
}

function readArguments() {
  try {
    const options = { 'dry-run': { type: 'boolean', default: false } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length === 1) return { wanted: positionals[0], isDry: values['dry-run'] };
  } catch {
    // An unknown option.
  }
  return fail(USAGE);
}

const git = (...args) => must('git', args, root).trim();

/** Sets the version and closes the section of the changelog. Returns the version. */
function bump(directory, wanted) {
  const { version: present } = JSON.parse(
    readFileSync(path.join(directory, 'package.json'), 'utf8'),
  );
  const file = path.join(directory, 'CHANGELOG.md');
  const text = readFileSync(file, 'utf8');
  const version = nextVersion(present, wanted, isDated(text, present));
  const date = new Date().toISOString().slice(0, 10);
  const changelog = closeSection(text, version, date);
  setVersion(directory, present, version);
  writeFileSync(file, changelog);
  return version;
}

/** Packs a copy and tests the packages in an empty folder. */
function packAndTry(stage, temporary) {
  const tarballs = path.join(temporary, 'tarballs');
  mkdirSync(tarballs);
  const release = packStage(stage, tarballs);
  tryRelease(path.join(temporary, 'application'), release);
  for (const { tarball } of [release.root, release.platform]) {
    console.log(`sluice: packed and tried ${path.basename(tarball)}`);
  }
}

async function release(wanted, isDry, temporary) {
  if (!isDry && git('status', '--porcelain') !== '') {
    throw new Error('The repository has changes that are not committed: commit them first');
  }
  const stage = path.join(temporary, 'stage');
  if (isDry) {
    // Changes only a copy, and packs the existing binary or a new one.
    if ((await build()) !== 0) throw new Error('The build failed');
    copyRepository(stage);
    const version = bump(stage, wanted);
    packAndTry(stage, temporary);
    console.log(`sluice: the dry run of ${version} succeeded; nothing was changed`);
    return;
  }
  const version = bump(root, wanted);
  console.log(`sluice: set the version to ${version}; "git restore ." undoes this`);
  if ((await build()) !== 0) throw new Error('The build failed');
  copyRepository(stage);
  packAndTry(stage, temporary);
  git('commit', '--all', '--message', `Version ${version}`);
  git('tag', '--annotate', `v${version}`, '--message', `Version ${version}`);
  console.log(`sluice: committed and tagged v${version}; CI publishes it after:`);
  console.log('  git push --follow-tags');
}

const { wanted, isDry } = readArguments();
const temporary = mkdtempSync(path.join(tmpdir(), 'sluice-release-'));
try {
  await release(wanted, isDry, temporary);
} catch (error) {
  console.error(`sluice: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
