// Follows each page of docs/frameworks/ in a fresh application, with the packed package, without
// Rust and without a network, until Chromium shows an event. Prints the time of each.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { PageApp } from './frameworks/page-app.mjs';
import { packRelease } from './pack.mjs';
import { root } from './process.mjs';

/** The maximum time that a newcomer may need for a page, in seconds. */
const AT_MOST = 300;

const pages = path.join(root, 'docs/frameworks');
const asked = process.argv.slice(2);
const names = readdirSync(pages)
  .map((file) => path.basename(file, '.md'))
  .filter((name) => asked.length === 0 || asked.includes(name));

const directory = mkdtempSync(path.join(tmpdir(), 'sluice-frameworks-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const name of ['stage', 'tarballs']) mkdirSync(path.join(directory, name));
const { root: main, platform } = packRelease(
  path.join(directory, 'stage'),
  path.join(directory, 'tarballs'),
);
const options = {
  tarballs: [main.tarball, platform.tarball],
  cache: path.join(root, 'target/npm-cache'),
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
let failed = 0;
for (const name of names) {
  const markdown = readFileSync(path.join(pages, `${name}.md`), 'utf8');
  try {
    // Fills npm's cache, as a company's mirror would be filled. This is the only use of a network.
    new PageApp(path.join(directory, `${name}-cache`), markdown, options).fillCache();
    const app = new PageApp(path.join(directory, name), markdown, options);
    const seconds = await app.follow(browser);
    if (seconds > AT_MOST) throw new Error(`it took more than ${AT_MOST} seconds`);
    console.log(`${name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s`);
  } catch (error) {
    failed += 1;
    console.error(`${name.padEnd(10)} failed: ${error.stack}`);
  }
}
await browser.close();
console.log(`${names.length - failed} of ${names.length} pages work`);
process.exitCode = failed === 0 && names.length > 0 ? 0 : 1;
