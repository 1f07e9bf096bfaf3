// Checks every code block of README.md and docs/ that is not run as an example, and every link.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { anchorsOf, blocksOf, linksOf } from './blocks/markdown.mjs';
import { toModule } from './blocks/snippets.mjs';
import { ExampleApp } from './readme/example-app.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const guides = readdirSync(path.join(root, 'docs'), { recursive: true })
  .map((name) => `docs/${name.split(path.sep).join('/')}`)
  .filter((name) => name.endsWith('.md'));
const files = ['README.md', ...guides];
const pages = [...files, 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md'];

const blocks = files.flatMap((file) => blocksOf(file, read(file)));
const withoutTest = blocks.filter(({ isExample }) => !isExample);
const isCode = ({ language }) => ['js', 'ts'].includes(language);

/** Languages of blocks that are neither programs nor commands. `text` is output or a list. */
const OTHERS = ['text', 'json', 'nginx'];

/** Programs in commands that come with a system, with Node.js, or with a package of the page. */
const PROGRAMS = [
  ...['node', 'npm', 'npx', 'curl', 'ulimit', 'docker', 'pm2', 'git', 'cd', 'openssl', 'sysctl'],
  'esbuild',
];

function checkCommand(line) {
  const [program, ...words] = line.replace(/\s+#.*$/, '').split(/\s+/);
  assert.ok(PROGRAMS.includes(program), `unknown program ${program}`);
  const { scripts } = JSON.parse(read('package.json'));
  const name = program === 'npm' && words[0] === 'run' ? words[1] : undefined;
  if (name) assert.ok(scripts[name], `package.json has no script ${name}`);
  const file = program === 'node' && words.find((word) => /^(examples|scripts|bench)\//.test(word));
  if (file) assert.ok(existsSync(path.join(root, file)), `${file} does not exist`);
}

describe('the code blocks of README.md and docs/', () => {
  it('name a language whose blocks are run or checked', () => {
    const known = ['sh', 'js', 'ts', ...OTHERS];
    const unknown = withoutTest.filter(({ language }) => !known.includes(language));
    assert.deepEqual(
      unknown.map(({ place, language }) => `${place}: ${language}`),
      [],
    );
    assert.ok(blocks.some(({ isExample }) => isExample));
  });

  it('type-check, if they are not run as examples', (t) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'sluice-blocks-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const app = new ExampleApp(directory);
    const snippets = withoutTest.filter(isCode);
    const names = snippets.map(({ place, code }) => {
      const name = `${place.replaceAll(/[^a-z0-9]+/gi, '-')}.mts`;
      app.write({ name, code: toModule(code) });
      return name;
    });
    assert.ok(names.length > 0);
    app.checkTypes(...names);
  });

  for (const { place, code } of withoutTest.filter(({ language }) => language === 'sh')) {
    it(`have commands that exist: ${place}`, () => {
      for (const line of code.split('\n').filter(Boolean)) checkCommand(line);
    });
  }

  const withoutNginx = spawnSync('nginx', ['-v']).error ? 'no nginx: apt-get install nginx' : false;
  for (const { place, code } of withoutTest.filter(({ language }) => language === 'nginx')) {
    it(`are accepted by nginx: ${place}`, { skip: withoutNginx }, (t) => nginxAccepts(t, code));
  }

  for (const { place, code } of withoutTest.filter(({ language }) => language === 'json')) {
    it(`have valid JSON: ${place}`, () => assert.ok(JSON.parse(code)));
  }
});

function nginxAccepts(t, code) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-nginx-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'nginx.conf');
  const head = `pid ${directory}/pid; error_log stderr; events {}`;
  writeFileSync(file, `${head} http { access_log off;\n${code}\n}\n`);
  const { status, stderr } = spawnSync('nginx', ['-t', '-c', file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

describe('the links and figures of the documents', () => {
  it('have the figures that the bench has printed: README.md', () => {
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
    it(`lead somewhere: ${page}`, () => {
      const broken = linksOf(read(page)).filter((link) => !resolves(page, link));
      assert.deepEqual(broken, []);
    });
  }
});

/** Without a network, an address elsewhere is only parsed. */
function resolves(page, link) {
  if (/^[a-z]+:/.test(link)) return URL.canParse(link) && !link.startsWith('http:');
  const [name, anchor] = link.split('#');
  const target = name ? path.posix.join(path.posix.dirname(page), name) : page;
  if (!existsSync(path.join(root, target))) return false;
  return !anchor || anchorsOf(read(target)).includes(anchor);
}
