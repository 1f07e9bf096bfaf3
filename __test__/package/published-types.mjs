import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const attw = fileURLToPath(
  new URL('../../node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url),
);

/** The client consists only of ES modules, for browsers. */
const ONLY_ESM = ['client'];
/** JSON for tools. The `node10` module resolution does not support `exports`. */
const NO_CODE = ['digipair/schema.json'];

/** Returns the messages of publint about a packed package. */
export async function publintMessages(tarball) {
  const bytes = readFileSync(tarball);
  const { buffer, byteOffset, byteLength } = bytes;
  const packed = { tarball: buffer.slice(byteOffset, byteOffset + byteLength) };
  const { messages, pkg } = await publint({ pack: packed, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }));
}

function run(tarball, ...flags) {
  const args = [attw, tarball, '--format', 'ascii', '--no-color', '--no-emoji', ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return status === 0 ? [] : [stdout + stderr];
}

/** Returns the reports of attw, Are the Types Wrong?, that contain a problem. */
export function attwProblems(tarball) {
  return [
    ...run(tarball, '--exclude-entrypoints', ...ONLY_ESM, ...NO_CODE),
    ...run(tarball, '--profile', 'esm-only', '--entrypoints', ...ONLY_ESM),
  ];
}
