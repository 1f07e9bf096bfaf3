// Two users in two tabs of one browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, Tab } from './tabs.mjs';

/** One URL with a stream for each user, and the same ids for all users. */
async function feeds(t) {
  const channels = new Map();
  const asked = [];
  const channelOf = (user) => {
    if (!channels.has(user)) channels.set(user, new sluice.Channel());
    return channels.get(user);
  };
  const site = await Site.start(t, (req, res) => {
    if (req.url !== '/feed') return false;
    const user = req.headers.authorization ?? req.headers['x-user'];
    asked.push([user, req.headers['last-event-id']]);
    channelOf(user).add(new sluice.Connection(req, res));
    return true;
  });
  t.after(() => {
    for (const channel of channels.values()) channel.close();
  });
  return { site, asked, channelOf };
}

async function join(context, site, user) {
  const tab = await Tab.open(context, site.origin);
  await tab.page.evaluate((user) => {
    globalThis.connect({ url: '/feed', share: user, token: () => user, reconnectDelay: 20 });
  }, user);
  return tab.hasState('connected');
}

const data = async (tab) => (await tab.heard()).events.map(({ data }) => data);

describeInBrowser('tabs of two users', () => {
  test('get only the events of their user, and share with other tabs of that user', async (t) => {
    const { site, asked, channelOf } = await feeds(t);
    const context = await openContext(t);
    const [ada, bob, ada2] = [
      await join(context, site, 'ada'),
      await join(context, site, 'bob'),
      await join(context, site, 'ada'),
    ];
    assert.deepEqual(asked, [
      ['Bearer ada', undefined],
      ['Bearer bob', undefined],
    ]);
    for (const user of ['ada', 'bob']) {
      channelOf(`Bearer ${user}`).send({ id: user, data: `for ${user}` });
    }
    for (const [tab, text] of [
      [ada, 'for ada'],
      [bob, 'for bob'],
      [ada2, 'for ada'],
    ]) {
      await until(async () => (await data(tab)).length === 1, 'the event');
      assert.deepEqual(await data(tab), [text]);
    }
    // The next leader of a user continues with that user's cursor.
    await ada.close();
    await until(() => asked.length === 3, 'the next leader');
    assert.deepEqual(asked[2], ['Bearer ada', 'ada']);
  });

  test('must give a name to share', async (t) => {
    const { site, asked } = await feeds(t);
    const tab = await Tab.open(await openContext(t), site.origin);
    const errors = await tab.page.evaluate(() => {
      const configs = [
        { token: () => 'ada' },
        { headers: { 'X-User': 'ada' } },
        { credentials: 'include' },
      ];
      const errors = [];
      for (const config of configs) {
        try {
          globalThis.connect({ url: '/feed', share: true, ...config });
        } catch ({ code, message }) {
          errors.push({ code, message });
        }
      }
      return errors;
    });
    assert.equal(errors.length, 3);
    for (const { code, message } of errors) {
      assert.equal(code, 'ERR_SSE_OPTION');
      assert.match(message, /share: userId/);
    }
    assert.deepEqual(asked, []);
  });

  test('have names that cannot be confused with part of the request', async (t) => {
    const site = await Site.start(t);
    const context = await openContext(t);
    const names = async (config) => {
      const tab = await Tab.open(context, site.origin);
      await tab.connect({ url: '/events', ...config });
      await tab.hasState('connected');
      const { held } = await tab.page.evaluate(() => navigator.locks.query());
      await tab.close();
      return held.map(({ name }) => name);
    };
    const all = [
      await names({ share: true }),
      await names({ share: 'true' }),
      await names({ share: 'a","GET' }),
      await names({ share: 'a', body: 'undefined' }),
      await names({ share: 'a', method: 'POST' }),
    ].flat();
    assert.equal(new Set(all).size, 5, String(all));
  });
});
