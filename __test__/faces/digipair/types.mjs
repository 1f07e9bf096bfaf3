import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: pins and contexts pass strict type checks`, { timeout: 240_000 }, async () => {
    const tsc = file(`../../../node_modules/${compiler}/bin/tsc`);
    const check = promisify(execFile)(process.execPath, [tsc, '-p', file('tsconfig.json')]);
    await check.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
  });
}
