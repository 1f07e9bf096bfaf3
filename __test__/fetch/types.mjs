import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SOON } from '../soon.mjs';

const file = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: the service is what the document says`, SOON, async () => {
    const args = [
      file(`node_modules/${compiler}/bin/tsc`),
      '-p',
      file('__test__/types/fetch.tsconfig.json'),
    ];
    const run = promisify(execFile)(process.execPath, args);
    await run.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
  });
}
