// Runs `html` blocks in Chromium, and parses `jsx` blocks.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { PAGE_GUARD } from '../../support/browser.mjs';

const typescript = createRequire(import.meta.url)('typescript5');

const EVENT = 'event: headline\ndata: {"text":"Hello"}\n\n';

/** Opens a page of docs/frameworks/, answers its requests, and presses its button. */
export async function runPage(browser, code) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PAGE_GUARD);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const answers = {
    '/': { contentType: 'text/html', body: code },
    '/news': { contentType: 'text/event-stream', body: EVENT },
    '/headlines': { status: 202 },
  };
  await page.route('**/*', (route) => {
    const answer = answers[new URL(route.request().url()).pathname];
    return route.fulfill(answer ?? { status: 404 });
  });
  await page.goto('http://localhost/');
  await page.locator('li', { hasText: 'Hello' }).first().waitFor();
  const post = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button').click();
  assert.equal(new URL((await post).url()).pathname, '/headlines');
  assert.deepEqual(faults, []);
  await page.close();
}

/** Only parses the code: its packages are not installed, so their types are unknown. */
export function parseModule(code) {
  const compilerOptions = { jsx: typescript.JsxEmit.Preserve, module: 'ESNext', allowJs: true };
  const { diagnostics } = typescript.transpileModule(code, {
    compilerOptions,
    fileName: 'block.jsx',
    reportDiagnostics: true,
  });
  assert.deepEqual(
    diagnostics.map(({ messageText }) => messageText),
    [],
  );
}
