import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';
import { printSlowest, runTestFiles } from './test-files.mjs';

/** These tests pack and install, so they run alone. */
const PACKAGING = ['package/package.test.mjs', 'package/release.test.mjs'];

/** `--quick` skips these: packaging, browsers, many thousand streams, and valgrind. */
const LEFT_OUT = [
  ...PACKAGING,
  'client/browser.test.mjs',
  'core/instructions.test.mjs',
  'core/leak.test.mjs',
  'core/memory.test.mjs',
  'examples/chat.test.mjs',
  'examples/dashboard.test.mjs',
  'examples/pages.test.mjs',
  'examples/tokens.test.mjs',
];

/** The number of random histories with `--quick`, instead of a test's default. */
const QUICK_SEEDS = '40';

/** The slowest test files, which start first. */
const LONG = [
  'client/browser.test.mjs',
  'core/instructions.test.mjs',
  'core/leak.test.mjs',
  'core/memory.test.mjs',
  'examples/chat.test.mjs',
  'carrier/conformance.test.mjs',
  'faces/fetch.test.mjs',
  'faces/express.test.mjs',
  'faces/nest.test.mjs',
  'faces/digipair.test.mjs',
  'examples/dashboard.test.mjs',
  'examples/pages.test.mjs',
  'examples/tokens.test.mjs',
  'client/client.test.mjs',
  'faces/routes.test.mjs',
];

/** The test files, as paths below `__test__/`. */
function testFiles(quick) {
  const folder = path.join(root, '__test__');
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const names = folders
    .flatMap(({ name }) => readdirSync(path.join(folder, name)).map((file) => `${name}/${file}`))
    .filter((name) => /\.test\.(mjs|cjs|js)$/.test(name))
    .filter((name) => !(quick && LEFT_OUT.includes(name)))
    .sort();
  return [
    ...LONG.filter((name) => names.includes(name)),
    ...names.filter((name) => !LONG.includes(name)),
  ];
}

/** Runs the JavaScript tests and adds their counts to the tally. */
export async function runNodeTests(tally, { quick }) {
  if (quick) process.env.SLUICE_SEEDS ??= QUICK_SEEDS;
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
