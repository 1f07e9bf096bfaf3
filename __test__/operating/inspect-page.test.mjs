// Tests the page of sluice/inspect in Chromium: layout, contents, client names and a lost stream.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { describeInBrowser, launch, PAGE_GUARD } from '../support/browser.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const { source: axe } = require('axe-core');
const { inspectHandler } = require('../../inspect.js');

const HOSTILE = '/<img/src=x/onerror=document.title=1>';

/** Starts a server with a few streams, one with a hostile path, and opens its page. */
async function open(t, options) {
  const channel = new sluice.Channel({ name: HOSTILE, historySize: 5 });
  const allowed = new Set(['page']);
  const inspect = inspectHandler({ authorize: () => allowed.has('page') });
  const server = http.createServer((req, res) => {
    if (req.url.startsWith('/sluice/')) return inspect(req, res);
    channel.add(new sluice.Connection(req, res));
  });
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  t.after(stop);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const streams = [HOSTILE, `/${'long'.repeat(100)}`, '/news', '/news', '/prices'];
  for (const path of streams) {
    const client = http.get({ port, host: '127.0.0.1', path, agent: false });
    client.on('error', () => {}).on('response', (response) => response.on('error', () => {}));
    client.on('response', (response) => {
      // The client with the long path does not read.
      if (path.length < 100) response.resume();
    });
    t.after(() => client.destroy());
  }
  await until(() => channel.count() === streams.length, 'the clients to join');
  const slow = [...channel.connections()].find(({ request }) => request.url.length > 100);
  // The kernel buffers the first events. When its buffers are full, events stay in the queue.
  const filling = setInterval(() => {
    if (slow.queuedBytes === 0 && !slow.closed) slow.send({ data: 'x'.repeat(64_000) });
  }, 20);
  t.after(() => clearInterval(filling));
  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage(options);
  page.setDefaultTimeout(PAGE_GUARD);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
  await page.goto(`http://127.0.0.1:${port}/sluice/`);
  await page.waitForFunction(() => document.body.dataset.state === 'live');
  return { allowed, faults, page, server, stop };
}

const paths = (page) => page.locator('#rows .path').allTextContents();

describeInBrowser('the page of the inspector', () => {
  for (const colorScheme of ['light', 'dark']) {
    test(`fits from 390 to 1920 px and has no axe violations, ${colorScheme}`, SOON, async (t) => {
      const { faults, page } = await open(t, { colorScheme });
      await page.waitForSelector('#deliveries-chart svg[aria-label*=most]');
      await page.waitForSelector('#slow li');
      for (const width of [390, 768, 1920]) {
        await page.setViewportSize({ width, height: 1000 });
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.equal(overflow, 0, `${width} px`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
        assert.deepEqual(found, [], `${width} px`);
        const folder = process.env.SLUICE_SCREENSHOTS;
        if (folder) {
          const path = `${folder}/inspect-${colorScheme}-${width}.png`;
          await page.screenshot({ path, fullPage: true });
        }
      }
      assert.deepEqual(faults, []);
    });
  }

  test('shows names as text, marks its stream, sorts, searches and dims', SOON, async (t) => {
    const { faults, page, stop } = await open(t);
    assert.equal(await page.locator('#rows tr').count(), 6);
    assert.ok((await paths(page)).includes(HOSTILE));
    assert.equal(await page.locator('img').count(), 0);
    const [listed] = await page.locator('#channels tr').allInnerTexts();
    assert.deepEqual(listed.split(/\s+/), [HOSTILE, 'channel', '5', '0', '0', 'B']);
    assert.match(await page.locator('#channels-shown').textContent(), /^\d+ in all$/);
    assert.equal(await page.title(), 'sluice inspect');
    assert.equal(await page.locator('tr.own .path').textContent(), '/sluice/eventsthis page');
    const slowest = page.locator('#slow li', { hasText: /No\. \d+, \/longlong/ });
    await slowest.waitFor();
    await until(async () => /^\/longlong/.test((await paths(page))[0]), 'the slow client on top');
    const sorted = (name, value) => page.waitForSelector(`th[aria-sort=${value}] >> text=${name}`);
    await page.click('button[data-sort=path]');
    await sorted('Path', 'ascending');
    await until(async () => (await paths(page))[0] === HOSTILE, 'the first of the paths');
    await page.click('button[data-sort=path]');
    await sorted('Path', 'descending');
    await until(async () => (await paths(page)).at(-1) === HOSTILE, 'the paths in reverse order');
    await page.fill('#search', 'NEWS');
    await until(async () => String(await paths(page)) === '/news,/news', 'the paths found');
    assert.match(await page.locator('#shown').textContent(), /^2 of \d+ connections$/);
    assert.deepEqual(faults, []);
    stop();
    await page.waitForFunction(() => document.body.dataset.state === 'lost');
    assert.match(await page.locator('#state').textContent(), /lost/);
    await page.waitForFunction(() => getComputedStyle(document.querySelector('main')).opacity < 1);
  });

  test('reconnects automatically when it is authorized again', SOON, async (t) => {
    const { allowed, page, server } = await open(t);
    const refused = page.waitForResponse((response) => response.status() === 403);
    allowed.clear();
    server.closeAllConnections();
    await refused;
    await page.waitForFunction(() => document.body.dataset.state === 'lost');
    allowed.add('page');
    await page.waitForFunction(() => document.body.dataset.state === 'live');
  });
});
