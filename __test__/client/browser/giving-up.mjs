// Tests a shared connection when the leading tab gives up because of its own limits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, openShared } from './tabs.mjs';

const codes = async (tab) => (await tab.heard()).errors.map(({ code }) => code);

/** A leader, one tab for each other config, and a server that can be down. */
async function open(t, leader, ...others) {
  const server = { answer: undefined, asked: 0 };
  const site = await Site.start(t, (req, res) => {
    if (req.url !== '/events' || !server.answer) return false;
    server.asked += 1;
    server.answer(res);
    return true;
  });
  const context = await openContext(t);
  const tabs = [];
  for (const config of [leader, ...others])
    tabs.push(...(await openShared(context, site, 1, config)));
  return { site, server, tabs };
}

const down = (res) => res.writeHead(503).end();
const cut = (site) => {
  for (const connection of site.channel.connections()) connection.end();
};

describeInBrowser('a tab that reaches its own limits', () => {
  test('hands over to a tab that retries forever; a tab with the same limit ends too', async (t) => {
    const { site, server, tabs } = await open(
      t,
      { maxRetries: 1, share: true },
      { maxRetries: 1 },
      { maxRetries: 0, maxReconnectDelay: 50 },
    );
    const [leader, same, endless] = tabs;
    const id = site.send();
    for (const tab of tabs) await tab.hasHeard(id);
    server.answer = down;
    cut(site);
    for (const tab of [leader, same]) {
      await tab.hasState('error');
      assert.equal((await codes(tab)).at(-1), 'ERR_SSE_RETRIES');
    }
    const { asked } = server;
    await until(() => server.asked > asked, 'the next tab to ask');
    assert.equal(await endless.state(), 'connecting');
    server.answer = undefined;
    await endless.hasState('connected');
    assert.equal(site.opened.at(-1).headers['last-event-id'], String(id));
    await endless.hasHeard(site.send());
    assert.deepEqual(await endless.ids(), [1, 2]);
    assert.ok(!(await codes(endless)).includes('ERR_SSE_RETRIES'));
    assert.ok((await endless.heard()).errors.every(({ fatal }) => !fatal));
  });

  test('hands over when only the other tabs reconnect', async (t) => {
    const { site, tabs } = await open(t, { autoReconnect: false }, {});
    await tabs[1].hasHeard(site.send());
    cut(site);
    await tabs[0].hasState('disconnected');
    await until(() => site.opened.length === 2, 'the next leader');
    await tabs[1].hasHeard(site.send());
    assert.deepEqual(await tabs[1].ids(), [1, 2]);
    assert.ok(!(await tabs[1].heard()).states.includes('disconnected'));
  });

  test('hands over when an event is too large only for its own limit', async (t) => {
    const { site, tabs } = await open(t, { maxEventSize: 100 }, {});
    const id = site.send();
    for (const tab of tabs) await tab.hasHeard(id);
    site.send({ data: 'x'.repeat(1000) });
    await tabs[0].hasState('error');
    assert.deepEqual(await codes(tabs[0]), ['ERR_SSE_EVENT_SIZE']);
    await tabs[1].hasHeard(site.send());
    assert.deepEqual(await tabs[1].ids(), [1, 2, 3]);
    assert.deepEqual(await codes(tabs[1]), []);
  });

  test('another tab takes over when its handler reconnects after a fatal error', async (t) => {
    const { site, server, tabs } = await open(t, {}, {}, {});
    const mending = tabs[1];
    await mending.page.evaluate(() => {
      globalThis.client.onError(({ fatal }) => fatal && globalThis.client.connect());
    });
    server.answer = (res) => {
      server.answer = undefined;
      res.writeHead(401).end();
    };
    cut(site);
    for (const tab of [tabs[0], tabs[2]]) await tab.hasState('error');
    await until(() => site.opened.length === 2, 'the tab that reconnects');
    await mending.hasHeard(site.send());
    assert.deepEqual(await codes(mending), ['ERR_SSE_STATUS']);
    assert.ok(!(await mending.heard()).states.includes('error'));
  });

  test('stays leader of all tabs when its own handler reconnects', async (t) => {
    const { site, server, tabs } = await open(t, {}, {});
    await tabs[0].page.evaluate(() => {
      globalThis.client.onError(({ fatal }) => fatal && globalThis.client.connect());
    });
    server.answer = (res) => {
      server.answer = undefined;
      res.writeHead(401).end();
    };
    cut(site);
    await until(() => site.opened.length === 2, 'the next connection');
    const id = site.send();
    for (const tab of tabs) {
      await tab.hasHeard(id);
      assert.ok(!(await tab.heard()).states.includes('error'));
    }
    assert.deepEqual(await codes(tabs[1]), []);
  });
});
