import assert from 'node:assert/strict';
import { openContext } from '../../client/browser/tabs.mjs';
import { PAGE_GUARD } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';

/** Errors that the browser itself logs while a test breaks the connection. */
export const OUTAGE = /net::ERR_|503 \(Service Unavailable\)/;

/**
 * Opens a separate browser for a person with this name. Its tabs may log only errors that match
 * `expected`.
 */
export async function openBrowser(t, { origin, lastly }, name, expected = /$^/) {
  const context = await openContext(t);
  context.setDefaultTimeout(PAGE_GUARD);
  const complaints = [];
  const hosts = new Set();
  context.on('console', (line) => {
    if (['error', 'warning'].includes(line.type()) && !expected.test(line.text()))
      complaints.push(line.text());
  });
  context.on('request', (request) => hosts.add(new URL(request.url()).origin));
  lastly(() => {
    assert.deepEqual(complaints, []);
    assert.deepEqual([...hosts], [origin]);
  });
  await context.addCookies([{ name: 'sluice-chat', value: secretOf(name), url: origin }]);
  return {
    async open() {
      const tab = new ChatTab(await context.newPage());
      await tab.page.goto(origin);
      await tab.is('connected');
      await tab.page.locator('#name:enabled').waitFor();
      return tab;
    },
    /**
     * Refuses connections, like a cut, until `letIn()` is called. The test controls the end, which
     * a cut does not allow.
     */
    async refuse() {
      let refused = 0;
      await context.route('**/events', (route) => {
        refused += 1;
        return route.fulfill({ status: 503, headers: { 'Retry-After': '5' } });
      });
      return { count: () => refused, letIn: () => context.unroute('**/events') };
    },
  };
}

const secretOf = (name) => `${name.padEnd(22, '_')}.${name}`;

export class ChatTab {
  constructor(page) {
    this.page = page;
  }

  async is(state) {
    await this.page.locator(`#status[data-state=${state}]`).waitFor();
  }

  /** Resolves when the server has the message, because concurrent requests may be reordered. */
  async say(text) {
    const answered = this.page.waitForResponse('**/messages');
    await this.page.fill('#text', text);
    await this.page.press('#text', 'Enter');
    await answered;
  }

  /** The texts of all messages in order, without notes and separators. */
  texts() {
    return this.page.locator('#messages .words').allTextContents();
  }

  async hasTexts(expected) {
    await until(async () => (await this.texts()).length >= expected.length, `${expected.at(-1)}`);
    assert.deepEqual(await this.texts(), expected);
  }

  /** The counts of messages from the stream. */
  async figures() {
    const [received, lost, doubled] = await this.page.locator('#connection dd').allTextContents();
    return { received: Number(received), lost: Number(lost), doubled: Number(doubled) };
  }

  async hasLostNothing() {
    const { lost, doubled } = await this.figures();
    assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 });
  }

  async hasPeople(...names) {
    const list = this.page.locator('#people .name');
    const shown = () => list.allTextContents();
    await until(
      async () => String(await shown()) === String(names),
      () => `people ${names}`,
    );
  }

  /** Waits until the page shows this number of server connections. */
  async hasConnections(count) {
    await this.page.locator('#server', { hasText: `has ${count} connection` }).waitFor();
  }

  async hasTabs(count) {
    await this.page.locator('#caption', { hasText: new RegExp(`^${count} tab`) }).waitFor();
  }

  /** Whether this tab holds the connection. */
  async holds() {
    return (await this.page.locator('#caption').getAttribute('data-held')) === 'true';
  }
}
