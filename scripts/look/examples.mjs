import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { startExample } from '../../__test__/support/example-server.mjs';
import { root } from '../process.mjs';

const FOLDER = path.join(root, 'examples');

/** Some pages are empty without user input. */
const PREPARE = {
  chat: async (page) => {
    await page.fill('#text', 'A message that is long enough for two lines in a narrow window');
    await page.press('#text', 'Enter');
    await page.locator('#messages .words').first().waitFor();
  },
  hono: (page) => page.getByText('Let a crowd vote').click(),
  koa: async (page) => {
    for (const y of [300, 400, 500]) await page.mouse.click(200, y);
  },
  nest: (page) => page.getByText('Start a job').click(),
};

const programOf = (name) =>
  ['start.js', 'server.js']
    .map((file) => `${name}/${file}`)
    .find((file) => existsSync(path.join(FOLDER, file)));

/** Starts all selected examples. */
export async function pagesOfExamples(isChosen) {
  const names = readdirSync(FOLDER).filter(
    (name) =>
      existsSync(path.join(FOLDER, name, 'public/index.html')) &&
      isChosen({ name: `examples/${name}` }),
  );
  const stops = [];
  const pages = [];
  for (const name of names) {
    const server = await startExample({ after: () => {} }, programOf(name));
    stops.push(server.stop);
    const ready = '#status:is([data-state=live], [data-state=connected])';
    pages.push({ name: `examples/${name}`, url: server.origin, ready, prepare: PREPARE[name] });
  }
  return { pages, stop: () => Promise.all(stops.map((stop) => stop())) };
}
