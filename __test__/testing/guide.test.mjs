// Runs the examples of docs/testing.md unchanged. documents/blocks.test.mjs only type-checks the
// example for Jest, because Jest would be the largest package here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(path.join(root, 'docs/testing.md'), 'utf8');
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');

/** The app that the example for Vitest imports. */
const APP = `
import express from 'express';
import { Channel } from 'sluice';
import { sse } from 'sluice/express';

export const news = new Channel();
export const app = express();
app.get('/news', sse((connection) => void news.add(connection)));
`;

/** Returns a function that runs a test file next to the app. */
function runner(t) {
  // Inside the repository, `sluice` is the package itself.
  mkdirSync(path.join(root, 'target'), { recursive: true });
  const folder = mkdtempSync(path.join(root, 'target', 'guide-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'app.js'), APP);
  return (code, ...args) => {
    writeFileSync(path.join(folder, 'news.test.mjs'), code);
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NO_COLOR: '1' };
    const options = { cwd: folder, env, encoding: 'utf8', timeout: 100_000 };
    return spawnSync(process.execPath, args, options);
  };
}

test('the example for node:test passes, and fails if an event is missing', (t) => {
  const [, code] = guide.match(/```js\n(.*?)```/s);
  const run = runner(t);
  const passing = run(code, 'news.test.mjs');
  assert.equal(passing.status, 0, passing.stdout);
  assert.match(passing.stdout, /pass 2\b/);
  const failing = run(code.replace("news.send({ data: 'missed' });", ''), 'news.test.mjs');
  assert.equal(failing.status, 1);
  assert.match(failing.stdout, /ERR_SSE_EXPECTED/);
});

test('the example for Vitest passes, and fails if the event differs', (t) => {
  const [, code] = guide.match(/## Vitest\n.*?```js\n(.*?)```/s);
  const run = runner(t);
  const passing = run(code, vitest, 'run', '--root', '.');
  assert.equal(passing.status, 0, passing.stdout + passing.stderr);
  assert.match(passing.stdout, /Tests +1 passed/);
  const other = code.replace("data: 'Hello' });\n  expect", "data: 'Goodbye' });\n  expect");
  assert.notEqual(other, code);
  const failing = run(other, vitest, 'run', '--root', '.');
  assert.equal(failing.status, 1);
  assert.match(failing.stdout + failing.stderr, /Goodbye/);
});
