// Runs a program under valgrind, which checks the normal binary without a special build.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const suppressions = fileURLToPath(new URL('valgrind.supp', import.meta.url));
/** Node.js itself is not checked: an error counts only if its stack contains the addon. */
const ADDON = /<obj>[^<]*\.node<\/obj>/;

const isThere = process.platform === 'linux' && spawnSync('valgrind', ['--version']).status === 0;
export const noValgrind = !isThere && 'valgrind is missing (Debian: apt-get install valgrind)';

/** Returns the exit code, the output, and the errors of the addon: leaks and bad accesses. */
export async function valgrind(program, ...args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-valgrind-'));
  const report = path.join(folder, 'report.xml');
  const options = [
    ...['--leak-check=full', '--show-leak-kinds=definite', '--num-callers=40'],
    ...['--xml=yes', `--xml-file=${report}`, `--suppressions=${suppressions}`],
  ];
  // Under valgrind, V8 is much faster without its compilers.
  const node = [process.execPath, '--jitless', '--expose-gc'];
  try {
    const child = spawn('valgrind', [...options, ...node, program, ...args], { stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(signal ?? code));
    });
    return { code, output, errors: errorsOf(readFileSync(report, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function errorsOf(xml) {
  const errors = xml.match(/<error>.*?<\/error>/gs) ?? [];
  return errors.filter((error) => ADDON.test(error)).map(summary);
}

/** The kind of an error, and its stack. */
function summary(error) {
  const [, kind] = /<kind>(.*?)<\/kind>/.exec(error);
  const frames = [...error.matchAll(/<frame>.*?<\/frame>/gs)].map(([frame]) => {
    const [, object] = /<obj>(.*?)<\/obj>/.exec(frame) ?? [];
    const [, name] = /<fn>(.*?)<\/fn>/.exec(frame) ?? [];
    const [, address] = /<ip>(.*?)<\/ip>/.exec(frame);
    return `${name ?? address} in ${path.basename(object ?? '?')}`;
  });
  return [kind, ...frames].join('\n  ');
}
