// Runs the examples of sse-channels/examples.md as TypeScript, and checks the named exports.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript5';
import sluice, {
  Channel,
  Connection,
  configure,
  createSSE,
  drain,
  gracefulShutdown,
  MapListener,
  metrics,
  SluiceError,
  SSEBroker,
  SSEHelper,
  setupSSE,
} from '../../index.js';
import { SOON } from '../support/soon.mjs';
import { expected } from './sse-channels/expected.mjs';
import run from './sse-channels/run.cjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

test('every export has a named import', () => {
  const imported = {
    Channel,
    Connection,
    configure,
    createSSE,
    drain,
    gracefulShutdown,
    MapListener,
    metrics,
    setupSSE,
    SluiceError,
    SSEBroker,
    SSEHelper,
  };
  assert.deepEqual({ ...sluice }, imported);
});

describe('the examples as TypeScript', () => {
  test('pass strict type checks, like the typed event maps', SOON, async () => {
    const tsc = file('../../node_modules/typescript/bin/tsc');
    const check = promisify(execFile)(process.execPath, [
      tsc,
      '-p',
      file('../package/types/tsconfig.json'),
    ]);
    await check.catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
  });

  const modules = {
    Connection: 'connection',
    Channels: 'channels',
    'Temporary Channels': 'temporary-channels',
  };
  for (const [heading, name] of Object.entries(modules)) {
    test(`the example «${heading}» runs`, SOON, async (t) => {
      const { app, broadcast } = compiled(file(`../package/types/${name}.ts`));
      await expected[heading](t, () => ({ app, broadcast }));
    });
  }
});

/** Compiles a file to CommonJS and runs it. */
function compiled(path) {
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const module = { exports: {} };
  new Function('require', 'module', 'exports', outputText)(run.load, module, module.exports);
  return module.exports;
}
