// Tests that the compiler's error for a wrong item of a source is readable.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SOON } from '../../support/soon.mjs';

const file = (name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: strict checks report a wrong item in three lines`, SOON, async () => {
    const args = ['--project', file('__test__/package/types/wrong-item.tsconfig.json')];
    const tsc = file(`node_modules/${compiler}/bin/tsc`);
    const check = promisify(execFile)(process.execPath, [tsc, ...args]);
    const output = await check.then(
      () => assert.fail('there is no error'),
      ({ stdout }) => stdout.trim().split('\n'),
    );
    assert.equal(output.length, 3, output.join('\n'));
    assert.match(output[0], /wrong-item\.mts\(5,15\).*'number\[\]'.*WrongItem<number>/);
    assert.match(output[2], /neither an event nor the data of one/);
  });
}
