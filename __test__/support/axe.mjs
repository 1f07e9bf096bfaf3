// Checks a page for accessibility violations in light and dark mode.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns one line per violation: the color scheme, the rule and the elements. */
export async function violationsOf(page) {
  await page.evaluate(`${source}; undefined`);
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, nodes } of violations) {
      const places = nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ''}`);
      found.push(`${colorScheme}: ${id}: ${places.join('; ')}`);
    }
  }
  return found;
}
