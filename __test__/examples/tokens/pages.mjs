// Pages of examples/tokens. All tests share one browser, and each has its own cookies.
import assert from 'node:assert/strict';
import { launch, PAGE_GUARD } from '../../support/browser.mjs';

let launching;

/** Call this after all tests. */
export const closeBrowser = async () => (await launching)?.close();

/** Errors that the browser itself logs while a test stops the server. */
export const OUTAGE = /net::ERR_|404 \(Not Found\)|503 \(Service Unavailable\)/;

/** Opens a browser context. Its pages may log only errors that match `expected`. */
export async function openBrowser(t, expected = /$^/) {
  launching ??= launch();
  const browser = await launching;
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  context.setDefaultTimeout(PAGE_GUARD);
  const complaints = [];
  const hosts = new Set();
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (line) => {
    if (['error', 'warning'].includes(line.type()) && !expected.test(line.text()))
      complaints.push(line.text());
  });
  context.on('request', (request) => hosts.add(new URL(request.url()).hostname));
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
    assert.deepEqual([...hosts], ['127.0.0.1']);
  });
  return {
    async open(origin) {
      const tab = new Tab(await context.newPage());
      await tab.page.goto(origin);
      await tab.isLive();
      return tab;
    },
  };
}

export class Tab {
  constructor(page) {
    this.page = page;
  }

  async isLive() {
    await this.page.locator('#status[data-state=live]').waitFor();
  }

  async ask(question) {
    await this.page.fill('#question', question);
    await this.page.press('#question', 'Enter');
  }

  /** Waits until the latest answer has exactly this text. */
  async shows(text) {
    await this.page.waitForFunction(
      (expected) => document.querySelector('.answer:last-child .text')?.textContent === expected,
      text,
    );
  }

  async is(state) {
    await this.page.locator(`.answer:last-child[data-state=${state}]`).waitFor();
  }

  outcome() {
    return this.page.locator('.answer:last-child .outcome').textContent();
  }

  async hasMissedNothing() {
    const [, missed, twice] = await this.page.locator('dd').allTextContents();
    assert.deepEqual({ missed, twice }, { missed: '0', twice: '0' });
  }
}
