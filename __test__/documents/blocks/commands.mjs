// Runs the commands of `sh` blocks, as far as that is possible without a network.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCurl, runSluice } from './runs.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file) => readFileSync(path.join(root, file), 'utf8');
const { scripts, version, files } = JSON.parse(read('package.json'));
const platforms = readdirSync(path.join(root, 'npm'));

/** Packages of docs/frameworks/ that only `npm run frameworks` installs. */
const NOT_HERE = ['next', 'react', 'react-dom'];
/** Options in the documents, from "Graceful Stop" of PM2's documentation. */
const PM2 = ['--kill-timeout'];

/** How each program is checked. A program without an entry is an error. */
const PROGRAMS = {
  curl: runCurl,
  docker: checkDocker,
  esbuild: bundle,
  node: checkNode,
  npm: checkNpm,
  npx: checkNpx,
  /** PM2 is not installed here. */
  pm2: (_t, words) => checkOptions(words, PM2),
  /** The limit can be higher than this system allows, so only the syntax is checked. */
  ulimit: (_t, words) => assert.match(words.join(' '), /^-n \d+$/),
};

/** Checks the syntax of a block, then each of its commands. */
export async function checkShell(t, code, page) {
  const { error, status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
  if (error) t.diagnostic('no bash: the syntax is not checked');
  else assert.equal(status, 0, stderr);
  for (const line of code.split('\n').filter(Boolean)) {
    const [program, ...words] = line.replace(/\s+#.*$/, '').split(/\s+/);
    assert.ok(PROGRAMS[program], `unknown program ${program}: add its check to commands.mjs`);
    await PROGRAMS[program](t, words, page);
  }
}

/** Checks that a script exists and reads the given options. */
export function checkScript(name, options) {
  assert.ok(scripts[name], `package.json has no script ${name}`);
  const [, file] = /^node (scripts\/\S+)/.exec(scripts[name]) ?? [];
  const folder = file?.replace(/\.mjs$/, '');
  const parts =
    folder && existsSync(path.join(root, folder)) ? readdirSync(`${root}/${folder}`) : [];
  const source = [file, ...parts.map((part) => `${folder}/${part}`)]
    .filter(Boolean)
    .map(read)
    .join();
  for (const option of options) {
    const key = option.replace(/^--/, '').split('=')[0];
    assert.match(source, new RegExp(`(--|['"\\s])${key}\\b`), `${name} does not read ${option}`);
  }
}

function checkNpm(_t, [action, ...words]) {
  if (action === 'run') return checkScript(words[0], optionsOf(words));
  if (action === 'start' || action === 'test') return checkScript(action, optionsOf(words));
  assert.equal(action, 'install');
  checkOptions(words, ['--no-save', '--save-dev']);
  for (const word of words.filter((word) => !word.startsWith('-'))) checkPackage(word);
}

function checkPackage(name) {
  if (name.endsWith('*.tgz')) {
    return assert.match(read('scripts/tarballs.mjs'), /'target\/tarballs'/);
  }
  const [, platform] = /^\.\/vendor\/sluice-(?:(.+)-)?([\d.]+)\.tgz$/.exec(name) ?? [];
  if (name.startsWith('.')) {
    assert.ok(name.endsWith(`-${version}.tgz`), `${name} is not of version ${version}`);
    if (platform) assert.ok(platforms.includes(platform), `no platform ${platform}`);
    return;
  }
  const isKnown = name === 'sluice' || NOT_HERE.includes(name);
  assert.ok(isKnown || existsSync(path.join(root, 'node_modules', name)), `no package ${name}`);
}

function checkNode(_t, words, { examples }) {
  const file = words.find((word) => !word.startsWith('-'));
  const own = file.replace(/^node_modules\/sluice\//, '');
  if (own !== file) return assert.ok(files.includes(own), `the package has no ${own}`);
  if (existsSync(path.join(root, file))) return;
  // The reader's own server, or an example of the page, possibly in TypeScript.
  const names = examples.map(({ name }) => name.replace(/ts$/, 'js'));
  assert.ok(names.length === 0 || names.includes(file), `the page has no ${file}`);
}

async function checkNpx(t, [program, ...words], { makeApp, examples }) {
  if (program === 'sluice') return assert.match(await runSluice(t, words), /\n0 problems/);
  if (program === 'tsc') {
    const app = makeApp(t);
    for (const example of examples) app.write(example);
    return app.compileWith(words);
  }
  // Next.js is not installed here. `npm run frameworks` runs these.
  assert.equal(program, 'next');
  assert.match(words.join(' '), /^(build|start)$/);
}

function bundle(t, words, { makeApp }) {
  const bundled = makeApp(t).bundle(words, "require('sluice');\n");
  assert.match(bundled, /require\(['"]sluice['"]\)/);
}

const withoutDocker = spawnSync('docker', ['--version']).error;

function checkDocker(t, words) {
  if (withoutDocker) return t.diagnostic('no docker: its options are not checked');
  const [action] = words;
  const { stdout, stderr } = spawnSync('docker', [action, '--help'], { encoding: 'utf8' });
  checkOptions(words, (stdout + stderr).match(/--[a-z-]+/g));
}

const optionsOf = (words) => words.filter((word) => word.startsWith('--') && word !== '--');

function checkOptions(words, known) {
  for (const option of optionsOf(words)) assert.ok(known.includes(option), `unknown ${option}`);
}
