// Tests the error for a binary that is missing or cannot be loaded, in real processes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { platform } from '../../scripts/build.mjs';
import { neededGlibc } from '../../scripts/glibc.mjs';
import { BrokenApp, builtBinary } from './broken-app.mjs';

const require = createRequire(import.meta.url);
const manifest = require('../../package.json');
const { SUPPORTED } = require('../../lib/core/binary/platform.js');

const ENTRIES = [
  '',
  '/express',
  '/fastify',
  '/fetch',
  '/redis',
  '/nats',
  '/backplane',
  '/digipair',
];
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';
const onGlibc = { skip: !platform().endsWith('-gnu') };

/** Asserts that the error names this and the supported platforms, the cause and the fix. */
function assertSays(error, ...patterns) {
  assert.equal(error.code, 'ERR_SSE_BINARY', JSON.stringify(error));
  assert.equal(error.name, 'SluiceError');
  const always = [platform(), process.version, `Platforms with a binary: ${SUPPORTED.join(', ')}`];
  for (const part of always) assert.ok(error.message.includes(part), error.message);
  assert.match(error.message, /docs\/install\.md$/);
  for (const pattern of patterns) assert.match(error.message, pattern);
}

describe('a binary that is missing or cannot be loaded', () => {
  let app;

  beforeEach(() => {
    app = new BrokenApp();
  });
  afterEach(() => app.remove());

  it('throws ERR_SSE_BINARY from every entry that needs it', () => {
    for (const entry of ENTRIES) assertSays(app.errorOf(`sluice${entry}`));
    const others = Object.keys(manifest.exports)
      .map((entry) => entry.slice(1))
      .filter((entry) => !ENTRIES.includes(entry));
    for (const entry of others) {
      const error = app.errorOf(`sluice${entry}`);
      assert.ok(error.loaded || /^ERR_(SSE_BINARY|REQUIRE_ESM)$/.test(error.code), entry);
    }
  });

  it('names the missing optional package, and how to install it', () => {
    const error = app.errorOf('sluice');
    const name = `sluice-${platform()}`;
    assertSays(error, new RegExp(`${name} is missing`), /npm install --include=optional/);
    assert.ok(error.hasCause);
  });

  it('says that node_modules come from another platform', () => {
    const other = process.platform === 'darwin' ? 'win32-x64-msvc' : 'darwin-arm64';
    app.installPlatform(other, builtBinary);
    assertSays(app.errorOf('sluice'), new RegExp(`another platform: sluice-${other}`));
    assertSays(app.errorOf('sluice'), /Delete node_modules, then run "npm install"/);
  });

  it('says that the installed package is for another libc', onGlibc, () => {
    const other = platform().replace('gnu', 'musl');
    app.installPlatform(other, builtBinary);
    assertSays(app.errorOf('sluice'), new RegExp(`sluice-${other} is installed, for another libc`));
  });

  it('says that a package was copied without its binary', () => {
    app.installPlatform(platform());
    assertSays(app.errorOf('sluice'), /lacks sluice\..*\.node, which a build step has not copied/);
  });

  it('says that --permission needs --allow-addons, and loads with it', () => {
    app.installPlatform(platform(), builtBinary);
    const flags = [PERMISSION, '--allow-fs-read=*'];
    const error = app.errorOf('sluice', { flags });
    assertSays(error, new RegExp(`runs with ${PERMISSION} but without --allow-addons`));
    assert.ok(app.errorOf('sluice', { flags: [...flags, '--allow-addons'] }).loaded);
  });

  it('says that --permission does not allow reading the binary', () => {
    app.installPlatform(platform(), builtBinary);
    const readable = [path.join(app.package, '*'), path.join(app.directory, 'load.cjs')];
    const reads = readable.map((name) => `--allow-fs-read=${name}`);
    const flags = [PERMISSION, '--allow-addons', ...reads];
    assertSays(app.errorOf('sluice', { flags }), /may not read the file/, /--allow-fs-read/);
  });

  it('says that --no-addons forbids the binary', () => {
    app.installPlatform(platform(), builtBinary);
    assertSays(app.errorOf('sluice', { flags: ['--no-addons'] }), /Start Node\.js without --no-a/);
  });

  it('names the required and the installed version of glibc', onGlibc, () => {
    const bytes = readFileSync(builtBinary);
    const name = `GLIBC_${neededGlibc(builtBinary)}\0`;
    const newer = name.replace(/\d\0$/, '9\0').replace(/_2\.\d/, '_2.9');
    bytes.write(newer, bytes.indexOf(name), 'latin1');
    app.installBytes(bytes);
    const version = newer.slice('GLIBC_'.length, -1);
    const { glibcVersionRuntime } = process.report.getReport().header;
    const text = `needs glibc ${version}, but this system has glibc ${glibcVersionRuntime}`;
    assertSays(app.errorOf('sluice'), new RegExp(text), /build-binary\.js/);
  });

  it('says that the binary is for musl', { skip: process.platform !== 'linux' }, () => {
    app.write('empty.c', '');
    const cc = (...args) =>
      assert.equal(spawnSync('cc', ['-shared', ...args], { cwd: app.directory }).status, 0);
    const libc = 'libc.musl-x86_64.so.1';
    cc('-nostdlib', `-Wl,-soname,${libc}`, '-o', 'libc-of-musl.so', 'empty.c');
    cc('-nostdlib', '-Wl,--no-as-needed', '-o', 'addon.node', 'empty.c', './libc-of-musl.so');
    app.installPlatform(platform(), path.join(app.directory, 'addon.node'));
    assertSays(app.errorOf('sluice'), /binary is for musl/);
  });

  it('says that the binary is damaged', { skip: process.platform !== 'linux' }, () => {
    app.installBytes(readFileSync(builtBinary).subarray(0, 40));
    assertSays(app.errorOf('sluice'), /damaged, or for another platform \(file too short\)/);
    app.installBytes(Buffer.alloc(4096, 'not a binary'));
    assertSays(app.errorOf('sluice'), /damaged, or for another platform \(invalid ELF header\)/);
  });

  it('explains how to build a binary for an unsupported platform', () => {
    app.write('riscv.cjs', "Object.defineProperty(process, 'arch', { value: 'riscv64' });\n");
    const { code, message } = app.errorOf('sluice', { flags: ['--require', './riscv.cjs'] });
    assert.equal(code, 'ERR_SSE_BINARY');
    assert.match(message, /its binary for \w+-riscv64/);
    assert.match(message, /No binary is published for this platform/);
    assert.match(message, /run "node node_modules\/sluice\/build-binary\.js"/);
  });

  it('says that a clone has not been built', () => {
    for (const name of ['package-lock.json', 'Cargo.toml'])
      app.write(`node_modules/sluice/${name}`, '');
    assertSays(app.errorOf('sluice'), /The clone in .* is not built/, /"npm run build"/);
  });

  it('names the variable that points to another binary', () => {
    const env = { NAPI_RS_NATIVE_LIBRARY_PATH: '/nowhere/sluice.node' };
    assertSays(app.errorOf('sluice', { env }), /LIBRARY_PATH is \/nowhere\/sluice\.node/);
  });

  describe('in a bundle', () => {
    const esbuild = fileURLToPath(
      new URL('../../node_modules/esbuild-wasm/bin/esbuild', import.meta.url),
    );
    const bundle = (...flags) => {
      app.write('app.cjs', "module.exports = require('sluice');\n");
      const args = ['app.cjs', '--bundle', '--platform=node', '--outdir=dist', ...flags];
      const { status, stderr } = app.run([esbuild, ...args]);
      assert.equal(status, 0, stderr);
    };
    const EXTERNAL = /esbuild --external:sluice/;

    it('is reported if the bundler inlines the binary', () => {
      app.installPlatform(platform(), builtBinary);
      bundle('--loader:.node=file');
      assertSays(app.errorOf('./dist/app.js'), /has replaced the binary by "\.\/slui/, EXTERNAL);
      bundle('--loader:.node=empty');
      assertSays(app.errorOf('./dist/app.js'), /has replaced the binary by object/, EXTERNAL);
    });

    it('is reported if the bundler leaves the binary behind', () => {
      bundle();
      assertSays(app.errorOf('./dist/app.js'), /part of a bundle, without its binary/, EXTERNAL);
    });

    it('is loaded if the package is external to the bundle', () => {
      app.installPlatform(platform(), builtBinary);
      bundle('--external:sluice');
      assert.ok(app.errorOf('./dist/app.js').loaded);
    });
  });
});
