import { buildAndCompare } from './generated.mjs';
import { install } from './install.mjs';
import { runNodeTests } from './node-tests.mjs';
import { run, runNode } from './process.mjs';
import { printSummary, runSteps } from './steps.mjs';
import { installSystemPackages } from './system-packages.mjs';
import { requireTools } from './toolchain.mjs';

const flags = process.argv.slice(2);
const quick = flags.includes('--quick');
const unknown = flags.filter((flag) => flag !== '--quick');
if (unknown.length > 0) {
  console.error(`sluice: unknown option ${unknown.join(' ')}; usage: npm test [-- --quick]`);
  process.exit(1);
}

const tally = { passed: 0, failed: 0, skipped: 0 };

const cargo = (...args) => run('cargo', args);
const clippy = (what, ...lints) =>
  cargo('clippy', '--locked', ...what, '--', '-D', 'warnings', ...lints);
const withoutNode = ['--no-default-features'];
const everything = ['--all-targets'];
const models = ['--features', 'models'];
const benches = ['--features', 'bench'];
const onlyModels = ['--lib', 'models::'];
const loadClient = ['--manifest-path', 'bench/load/Cargo.toml'];

const incremental = [
  ...['--project', 'tsconfig.json'],
  ...['--incremental', '--tsBuildInfoFile', 'target/types/sluice.tsbuildinfo'],
];

const steps = [
  ['npm packages', install],
  ['biome', () => runNode('node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings')],
  ['line lengths', () => runNode('scripts/line-length.mjs')],
  ['rustfmt', () => cargo('fmt', '--check')],
  ['rustfmt, load client', () => cargo('fmt', '--check', ...loadClient)],
  // Uses version 5, because TypeScript 7 does not treat a class in `module.exports = { … }` as a
  // type.
  ['types', () => runNode('node_modules/typescript5/bin/tsc', ...incremental)],
  ['clippy', () => clippy(everything)],
  ['clippy, without Node', () => clippy([...everything, ...withoutNode, ...models, ...benches])],
  // Checks the library only, because the tests of a shard need sockets.
  ['clippy, without sockets', () => clippy(withoutNode, '--cfg', 'sluice_stream_only')],
  ['clippy, load client', () => clippy([...everything, ...loadClient, '--target-dir', 'target'])],
  // Includes the fuzz targets, each for a second.
  ['Rust tests', () => cargo('test', '--locked', ...withoutNode)],
  ['models of threads', () => cargo('test', '--locked', ...withoutNode, ...models, ...onlyModels)],
  ['build, generated files', buildAndCompare],
  ['system packages', installSystemPackages],
  ['JavaScript tests', () => runNodeTests(tally, { quick })],
];
if (!quick) steps.push(['other Node.js lines', () => runNode('__test__/nodes/run.mjs')]);

requireTools();
const ok = await runSteps(steps);
// A failed step without a failed test counts as one failure.
if (!ok && tally.failed === 0) tally.failed = 1;
printSummary();
if (tally.skipped > 0) console.log(`\n${tally.skipped} skipped`);
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = ok ? 0 : 1;
