// Tests the examples in the declaration files.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { entryPoints, examples, exportedNames } from './api-examples/declarations.mjs';
import { ExampleApp } from './readme/example-app.mjs';

/** The variables that an example may use without declaring them. */
const GLOBALS = `declare const app: import('express').Express;
declare const fastify: import('fastify').FastifyInstance;
declare const server: import('node:http').Server;
`;

describe('the API reference', () => {
  for (const [module, file] of Object.entries(entryPoints())) {
    it(`has an example of every class and function of ${module}`, () => {
      const exported = exportedNames(file);
      assert.ok(exported.length > 0);
      const without = exported.filter(({ hasExample }) => !hasExample).map(({ name }) => name);
      assert.deepEqual(without, []);
    });
  }

  it('has examples that type-check', (t) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'sluice-api-examples-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const app = new ExampleApp(directory);
    const files = [{ name: 'globals.d.ts', code: GLOBALS }, ...examples()];
    for (const file of files) app.write(file);
    app.compile(...files.map(({ name }) => name));
  });
});
