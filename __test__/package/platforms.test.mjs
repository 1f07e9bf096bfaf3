// Tests the list of platforms with a binary, and how errors on other platforms are recognized.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { platform } from '../../scripts/build.mjs';
import { neededGlibc } from '../../scripts/glibc.mjs';
import { builtBinary } from './broken-app.mjs';

const require = createRequire(import.meta.url);
const manifest = require('../../package.json');
const { parseTriple } = require('@napi-rs/cli');
const { refusal } = require('../../lib/core/binary/refusal.js');
const { SUPPORTED, platformName } = require('../../lib/core/binary/platform.js');

const onGlibc = { skip: !platform().endsWith('-gnu') };

describe('the platforms of the error', () => {
  it('are the targets that are built', () => {
    const built = manifest.napi.targets.map((target) => parseTriple(target).platformArchABI);
    assert.deepEqual(SUPPORTED, built);
  });

  it('include this platform under the name of its binary', () => {
    assert.equal(platformName(), platform());
  });
});

describe('the messages of other systems', () => {
  const MESSAGES = [
    ['Error loading shared library ld-linux-x86-64.so.2: No such file', /this system has musl/],
    ['Error relocating /a/sluice.node: __res_init: symbol not found', /this system has musl/],
    ['dlopen(a.node): mach-o file, but is an incompatible architecture', /another platform/],
    ['\\\\?\\C:\\a.node is not a valid Win32 application.', /another platform/],
    ['a.node: failed to map segment from shared object', /does not allow programs/],
  ];
  for (const [message, expected] of MESSAGES) {
    it(`are recognized: ${message}`, () => assert.match(refusal([message]).found, expected));
  }
});

it('the required glibc of a binary matches readelf', onGlibc, () => {
  const { status, stdout } = spawnSync('readelf', ['-V', builtBinary], { encoding: 'utf8' });
  assert.equal(status, 0);
  const names = [...stdout.matchAll(/Name: GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  assert.equal(neededGlibc(builtBinary), `2.${Math.max(...names)}`);
});
