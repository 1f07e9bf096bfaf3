// Tests that logs contain no raw client input, with which a client could forge lines.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SOON } from '../support/soon.mjs';

const program = fileURLToPath(new URL('../support/programs/cursors.mjs', import.meta.url));

test('debug output and errors contain no raw cursor or topic name', SOON, () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
    env: { ...env, NODE_DEBUG: 'sluice' },
    encoding: 'latin1',
  });
  assert.equal(status, 0, stdout + stderr);
  const output = stdout + stderr;
  assert.match(output, /incoming request/);
  assert.match(output, /a topic is not restored: "a topic\\nSLUICE 1: forged"/);
  assert.doesNotMatch(output, /RAW|BYTES/);
  assert.doesNotMatch(output, /^SLUICE 1: forged/m);
});
