import { spawnSync } from 'node:child_process';
import { noValgrind } from '../../__test__/core/memory/valgrind.mjs';
import { buildSanitized, noSanitizer } from './sanitizer.mjs';

/** Runs the fuzz targets and the models of the threads, each for the given number of seconds. */
const FUZZ = 'scripts/fuzz.mjs';
/** The number of fuzz targets and models that share the time. */
const FUZZ_TARGETS = 20;

const node = (...args) => ({ program: process.execPath, args });
const test = (name) => node('--test', '--test-reporter=tap', `__test__/${name}.test.mjs`);
const cargo = (...args) => ({ program: 'cargo', args: ['test', '--locked', ...args] });
const seeds = (first, count) => ({
  SLUICE_FIRST_SEED: String(first),
  SLUICE_SEEDS: String(count),
});

const linux = process.platform !== 'linux' && 'it reads /proc';
const windows = process.platform === 'win32' && 'Windows has no signals';
const hasCargo = () => spawnSync('cargo', ['--version']).status === 0;

/**
 * `share`: its share of the time. `skip`: why it cannot run here. `prepare` returns variables for
 * its batches, or undefined if it fails. A batch runs `command` for `count` of its `units`,
 * starting with number `first`; `env` passes these numbers. `begin` is the size of the first batch;
 * the next ones are as large as the time allows. `repeat` is the command that repeats a seed.
 */
export const STAGES = [
  {
    name: 'resume model',
    share: 3,
    units: 'seeds',
    begin: 40,
    command: () => test('channel/resume-model'),
    env: seeds,
  },
  {
    name: 'latest model',
    share: 2,
    units: 'seeds',
    begin: 40,
    command: () => test('channel/latest-model'),
    env: seeds,
  },
  {
    name: 'resume model in Rust',
    share: 2,
    units: 'seeds',
    begin: 500,
    skip: () => !hasCargo() && 'cargo is missing',
    command: () => cargo('--no-default-features', '--lib', 'resume_model'),
    env: seeds,
  },
  {
    name: 'fuzz targets and models of threads',
    share: 4,
    units: 'seconds',
    begin: 1,
    skip: () => !hasCargo() && 'cargo is missing',
    command: (_first, count) => node(FUZZ, String(Math.max(1, count / FUZZ_TARGETS))),
    env: () => ({}),
  },
  {
    name: 'process exit',
    share: 3,
    units: 'seeds',
    begin: 64,
    skip: () => windows,
    command: () => test('core/exit'),
    env: seeds,
  },
  {
    name: 'churn',
    share: 3,
    units: 'rounds',
    begin: 1,
    // Memory must stay flat in one process.
    isOneProcess: true,
    skip: () => linux,
    command: () => test('core/churn'),
    env: (first, count) => ({ SEED: String(first * 1000), SLUICE_ROUNDS: String(count) }),
  },
  {
    name: 'valgrind',
    share: 2,
    units: 'rounds',
    begin: 1,
    isOneProcess: true,
    skip: () => noValgrind,
    command: () => test('core/memory'),
    env: (_first, count) => ({ SLUICE_ROUNDS: String(count) }),
  },
  {
    name: 'AddressSanitizer, everything',
    share: 2,
    units: 'rounds',
    begin: 1,
    isOneProcess: true,
    skip: noSanitizer,
    prepare: buildSanitized,
    command: (_first, count) =>
      node('--expose-gc', '__test__/core/memory/workload.mjs', `${count}`),
    env: () => ({ ASAN_OPTIONS: 'detect_leaks=1' }),
  },
  {
    name: 'AddressSanitizer, process exit',
    share: 2,
    units: 'seeds',
    begin: 16,
    skip: noSanitizer,
    prepare: buildSanitized,
    command: () => test('core/exit'),
    env: seeds,
  },
];
