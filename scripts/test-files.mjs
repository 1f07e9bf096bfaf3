import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { root } from './process.mjs';
import { countsOf, testsOf } from './tap.mjs';

/** How many files run in parallel. Most of their time is spent waiting. */
const AT_ONCE = Number(process.env.TEST_JOBS) || Math.max(3, 2 * availableParallelism());

/** Milliseconds after which a file is killed. Longer than the timeout of any single test. */
const GUARD = 600_000;

const REPORTS = path.join(root, 'target/tests');
const groups = process.platform !== 'win32';
const running = new Set();

function kill(child) {
  try {
    if (groups) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // The process has just exited.
  }
}

// Each file runs in its own process group, which Ctrl+C in the terminal does not reach.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of running) kill(child);
    process.exit(1);
  });
}

/** Runs one file with two reports: `spec` to be shown, and TAP to be counted. */
function runFile({ title, node, file, flags = [] }) {
  const tapFile = path.join(REPORTS, `${title.replaceAll(/[^\w.-]+/g, '-')}.tap`);
  rmSync(tapFile, { force: true });
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${tapFile}`],
  ];
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(node, [...reporters, ...flags, file], {
      cwd: root,
      detached: groups,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const guard = setTimeout(() => {
      output += `\nsluice: ${title} did not end within ${GUARD / 1000} s`;
      kill(child);
    }, GUARD);
    const done = (code) => {
      clearTimeout(guard);
      running.delete(child);
      const tap = existsSync(tapFile) ? readFileSync(tapFile, 'utf8') : '';
      const counts = countsOf(tap);
      const ok = code === 0 && counts.failed === 0 && counts.passed + counts.skipped > 0;
      // A crash without a failed test counts as one failure.
      if (!ok && counts.failed === 0) counts.failed = 1;
      const seconds = (performance.now() - started) / 1000;
      const tests = testsOf(tap).map((test) => ({ ...test, name: `${title}: ${test.name}` }));
      resolve({ title, ok, ...counts, seconds, tests, output });
    };
    child.on('error', (error) => {
      output += error.message;
      done(1);
    });
    // Processes that the file left running must not keep its output open.
    child.on('exit', () => kill(child));
    child.on('close', done);
  });
}

/** Returns the section of a report that lists failures, or else the whole report. */
function failuresOf(output) {
  const from = output.indexOf('✖ failing tests:');
  return from < 0 ? output : output.slice(from);
}

function printResult({ title, ok, passed, failed, skipped, seconds, output }, number, of) {
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  const place = `${String(number).padStart(String(of).length)}/${of}`;
  console.log(`${ok ? '✔' : '✖'} ${place} ${title}: ${counts.join(', ')}, ${seconds.toFixed(1)} s`);
  if (!ok) console.log(failuresOf(output));
}

/**
 * Runs test files in parallel, then those marked as `alone` one by one. Prints each result when its
 * file ends, and resolves with all results.
 *
 * @param {{ title: string, node: string, file: string, flags?: string[], alone?: boolean }[]} jobs
 */
export async function runTestFiles(jobs) {
  mkdirSync(REPORTS, { recursive: true });
  const results = [];
  const runAll = async (queue, atOnce) => {
    const lane = async () => {
      for (let job = queue.shift(); job; job = queue.shift()) {
        const result = await runFile(job);
        results.push(result);
        printResult(result, results.length, jobs.length);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  };
  await runAll(
    jobs.filter(({ alone }) => !alone),
    AT_ONCE,
  );
  await runAll(
    jobs.filter(({ alone }) => alone),
    1,
  );
  return results;
}

function printTop(what, entries) {
  const slowest = entries.sort((a, b) => b.seconds - a.seconds).slice(0, 10);
  console.log(`\nslowest ${what}, in seconds`);
  for (const { name, seconds } of slowest) {
    console.log(`${seconds.toFixed(1).padStart(7)}  ${name}`);
  }
}

/** Prints the ten slowest files and the ten slowest tests. */
export function printSlowest(results) {
  printTop(
    'files',
    results.map(({ title, seconds }) => ({ name: title, seconds })),
  );
  printTop(
    'tests',
    results.flatMap(({ tests }) => tests),
  );
}
