// Runs the tests that depend on Node's internals with other Node versions.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSlowest, runTestFiles } from '../../scripts/test-files.mjs';

const TESTS = [
  'backplane/custom',
  'backplane/nats-tls',
  'backplane/redis-tls',
  'backplane/se',
  'backplane/threads',
  'carrier/carrier',
  'carrier/conformance',
  'carrier/dead-peer',
  'faces/fastify',
  'faces/fastify-se',
  'faces/fastify-transports',
  'carrier/handover',
  'channel/channel',
  'channel/latest',
  'channel/latest-model',
  'channel/resume',
  'channel/snapshot',
  'channel/resume-model',
  'core/blocked',
  'core/context',
  'core/drain',
  'core/drain-process',
  'core/draining',
  'core/exit',
  'core/failing-listeners',
  'core/writes',
  'connection/bad-input',
  'connection/expiry',
  'connection/limits',
  'connection/mistakes',
  'connection/stream-source',
  'broker/broker',
  'faces/routes',
  'faces/fetch',
  'faces/digipair',
  'client/client',
  'client/broker',
  'client/servers',
  'faces/option-names',
  'operating/diagnostics',
  'operating/inspect',
  'operating/printing',
  'package/binary',
  'testing/testing',
  'security/cursor',
  'security/faults',
  'security/frames',
  'security/head',
];
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

const jobs = TESTS.flatMap((test) =>
  names.map((name) => ({
    title: `${name}, ${test}`,
    node: binary(name),
    flags: [`--test-skip-pattern=${SKIPPED}`],
    file: path.join('__test__', `${test}.test.mjs`),
  })),
);
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
