// Counts the instructions of the operations in benches/instructions/ under callgrind.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../process.mjs';

/** One file for each operation, for callgrind_annotate. */
const REPORTS = 'target/instructions';
export const reportOf = (name) => `${REPORTS}/${name.replaceAll(/\W+/g, '-')}.callgrind`;

/**
 * The complete environment. glibc chooses its copy of `memcpy` by the CPU, so extensions that only
 * some x86-64 CPUs have are hidden from it. Versions of glibc spell their names differently.
 */
const ENVIRONMENT = {
  GLIBC_TUNABLES: `glibc.cpu.hwcaps=${[
    ...['-AVX2', '-AVX2_Usable', '-AVX_Fast_Unaligned_Load', '-ERMS', '-FSRM'],
    ...['-AVX512F', '-AVX512VL', '-AVX512F_Usable', '-AVX512VL_Usable'],
  ].join(',')}`,
};

const BUILD = [
  ...['build', '--locked', '--profile', 'bench', '--no-default-features', '--features', 'bench'],
  ...['--bin', 'instructions', '--message-format', 'json-render-diagnostics'],
];

function must(program, args, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
    ...options,
  });
  if (status === 0) return stdout;
  const reason = error?.message ?? stderr ?? signal;
  throw new Error(`${program} ${args.join(' ')} failed: ${reason}`);
}

/** Builds the program, and returns its path. */
function build() {
  // Flags from the environment would change the generated code.
  const env = { ...process.env, RUSTFLAGS: '', CARGO_ENCODED_RUSTFLAGS: '' };
  const lines = must('cargo', BUILD, { env }).trim().split('\n').map(JSON.parse);
  return lines.findLast(({ executable }) => executable).executable;
}

/** Removes calls that began before counting started, which callgrind_annotate misreads as costs. */
const withoutOuterCalls = (report) => report.replaceAll(/^calls=0 .*\n.*\n/gm, '');

/**
 * Returns the version of rustc, and the instructions of each operation for one event, member or
 * connection.
 */
export function count() {
  const program = build();
  rmSync(path.join(root, REPORTS), { recursive: true, force: true });
  mkdirSync(path.join(root, REPORTS), { recursive: true });
  const raw = path.join(root, REPORTS, 'raw');
  const options = [
    ...['--quiet', '--tool=callgrind', `--callgrind-out-file=${raw}`],
    ...['--toggle-collect=instructions::counted', '--dump-after=instructions::finished'],
  ];
  const env = { ...ENVIRONMENT, PATH: process.env.PATH };
  const lines = must('valgrind', [...options, program], { env })
    .trim()
    .split('\n');
  const instructions = lines.map((line, index) => {
    const [, units, name] = /^(\d+) (.+)$/.exec(line);
    const report = readFileSync(`${raw}.${index + 1}`, 'utf8');
    rmSync(`${raw}.${index + 1}`);
    writeFileSync(path.join(root, reportOf(name)), withoutOuterCalls(report));
    const [, total] = /^totals: (\d+)$/m.exec(report);
    return [name, Math.round((Number(total) / Number(units)) * 10) / 10];
  });
  const [, rustc] = /^rustc (\S+)/.exec(must('rustc', ['--version']));
  return { rustc, instructions: Object.fromEntries(instructions) };
}
