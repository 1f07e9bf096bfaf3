import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { violationsOf } from '../support/axe.mjs';
import { describeInBrowser, launch, PAGE_GUARD } from '../support/browser.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { until } from '../support/until.mjs';

const SERVER = fileURLToPath(new URL('../../examples/dashboard/server.js', import.meta.url));

async function startDashboard(port = 0) {
  const server = spawn(process.execPath, [SERVER], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  return { server, url: line.match(/http:\S+/)[0] };
}

async function stopDashboard({ server }, signal = 'SIGTERM') {
  const exit = once(server, 'exit');
  server.kill(signal);
  return exit;
}

const post = (url, path, body, headers = {}) =>
  fetch(`${url}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const isGone = (pid) => until(() => !isRunning(pid), `process ${pid} to end`);

describeInBrowser('the dashboard in a browser', () => {
  let browser;
  let dashboard;
  let page;
  const complaints = [];
  const hosts = new Set();

  before(async () => {
    dashboard = await startDashboard();
    browser = await launch();
    page = await browser.newPage();
    page.setDefaultTimeout(PAGE_GUARD);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(dashboard.url);
  });

  after(async () => {
    await browser?.close();
    if (dashboard?.server.exitCode === null) {
      await stopDashboard(dashboard);
    }
  });

  test('shows its live status, and feed entries with an id as they arrive', async () => {
    await page.locator('#status[data-state=live]').waitFor();
    const entries = page.locator('#feed li[data-event=broadcast]');
    await entries.nth(1).waitFor();
    const [newer, older] = await page
      .locator('#feed li[data-event=broadcast] .id')
      .evaluateAll((ids) => ids.map((id) => Number.parseInt(id.textContent.split('-')[1], 36)));
    assert.ok(newer > older, `${newer} is above ${older}`);
    assert.match(await entries.first().locator('.time').textContent(), /^\d\d:\d\d:\d\d$/);
  });

  test('has samples in all four charts and draws them', async () => {
    for (const name of ['delay', 'deliveries', 'connections', 'memory']) {
      const figure = page.locator(`#chart-${name}`);
      await page.waitForFunction(
        (id) => Number(document.querySelector(id).dataset.samples) >= 3,
        `#chart-${name}`,
      );
      assert.match(await figure.locator('.current').textContent(), /^\d/);
      const colors = await figure.locator('canvas').evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
      assert.ok(colors > 5, `${name} has only ${colors} colours`);
    }
  });

  test('starts measuring with 1,000 clients, and a second page joins', async () => {
    await page.getByText('1,000 of 1,000 connected').waitFor();
    const other = await browser.newPage();
    other.setDefaultTimeout(PAGE_GUARD);
    await other.goto(dashboard.url);
    await other.locator('#measure', { hasText: 'Stop:' }).waitFor();
    await page.locator('#verdict', { hasText: 'native used the JavaScript thread' }).waitFor();
    await other.locator('#verdict', { hasText: 'native used the JavaScript thread' }).waitFor();
    await other.close();
  });

  test('shows 200 requested clients and their deliveries', async () => {
    await page.locator('#clients-number').fill('200');
    await page.getByText('200 of 200 connected').waitFor();
    await page.waitForFunction(() => {
      const shown = document.querySelector('#chart-deliveries .current').textContent;
      return Number(shown.replaceAll(',', '')) > 500;
    });
  });

  for (const transport of ['stream', 'loop', 'native']) {
    test(`moves the clients to ${transport} and measures it`, async () => {
      await page.locator(`input[type=radio][value=${transport}]`).check();
      const row = page.locator(`tr[data-transport=${transport}]`);
      const chosen = page.locator(`tr.chosen[data-transport=${transport}]`);
      await chosen.filter({ hasText: /(?<!\d)200 × 5\/s/ }).waitFor();
      for (const value of await row.locator('.value').allTextContents()) {
        assert.match(value, /^\d+(\.\d+)? ms$/);
      }
      await page.getByText('200 of 200 connected').waitFor();
    });
  }

  test('shows a message in the feed of another page', async () => {
    const other = await browser.newPage();
    other.setDefaultTimeout(PAGE_GUARD);
    await other.goto(dashboard.url);
    await other.locator('#status[data-state=live]').waitFor();
    await page.locator('#text').fill('Hello <b>there</b>');
    await page.locator('#message button').click();
    await other
      .locator('#feed li[data-event=message]', { hasText: 'Hello <b>there</b>' })
      .waitFor();
    await other.close();
  });

  test('explains why the server rejects a number', async () => {
    await page.locator('#rate-number').fill('51');
    await page.getByText('rate must be a whole number from 0 to 50.').waitFor();
    await page.locator('#rate-number').fill('5');
    await page.locator('#problem').waitFor({ state: 'hidden' });
    // The browser logs every 400 response on the console. This one was expected.
    assert.equal(complaints.filter((text) => text.includes('400 (Bad Request)')).length, 1);
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes('400')));
  });

  test('shows that a loop over 4,000 clients cannot keep up, and the load of the thread', async () => {
    await page.locator('input[type=radio][value=loop]').check();
    await page.locator('#clients-number').fill('4000');
    await page.getByText('4,000 of 4,000 connected').waitFor();
    await page.locator('#rate-number').fill('50');
    const row = page.locator('tr[data-transport=loop]', { hasText: '4,000 × 50/s' });
    await row.getByText('Cannot keep up').waitFor();
    for (const width of [390, 1200]) {
      await page.setViewportSize({ width, height: 844 });
      await row.getByText('Cannot keep up').waitFor();
      await row.locator('td', { hasText: /^\d+%$/ }).waitFor();
    }
    await post(dashboard.url, 'clients', { clients: 0 });
    await page.getByText('0 of 0 connected').waitFor();
  });

  for (const size of [390, 640, 700, 760, 820, 841, 1024, 1199, 1200]) {
    test(`fits a window of ${size} pixels`, async () => {
      await page.setViewportSize({ width: size, height: 844 });
      const widths = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth,
      ]);
      assert.deepEqual(widths, [size, 0]);
    });
  }

  test('has no violations according to axe, in light and dark mode', async () => {
    assert.deepEqual(await violationsOf(page), []);
  });

  test('logged no errors and contacted no other host', () => {
    assert.deepEqual(complaints, []);
    assert.deepEqual([...hosts], [dashboard.url]);
  });

  test('dims its figures while the server is down, and recovers after a restart', async () => {
    const port = Number(new URL(dashboard.url).port);
    const dimmed = () =>
      page.evaluate(() =>
        ['#compare table', '#verdict', '#charts', '#connected'].filter(
          (figures) => getComputedStyle(document.querySelector(figures)).opacity < 0.6,
        ),
      );
    assert.deepEqual(await dimmed(), []);
    await stopDashboard(dashboard);
    await page.getByText('The server is gone').waitFor();
    assert.equal((await dimmed()).length, 4);
    dashboard = await startDashboard(port);
    await page.locator('#status[data-state=live]').waitFor();
    await page.locator('#feed li[data-event=gap]').waitFor();
    assert.deepEqual(await dimmed(), []);
  });
});

