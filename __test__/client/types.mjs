import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const tsc = file('../node_modules/typescript5/bin/tsc');

describe('the types', { concurrency: true }, () => {
  const projects = {
    'the client and its contract, with only the browser types':
      'package/types/client.tsconfig.json',
    'the contract of the client, with the Node.js and server types':
      'package/types/client-node.tsconfig.json',
  };
  for (const [title, project] of Object.entries(projects)) {
    test(`${title}, pass strict checks`, { timeout: 240_000 }, async () => {
      const check = promisify(execFile)(process.execPath, [tsc, '-p', file(project)]);
      await check.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
    });
  }
});
