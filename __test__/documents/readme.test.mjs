// Runs the examples of README.md and of the guides in docs/.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ExampleApp } from './readme/example-app.mjs';
import { parseExamples } from './readme/examples.mjs';

const repository = path.resolve(fileURLToPath(import.meta.url), '../../..');
/** Takes a minute to install and build, so `npm run frameworks` runs it. */
const BUILT_BY_SCRIPT = 'frameworks/nextjs.md';

const guides = readdirSync(path.join(repository, 'docs'), { recursive: true })
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => name.endsWith('.md') && name !== BUILT_BY_SCRIPT);
const files = process.env.SLUICE_README
  ? [process.env.SLUICE_README]
  : ['README.md', ...guides.map((name) => `docs/${name}`)];

/** Guides without a program, because their examples need more than a server. */
const WITHOUT_PROGRAM = [
  'docs/doctor.md',
  'docs/digipair.md',
  'docs/install.md',
  'docs/mcp.md',
  'docs/migrating.md',
  'docs/operations.md',
  'docs/scaling.md',
  'docs/security.md',
  // Its program is a test, which __test__/testing/guide.test.mjs runs.
  'docs/testing.md',
  'docs/troubleshooting.md',
];

for (const file of files) {
  describe(`the examples of ${file}`, () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'sluice-readme-'));
    after(() => rmSync(directory, { recursive: true, force: true }));

    const examples = parseExamples(readFileSync(path.resolve(repository, file), 'utf8'));
    const programs = examples.filter(({ name }) => /\.[cm]?[jt]s$/.test(name));
    const otherFiles = examples.filter((example) => !programs.includes(example));

    it('include a program, and requests that try each program', () => {
      assert.ok(
        programs.length > 0 || WITHOUT_PROGRAM.includes(file),
        'no code block has an <!-- example: server.js --> before it',
      );
      for (const { name, tries } of programs) {
        assert.ok(
          tries.length > 0,
          `no request is tried with ${name}: add <!-- try: GET / expects: … -->`,
        );
      }
    });

    programs.forEach(({ name, code, tries }, index) => {
      const requests = tries.map(({ method, path }) => `${method} ${path}`);
      it(`run unchanged: ${name} answers ${requests.join(', ')}`, async () => {
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
}
