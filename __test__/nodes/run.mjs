// Runs the tests that depend on Node's internals with other Node versions.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSlowest, runTestFiles } from '../../scripts/test-files.mjs';

/** Tests that depend on how Node.js handles sockets, callbacks and exits. */
const EVERYWHERE = [
  'backplane/threads',
  'carrier/carrier',
  'carrier/conformance',
  'carrier/dead-peer',
  'carrier/direct',
  'carrier/encodings',
  'carrier/handover',
  'client/client',
  'connection/lean',
  'connection/stream-source',
  'core/blocked',
  'core/context',
  'core/drain-process',
  'core/exit',
  'core/failing-listeners',
  'core/writes',
  'faces/fastify-transports',
  'faces/fetch',
  'security/faults',
  'security/head',
];
/** Tests that depend on more stable parts of Node.js. They run with one release line. */
const ONCE = [
  'backplane/custom',
  'backplane/nats-tls',
  'backplane/redis-tls',
  'backplane/se',
  'faces/fastify',
  'faces/fastify-se',
  'carrier/compression',
  'channel/channel',
  'channel/latest',
  'channel/latest-model',
  'channel/resume',
  'channel/snapshot',
  'channel/resume-model',
  'core/drain',
  'core/draining',
  'connection/bad-input',
  'connection/expiry',
  'connection/limits',
  'connection/mistakes',
  'broker/broker',
  'faces/routes',
  'faces/streams',
  'faces/digipair',
  'client/broker',
  'client/servers',
  'faces/option-names',
  'operating/diagnostics',
  'operating/inspect',
  'operating/printing',
  'runs/ai-sdk',
  'runs/runs',
  'package/binary',
  'testing/testing',
  'security/cursor',
  'security/frames',
];
/** The release line that runs all of these tests. */
const ALL_TESTS = 'node24';
/** Tests that only run a compiler, so the Node version does not matter. */
const SKIPPED = 'strict (type )?checks';
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { dependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
const names = Object.keys(dependencies);
const binary = (name) => here(`node_modules/${name}/bin/node`);

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log(`skipped ${names.join(', ')}: there are binaries for Linux x64 only`);
  process.exit(0);
}

if (!names.every((name) => existsSync(binary(name)))) {
  const { status } = spawnSync('npm', ['ci', '--prefix', here('.')], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const job = (name, test) => ({
  title: `${name}, ${test}`,
  node: binary(name),
  flags: [`--test-skip-pattern=${SKIPPED}`],
  file: path.join('__test__', `${test}.test.mjs`),
});
const jobs = [
  ...EVERYWHERE.flatMap((test) => names.map((name) => job(name, test))),
  ...ONCE.map((test) => job(ALL_TESTS, test)),
];
const results = await runTestFiles(jobs);
printSlowest(results);

console.log();
for (const name of names) {
  const version = spawnSync(binary(name), ['--version'], { encoding: 'utf8' }).stdout?.trim();
  const ofLine = results.filter(({ title }) => title.startsWith(`${name}, `));
  const sum = (key) => ofLine.reduce((total, result) => total + result[key], 0);
  const counts = `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`;
  console.log(`Node ${version ?? `${name} (did not start)`}: ${counts}`);
}

process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
