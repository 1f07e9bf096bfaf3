import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why tests in a browser are skipped; false when they are not. */
export const withoutBrowser = existsSync(executablePath)
  ? false
  : `no ${executablePath}: apt-get install chromium, or set CHROMIUM to the path of one`;

/** A skipped suite would not be counted; a skipped test is. */
export const describeInBrowser = (name, body) =>
  withoutBrowser ? test(name, { skip: withoutBrowser }, () => {}) : describe(name, body);

/** Milliseconds that a page may take: a guard against hanging, as in `until`. */
export const PAGE_GUARD = 120_000;

export const launch = (options = {}) =>
  chromium.launch({
    executablePath,
    timeout: PAGE_GUARD,
    ...options,
    args: ['--no-sandbox', ...(options.args ?? [])],
  });

/** Opens pages of an address in one browser. What goes wrong in one of them is in `faults`. */
export async function openPages(t, origin, count) {
  const browser = await launch();
  t.after(() => browser.close());
  const faults = [];
  const pages = [];
  for (let n = 0; n < count; n += 1) {
    const page = await browser.newPage();
    page.setDefaultTimeout(PAGE_GUARD);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
    await page.goto(origin);
    pages.push(page);
  }
  return { pages, faults };
}
