// Checks every page of the site, of the examples and of the inspector, in three widths, light and
// dark. Fails if axe finds a violation, if a page is wider than its window, or if it reports an
// error. Screenshots are in target/look/. Words after `--` select pages by name.
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { launch, withoutBrowser } from '../__test__/support/browser.mjs';
import { pagesOfExamples } from './look/examples.mjs';
import { pageOfInspector } from './look/inspector.mjs';
import { pagesOfSite } from './look/site.mjs';
import { root } from './process.mjs';

const { source: axe } = createRequire(import.meta.url)('axe-core');

const WIDTHS = [390, 820, 1440];
const SCHEMES = ['light', 'dark'];
const HEIGHT = 900;
const FOLDER = path.join(root, 'target/look');
/** The number of pages that are checked in parallel. */
const WORKERS = 2;

if (withoutBrowser) {
  console.error(`sluice: ${withoutBrowser}`);
  process.exit(1);
}

const chosen = process.argv.slice(2);
const isChosen = ({ name }) => chosen.length === 0 || chosen.some((word) => name.includes(word));
const sources = [pagesOfExamples, pageOfInspector, pagesOfSite];

/** Returns the faults of a page in one width. */
async function faultsAt(page, width) {
  await page.setViewportSize({ width, height: HEIGHT });
  const shown = await page.evaluate(() => document.documentElement.scrollWidth);
  const wide = shown > width ? [`the page is ${shown} px wide`] : [];
  await page.evaluate(`${axe}; undefined`);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.map(({ id, nodes }) => {
    const places = nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ''}`);
    return `${id}: ${places.join('; ')}`;
  });
  return [...wide, ...found];
}

async function look(browser, { name, url, ready, prepare }, colorScheme) {
  const options = { colorScheme, reducedMotion: 'reduce' };
  const page = await browser.newPage({ ...options, viewport: { width: 390, height: HEIGHT } });
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
  await page.goto(url);
  await page.locator(ready).first().waitFor();
  await prepare?.(page);
  const file = path.join(FOLDER, name.replaceAll('/', '-'));
  for (const width of WIDTHS) {
    const found = await faultsAt(page, width);
    faults.push(...found.map((fault) => `${width} px: ${fault}`));
    await page.screenshot({ path: `${file}-${width}-${colorScheme}.png`, fullPage: true });
  }
  await page.close();
  return faults.map((fault) => `${name}, ${colorScheme}, ${fault}`);
}

if (chosen.length === 0) rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const browser = await launch();
const faults = [];
let count = 0;
for (const source of sources) {
  const { pages, stop } = await source(isChosen);
  const todo = pages.filter(isChosen).flatMap((page) => SCHEMES.map((scheme) => [page, scheme]));
  const work = async () => {
    for (let next = todo.shift(); next; next = todo.shift()) {
      const found = await look(browser, ...next);
      for (const fault of found) console.log(fault);
      faults.push(...found);
      count += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: WORKERS }, work));
  } finally {
    await stop();
  }
}
await browser.close();
console.log(
  `sluice: looked at ${count / SCHEMES.length} pages in ${WIDTHS.join(', ')} px, light and dark; ` +
    `${faults.length} faults; the screenshots are in ${FOLDER}`,
);
process.exitCode = count > 0 && faults.length === 0 ? 0 : 1;
