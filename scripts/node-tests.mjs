import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';
import { printSlowest, runTestFiles } from './test-files.mjs';

/** These pack and install; `--quick` leaves them out. */
const PACKAGING = ['package.test.mjs'];

/** These take longest, so they start first. */
const LONG = [
  'client-browser.test.mjs',
  'leak.test.mjs',
  'chat.test.mjs',
  'conformance.test.mjs',
  'fetch.test.mjs',
  'express.test.mjs',
  'nest.test.mjs',
  'digipair.test.mjs',
  'dashboard.test.mjs',
  'client.test.mjs',
  'setup-sse.test.mjs',
];

function testFiles(quick) {
  const names = readdirSync(path.join(root, '__test__'))
    .filter((name) => /\.test\.(mjs|cjs|js)$/.test(name))
    .filter((name) => !(quick && PACKAGING.includes(name)))
    .sort();
  return [
    ...LONG.filter((name) => names.includes(name)),
    ...names.filter((name) => !LONG.includes(name)),
  ];
}

/** Runs the JavaScript tests, and adds what they counted to the tally. */
export async function runNodeTests(tally, { quick }) {
  const jobs = testFiles(quick).map((name) => ({
    title: name,
    node: process.execPath,
    file: path.join('__test__', name),
    alone: PACKAGING.includes(name),
  }));
  const results = await runTestFiles(jobs);
  for (const { passed, failed, skipped } of results) {
    tally.passed += passed;
    tally.failed += failed;
    tally.skipped += skipped;
  }
  printSlowest(results);
  return results.length > 0 && results.every(({ ok }) => ok) ? 0 : 1;
}
