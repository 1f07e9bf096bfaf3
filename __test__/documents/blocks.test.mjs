// Checks every code block and every link of README.md and docs/.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, withoutBrowser } from '../support/browser.mjs';
import { checkScript, checkShell } from './blocks/commands.mjs';
import { anchorsOf, blocksOf, linksOf } from './blocks/markdown.mjs';
import { checkOfText } from './blocks/outputs.mjs';
import { parseModule, runPage } from './blocks/pages.mjs';
import { haproxyAccepts, nginxAccepts, withoutHAProxy, withoutNginx } from './blocks/proxies.mjs';
import { toModule } from './blocks/snippets.mjs';
import { ExampleApp } from './readme/example-app.mjs';
import { parseExamples } from './readme/examples.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const guides = readdirSync(path.join(root, 'docs'), { recursive: true })
  .map((name) => `docs/${name.split(path.sep).join('/')}`)
  .filter((name) => name.endsWith('.md'));
const files = ['README.md', ...guides];
const pages = [
  ...files,
  ...['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md', 'bench/GROWTH.md'],
];

const blocks = files.flatMap((file) => blocksOf(file, read(file)));
const withoutTest = blocks.filter(({ isExample }) => !isExample);
/** `npm test` or `npm run` with optional options, within a line or a code span. */
const COMMAND = /\bnpm (?:run ([\w:-]+)|test)((?:\s+--[a-z-]*)*)/g;
const isCode = ({ language }) => ['js', 'ts'].includes(language);

/**
 * How blocks of each language are checked. readme.test.mjs runs the examples.
 * - `js`, `ts`: type-checked, unless they are examples. docs/testing.md is run by
 *   testing/guide.test.mjs, and the module of Next.js by `npm run frameworks`.
 * - `jsx`: parsed. Next.js and React are not installed here; `npm run frameworks` runs them.
 * - `html`: opened in Chromium, with mocked responses.
 * - `sh`: the syntax is checked. Each command is run, or checked as described in commands.mjs:
 *   installations need a network, Docker an image, and PM2 is not installed here.
 * - `nginx`: accepted by nginx. `haproxy`: accepted by HAProxy, and used by its test.
 * - `json`: parsed, and looked up in the package.
 * - `text`: compared with the output of a command, or used by a test, as listed in outputs.mjs.
 */
const LANGUAGES = ['js', 'ts', 'jsx', 'html', 'sh', 'nginx', 'haproxy', 'json', 'text'];

const ofLanguage = (wanted) => blocks.filter(({ language }) => language === wanted);

function makeApp(t) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-blocks-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return new ExampleApp(directory);
}

describe('the code blocks of README.md and docs/', () => {
  it('name a language whose blocks are run or checked', () => {
    const unknown = blocks.filter(({ language }) => !LANGUAGES.includes(language));
    assert.deepEqual(
      unknown.map(({ place, language }) => `${place}: ${language}`),
      [],
    );
    assert.ok(blocks.some(({ isExample }) => isExample));
  });

  it('type-check, if they are not run as examples', (t) => {
    const app = makeApp(t);
    const snippets = withoutTest.filter(isCode);
    const names = snippets.map(({ place, code }) => {
      const name = `${place.replaceAll(/[^a-z0-9]+/gi, '-')}.mts`;
      app.write({ name, code: toModule(code) });
      return name;
    });
    assert.ok(names.length > 0);
    app.checkTypes(...names);
  });

  for (const { place, code } of ofLanguage('sh')) {
    it(`are commands that run: ${place}`, async (t) => {
      const [file] = place.split(':');
      await checkShell(t, code, { makeApp, examples: parseExamples(read(file)) });
    });
  }

  it('are pages that show an event', { skip: withoutBrowser }, async (t) => {
    const browser = await launch();
    t.after(() => browser.close());
    for (const { place, code } of ofLanguage('html')) {
      await t.test(place, () => runPage(browser, code));
    }
  });

  for (const { place, code } of ofLanguage('jsx')) {
    it(`are modules: ${place}`, () => parseModule(code));
  }

  for (const { place, code } of ofLanguage('nginx')) {
    it(`are accepted by nginx: ${place}`, { skip: withoutNginx }, (t) => nginxAccepts(t, code));
  }

  for (const { place, code } of ofLanguage('haproxy')) {
    it(`are accepted by HAProxy: ${place}`, { skip: withoutHAProxy }, (t) =>
      haproxyAccepts(t, code),
    );
  }

  for (const { place, code } of ofLanguage('json')) {
    it(`name a skill that exists: ${place}`, () => {
      const { library, element } = JSON.parse(code);
      const { exports } = JSON.parse(read('package.json'));
      const schema = JSON.parse(read(exports[`${library.replace('sluice', '.')}/schema.json`]));
      assert.ok(`/${element}` in schema.paths);
    });
  }

  for (const file of new Set(ofLanguage('text').map(({ place }) => place.split(':')[0]))) {
    const texts = ofLanguage('text').filter(({ place }) => place.startsWith(`${file}:`));
    texts.forEach(({ place, code }, index) => {
      it(`match the output of a command, or are used by a test: ${place}`, async (t) => {
        const check = checkOfText(file, index);
        assert.ok(check, 'unknown block: add its check to outputs.mjs');
        await check(t, code, file);
      });
    });
  }

  it('name existing scripts and options, also within sentences', () => {
    const commands = pages.flatMap((page) => Array.from(read(page).matchAll(COMMAND)));
    assert.ok(commands.length > 10);
    for (const [, name = 'test', words = ''] of commands) {
      checkScript(name, words.match(/--[a-z-]+/g) ?? []);
    }
  });
});

describe('the links and figures of the documents', () => {
  it('have the figures that the bench printed: README.md', () => {
    const table = /^## Facts$(.*?)^## /ms.exec(read('README.md'))[1];
    const rows = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| -/.test(line));
    const printed = read('bench/RESULTS.md').split('\n');
    assert.ok(rows.length > 1);
    for (const row of rows) {
      const [name, ...cells] = row
        .split('|')
        .map((cell) => cell.trim())
        .filter(Boolean);
      const source = printed.find((line) => line.startsWith(`| ${name} |`));
      for (const cell of cells) assert.ok(source?.includes(`| ${cell} |`), `${name}: ${cell}`);
    }
  });

  for (const page of pages) {
    it(`have valid targets: ${page}`, () => {
      const broken = linksOf(read(page)).filter((link) => !resolves(page, link));
      assert.deepEqual(broken, []);
    });
  }
});

/** External URLs are only parsed, because the test has no network. */
function resolves(page, link) {
  if (/^[a-z]+:/.test(link)) return URL.canParse(link) && !link.startsWith('http:');
  const [name, anchor] = link.split('#');
  const target = name ? path.posix.join(path.posix.dirname(page), name) : page;
  if (!existsSync(path.join(root, target))) return false;
  return !anchor || anchorsOf(read(target)).includes(anchor);
}
