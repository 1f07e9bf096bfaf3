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
  test('every client hears of a job, to its end', async (t) => {
    const { origin } = await startExample(t, 'nest/start.js');
    const sources = [1, 2].map(() => new EventSource(`${origin}/jobs/events`));
    t.after(() => sources.map((source) => source.close()));
    const progress = sources.map((source) => {
      const events = [];
      source.addEventListener('progress', (event) => events.push(event.data));
      return events;
    });
    for (const [state] of await Promise.all(sources.map((source) => once(source, 'jobs')))) {
      assert.equal(state.data, '[]');
    }
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

  test('a client that reconnects gets missed events, or the current state', async (t) => {
    const { origin } = await startExample(t, 'nest/start.js');
    await startJob(origin);
    const first = await connectHTTP1(origin, '/jobs/events');
    await first.count(5);
    const [cursor] = /^id: \S+$/m.exec(first.text);
    const id = cursor.slice('id: '.length);
    const back = (value) =>
      connectHTTP1(origin, '/jobs/events', { headers: { 'Last-Event-ID': value } });
    const next = Number(id.split('-')[1]) + 1;
    const second = await back(id);
    await second.has(`id: ${id.split('-')[0]}-${next}\n`);
    assert.doesNotMatch(second.text, /event: jobs/);
    const third = await back('unknown');
    await third.has('event: jobs\n');
    for (const client of [first, second, third]) client.leave();
  });

  test('the head is the connection’s, and an end of the server ends it', async (t) => {
    const { origin, stop } = await startExample(t, 'nest/start.js');
    const client = await connectHTTP1(origin, '/jobs/events');
    assert.equal(client.status, 200);
    assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
    if (process.platform === 'linux') assert.equal(client.headers.connection, 'close');
    await client.has('event: jobs\n');
    const exit = stop();
    assert.equal(await client.over(), 'clean');
    assert.deepEqual(await exit, [null, 'SIGTERM']);
  });

  test('a job shows on every page', { ...SOON, skip: withoutBrowser }, async (t) => {
    const { origin } = await startExample(t, 'nest/start.js');
    const { pages, faults } = await openPages(t, origin, 2);
    for (const page of pages) await page.getByRole('status').getByText('Live').waitFor();
    await pages[0].getByRole('button').click();
    for (const page of pages) await page.getByText('done').waitFor();
    assert.deepEqual(faults, []);
  });

  test('it passes strict type checks', SOON, () =>
    checkTypes('typescript', 'examples/nest/tsconfig.json'),
  );
});
