// Tests that every example prints its URL, and that its page describes what it demonstrates.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noRedis } from '../backplane/redis-server.mjs';
import { withoutNginx } from '../carrier/nginx/proxy.mjs';
import { violationsOf } from '../support/axe.mjs';
import { openPages, withoutBrowser } from '../support/browser.mjs';
import { startExample } from '../support/example-server.mjs';

const FOLDER = fileURLToPath(new URL('../../examples', import.meta.url));
const NEEDS = { cluster: noRedis || withoutNginx() };

const examples = readdirSync(FOLDER).filter((name) =>
  existsSync(`${FOLDER}/${name}/public/index.html`),
);
const programOf = (name) =>
  ['start.js', 'server.js'].map((file) => `${name}/${file}`).find((file) => exists(file));
const exists = (file) => existsSync(`${FOLDER}/${file}`);

test('at least six examples exist', () => assert.ok(examples.length >= 6, examples.join()));

for (const name of examples) {
  const skip = NEEDS[name] || false;

  test(`${name} prints its URL, and describes in one sentence what it demonstrates`, {
    skip,
  }, async (t) => {
    const { origin, stop } = await startExample(t, programOf(name));
    try {
      const html = await (await fetch(origin)).text();
      const intros = Array.from(html.matchAll(/<p class="intro">\s*([^<]+?)\s*<\/p>/g));
      assert.equal(intros.length, 1);
      assert.match(intros[0][1], /^[A-Z][^.!?]{20,120}\.$/);
      if (withoutBrowser) return;
      const { pages, faults } = await openPages(t, origin, 1);
      const [page] = pages;
      await page.setViewportSize({ width: 390, height: 844 });
      await page.locator('.intro').waitFor();
      await page.locator('#status:is([data-state=live], [data-state=connected])').waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      assert.deepEqual(await violationsOf(page), []);
      assert.deepEqual(faults, []);
      await page.close();
    } finally {
      await stop();
    }
  });
}