describe('the dashboard server', () => {
  let dashboard;

  before(async () => {
    dashboard = await startDashboard();
  });
  after(async () => {
    if (dashboard.server.exitCode === null && dashboard.server.signalCode === null) {
      await stopDashboard(dashboard);
    }
  });

  test('responds with 400 and a message to invalid numbers and types', async () => {
    const bad = [
      ['clients', { clients: 8001 }, 'clients must be a whole number from 0 to 8000.'],
      ['clients', { clients: '5' }, 'clients must be a whole number from 0 to 8000.'],
      ['clients', {}, 'clients must be a whole number from 0 to 8000.'],
      ['rate', { rate: -1 }, 'rate must be a whole number from 0 to 50.'],
      ['rate', { rate: 1.5 }, 'rate must be a whole number from 0 to 50.'],
      ['transport', { transport: 'pigeon' }, 'transport must be one of native, stream, loop.'],
      ['message', { text: ' ' }, 'text must have 1 to 200 characters.'],
    ];
    for (const [path, body, error] of bad) {
      const response = await post(dashboard.url, path, body);
      assert.equal(response.status, 400);
      assert.deepEqual(await response.json(), { error });
    }
    assert.equal((await post(dashboard.url, 'rate', '{')).status, 400);
  });

  test('rejects requests from other sites', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'Sec-Fetch-Site': site };
      assert.equal((await post(dashboard.url, 'rate', { rate: 1 }, headers)).status, 403);
    }
    const headers = { 'Sec-Fetch-Site': 'same-origin' };
    const accepted = await post(dashboard.url, 'rate', { rate: 1 }, headers);
    assert.deepEqual(await accepted.json(), { transport: 'native', clients: 0, rate: 1 });
  });

  test('sends a reconnecting page the missed events, or the state', async () => {
    const events = (cursor) =>
      connectHTTP1(dashboard.url, '/events', { headers: cursor && { 'Last-Event-ID': cursor } });
    const first = await events();
    await first.has('event: state\n');
    await first.has('event: stats\n');
    const [, cursor] = /^id: (.*)\nevent: stats\n/m.exec(first.text);
    await post(dashboard.url, 'message', { text: 'missed' });
    await first.has('data: missed\n');

    const second = await events(cursor);
    await second.has('event: stats\n');
    assert.match(second.text, /^data: missed$/m);
    assert.doesNotMatch(second.text, /event: (state|sluice\.reset)\n/);

    const third = await events('unknown');
    await third.has('event: stats\n');
    assert.match(third.text, /event: sluice\.reset\n.*event: state\n.*event: stats\n/s);
    assert.doesNotMatch(third.text, /^data: missed$/m);
    for (const client of [first, second, third]) client.leave();
  });

  test('stops and restarts measuring on request, and a new page does not restart it', async () => {
    const other = await startDashboard();
    const STATE = /event: state\ndata: (.*)\n\n/;
    const stateOf = async () => {
      const page = await connectHTTP1(other.url, '/events');
      await until(() => STATE.test(page.text), 'the state');
      const [, state] = STATE.exec(page.text);
      page.leave();
      return JSON.parse(state).measuring;
    };
    const first = { transport: 'loop', step: 1, steps: 3 };
    assert.deepEqual(await stateOf(), first);
    assert.equal((await post(other.url, 'measure', { run: false })).status, 200);
    assert.equal(await stateOf(), null);
    await post(other.url, 'measure', { run: true });
    assert.deepEqual(await stateOf(), first);
    const refused = await post(other.url, 'measure', {});
    assert.deepEqual(await refused.json(), { error: 'run must be true or false.' });
    await stopDashboard(other);
  });

  test('uses the next port if its own is in use', async () => {
    const port = Number(new URL(dashboard.url).port);
    const second = await startDashboard(port);
    assert.ok(Number(new URL(second.url).port) > port);
    await stopDashboard(second);
  });

  test('exits on SIGTERM with connected clients, together with its child process', async () => {
    const other = await startDashboard();
    await post(other.url, 'clients', { clients: 50 });
    const [child] = childrenOf(other.server.pid);
    const opened = () => readdirSync(`/proc/${child}/fd`).length > 50;
    await until(opened, 'the clients to be connected');
    assert.deepEqual(await stopDashboard(other), [0, null]);
    await isGone(child);
  });

  test('leaves no child process behind when it is killed', async () => {
    await post(dashboard.url, 'clients', { clients: 50 });
    const [child] = childrenOf(dashboard.server.pid);
    assert.ok(isRunning(child));
    await stopDashboard(dashboard, 'SIGKILL');
    await isGone(child);
  });
});
