// Tests the example of answers that outlive their readers: its server, and its page in Chromium.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { noRedis, RedisServer } from '../backplane/redis-server.mjs';
import { violationsOf } from '../support/axe.mjs';
import { withoutBrowser } from '../support/browser.mjs';
import { startExample } from '../support/example-server.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { startModel } from './tokens/model.mjs';
import { closeBrowser, OUTAGE, openBrowser } from './tokens/pages.mjs';

const PROGRAM = 'tokens/server.js';
const start = (t, { port = 0, ...env } = {}) => startExample(t, PROGRAM, port, env);

after(closeBrowser);

/** Two at a time, because one test waits until a process counts as dead. */
describe('examples/tokens', { ...SOON, concurrency: 2 }, () => {
  const skip = withoutBrowser;
  const skipShared = withoutBrowser || noRedis;

  test('with Redis, readers of other servers keep the words of a killed server', {
    skip: skipShared,
  }, async (t) => {
    const model = await startModel(t);
    const env = { ...model.env, REDIS_URL: (await RedisServer.start(t)).url };
    const server = await start(t, env);
    const other = await start(t, env);
    const browser = await openBrowser(t, OUTAGE);
    const tab = await browser.open(server.origin);
    await tab.ask('Why?');
    const request = await model.asked();
    request.give('One', ' two');
    await tab.shows('One two');
    await tab.page.close();
    // The cookie applies to every port.
    const elsewhere = await browser.open(other.origin);
    await elsewhere.shows('One two');
    await server.stop('SIGKILL');
    await elsewhere.is('lost');
    assert.match(await elsewhere.outcome(), /has died after 2 words\. They were kept\. The rest/);
    await elsewhere.shows('One two');
    await elsewhere.hasMissedNothing();
    const late = await browser.open(other.origin);
    await late.is('lost');
    await late.shows('One two');
  });

  test('two tabs read one answer, and a reload during it misses nothing', {
    skip,
  }, async (t) => {
    const model = await startModel(t);
    const { origin } = await start(t, model.env);
    const browser = await openBrowser(t);
    const first = await browser.open(origin);
    const second = await browser.open(origin);
    await first.ask('Why?');
    const request = await model.asked();
    assert.equal(request.url, '/v1/chat/completions');
    assert.equal(request.key, 'Bearer a key');
    assert.deepEqual([request.model, request.stream], ['a model', true]);
    assert.deepEqual(request.messages, [{ role: 'user', content: 'Why?' }]);
    request.give('One', ' two');
    for (const tab of [first, second]) await tab.shows('One two');
    await first.page.reload();
    await first.shows('One two');
    const third = await browser.open(origin);
    request.give(' three');
    const tabs = [first, second, third];
    for (const tab of tabs) {
      await tab.shows('One two three');
      await tab.is('running');
    }
    assert.equal(await first.page.locator('.text .seam').count(), 1);
    assert.equal(await second.page.locator('.text .seam').count(), 0);
    await fits(third.page);
    request.end();
    for (const tab of tabs) {
      await tab.is('done');
      assert.equal(await tab.outcome(), 'Complete, with 3 words.');
      await tab.shows('One two three');
      await tab.hasMissedNothing();
    }
    await first.page.reload();
    await first.is('done');
    await first.shows('One two three');
  });

  test('any tab can stop an answer and its request to the model', { skip }, async (t) => {
    const model = await startModel(t);
    const { origin } = await start(t, model.env);
    const browser = await openBrowser(t);
    const first = await browser.open(origin);
    const second = await browser.open(origin);
    await first.ask('Why?');
    const request = await model.asked();
    request.give('One');
    await second.shows('One');
    await second.page.click('#stop');
    for (const tab of [first, second]) {
      await tab.is('stopped');
      assert.equal(await tab.outcome(), 'Stopped after 1 word, in every tab.');
    }
    await until(request.isClosed, 'the end of the request to the model');
    await first.ask('And now?');
    (await model.asked()).give('Two');
    for (const tab of [first, second]) await tab.shows('Two');
  });

  test('without Redis, a killed server loses its answers, and the page reports it', {
    skip,
  }, async (t) => {
    const model = await startModel(t);
    const server = await start(t, model.env);
    const browser = await openBrowser(t, OUTAGE);
    const tab = await browser.open(server.origin);
    await tab.ask('Why?');
    (await model.asked()).give('One');
    await tab.shows('One');
    await server.stop('SIGKILL');
    await tab.page.locator('#status[data-state=lost]').waitFor();
    await tab.page.getByText('Cut off after 1 word. Trying to go on.').waitFor();
    await start(t, { ...model.env, port: server.port });
    await tab.is('forgotten');
    await tab.isLive();
    await tab.shows('One');
    await tab.ask('And now?');
    (await model.asked()).give('Two');
    await tab.shows('Two');
  });

  test('with Redis, a stopping server finishes its answer for readers of the next server', {
    skip: skipShared,
  }, async (t) => {
    const model = await startModel(t);
    const env = { ...model.env, REDIS_URL: (await RedisServer.start(t)).url };
    const server = await start(t, env);
    const browser = await openBrowser(t, OUTAGE);
    const tab = await browser.open(server.origin);
    await tab.ask('Why?');
    const request = await model.asked();
    request.give('One');
    await tab.shows('One');
    const refused = await browser.open(server.origin);
    await refused.shows('One');
    const tabs = [tab, refused];
    const before = await tab.page.textContent('#status');
    // A process that shuts down may respond with 503, and an EventSource then gives up.
    await refused.page.route('**/answers/*', (route) => route.fulfill({ status: 503 }));
    const stopped = server.stop('SIGTERM');
    for (const { page } of tabs) await page.locator('#status[data-state=lost]').waitFor();
    await start(t, { ...env, port: server.port });
    await until(async () => {
      const now = await tab.page.textContent('#status');
      return /^Served by/.test(now) && now !== before;
    }, 'the new process');
    request.give(' two');
    await tab.shows('One two');
    await refused.shows('One');
    await refused.page.unroute('**/answers/*');
    await refused.shows('One two');
    request.end();
    for (const each of tabs) {
      await each.is('done');
      await each.hasMissedNothing();
    }
    assert.deepEqual(await stopped, [0, null]);
  });

  test('an answer is private to its browser, and the server counts if it has no model', async (t) => {
    const { origin } = await start(t, { TOKENS_PAUSE: '0.1' });
    const cookieOf = async () => (await fetch(origin)).headers.getSetCookie()[0].split(';')[0];
    const [ann, bob] = [await cookieOf(), await cookieOf()];
    const send = (path, cookie, init = {}) =>
      fetch(`${origin}/${path}`, {
        ...init,
        headers: { 'Content-Type': 'application/json', ...(cookie && { cookie }), ...init.headers },
      });
    const ask = (question, cookie, headers) =>
      send('answers', cookie, { method: 'POST', body: JSON.stringify({ question }), headers });
    assert.equal((await ask('Why?')).status, 401);
    assert.equal((await ask('Why?', ann, { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
    for (const question of ['', ' ', 'x'.repeat(501), 7]) {
      assert.equal((await ask(question, ann)).status, 400);
    }
    const { id } = await (await ask('Count to 40', ann)).json();
    const text = await (await send(`answers/${id}`, ann)).text();
    const words = Array.from(text.matchAll(/^event: token\ndata: (.*)$/gm), ([, word]) => word);
    assert.equal(words.join(''), Array.from({ length: 40 }, (_none, at) => at + 1).join(' '));
    assert.equal((await send(`answers/${id}`, bob)).status, 403);
    assert.equal((await send(`answers/${id}`, bob, { method: 'DELETE' })).status, 404);
    assert.deepEqual((await (await send('state', bob)).json()).answers, []);
    assert.equal((await (await send('state', ann)).json()).answers[0].id, id);
  });
});

/** Checks the page at widths from a phone to a large screen, also with axe. */
async function fits(page) {
  for (const width of [390, 720, 721, 1000, 1920]) {
    await page.setViewportSize({ width, height: 844 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    if (width === 390) assert.deepEqual(await violationsOf(page), []);
  }
  assert.deepEqual(await violationsOf(page), []);
}
