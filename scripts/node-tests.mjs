import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, run } from './process.mjs';

/** These pack and install; `--quick` leaves them out. */
const PACKAGING = ['package.test.mjs'];

function testFiles(quick) {
  const names = readdirSync(path.join(root, '__test__')).filter((name) =>
    /\.test\.(mjs|cjs|js)$/.test(name),
  );
  return names
    .filter((name) => !(quick && PACKAGING.includes(name)))
    .sort()
    .map((name) => path.join('__test__', name));
}

function counts(tapFile) {
  const tap = existsSync(tapFile) ? readFileSync(tapFile, 'utf8') : '';
  const count = (name) => Number(tap.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  return {
    passed: count('pass'),
    failed: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
  };
}

/** Runs the JavaScript tests, one file at a time, and adds what they counted to the tally. */
export async function runNodeTests(tally, { quick }) {
  const tapFile = path.join(root, 'target/node-tests.tap');
  mkdirSync(path.dirname(tapFile), { recursive: true });
  rmSync(tapFile, { force: true });
  const code = await run(process.execPath, [
    '--test',
    '--test-concurrency=1',
    '--test-timeout=240000',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tapFile}`,
    ...testFiles(quick),
  ]);
  const { passed, failed, skipped } = counts(tapFile);
  tally.passed += passed;
  tally.failed += failed;
  tally.skipped += skipped;
  return code === 0 && passed === 0 ? 1 : code;
}
