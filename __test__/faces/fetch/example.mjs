import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPages, withoutBrowser } from '../../support/browser.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { startExample } from '../../support/example-server.mjs';
import { SOON } from '../../support/soon.mjs';

const post = (origin, body, poll = 'tabs') =>
  fetch(`${origin}/polls/${poll}/votes`, { method: 'POST', body });
const vote = (origin, voter, option, poll) => post(origin, JSON.stringify({ voter, option }), poll);

describe('examples/hono', () => {
  test(
    'sends the state of a poll, then every vote, and missed votes on reconnect',
    SOON,
    async (t) => {
      const { origin, stop } = await startExample(t, 'hono/server.js');
      const client = await connectHTTP1(origin, '/polls/tabs/events');
      t.after(() => client.leave());
      await client.has('event: watching\ndata: 1\n\n');
      assert.match(client.headers['content-security-policy'], /^default-src 'self'/);
      assert.match(
        client.text,
        /event: poll\ndata: \{"question":"Tabs or spaces\?",.*"counts":\[0,0,0\]\}/,
      );
      assert.equal((await vote(origin, 'voter-one', 1)).status, 204);
      await client.has('event: vote\ndata: {"option":1,"counts":[0,1,0]}\n\n');
      // A second vote of the same voter replaces the first in the same poll, not in other polls.
      await vote(origin, 'voter-one', 2);
      await vote(origin, 'voter-one', 0, 'friday');
      await client.has('data: {"option":2,"counts":[0,0,1]}\n\n');
      await vote(origin, 'voter-two', 2);
      await client.has('data: {"option":2,"counts":[0,0,2]}\n\n');
      assert.equal(client.text.match(/event: vote/g).length, 3);

      const [, first] = /^id: (.*)\nevent: vote/m.exec(client.text);
      const headers = { 'Last-Event-ID': first };
      const again = await connectHTTP1(origin, '/polls/tabs/events', { headers });
      t.after(() => again.leave());
      await client.has('event: watching\ndata: 2\n\n');
      await again.has('event: poll\n');
      assert.match(again.text, /\[0,0,1\].*\[0,0,2\].*event: poll\n.*\[0,0,2\]/s);
      assert.equal(again.text.match(/event: vote/g).length, 2);
      again.leave();
      await client.has('data: 2\n\nevent: watching\ndata: 1\n\n');

      const exit = stop();
      assert.equal(await client.over(), 'clean');
      assert.deepEqual(await exit, [0, null]);
    },
  );

  test('refuses invalid votes', SOON, async (t) => {
    const { origin } = await startExample(t, 'hono/server.js');
    const bad = [
      'no JSON',
      'null',
      '{}',
      '{"voter":"short","option":0}',
      '{"voter":"voter-one","option":3}',
      '{"voter":"voter-one","option":"0"}',
      '{"voter":"voter-one","option":-1}',
    ];
    for (const body of bad) assert.equal((await post(origin, body)).status, 400, body);
    assert.equal((await post(origin, ' '.repeat(2000))).status, 413);
    assert.equal((await vote(origin, 'voter-one', 0, 'nothing')).status, 404);
    assert.equal((await fetch(`${origin}/polls/__proto__/events`)).status, 404);
    assert.equal((await fetch(`${origin}/nothing`)).status, 404);
  });

  test('shows a vote on every page', { ...SOON, skip: withoutBrowser }, async (t) => {
    const { origin } = await startExample(t, 'hono/server.js');
    const { pages, faults } = await openPages(t, origin, 2);
    const [one, two] = pages;
    for (const page of pages) await page.getByRole('status').getByText('Live').waitFor();
    await one.getByRole('button', { name: 'Ramen' }).click();
    for (const page of pages) {
      await page.getByRole('button', { name: 'Ramen' }).getByText('100 %').waitFor();
      await page.locator('#watching', { hasText: '2' }).waitFor();
    }
    const pressed = (page) =>
      page.getByRole('button', { name: 'Ramen' }).getAttribute('aria-pressed');
    assert.deepEqual([await pressed(one), await pressed(two)], ['true', 'false']);
    await two.getByRole('link', { name: 'Tabs or spaces?' }).click();
    await two.getByRole('button', { name: 'The formatter decides' }).click();
    await two.getByRole('button', { name: 'The formatter decides 100 %' }).waitFor();
    await one.locator('#watching', { hasText: '1' }).waitFor();
    assert.equal(await one.getByRole('button', { name: 'Ramen 100 %' }).count(), 1);
    assert.deepEqual(faults, []);
  });

  test('shows the poll of a restarted server on an open page', {
    ...SOON,
    skip: withoutBrowser,
  }, async (t) => {
    const { origin, port, stop } = await startExample(t, 'hono/server.js');
    const { pages } = await openPages(t, origin, 1);
    const [page] = pages;
    const status = page.getByRole('status');
    const ramen = page.getByRole('button', { name: 'Ramen' });
    await status.getByText('Live').waitFor();
    await ramen.click();
    await ramen.getByText('100 %').waitFor();
    await stop('SIGKILL');
    await status.getByText('The server is gone').waitFor();
    await startExample(t, 'hono/server.js', port);
    await status.getByText('Live').waitFor();
    await ramen.getByText('0 %', { exact: true }).waitFor();
    await vote(origin, 'voter-one', 0, 'lunch');
    await ramen.getByText('100 %').waitFor();
  });
});
