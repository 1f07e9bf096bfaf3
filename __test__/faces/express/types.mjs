import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SOON } from '../../support/soon.mjs';
import { checkTypes } from '../../support/type-check.mjs';

const file = (name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
/** Compiles a project outside the repository, whose packages it must not find. */
async function compile(compiler, project) {
  const tsc = file(`node_modules/${compiler}/bin/tsc`);
  const check = promisify(execFile)(process.execPath, [tsc, '--project', project]);
  await check.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
}

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler}: handlers, sources and loops pass strict type checks`, SOON, () =>
    checkTypes(compiler, '__test__/package/types/express.tsconfig.json'),
  );

  test(`${compiler}: the types compile without the types of Express`, SOON, async (t) => {
    const app = mkdtempSync(path.join(tmpdir(), 'sluice-types-'));
    t.after(() => rmSync(app, { recursive: true }));
    const installed = path.join(app, 'node_modules/sluice');
    mkdirSync(installed, { recursive: true });
    for (const name of ['package.json', 'index.d.ts', 'fetch.d.ts', 'express.d.ts', 'types']) {
      cpSync(file(name), path.join(installed, name), { recursive: true });
    }
    mkdirSync(path.join(app, 'node_modules/@types'));
    symlinkSync(file('node_modules/@types/node'), path.join(app, 'node_modules/@types/node'));
    writeFileSync(path.join(app, 'package.json'), '{ "private": true }');
    const name = 'express-without-types.mts';
    copyFileSync(file(`__test__/package/types/${name}`), path.join(app, name));
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      strict: true,
      noEmit: true,
    };
    writeFileSync(
      path.join(app, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: [name] }),
    );
    await compile(compiler, app);
  });
}
