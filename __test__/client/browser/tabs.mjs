import assert from 'node:assert/strict';
import { after } from 'node:test';
import { launch } from '../../support/browser.mjs';
import { until } from '../../support/until.mjs';

let browser;
after(() => browser?.close());

/**
 * Opens a separate browser profile. A page error in any of its tabs fails the test.
 */
export async function openContext(t) {
  // Gives each tab its own process, so a tab can crash alone.
  browser ??= await launch({ args: ['--renderer-process-limit=100'] });
  return contextOf(t, browser);
}

export async function contextOf(t, browser) {
  const context = await browser.newContext();
  const faults = [];
  context.on('weberror', (error) => faults.push(error.error().stack));
  t.after(async () => {
    await context.close();
    assert.deepEqual(faults, []);
  });
  return context;
}

/** A page with a client. */
export class Tab {
  static async open(context, origin) {
    const page = await context.newPage();
    await page.goto(origin);
    await page.waitForFunction(() => globalThis.connect);
    return new Tab(page);
  }

  constructor(page) {
    this.page = page;
  }

  async connect(config) {
    await this.page.evaluate((config) => globalThis.connect(config), config);
    return this;
  }

  heard() {
    return this.page.evaluate(() => globalThis.heard);
  }

  state() {
    return this.page.evaluate(() => globalThis.client.getState());
  }

  call(method) {
    return this.page.evaluate((method) => globalThis.client[method](), method);
  }

  async ids() {
    return this.page.evaluate(() => globalThis.heard.events.map(({ id }) => Number(id)));
  }

  async hasState(state) {
    await until(async () => (await this.state()) === state, `the state ${state}`);
    return this;
  }

  async hasHeard(id) {
    await until(
      () =>
        this.page.evaluate((id) => Number(globalThis.heard.events.at(-1)?.id) >= id, Number(id)),
      `event ${id}`,
    );
    return this;
  }

  /** Bytes of live objects. */
  async heap() {
    this.session ??= await this.page.context().newCDPSession(this.page);
    await this.session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.session.send('Runtime.getHeapUsage');
    return usedSize;
  }

  async close() {
    await this.page.close();
  }

  async crash() {
    const session = await this.page.context().newCDPSession(this.page);
    const crashed = this.page.waitForEvent('crash');
    // The crashed page does not answer.
    session.send('Page.crash').catch(() => {});
    await crashed;
  }
}

/** Opens tabs that share one connection. The first tab leads. */
export async function openShared(context, site, count, config = {}) {
  const tabs = [];
  for (let n = 0; n < count; n += 1) {
    const tab = await Tab.open(context, site.origin);
    await tab.connect({ url: '/events', share: true, reconnectDelay: 20, ...config });
    tabs.push(await tab.hasState('connected'));
  }
  return tabs;
}
