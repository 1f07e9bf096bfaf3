// Tests the published package: its files, its types and its installation.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary } from '../../scripts/build.mjs';
import { packRelease } from '../../scripts/pack.mjs';
import { FreshApp } from './fresh-app.mjs';
import { attwProblems, publintMessages } from './published-types.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const require = createRequire(import.meta.url);

function filesOf(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
}

/** The files in the completely published folders. */
const folders = ['bin', 'lib', 'types', 'client'].flatMap(filesOf);

/** The files for building a binary on an unsupported platform: the core without its tests. */
const isTest = /(^|\/)tests(\.rs$|\/)|^src\/(fuzz|models)\//;
const sources = [
  ...['Cargo.lock', 'Cargo.toml', 'build-binary.js', 'build.rs'],
  ...filesOf('src').filter((name) => !isTest.test(name)),
];

/** Returns the names of the values that index.d.ts exports, without its types. */
function declaredNames() {
  const ts = require('typescript5');
  const file = path.join(root, 'index.d.ts');
  const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const values = checker
    .getExportsOfModule(module)
    .map((symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    )
    .filter((symbol) => symbol.flags & ts.SymbolFlags.Value);
  return values.map((symbol) => symbol.name).sort();
}

describe('the published package', { skip: process.platform === 'win32' }, () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-package-'));
  let release;
  let app;

  before(() => {
    for (const name of ['stage', 'tarballs']) mkdirSync(path.join(directory, name));
    release = packRelease(path.join(directory, 'stage'), path.join(directory, 'tarballs'));
    app = new FreshApp(path.join(directory, 'app'));
    app.install(release.root.tarball, release.platform.tarball, 'express', 'fastify');
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  it('contains only the entry points, their types and the published folders', () => {
    const names = [
      'backplane',
      'binding',
      'digipair',
      'express',
      'fastify',
      'fetch',
      'index',
      'inspect',
      'metrics',
      'redis',
      'mcp',
      'nats',
      'runs',
      'streams',
      'testing',
    ];
    const entries = names.flatMap((name) => [`${name}.d.ts`, `${name}.js`]);
    const always = ['LICENSE', 'README.md', 'package.json'];
    assert.deepEqual(release.root.files, [...entries, ...always, ...folders, ...sources].sort());
  });

  it('has one binary and its description in each platform package', () => {
    const { files, manifest } = release.platform;
    assert.deepEqual(files, ['README.md', 'package.json', manifest.main]);
    assert.deepEqual(manifest.os, [process.platform]);
    assert.deepEqual(manifest.cpu, [process.arch]);
    assert.equal(manifest.license, 'MIT');
  });

  it('depends on the package of every platform, at its own version', () => {
    const { name, version, optionalDependencies, napi } = release.root.manifest;
    const { parseTriple } = require('@napi-rs/cli');
    const platforms = napi.targets.map((target) => parseTriple(target).platformArchABI);
    const expected = platforms.map((platform) => [`${name}-${platform}`, version]);
    assert.deepEqual(optionalDependencies, Object.fromEntries(expected));
    assert.deepEqual(readdirSync(path.join(root, 'npm')).sort(), platforms.sort());
  });

  it('has the platform descriptions that the napi CLI generates', () => {
    const fresh = path.join(directory, 'fresh');
    mkdirSync(fresh);
    copyFileSync(path.join(root, 'package.json'), path.join(fresh, 'package.json'));
    const napi = path.join(root, 'node_modules/@napi-rs/cli/dist/cli.js');
    assert.equal(spawnSync(process.execPath, [napi, 'create-npm-dirs'], { cwd: fresh }).status, 0);
    for (const platform of readdirSync(path.join(fresh, 'npm'))) {
      for (const name of ['package.json', 'README.md']) {
        const [generated, committed] = [fresh, root].map((base) =>
          readFileSync(path.join(base, 'npm', platform, name), 'utf8'),
        );
        assert.equal(committed, generated);
      }
    }
  });

  it('has a binary of less than 6 MB', () => {
    assert.ok(statSync(path.join(root, binary())).size < 6e6);
  });

  it('has no problems according to publint', async () => {
    assert.deepEqual(await publintMessages(release.root.tarball), []);
  });

  it('has types that resolve like its code, according to attw', () => {
    assert.deepEqual(attwProblems(release.root.tarball), []);
  });

  it('has no install scripts and one dependency', () => {
    const { dependencies, scripts } = release.root.manifest;
    assert.deepEqual(Object.keys(dependencies), ['fastify-plugin']);
    for (const name of ['preinstall', 'install', 'postinstall']) {
      assert.equal(scripts[name], undefined);
      assert.equal(release.platform.manifest.scripts?.[name], undefined);
    }
  });

  it('installs without a Rust toolchain', () => {
    for (const tool of ['cargo', 'rustc']) {
      assert.equal(app.run(tool, '--version').error?.code, 'ENOENT');
    }
  });

  it('serves a client from CommonJS', () => app.serves('server.cjs'));

  it('serves a client from an ES module with named imports', () => app.serves('server.mjs'));

  it('type-checks as an ES module under nodenext', () => {
    app.typeChecks('typescript', '--module', 'nodenext', '--noEmit', 'server.mts');
  });

  it('type-checks as CommonJS under node10, and serves a client after compilation', async () => {
    const classic = ['--module', 'commonjs', '--moduleResolution', 'node10', '--esModuleInterop'];
    app.typeChecks('typescript5', ...classic, '--target', 'es2022', 'server.ts');
    await app.serves('server.js');
  });

  it('type-checks with the frameworks, under nodenext and node10', () => {
    app.typeChecks('typescript', '--module', 'nodenext', '--noEmit', 'faces.mts');
    const classic = ['--module', 'commonjs', '--moduleResolution', 'node10', '--esModuleInterop'];
    app.typeChecks('typescript5', ...classic, '--target', 'es2022', '--noEmit', 'faces.ts');
  });

  it('can be required and imported for each framework', () => {
    writeFileSync(
      path.join(app.directory, 'faces.mjs'),
      `import { createRequire } from 'node:module';
       import { sse } from 'sluice/express';
       import plugin, { SE } from 'sluice/fastify';
       const require = createRequire(import.meta.url);
       console.log(sse === require('sluice/express').sse, SE === require('sluice/fastify').SE,
         plugin === require('sluice/fastify'));`,
    );
    assert.equal(app.run('node', 'faces.mjs').stdout, 'true true true\n');
  });

  it('has metrics without OpenTelemetry, and says what to install for OpenTelemetry', () => {
    writeFileSync(
      path.join(app.directory, 'metrics.mjs'),
      `import { metricsText, observeMetrics } from 'sluice/metrics';
       try {
         observeMetrics();
       } catch ({ code, message }) {
         console.log(metricsText().startsWith('# HELP sluice_'), code, message);
       }`,
    );
    assert.match(
      app.run('node', 'metrics.mjs').stdout,
      /^true ERR_SSE_OPTION @opentelemetry\/api is not installed: run `npm install/,
    );
  });

  it('exports the names of index.d.ts to require and import', () => {
    const names = declaredNames();
    writeFileSync(
      path.join(app.directory, 'names.mjs'),
      `import { createRequire } from 'node:module';
       import * as imported from 'sluice';
       const required = createRequire(import.meta.url)('sluice');
       const names = { required: Object.keys(required), imported: Object.keys(imported) };
       console.log(JSON.stringify(names));`,
    );
    const { required, imported } = JSON.parse(app.run('node', 'names.mjs').stdout);
    const interop = ['default', 'module.exports'];
    assert.deepEqual(required.sort(), names);
    assert.deepEqual(imported.filter((name) => !interop.includes(name)).sort(), names);
  });
});
