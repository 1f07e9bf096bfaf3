// Runs a TypeScript compiler over a project of the repository.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');

/**
 * Checks the types of a project, and fails with the compiler's output on an error. The compiler
 * caches its results, so the next run checks only changed files.
 *
 * @param {'typescript' | 'typescript5'} compiler
 * @param {string} project The path of a tsconfig.json, from the root of the repository.
 */
export async function checkTypes(compiler, project) {
  const name = project.replace(/\.json$/, '').replaceAll(/\W+/g, '-');
  const memory = path.join(root, 'target/types', `${compiler}-${name}.tsbuildinfo`);
  const check = promisify(execFile)(
    process.execPath,
    [
      path.join(root, 'node_modules', compiler, 'bin/tsc'),
      ...['--project', path.join(root, project)],
      ...['--incremental', '--tsBuildInfoFile', memory],
    ],
    { cwd: root },
  );
  await check.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
}
