import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ExampleApp } from './readme/example-app.mjs';
import { parseExamples } from './readme/examples.mjs';

const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const readme = process.env.SLUICE_README ?? path.join(repository, 'README.md');

describe('the examples of README.md', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-readme-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const examples = parseExamples(readFileSync(readme, 'utf8'));
  const programs = examples.filter(({ name }) => /\.[cm]?[jt]s$/.test(name));
  const otherFiles = examples.filter((example) => !programs.includes(example));

  it('are there, and each program among them is tried', () => {
    assert.ok(programs.length > 0, 'no code block has an <!-- example: server.js --> before it');
    for (const { name, tries } of programs) {
      assert.ok(tries.length > 0, `nothing is tried with ${name}: <!-- try: GET / expects: … -->`);
    }
  });

  programs.forEach(({ name, code, tries }, index) => {
    const requests = tries.map(({ method, path }) => `${method} ${path}`);
    it(`${name} runs as it stands there and answers ${requests.join(', ')}`, async () => {
      const app = new ExampleApp(path.join(directory, String(index)));
      for (const file of [...otherFiles, { name, code }]) app.write(file);
      if (/ts$/.test(name)) app.compile(name);
      try {
        const origin = await app.start(name.replace(/ts$/, 'js'));
        await app.check(origin, tries);
      } finally {
        app.stop();
      }
    });
  });
});
