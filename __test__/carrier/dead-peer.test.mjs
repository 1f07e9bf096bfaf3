// Tests that the core detects a client whose network has gone away.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SOON } from '../support/soon.mjs';

const program = fileURLToPath(new URL('../support/programs/dead-peer.mjs', import.meta.url));

function withoutNamespaces() {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs root, unshare and ip (Debian: util-linux, iproute2) on Linux';
  }
}

test('a client that vanishes without closing its connection is detected', {
  ...SOON,
  skip: withoutNamespaces(),
}, async () => {
  const { stdout } = await promisify(execFile)('unshare', ['--net', process.execPath, program]);
  assert.equal(stdout, 'closed: stall\n');
});
