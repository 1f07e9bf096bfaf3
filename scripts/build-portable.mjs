// Builds the binary for Linux with an old glibc: npm run build:portable -- [--target TRIPLE]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parseTriple } from '@napi-rs/cli';
import { isPortable, neededGlibc, OLDEST_GLIBC } from './glibc.mjs';
import { root, run } from './process.mjs';

const { target } = parseArgs({
  options: { target: { type: 'string', default: 'x86_64-unknown-linux-gnu' } },
}).values;

const environment = path.join(root, 'target/zig');
const bin = path.join(environment, 'bin');

function must(program, ...args) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`sluice: ${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(1);
}

// zig's C compiler has the symbols of every glibc, and PyPI has zig.
if (!existsSync(path.join(bin, 'cargo-zigbuild'))) {
  must('python3', '-m', 'venv', environment);
  must(path.join(bin, 'pip'), 'install', '--quiet', '-r', 'scripts/zig-requirements.txt');
}

const napi = path.join(root, 'node_modules/@napi-rs/cli/dist/cli.js');
const code = await run(
  process.execPath,
  [
    ...[napi, 'build', '--platform', '--release', '--js', 'binding.js', '--dts', 'binding.d.ts'],
    ...['--cross-compile', '--target', `${target}.${OLDEST_GLIBC}`, '--', '--locked'],
  ],
  { env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` } },
);
if (code !== 0) process.exit(code);

const file = path.join(root, `sluice.${parseTriple(target).platformArchABI}.node`);
console.log(`sluice: ${path.basename(file)} needs glibc ${neededGlibc(file)}`);
if (!isPortable(file)) {
  console.error(`sluice: it must run with glibc ${OLDEST_GLIBC}`);
  process.exitCode = 1;
}
