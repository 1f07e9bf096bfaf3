// Runs the tests that depend on the inside of Node with other Node versions.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TESTS = [
  'conformance',
  'fastify',
  'fastify-se',
  'fastify-transports',
  'handover',
  'channel',
  'context',
  'failing-listeners',
  'option-names',
  'writes',
  'bad-input',
  'stream-source',
  'broker',
  'setup-sse',
  'fetch',
  'digipair',
  'client',
  'client-servers',
];
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

const files = TESTS.map((name) => here(`../${name}.test.mjs`));
let failed = false;

for (const name of names) {
  const version = spawnSync(binary(name), ['--version'], { encoding: 'utf8' }).stdout?.trim();
  const run = spawnSync(binary(name), ['--test', '--test-reporter=tap', ...files], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(run.stdout)?.[1] ?? 0);
  const ran = run.status === 0 && count('pass') > 0;
  failed ||= !ran;
  const result = `${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped`;
  console.log(`Node ${version ?? `${name} (did not start)`}: ${result}`);
  if (!ran) console.log(`${run.stdout}${run.stderr}`);
}

process.exit(failed ? 1 : 0);
