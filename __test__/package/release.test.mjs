// Tests the release command without changing this repository.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { platform } from '../../scripts/build.mjs';
import { closeSection, isDated } from '../../scripts/release/changelog.mjs';
import { setVersion } from '../../scripts/release/files.mjs';
import { nextVersion } from '../../scripts/release/version.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...parts) => readFileSync(path.join(...parts), 'utf8');
const { version: present } = JSON.parse(read(root, 'package.json'));

const release = (...args) =>
  spawnSync(process.execPath, ['scripts/release.mjs', ...args], { cwd: root, encoding: 'utf8' });

describe('the next version', () => {
  it('is a step, or the given version', () => {
    assert.equal(nextVersion('1.2.3', 'patch', true), '1.2.4');
    assert.equal(nextVersion('1.2.3', 'minor', true), '1.3.0');
    assert.equal(nextVersion('1.2.3', 'major', true), '2.0.0');
    assert.equal(nextVersion('1.2.3', '1.10.0', true), '1.10.0');
  });

  it('is the current version only if it has not been released', () => {
    assert.equal(nextVersion('0.1.0', '0.1.0', false), '0.1.0');
    assert.throws(() => nextVersion('0.1.0', '0.1.0', true), /0\.1\.0 is not newer than 0\.1\.0/);
  });

  it('must not be older or an invalid version', () => {
    assert.throws(() => nextVersion('1.2.3', '1.1.9', true), /choose a newer version/);
    for (const text of ['v2.0.0', '2.0', 'latest', '__proto__', '2.0.0-beta']) {
      assert.throws(() => nextVersion('1.2.3', text, true), /is not a version/);
    }
  });
});

describe('the changelog of a release', () => {
  const text = '# Changelog\n\n## Unreleased\n\n- A change.\n\n## 1.0.0 - 2026-01-01\n\n- Old.\n';

  it('gets the date of the release, and a new empty section', () => {
    assert.equal(
      closeSection(text, '1.1.0', '2026-02-03'),
      '# Changelog\n\n## Unreleased\n\n## 1.1.0 - 2026-02-03\n\n- A change.\n\n' +
        '## 1.0.0 - 2026-01-01\n\n- Old.\n',
    );
  });

  it('accepts the first version, which already has a number', () => {
    const first = closeSection('## 0.1.0 - unreleased\n\n- All.\n', '0.1.0', '2026-02-03');
    assert.equal(first, '## Unreleased\n\n## 0.1.0 - 2026-02-03\n\n- All.\n');
    assert.ok(isDated(first, '0.1.0'));
    assert.ok(!isDated(first, '0.1'));
  });

  it('is rejected without changes', () => {
    const empty = text.replace('- A change.\n\n', '');
    assert.throws(() => closeSection(empty, '1.1.0', '2026-02-03'), /is empty/);
    assert.throws(() => closeSection('# Changelog\n', '1.1.0', '2026-02-03'), /no section/);
  });
});

describe('a release', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-version-'));
  const files = [
    ...['package.json', 'package-lock.json', 'Cargo.toml', 'Cargo.lock', 'binding.js', 'npm'],
    'lib/faces/digipair/schema.json',
  ];

  before(() => {
    mkdirSync(path.join(directory, 'lib/faces/digipair'), { recursive: true });
    for (const file of files) {
      cpSync(path.join(root, file), path.join(directory, file), { recursive: true });
    }
    setVersion(directory, present, '9.8.7');
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('sets the version in every file that contains it', () => {
    const versionIn = (file) => JSON.parse(read(directory, file)).version;
    const lock = JSON.parse(read(directory, 'package-lock.json'));
    assert.equal(versionIn('package.json'), '9.8.7');
    assert.deepEqual([lock.version, lock.packages[''].version], ['9.8.7', '9.8.7']);
    for (const name of readdirSync(path.join(directory, 'npm'))) {
      assert.equal(versionIn(`npm/${name}/package.json`), '9.8.7');
    }
    for (const file of ['Cargo.toml', 'Cargo.lock']) {
      assert.match(read(directory, file), /name = "sluice"\nversion = "9\.8\.7"/);
    }
    assert.ok(!read(directory, 'binding.js').includes(`'${present}'`));
  });

  it('changes nothing else in these files', () => {
    for (const file of files.filter((name) => name !== 'npm')) {
      const [before, now] = [root, directory].map((base) => read(base, file).split('\n'));
      assert.equal(now.length, before.length, file);
      const changed = now.filter((line, index) => line !== before[index]);
      assert.ok(changed.length > 0, file);
      for (const line of changed) assert.ok(line.includes('9.8.7'), line);
    }
  });

  it('is rejected without a version or with an unknown option', () => {
    for (const args of [[], ['minor', 'major'], ['minor', '--force']]) {
      const { status, stderr } = release(...args);
      assert.equal(status, 1);
      assert.match(stderr, /usage: npm run release/);
    }
  });

  it('is packed, installed offline and tried in a dry run that changes no files', () => {
    const texts = () => [...files.slice(0, 5), 'CHANGELOG.md'].map((file) => read(root, file));
    const before = texts();
    const { status, stdout, stderr } = release('major', '--dry-run');
    assert.equal(status, 0, stderr);
    const next = nextVersion(present, 'major', true);
    for (const name of ['sluice', `sluice-${platform()}`]) {
      assert.ok(stdout.includes(`packed and tried ${name}-${next}.tgz`), stdout);
    }
    assert.match(stdout, /the dry run of .* succeeded; nothing was changed/);
    assert.deepEqual(texts(), before);
  });
});
