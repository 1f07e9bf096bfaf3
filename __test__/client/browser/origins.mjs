// Other origins: CORS, credentials, redirects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeInBrowser } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';
import { Site } from './site.mjs';
import { openContext, Tab } from './tabs.mjs';

const localhost = (site) => `http://localhost:${site.port}`;

/** Allows the requests of this origin, and records their headers. */
const allowing = (origin, seen) => (req, res, site) => {
  if (!req.url.startsWith('/cors')) return false;
  res.setHeader('Access-Control-Allow-Origin', origin());
  res.setHeader('Access-Control-Allow-Credentials', 'true');
  res.setHeader('Access-Control-Allow-Headers', 'authorization, last-event-id, x-tenant');
  if (req.method === 'OPTIONS') return res.writeHead(204).end();
  seen.push(req.headers);
  return site.stream(req, res);
};

describeInBrowser('the client and other origins', () => {
  test('sends headers and its cursor if the other origin allows them', async (t) => {
    const seen = [];
    const home = await Site.start(t);
    const other = await Site.start(
      t,
      allowing(() => localhost(home), seen),
    );
    const tab = await Tab.open(await openContext(t), localhost(home));
    await tab.connect({ url: `${other.origin}/cors`, headers: { 'X-Tenant': 'acme' } });
    await tab.hasHeard(await connected(other));
    await tab.call('reconnect');
    await until(() => seen.length === 2, 'the second request');
    await tab.hasHeard(other.send());
    assert.deepEqual(
      seen.map((headers) => [headers['x-tenant'], headers['last-event-id'], headers.origin]),
      [
        ['acme', undefined, localhost(home)],
        ['acme', '1', localhost(home)],
      ],
    );
    assert.deepEqual(await tab.ids(), [1, 2]);
  });

  test('reports a network error if the other origin does not allow the request', async (t) => {
    const home = await Site.start(t);
    const other = await Site.start(t);
    const tab = await Tab.open(await openContext(t), localhost(home));
    await tab.connect({ url: `${other.origin}/events`, autoReconnect: false });
    await tab.hasState('error');
    assert.equal((await tab.heard()).errors[0].code, 'ERR_SSE_NETWORK');
    assert.deepEqual((await tab.heard()).events, []);
  });

  for (const [credentials, cookie] of [
    [undefined, undefined],
    ['omit', undefined],
    ['include', 'session=abc'],
  ]) {
    test(`sends ${cookie ? 'a' : 'no'} cookie to another origin with credentials: ${credentials}`, async (t) => {
      const seen = [];
      const home = await Site.start(t);
      const other = await Site.start(
        t,
        allowing(() => home.origin, seen),
      );
      const context = await openContext(t);
      await context.addCookies([{ name: 'session', value: 'abc', url: home.origin }]);
      const tab = await Tab.open(context, home.origin);
      await tab.connect({ url: `${other.origin}/cors`, credentials });
      await tab.hasState('connected');
      assert.equal(seen[0].cookie, cookie);
    });
  }

  test('sends a cookie to its own origin by default', async (t) => {
    const site = await Site.start(t);
    const context = await openContext(t);
    await context.addCookies([{ name: 'session', value: 'abc', url: site.origin }]);
    const tab = await Tab.open(context, site.origin);
    await tab.connect({ url: '/events' });
    await tab.hasState('connected');
    assert.equal(site.opened[0].headers.cookie, 'session=abc');
  });

  for (const [where, kept] of [
    ['another origin', undefined],
    ['the same origin', 'Bearer secret'],
  ]) {
    test(`a redirect to ${where} ${kept ? 'keeps' : 'removes'} the token`, async (t) => {
      const seen = [];
      let home;
      const allow = allowing(() => localhost(home), seen);
      const other = await Site.start(t, allow);
      const asked = [];
      home = await Site.start(t, (req, res, site) => {
        if (req.url !== '/moved') return allow(req, res, site);
        asked.push(req.headers.authorization);
        const target = kept ? localhost(home) : other.origin;
        return res.writeHead(307, { Location: `${target}/cors` }).end();
      });
      const tab = await Tab.open(await openContext(t), localhost(home));
      await tab.page.evaluate(() => globalThis.connect({ url: '/moved', token: () => 'secret' }));
      await tab.hasState('connected');
      assert.deepEqual(asked, ['Bearer secret']);
      assert.deepEqual(
        seen.map(({ authorization }) => authorization),
        [kept],
      );
      await tab.hasHeard((kept ? home : other).send());
    });
  }
});

/** Waits for the client to connect, then sends the first event. */
async function connected(site) {
  await until(() => site.channel.count() === 1, 'the client');
  return site.send();
}
