import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SOON } from '../soon.mjs';

const file = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const tsc = file('node_modules/typescript/bin/tsc');

describe('the types of the chat', { concurrency: true }, () => {
  const projects = {
    'pass strict checks on the server': 'examples/chat/tsconfig.json',
    'pass strict checks on the page': 'examples/chat/web/tsconfig.json',
    'make a wrong event an error on both ends': '__test__/chat/wrong-events.tsconfig.json',
  };
  for (const [title, project] of Object.entries(projects)) {
    test(title, SOON, async () => {
      const check = promisify(execFile)(process.execPath, [tsc, '-p', file(project)]);
      await check.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
    });
  }
});
