import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { EventSource } from 'eventsource';
import { openPages, withoutBrowser } from '../support/browser.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { startExample } from '../support/example-server.mjs';
import { SOON } from '../support/soon.mjs';
import { checkTypes } from '../support/type-check.mjs';
import { until } from '../support/until.mjs';

const startJob = async (origin) => {
  const response = await fetch(`${origin}/jobs`, { method: 'POST' });
  assert.equal(response.status, 202);
  return response.json();
};

describe('examples/nest', () => {
  test('every client gets the progress of a job until its end', async (t) => {
    const { origin } = await startExample(t, 'nest/start.js');
    const sources = [1, 2].map(() => new EventSource(`${origin}/jobs/events`));
    t.after(() => sources.map((source) => source.close()));
    const progress = sources.map((source) => {
      const events = [];
      source.addEventListener('progress', (event) => events.push(event.data));
      return events;
    });
    await Promise.all(sources.map((source) => once(source, 'open')));
    assert.deepEqual(await startJob(origin), { job: 1 });
    const done = (events) => events.at(-1) === '{"job":1,"percent":100}';
    await until(() => progress.every(done), 'the end of the job');
    const seen = progress.map((events) => events.map((data) => JSON.parse(data).percent));
    assert.deepEqual(seen[0], seen[1]);
    assert.deepEqual(
      seen[0],
      seen[0].toSorted((a, b) => a - b),
    );
  });

  test('a client gets the current state, then changes, also when it reconnects', async (t) => {
    const { origin } = await startExample(t, 'nest/start.js');
    const events = (cursor) =>
      connectHTTP1(origin, '/jobs/events', { headers: cursor && { 'Last-Event-ID': cursor } });
    const done = (job) => `{"job":${job},"percent":100}\n`;
    const first = await events();
    await startJob(origin);
    await first.has(done(1));
    // Only the end of a finished job is kept.
    const second = await events();
    assert.deepEqual(await second.count(1), [done(1).trim()]);
    const cursor = /^id: (.*)\nevent: progress/m.exec(second.text)[1];
    await startJob(origin);
    await second.has(done(2));

    const third = await events(cursor);
    assert.deepEqual(await third.count(1), [done(2).trim()]);
    const fourth = await events('unknown');
    assert.deepEqual((await fourth.count(3)).slice(1), [done(1).trim(), done(2).trim()]);
    assert.match(fourth.text, /event: sluice\.reset\n.*event: progress/s);
    for (const client of [first, second, third, fourth]) client.leave();
  });

  test('the connection writes the head, and the stream ends when the server stops', async (t) => {
    const { origin, stop } = await startExample(t, 'nest/start.js');
    const client = await connectHTTP1(origin, '/jobs/events');
    assert.equal(client.status, 200);
    assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
    if (process.platform === 'linux') assert.equal(client.headers.connection, 'close');
    const exit = stop();
    assert.equal(await client.over(), 'clean');
    assert.deepEqual(await exit, [null, 'SIGTERM']);
  });

  test('shows a job on every page', { ...SOON, skip: withoutBrowser }, async (t) => {
    const { origin } = await startExample(t, 'nest/start.js');
    const { pages, faults } = await openPages(t, origin, 2);
    for (const page of pages) await page.getByRole('status').getByText('Live').waitFor();
    await pages[0].getByRole('button').click();
    for (const page of pages) await page.getByText('done').waitFor();
    assert.deepEqual(faults, []);
  });

  test('removes the jobs of a restarted server from an open page', {
    ...SOON,
    skip: withoutBrowser,
  }, async (t) => {
    const { origin, port, stop } = await startExample(t, 'nest/start.js');
    const { pages } = await openPages(t, origin, 1);
    const [page] = pages;
    const status = page.getByRole('status');
    await status.getByText('Live').waitFor();
    for (let job = 0; job < 2; job += 1) await page.getByRole('button').click();
    await page.getByText('done').nth(1).waitFor();
    const names = () => page.locator('#jobs li').allTextContents();
    assert.deepEqual(await names(), ['Job 2done', 'Job 1done']);
    await stop('SIGKILL');
    await status.getByText('The server is gone').waitFor();
    await startExample(t, 'nest/start.js', port);
    await status.getByText('Live').waitFor();
    await until(async () => (await names()).length === 0, 'the empty list');
    await page.getByRole('button').click();
    await page.getByText('done').waitFor();
    assert.deepEqual(await names(), ['Job 1done']);
  });

  test('passes strict type checks', SOON, () =>
    checkTypes('typescript', 'examples/nest/tsconfig.json'),
  );
});
