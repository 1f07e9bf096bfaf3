// Starts Chromium and opens pages in it. Tests are skipped without Chromium.
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The reason to skip tests in a browser, or false. */
export const withoutBrowser = existsSync(executablePath)
  ? false
  : `no ${executablePath}: apt-get install chromium, or set CHROMIUM to its path`;

/** Skips with a test instead of a suite, because skipped suites are not counted. */
export const describeInBrowser = (name, body) =>
  withoutBrowser ? test(name, { skip: withoutBrowser }, () => {}) : describe(name, body);

/** The timeout of a page in milliseconds. Like in `until`, it only guards against hanging. */
export const PAGE_GUARD = 120_000;

export const launch = (options = {}) =>
  chromium.launch({
    executablePath,
    timeout: PAGE_GUARD,
    ...options,
    args: ['--no-sandbox', ...(options.args ?? [])],
  });

/** Opens pages of one origin in one browser. `faults` collects the errors of all pages. */
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
