// Runs the example for node:test in docs/testing.md as it is written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the example of docs/testing.md passes, and fails if an event is missing', (t) => {
  const [, code] = readFileSync(path.join(root, 'docs/testing.md'), 'utf8').match(
    /```js\n(.*?)```/s,
  );
  // Inside the repository, `sluice` is the package itself.
  mkdirSync(path.join(root, 'target'), { recursive: true });
  const folder = mkdtempSync(path.join(root, 'target', 'guide-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const run = (text) => {
    const file = path.join(folder, 'news.test.mjs');
    writeFileSync(file, text);
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    return spawnSync(process.execPath, [file], { env, encoding: 'utf8', timeout: 100_000 });
  };
  const passing = run(code);
  assert.equal(passing.status, 0, passing.stdout);
  assert.match(passing.stdout, /pass 2\b/);
  const failing = run(code.replace("news.send({ data: 'missed' });", ''));
  assert.equal(failing.status, 1);
  assert.match(failing.stdout, /ERR_SSE_EXPECTED/);
});
